//! No storms of browser tabs.

use std::time::Duration;

use ccwb_sandbox::{AutoApprove, Behaviour};
use ccwb_tests::FakeBrowser;
use serde_json::json;

use crate::support::{Credentials, ErrorReport, Journey, alone_on_the_machine};

fn refuses(journey: &Journey, refuse: bool) {
    let answer = if refuse { AutoApprove::Deny } else { AutoApprove::Approve };
    journey.sandbox.control().set_behaviour(&Behaviour { auto_approve: Some(answer), ..Behaviour::default() });
}

#[test]
fn a_provider_that_always_refuses_gets_one_window_in_forty_calls_and_the_later_ones_fail_at_once() {
    let _alone = alone_on_the_machine();
    let journey = Journey::new();
    refuses(&journey, true);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    journey.forget_requests();
    let mut times = Vec::new();
    for _ in 1..40 {
        let output = journey.call(&[]);
        output.is_error_at_once(4, "sign-in-paused");
        times.push(output.elapsed);
    }
    assert_eq!(journey.openings(), 1);
    assert_eq!(journey.requests(), [""; 0]);
    times.sort();
    assert!(times[times.len() / 2] < Duration::from_millis(200), "{times:?}");
    assert!(times[times.len() - 1] < Duration::from_secs(1), "{times:?}");
}

#[test]
fn a_token_endpoint_that_always_refuses_gets_one_window_too() {
    let journey = Journey::new();
    journey.fault(json!({"endpoint": "token", "status": 401, "body": {"error": "invalid_client"}}));
    journey.call(&[]).is_error(6, "provider-refused");
    for _ in 0..5 {
        let output = journey.call(&[]);
        output.is_error_at_once(4, "sign-in-paused");
        assert!(output.stderr.contains("provider-refused"), "{output}");
    }
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_paused_call_says_what_to_run_and_login_then_opens_a_window_at_once() {
    let journey = Journey::new();
    refuses(&journey, true);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    let paused = journey.call(&[]);
    paused.is_error_at_once(4, "sign-in-paused");
    assert!(paused.stderr.trim_end().ends_with(" login"), "{paused}");

    refuses(&journey, false);
    journey.call(&["login"]).success();
    assert_eq!(journey.openings(), 2);
    Credentials::of(&journey.call(&[]));
}

#[test]
fn login_resets_the_budget_even_if_the_person_cancels_once_more() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    for window in 2..=5 {
        journey.call(&["login"]).is_error(5, "sign-in-cancelled");
        assert_eq!(journey.openings(), window);
    }
}

#[test]
fn after_a_successful_sign_in_the_next_one_may_open_a_window_again() {
    let journey = Journey::new();
    refuses(&journey, true);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    refuses(&journey, false);
    journey.call(&["login"]).success();
    for window in 3..=6 {
        journey.expire_all_but_the_refresh_token();
        journey.sandbox.control().revoke_all_refresh_tokens();
        Credentials::of(&journey.call(&[]));
        assert_eq!(journey.openings(), window);
    }
}

#[test]
fn a_provider_that_cannot_be_reached_opens_no_window_at_all() {
    let journey = Journey::new();
    journey.fault(json!({"endpoint": "discovery", "status": 500}));
    journey.call(&[]).is_error(6, "provider-answer");
    assert_eq!(journey.openings(), 0);
}

#[test]
fn cached_credentials_are_served_whatever_the_budget_says() {
    let mut journey = Journey::new();
    let credentials = journey.sign_in();
    journey.home.use_browser(FakeBrowser::Cancels);
    journey.call(&["login", "--force"]);
    assert_eq!(Credentials::of(&journey.call(&[])), credentials);
}
