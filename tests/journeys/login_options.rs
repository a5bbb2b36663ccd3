//! Which account signs in, and who opens the address.

use ccwb_tests::{LIMIT, Program, run};

use crate::support::{Credentials, Journey, eventually};

fn parameter(address: &str, wanted: &str) -> Option<String> {
    let address = url::Url::parse(address).expect("an address");
    address.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

#[test]
fn the_account_that_is_named_reaches_the_provider_and_is_signed_in() {
    let journey = Journey::new();
    let output = journey.call(&["login", "--login-hint", "bob"]).success();
    assert!(output.stderr.contains("Signed in as bob"), "{output}");
    assert_eq!(parameter(&journey.home.openings()[0], "login_hint").as_deref(), Some("bob"));
    assert_eq!(parameter(&journey.home.openings()[0], "prompt"), None);
}

#[test]
fn switching_the_account_signs_in_again_and_has_the_provider_ask_who() {
    let journey = Journey::new();
    journey.sign_in();
    journey.call(&["login"]).success();
    assert_eq!(journey.openings(), 1, "credentials are good");
    journey.call(&["login", "--switch-account"]).success();
    let openings = journey.home.openings();
    assert_eq!(openings.len(), 2);
    assert_eq!(parameter(&openings[0], "prompt"), None);
    assert_eq!(parameter(&openings[1], "prompt").as_deref(), Some("login"));

    // It was for that one sign-in.
    journey.call(&["login", "--force"]).success();
    assert_eq!(parameter(&journey.home.openings()[2], "prompt"), None);
}

#[test]
fn a_company_can_lead_past_the_question_for_it() {
    let mut journey = Journey::new();
    journey.configure(|profile| profile["oidc_domain_hint"] = "example.com".into());
    journey.sign_in();
    assert_eq!(parameter(&journey.home.openings()[0], "domain_hint").as_deref(), Some("example.com"));
}

#[test]
fn an_address_that_is_only_printed_opens_nothing_and_signs_in_wherever_it_is_opened() {
    let journey = Journey::new();
    let login = journey.start(&["login", "--print-url"]);
    let mut address = None;
    eventually("the address is shown", || {
        let text = login.stderr_so_far();
        address = text.lines().map(str::trim).find(|line| line.contains("/authorize?")).map(str::to_owned);
        text.contains("/authorize?") && text.ends_with('\n')
    });
    assert_eq!(journey.openings(), 0);
    let address = address.expect("it is shown");
    run(&mut journey.home.program(Program::FakeBrowser, &[&address]), LIMIT).expect("it ends").success();
    let output = login.wait(LIMIT).expect("it ends").success();
    assert_eq!(output.stdout, "");
    Credentials::of(&journey.call(&["--no-browser"]));
}
