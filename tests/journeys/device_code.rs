//! Device codes (RFC 8628), for machines whose browser is elsewhere.

use std::time::Duration;

use ccwb_sandbox::{AutoApprove, Behaviour, Federation};
use ccwb_tests::http::post_form;
use ccwb_tests::{LIMIT, Running, device_code};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::support::{Credentials, ErrorReport, Journey, eventually};

/// What is added to the interval by `slow_down` (RFC 8628, section 3.5).
const SLOW_DOWN: i64 = 5_000;

/// A provider whose people take their time.
fn with_a_person() -> Journey {
    let journey = Journey::with(Federation::Cognito, |_| {});
    journey.sandbox.control().set_behaviour(&answers(AutoApprove::Off));
    journey
}

fn answers(answer: AutoApprove) -> Behaviour {
    Behaviour { auto_approve: Some(answer), ..Behaviour::default() }
}

fn login(journey: &Journey) -> Running {
    journey.start(&["login", "--method", "device"])
}

/// The person, on another device.
fn enter(journey: &Journey, code: &str) {
    let page = journey.sandbox.idp_url().join("activate").expect("a URL");
    let fields = [("user_code", code), ("user", "alice"), ("sandbox_action", "sign-in")];
    let _ = post_form(page.as_str(), &fields);
}

/// When the token endpoint was asked, oldest first.
fn polls(journey: &Journey) -> Vec<DateTime<Utc>> {
    let requests = journey.sandbox.control().requests();
    let polls = requests.iter().filter(|request| request.endpoint == "token:device_code");
    polls.map(|request| request.time.parse().expect("a time")).collect()
}

fn pauses(polls: &[DateTime<Utc>]) -> Vec<i64> {
    polls.windows(2).map(|pair| (pair[1] - pair[0]).num_milliseconds()).collect()
}

#[test]
fn a_code_is_shown_polled_for_at_the_providers_pace_and_gives_credentials() {
    let journey = with_a_person();
    let login = login(&journey);
    let code = device_code(&login);
    eventually("it was polled for twice", || polls(&journey).len() >= 2);
    enter(&journey, &code);
    let output = login.wait(LIMIT).expect("it ends").success();
    assert!(output.stderr.contains("Signed in as alice@example.com"), "{output}");
    assert_eq!(output.stdout, "");
    Credentials::of(&journey.call(&["--no-browser"]));
    assert_eq!(journey.openings(), 0);
    let pauses = pauses(&polls(&journey));
    // The sandbox asks for a second, and counts with a quarter of one of grace.
    assert!(pauses.iter().all(|pause| *pause >= 900), "{pauses:?}");
}

#[test]
fn slow_down_makes_every_later_pause_five_seconds_longer() {
    let journey = with_a_person();
    journey.fault(json!({
        "endpoint": "token:device_code", "times": 1, "status": 400, "body": {"error": "slow_down"},
    }));
    let login = login(&journey);
    let code = device_code(&login);
    eventually("it was polled for after the slow_down", || polls(&journey).len() >= 2);
    enter(&journey, &code);
    login.wait(LIMIT).expect("it ends").success();
    let pauses = pauses(&polls(&journey));
    assert!(pauses.len() >= 2 && pauses.iter().all(|pause| *pause >= 1_000 + SLOW_DOWN - 100), "{pauses:?}");
}

#[test]
fn an_outage_while_the_person_reads_the_code_does_not_end_the_sign_in() {
    let journey = with_a_person();
    journey.fault(json!({"endpoint": "token:device_code", "times": 1, "status": 502, "body": "<h1>Bad Gateway</h1>"}));
    let login = login(&journey);
    enter(&journey, &device_code(&login));
    login.wait(LIMIT).expect("it ends").success();
    assert!(pauses(&polls(&journey))[0] >= SLOW_DOWN, "who struggles is asked less often");
}

#[test]
fn a_code_that_nobody_enters_in_time_is_a_sign_in_that_timed_out() {
    let journey = Journey::with(Federation::Cognito, |options| options.lifetimes.device_code = Duration::from_secs(3));
    journey.sandbox.control().set_behaviour(&answers(AutoApprove::Off));
    let output = journey.call(&["login", "--method", "device"]);
    output.is_error(5, "sign-in-timed-out");
    assert!(output.stderr.contains("the code expired before anybody entered it"), "{output}");
    assert!(output.elapsed < Duration::from_secs(20), "{output}");
    let status = journey.call(&["status", "--json"]).json();
    assert_eq!(status["last_error"]["code"], "sign-in-timed-out", "{status}");
}

#[test]
fn the_providers_own_expired_token_says_the_same() {
    let journey = with_a_person();
    journey.fault(json!({
        "endpoint": "token:device_code", "status": 400,
        "body": {"error": "expired_token", "error_description": "gone \u{1b}[31m"},
    }));
    let output = journey.call(&["login", "--method", "device"]);
    output.is_error(5, "sign-in-timed-out");
    assert!(!output.stderr.contains('\u{1b}'), "{output}");
}

#[test]
fn who_says_no_on_the_other_device_is_told_so_here() {
    let journey = with_a_person();
    journey.sandbox.control().set_behaviour(&answers(AutoApprove::Deny));
    journey.call(&["login", "--method", "device"]).is_error(5, "sign-in-cancelled");
    assert_eq!(journey.stored("tokens"), None);
}

#[test]
fn a_client_that_may_not_use_device_codes_signs_in_by_pasted_address_where_the_method_was_not_chosen() {
    let mut journey = Journey::new();
    journey.home.remove_env("BROWSER").set_env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    journey.fault(json!({"endpoint": "device", "status": 400, "body": {"error": "unauthorized_client"}}));
    let login = journey.start(&["login"]);
    eventually("an address is shown", || login.stderr_so_far().contains("/authorize?"));
    assert!(login.stderr_so_far().contains("ssh -L"), "{}", login.stderr_so_far());
    let address = journey.sign_ins()[0]["authorization_url"].as_str().expect("an address").to_owned();
    // The person's own browser, through the tunnel.
    ccwb_tests::run(&mut journey.home.program(ccwb_tests::Program::FakeBrowser, &[&address]), LIMIT)
        .expect("it ends")
        .success();
    login.wait(LIMIT).expect("it ends").success();
    assert_eq!(journey.sandbox.control().count("device"), 1);
}

#[test]
fn a_client_that_may_not_use_device_codes_is_told_so_where_it_asked_for_them() {
    let journey = Journey::new();
    journey.fault(json!({"endpoint": "device", "status": 400, "body": {"error": "unauthorized_client"}}));
    journey.call(&["login", "--method", "device"]).is_error(6, "provider-refused");
    assert_eq!(journey.openings(), 0);
}
