//! `ccwb init` in a real terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ccwb_sandbox::{Options, ProviderShape, SigningAlgorithm};
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Program, Terminal};

use crate::desk::{Desk, fixture};

pub(crate) fn open<'a>(desk: &'a Desk, arguments: &str, width: u32) -> Terminal<'a> {
    let line = format!("'{}' init {arguments}; echo \"exit code $?\"; exec sleep 60", Program::Ccwb.path().display());
    let mut shell = desk.home.command("sh");
    shell.args(["-c", &line]);
    Terminal::open(&desk.home, &shell, (width, 80))
}

/// Waits for a question and answers it: the text, then Enter.
#[track_caller]
pub(crate) fn answer(terminal: &Terminal<'_>, question: &str, text: &str) {
    terminal.wait_for(&format!("? {question}"));
    terminal.type_text(text);
    terminal.press("Enter");
    terminal.wait_for(&format!("✓ {question}"));
}

/// Takes what is proposed for the sections from there on.
#[track_caller]
pub(crate) fn go_on(terminal: &Terminal<'_>, sections: &[&str]) {
    for section in sections {
        terminal.wait_for(section);
        terminal.wait_for("? Is that right?");
        terminal.press("Enter");
    }
}

const REST: &[&str] = &["3 of 7", "4 of 7", "5 of 7", "6 of 7", "7 of 7"];

#[track_caller]
pub(crate) fn sign_in(terminal: &Terminal<'_>, domain: &str) {
    answer(terminal, "How do people sign in?", "");
    answer(terminal, "Where is your identity provider?", domain);
}

#[track_caller]
pub(crate) fn account(terminal: &Terminal<'_>) {
    answer(terminal, "In which AWS region", "eu-central-1");
    answer(terminal, "In which account?", "");
    answer(terminal, "What shall names in AWS begin with?", "");
    answer(terminal, "Which tags", "Owner=platform");
    answer(terminal, "Protect the stacks", "");
}

#[test]
#[ignore = "needs tmux"]
fn a_new_profile_is_asked_for_shown_and_saved() {
    let sandbox = Sandbox::start();
    let desk = Desk::new();
    let terminal = open(&desk, "", 100);
    answer(&terminal, "What shall the profile be called?", "Team-A");
    sign_in(&terminal, sandbox.issuer());
    let screen = terminal.wait_for("without a browser");
    assert!(screen.contains("renewal unseen"), "{screen}");
    answer(&terminal, "What is the application's client ID?", "claude-code");
    answer(&terminal, "How does the application prove", "");
    account(&terminal);
    go_on(&terminal, REST);
    let page = terminal.wait_for("what now?");
    println!("{page}");
    assert!(page.contains("› Save"), "{page}");
    terminal.press("Enter");
    let end = terminal.wait_for("exit code 0");
    println!("{end}");
    assert!(end.contains("http://localhost:8400/callback") && end.contains("ccwb deploy --profile Team-A"), "{end}");
    let profile = desk.profile("Team-A");
    assert_eq!(profile["provider_type"], "generic");
    assert_eq!(profile["cross_region_profile"], "eu");
    assert_eq!(profile["tags"]["Owner"], "platform");
}

/// R-53, C7.
#[test]
#[ignore = "needs tmux"]
fn entering_through_every_section_of_an_existing_profile_changes_no_byte() {
    for (file, offline) in
        [("okta-2.5", "--offline"), ("idc-2.5", ""), ("azure-secret-2.5", "--offline"), ("okta-1.0-odd", "--offline")]
    {
        let text = fixture(file);
        let desk = Desk::with_profile("ClaudeCode", &text);
        let terminal = open(&desk, &format!("--profile ClaudeCode {offline}"), 100);
        terminal.wait_for("› Leave it as it is");
        for section in 1..=7 {
            // The menu opens at its first row each time.
            for _ in 0..section {
                terminal.press("Down");
            }
            terminal.wait_for(&format!("› Change {section}:"));
            terminal.press("Enter");
            terminal.wait_for(&format!("{section} of 7"));
            enter_until_the_menu(&terminal, section);
        }
        terminal.wait_for("› Leave it as it is");
        terminal.press("Enter");
        terminal.wait_for("exit code 0");
        assert_eq!(desk.text("ClaudeCode"), text, "{file}");
    }
}

/// Presses Enter at each question, once per question.
#[track_caller]
fn enter_until_the_menu(terminal: &Terminal<'_>, section: usize) {
    for _ in 0..60 {
        let screen = settled(terminal);
        if screen.contains("› Leave it as it is") {
            return;
        }
        terminal.press("Enter");
    }
    panic!("section {section} does not end:\n{}", terminal.screen());
}

/// The screen, once it has stopped to change and asks something.
#[track_caller]
fn settled(terminal: &Terminal<'_>) -> String {
    let mut screen = terminal.screen();
    for _ in 0..200 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let next = terminal.screen();
        if next == screen && next.contains("  ? ") {
            return next;
        }
        screen = next;
    }
    panic!("nothing is asked:\n{screen}")
}

#[test]
#[ignore = "needs tmux"]
fn esc_goes_back_through_every_kind_of_question_and_into_the_section_before() {
    let desk = Desk::new();
    let terminal = open(&desk, "--profile P --offline", 100);
    terminal.wait_for("? How do people sign in?");
    terminal.press("Escape");
    terminal.wait_for("This is the first question");
    sign_in(&terminal, "company.okta.com");
    answer(&terminal, "Which authorization server", "");
    answer(&terminal, "What is the application's client ID?", "0oawrong");
    terminal.wait_for("? How does the application prove");
    terminal.press("Escape");
    terminal.wait_for("? What is the application's client ID? (0oawrong)");
    answer(&terminal, "What is the application's client ID?", "0oaright");
    answer(&terminal, "How does the application prove", "");
    terminal.wait_for("? In which AWS region");
    terminal.press("Escape");
    // The head of the section that only asks is passed over.
    terminal.wait_for("? How does the application prove");
    terminal.press("Enter");
    account(&terminal);
    terminal.wait_for("3 of 7");
    terminal.wait_for("? Is that right?");
    terminal.press("Escape");
    terminal.wait_for("? Protect the stacks");
    terminal.press("Enter");
    terminal.wait_for("? Is that right?");
    terminal.press("Enter");
    go_on(&terminal, &REST[1..]);
    terminal.wait_for("what now?");
    terminal.press("Enter");
    terminal.wait_for("exit code 0");
    assert_eq!(desk.profile("P")["client_id"], "0oaright");
}

#[test]
#[ignore = "needs tmux"]
fn a_wrong_answer_is_refused_with_the_reason_and_asked_again() {
    let desk = Desk::new();
    let terminal = open(&desk, "--profile P --offline", 100);
    answer(&terminal, "How do people sign in?", "");
    terminal.wait_for("? Where is your identity provider?");
    terminal.type_text("login.microsoftonline.com");
    terminal.press("Enter");
    terminal.wait_for("✗ Entra ID's address needs your tenant");
    terminal.type_text("/9122040d-6c67-4c5b-b112-36a304b66dad");
    terminal.press("Enter");
    terminal.wait_for("✓ Where is your identity provider?");
    terminal.wait_for("? What is the application's client ID?");
    terminal.type_text("my app");
    terminal.press("Enter");
    terminal.wait_for("✗ A client ID has no spaces");
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_c_keeps_the_answers_without_the_secret_and_the_next_run_goes_on_there() {
    let desk = Desk::new();
    let terminal = open(&desk, "--profile P --offline", 100);
    sign_in(&terminal, "accounts.google.com");
    answer(&terminal, "What is the application's client ID?", "1-a.apps.googleusercontent.com");
    terminal.wait_for("? What is the application's client secret?");
    terminal.type_text("GOCSPX-planted-wizard-secret");
    terminal.press("Enter");
    terminal.wait_for("? In which AWS region");
    terminal.type_text("eu-west-1");
    terminal.press("Enter");
    terminal.wait_for("? In which account?");
    terminal.press("C-c");
    let screen = terminal.wait_for("exit code 5");
    assert!(screen.contains("Your answers are kept"), "{screen}");
    assert!(!terminal.with_what_scrolled_away().contains("planted-wizard-secret"), "{screen}");
    drop(terminal);
    let progress = desk.home.path().join(".ccwb/P.init-progress.json");
    let kept = fs::read_to_string(&progress).unwrap();
    assert!(kept.contains("eu-west-1") && !kept.contains("planted-wizard-secret"), "{kept}");
    assert_eq!(fs::metadata(&progress).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!desk.file("P").exists());

    let terminal = open(&desk, "--profile P --offline", 100);
    answer(&terminal, "You stopped in the middle last time", "y");
    answer(&terminal, "In which account?", "");
    answer(&terminal, "What shall names in AWS begin with?", "");
    answer(&terminal, "Which tags", "");
    answer(&terminal, "Protect the stacks", "");
    go_on(&terminal, REST);
    let page = terminal.wait_for("what now?");
    assert!(page.contains("needed: What is the application's client secret?"), "it was not kept:\n{page}");
    assert!(!page.contains("› Save"), "{page}");
    terminal.press("Enter");
    terminal.wait_for("1 of 7");
    for question in
        ["How do people sign in?", "Where is your identity provider?", "What is the application's client ID?"]
    {
        terminal.wait_for(&format!("? {question}"));
        terminal.press("Enter");
    }
    terminal.wait_for("? What is the application's client secret?");
    terminal.type_text("GOCSPX-planted-wizard-secret");
    terminal.press("Enter");
    terminal.wait_for("› Save");
    terminal.press("Enter");
    terminal.wait_for("exit code 0");
    assert_eq!(desk.profile("P")["client_secret"], "GOCSPX-planted-wizard-secret");
    assert!(!progress.exists());
}

#[test]
#[ignore = "needs tmux"]
fn a_provider_under_another_name_is_noticed_while_its_address_is_typed() {
    let sandbox = Sandbox::start_with(Options {
        shape: ProviderShape::Auth0,
        signing_algorithm: SigningAlgorithm::Es256,
        ..Options::default()
    });
    let desk = Desk::new();
    let terminal = open(&desk, "--profile P", 100);
    let address = sandbox.issuer();
    sign_in(&terminal, address.trim_end_matches('/'));
    let screen = terminal.wait_for("? Use that name?");
    assert!(screen.contains("Auth0"), "{screen}");
    terminal.press("Enter");
    terminal.wait_for("? What is the application's client ID?");
}

#[test]
#[ignore = "needs tmux"]
fn identity_center_no_sign_in_and_every_switched_on_part_ask_what_belongs_to_them() {
    let desk = Desk::new();
    let terminal = open(&desk, "--profile P --offline", 120);
    terminal.wait_for("? How do people sign in?");
    terminal.press("Down");
    terminal.press("Enter");
    answer(&terminal, "What is your AWS access portal?", "https://company.awsapps.com/start/");
    answer(&terminal, "In which region is Identity Center?", "eu-west-1");
    answer(&terminal, "Which AWS account", "1234-5678-9012");
    answer(&terminal, "Which permission set?", "");
    account(&terminal);
    go_on(&terminal, &["3 of 7", "4 of 7"]);
    terminal.wait_for("5 of 7");
    terminal.wait_for("? Is that right?");
    terminal.press("Down");
    terminal.press("Enter");
    answer(&terminal, "Collect usage", "y");
    terminal.wait_for("? Where are the numbers collected?");
    terminal.press("Down");
    terminal.press("Enter");
    answer(&terminal, "In which VPC does the collector run?", "vpc-0a1b");
    answer(&terminal, "In which subnets?", "subnet-1, subnet-2");
    answer(&terminal, "From where can the collector be reached?", "");
    answer(&terminal, "Which name shall the collector have?", "telemetry.example.com");
    answer(&terminal, "In which zone of Route 53?", "Z0123ABC");
    terminal.wait_for("? How do people appear in reports?");
    terminal.press("Down");
    terminal.press("Enter");
    answer(&terminal, "Keep the numbers for queries", "n");
    terminal.wait_for("6 of 7");
    terminal.wait_for("? Is that right?");
    terminal.press("Down");
    terminal.press("Enter");
    answer(&terminal, "Reach Bedrock over a private network", "y");
    answer(&terminal, "In which VPC?", "vpc-0a1b");
    terminal.wait_for("? In which subnets?");
    terminal.type_text("subnet-1");
    terminal.press("Enter");
    answer(&terminal, "Refuse requests that do not come", "n");
    answer(&terminal, "Record who called", "y");
    answer(&terminal, "Warn somebody", "500");
    answer(&terminal, "Who is warned?", "it@example.com");
    go_on(&terminal, &["7 of 7"]);
    terminal.wait_for("› Save");
    terminal.press("Enter");
    terminal.wait_for("exit code 0");
    let profile = desk.profile("P");
    assert_eq!((&profile["auth_type"], &profile["sso_enabled"]), (&"idc".into(), &false.into()));
    assert_eq!(profile["idc_account_id"], "123456789012");
    assert_eq!(profile["monitoring_config"]["subnet_ids"][1], "subnet-2");
    assert_eq!(profile["telemetry_headers"]["x-user-email"], "hash");
    assert_eq!(profile["budget_monthly_usd"], 500);
    assert_eq!(desk.json(&["config", "validate", "--json"])["profiles"][0]["valid"], true);
}

#[test]
#[ignore = "needs tmux"]
fn forty_columns_and_no_colour_are_enough() {
    let mut desk = Desk::new();
    desk.home.set_env("NO_COLOR", "1");
    let terminal = open(&desk, "--profile P --offline", 40);
    sign_in(&terminal, "company.okta.com");
    answer(&terminal, "Which authorization server of Okta?", "");
    terminal.wait_for("client ID?");
    terminal.type_text("0oa1b2c3");
    terminal.press("Enter");
    terminal.wait_for("prove who i");
    terminal.press("Enter");
    terminal.wait_for("2 of 7");
    for answer in ["eu-west-1", "", "", "", ""] {
        std::thread::sleep(std::time::Duration::from_millis(400));
        terminal.type_text(answer);
        terminal.press("Enter");
    }
    go_on(&terminal, REST);
    terminal.wait_for("what now?");
    let screen = terminal.screen();
    println!("{screen}");
    terminal.wait_for("› Save");
    terminal.press("Enter");
    terminal.wait_for("exit code 0");
    assert_eq!(desk.profile("P")["aws_region"], "eu-west-1");
}
