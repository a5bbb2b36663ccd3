//! Every branch of `ccwb init` in a real terminal: each question is asked, what the table names is answered, and the rest is
//! taken as it is proposed.

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use ccwb_tests::{LIMIT, Terminal};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::wizard::open;

/// What a person does at a question.
#[derive(Clone, Copy, Debug)]
enum Do {
    Type(&'static str),
    /// Moves down to the row that begins so.
    Pick(&'static str),
}
use Do::{Pick, Type};

/// A sign-in that the other sections are walked with.
const OKTA: &[(&str, Do)] = &[
    ("Where is your identity provider?", Type("company.okta.com")),
    ("What is the application's client ID?", Type("0oa1b2c3d4e5f6")),
];

/// Walks through all seven sections and saves; the profile.
#[track_caller]
fn walk(answers: &[&[(&str, Do)]]) -> (Desk, Value) {
    walk_to("exit code 0", answers)
}

#[track_caller]
fn walk_to(end: &str, answers: &[&[(&str, Do)]]) -> (Desk, Value) {
    let desk = Desk::new();
    let terminal = open(&desk, "--profile P --offline", 120);
    let mut answers: VecDeque<(&str, Do)> = answers.concat().into();
    let mut before = String::new();
    loop {
        let question = next_question(&terminal, &before);
        if question.contains("what now?") {
            break;
        }
        match answers.front() {
            Some((prompt, act)) if question.starts_with(prompt) => {
                answer(&terminal, *act);
                answers.pop_front();
            }
            _ if question.starts_with("Is that right?") => answer(&terminal, Pick("No, ask me")),
            _ => terminal.press("Enter"),
        }
        before = question;
    }
    assert!(answers.is_empty(), "not asked: {answers:?}\n{}", terminal.with_what_scrolled_away());
    terminal.wait_for("› Save");
    terminal.press("Enter");
    terminal.wait_for(end);
    drop(terminal);
    let valid = desk.json(&["config", "validate", "--json"]);
    assert_eq!(valid["profiles"][0]["valid"], true, "{valid}");
    let profile = desk.profile("P");
    (desk, profile)
}

/// The question that is open, as soon as it is another one than before. No prompt follows itself.
#[track_caller]
fn next_question(terminal: &Terminal<'_>, before: &str) -> String {
    let deadline = Instant::now() + LIMIT;
    loop {
        let screen = terminal.screen();
        let prompt = |line: &str| Some(line.strip_prefix("  ? ")?.split_inclusive('?').next()?.to_owned());
        match screen.lines().rev().find_map(prompt) {
            Some(question) if question != before => return question,
            _ => assert!(Instant::now() < deadline, "nothing follows {before:?}:\n{screen}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn answer(terminal: &Terminal<'_>, act: Do) {
    match act {
        Type(text) => terminal.type_text(text),
        Pick(row) => {
            let highlighted = || {
                let screen = terminal.screen();
                screen.lines().rev().find_map(|line| line.strip_prefix("  › ").map(str::to_owned))
            };
            let deadline = Instant::now() + LIMIT;
            loop {
                let here = highlighted();
                if here.as_ref().is_some_and(|text| text.starts_with(row)) {
                    break;
                }
                assert!(Instant::now() < deadline, "no row {row:?}:\n{}", terminal.screen());
                terminal.press("Down");
                terminal.wait_until("another row", LIMIT, |_| highlighted() != here);
            }
        }
    }
    terminal.press("Enter");
}

/// Each key has its value; `null` is a key that is not there.
#[track_caller]
fn has(profile: &Value, expected: &Value) {
    for (path, value) in expected.as_object().expect("a table of keys") {
        let saved = profile.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null);
        assert_eq!(saved, value, "{path} of {profile:#}");
    }
}

#[test]
#[ignore = "needs tmux"]
fn without_a_sign_in_nothing_is_asked_that_belongs_to_one() {
    let (_desk, profile) = walk(&[&[
        ("How do people sign in?", Pick("No sign-in")),
        ("In which AWS region", Type("eu-west-1")),
        ("Protect the stacks", Type("n")),
    ]]);
    has(
        &profile,
        &json!({
            "auth_type": "none", "sso_enabled": false, "aws_region": "eu-west-1", "termination_protection": false,
            // The guidance's programs want these two to be there.
            "provider_domain": "none", "client_id": "none",
            "provider_type": null, "federation_type": null, "credential_storage": null, "redirect_port": null,
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn identity_center_asks_for_portal_account_and_permission_set() {
    let (_desk, profile) = walk(&[&[
        ("How do people sign in?", Pick("IAM Identity Center")),
        ("What is your AWS access portal?", Type("https://company.awsapps.com/start/")),
        ("In which region is Identity Center?", Type("eu-west-1")),
        ("Which AWS account", Type("1234-5678-9012")),
        ("Which permission set?", Type("Builders")),
        ("Where do people's credentials rest?", Pick("In a private file")),
    ]]);
    has(
        &profile,
        &json!({
            "auth_type": "idc", "idc_start_url": "https://company.awsapps.com/start", "sso_region": "eu-west-1",
            "idc_account_id": "123456789012", "idc_permission_set_name": "Builders", "credential_storage": "session",
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn entra_id_with_a_certificate_asks_for_its_two_files() {
    let (_desk, profile) = walk(&[&[
        (
            "Where is your identity provider?",
            Type("https://login.microsoftonline.com/9122040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
        ),
        ("What is the application's client ID?", Type("6731de76-14a6-49ae-97bc-6eba6914391e")),
        ("How does the application prove", Pick("A certificate")),
        ("Where is the client certificate?", Type("/etc/claude/client.pem")),
        ("Where is its private key", Type("/etc/claude/client.key")),
    ]]);
    has(
        &profile,
        &json!({
            "provider_type": "azure", "azure_auth_mode": "certificate", "client_auth": null,
            "client_certificate_path": "/etc/claude/client.pem", "client_certificate_key_path": "/etc/claude/client.key",
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn a_cognito_user_pool_under_its_domain_asks_for_the_pool() {
    let (_desk, profile) = walk(&[&[
        ("Where is your identity provider?", Type("company.auth.eu-west-1.amazoncognito.com")),
        ("Which user pool?", Type("eu-west-1_AbCdEfGhI")),
        ("What is the application's client ID?", Type("1example23456789")),
        ("Only people of certain groups?", Type("builders, testers")),
    ]]);
    has(
        &profile,
        &json!({
            "provider_type": "cognito", "provider_domain": "company.auth.eu-west-1.amazoncognito.com",
            "cognito_user_pool_id": "eu-west-1_AbCdEfGhI", "allowed_groups": ["builders", "testers"],
            "groups_claim": "cognito:groups",
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn an_unknown_host_asks_for_the_product_and_its_issuer() {
    let (_desk, profile) = walk(&[&[
        ("Where is your identity provider?", Type("https://login.example.com/realms/main")),
        ("What does the provider call itself", Type("https://login.example.com/realms/main/")),
        ("What is the application's client ID?", Type("claude-code")),
        ("How does a sign-in become AWS credentials?", Pick("Through a Cognito")),
        ("Only certain people", Type("staff-*")),
        ("Must roles have a permission boundary?", Type("arn:aws:iam::123456789012:policy/Boundary")),
        ("On which port", Type("8400, 8401")),
    ]]);
    has(
        &profile,
        &json!({
            "provider_type": "generic", "provider_domain": "login.example.com/realms/main",
            "oidc_issuer_url": "https://login.example.com/realms/main/", "federation_type": "cognito",
            "max_session_duration": null, "allowed_subjects": ["staff-*"],
            "permissions_boundary_arn": "arn:aws:iam::123456789012:policy/Boundary",
        }),
    );
    // A product under the company's own domain goes on with that product's questions.
    let (_desk, profile) = walk(&[&[
        ("Where is your identity provider?", Type("login.example.com")),
        ("Which product is it?", Pick("Okta")),
        ("Which authorization server of Okta?", Type("default")),
        ("What is the application's client ID?", Type("0oa1b2c3d4e5f6")),
    ]]);
    has(&profile, &json!({"provider_type": "okta", "okta_auth_server": "default"}));
}

#[test]
#[ignore = "needs tmux"]
fn a_client_secret_is_asked_for_and_stays_out_of_the_profile() {
    const SECRET: &str = "planted-wizard-secret";
    // There is no keyring in a new home: the profile is saved, and the command says that the secret is not.
    let end = "exit code 9";
    let (desk, profile) = walk_to(
        end,
        &[
            OKTA,
            &[
                ("How does the application prove", Pick("A client secret")),
                ("What is the application's client secret?", Type(SECRET)),
            ],
        ],
    );
    has(&profile, &json!({"provider_type": "okta", "client_auth": "secret", "client_secret": null}));
    assert!(!desk.text("P").contains(SECRET));
}

#[test]
#[ignore = "needs tmux"]
fn a_quota_is_in_dollars_or_in_tokens_and_asks_for_its_own_limits() {
    const SWITCHED_ON: &[(&str, Do)] = &[("Collect usage", Type("y")), ("Limit what a person may use?", Type("y"))];
    let (_desk, profile) = walk(&[
        OKTA,
        SWITCHED_ON,
        &[
            ("How is it measured?", Pick("In US dollars")),
            ("How many dollars a month?", Type("120.50")),
            ("How many dollars a day?", Type("10")),
            ("What happens at the month's limit?", Pick("You are told")),
            ("What happens at the day's limit?", Pick("No more")),
            ("Every how many minutes", Type("5")),
            ("What if the limit cannot be checked?", Pick("Nobody")),
        ],
    ]);
    has(
        &profile,
        &json!({
            "monitoring_mode": "sidecar", "quota_monitoring_enabled": true, "quota_limit_type": "cost",
            "monthly_cost_limit_usd": 120.5, "daily_cost_limit_usd": 10, "monthly_token_limit": null,
            "monthly_enforcement_mode": "alert", "daily_enforcement_mode": "block", "quota_check_interval": 5,
            "quota_fail_mode": "closed",
        }),
    );
    let (_desk, profile) = walk(&[
        OKTA,
        SWITCHED_ON,
        &[
            ("How is it measured?", Pick("In tokens")),
            ("How many tokens a month?", Type("90000000")),
            ("How many tokens a day?", Type("4000000")),
        ],
    ]);
    has(
        &profile,
        &json!({
            "quota_limit_type": "token", "monthly_token_limit": 90_000_000, "daily_token_limit": 4_000_000,
            "monthly_cost_limit_usd": null, "quota_check_interval": 30,
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn central_monitoring_with_a_name_of_its_own_asks_for_the_zone() {
    let (_desk, profile) = walk(&[
        OKTA,
        &[
            ("Collect usage", Type("y")),
            ("Where are the numbers collected?", Pick("In your AWS account")),
            ("In which VPC does the collector run?", Type("vpc-0a1b")),
            ("In which subnets?", Type("subnet-1, subnet-2")),
            ("From where can the collector be reached?", Pick("From your network")),
            ("Which name shall the collector have?", Type("Telemetry.example.com")),
            ("In which zone of Route 53?", Type("Z0123ABC")),
            ("How do people appear in reports?", Pick("Not at all")),
            ("Keep the numbers for queries", Type("n")),
        ],
    ]);
    has(
        &profile,
        &json!({
            "monitoring_mode": "central", "monitoring_config.vpc_id": "vpc-0a1b",
            "monitoring_config.subnet_ids": ["subnet-1", "subnet-2"], "monitoring_config.alb_scheme": "internal",
            "monitoring_config.custom_domain": "telemetry.example.com",
            "monitoring_config.hosted_zone_id": "Z0123ABC", "telemetry_headers.x-user-email": "drop",
            "analytics_enabled": false,
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn endpoint_trail_and_budget_ask_where_and_whom() {
    let (_desk, profile) = walk(&[
        OKTA,
        &[
            ("Reach Bedrock over a private network", Type("y")),
            ("In which VPC?", Type("vpc-0a1b")),
            ("In which subnets?", Type("subnet-1, subnet-2")),
            ("Refuse requests that do not come", Type("y")),
            ("Record who called", Type("y")),
            ("Warn somebody", Type("500")),
            ("Who is warned?", Type("it@example.com, boss@example.com")),
        ],
    ]);
    has(
        &profile,
        &json!({
            "vpc_endpoint_enabled": true, "vpc_endpoint_vpc_id": "vpc-0a1b", "vpc_endpoint_required": true,
            "vpc_endpoint_subnet_ids": ["subnet-1", "subnet-2"], "cloudtrail_enabled": true,
            "budget_monthly_usd": 500, "budget_emails": ["it@example.com", "boss@example.com"],
        }),
    );
}

#[test]
#[ignore = "needs tmux"]
fn settings_of_the_computer_can_hold_on_to_the_model() {
    let (_desk, profile) = walk(&[
        OKTA,
        &[
            ("Where may requests be answered?", Pick("Europe")),
            ("Which models may people use?", Type("sonnet-4-6, haiku-4-5")),
            ("Where do people's credentials rest?", Pick("In the keyring or nowhere")),
            ("Which settings of Claude Code", Pick("The computer's")),
            ("Hold on to the default model?", Type("y")),
            ("How does Claude Code get credentials?", Pick("As an AWS profile")),
            ("Let commits name Claude", Type("n")),
        ],
    ]);
    has(
        &profile,
        &json!({
            "cross_region_profile": "eu", "allowed_models": ["sonnet-4-6", "haiku-4-5"],
            "credential_storage": "keyring-only", "settings_target": "managed", "lock_default_model": true,
            "settings_credentials": "profile", "include_coauthored_by": false,
        }),
    );
}
