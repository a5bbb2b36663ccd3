//! No storms of browser tabs.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use ccwb_sandbox::{AutoApprove, Behaviour, Federation};
use ccwb_tests::FakeBrowser;
use serde_json::{Value, json};

use crate::support::{Credentials, ErrorReport, Journey, alone_on_the_machine, eventually};

fn refuses(journey: &Journey, refuse: bool) {
    let answer = if refuse { AutoApprove::Deny } else { AutoApprove::Approve };
    journey.sandbox.control().set_behaviour(&Behaviour { auto_approve: Some(answer), ..Behaviour::default() });
}

#[test]
fn a_provider_that_always_refuses_gets_one_window_in_two_hundred_calls_and_the_later_ones_fail_at_once() {
    let _alone = alone_on_the_machine();
    let journey = Journey::new();
    refuses(&journey, true);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    journey.forget_requests();
    let (mut times, mut errors) = (Vec::new(), BTreeSet::new());
    let started = Instant::now();
    for _ in 1..200 {
        let output = journey.call(&[]);
        output.is_error_at_once(4, "sign-in-paused");
        // The minutes that are left are the only thing that may change.
        errors.insert(output.stderr.replace(|c: char| c.is_ascii_digit(), ""));
        times.push(output.elapsed);
    }
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(journey.openings(), 1);
    assert_eq!(journey.requests(), [""; 0]);
    times.sort();
    // Each is under 200 ms where the machine has time for it (6 ms on an idle one); a busy machine makes some wait.
    assert!(times[times.len() / 10] < Duration::from_millis(50), "{times:?}");
    assert!(times[times.len() / 2] < Duration::from_millis(200), "{times:?}");
    assert!(times[times.len() - 1] < Duration::from_secs(2), "{times:?}");
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

#[test]
fn each_profile_and_each_client_has_a_budget_of_its_own() {
    let mut journey = Journey::new();
    let profile = journey.sandbox.config(Federation::Cognito, "session")["ClaudeCode"].clone();
    journey.home.write_config_value(&json!({"profiles": {"ClaudeCode": profile, "Other": profile}}));
    refuses(&journey, true);
    journey.call(&["--profile", "ClaudeCode"]).is_error(5, "sign-in-cancelled");
    journey.call(&["--profile", "ClaudeCode"]).is_error_at_once(4, "sign-in-paused");
    journey.call(&["--profile", "Other"]).is_error(5, "sign-in-cancelled");
    journey.call(&["--profile", "Other"]).is_error_at_once(4, "sign-in-paused");
    assert_eq!(journey.openings(), 2);

    // The same profile for somewhere else, as after a new package.
    journey.configure(|profile| profile["aws_region"] = "eu-west-1".into());
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    assert_eq!(journey.openings(), 3);
}

/// Times in the future are those of a clock that was wrong.
#[test]
fn a_clock_that_was_set_back_does_not_keep_windows_closed() {
    let journey = Journey::new();
    refuses(&journey, true);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    refuses(&journey, false);
    journey.change_sign_ins(|record| {
        let mut record: Value = serde_json::from_slice(&record).expect("JSON");
        let day = 24 * 60 * 60 * 1000;
        for time in ["started", "finished", "deadline"] {
            record[time] = (record[time].as_i64().expect("a time") + day).into();
        }
        let budget = &mut record["budget"];
        budget["cool_down_until"] = (budget["cool_down_until"].as_i64().expect("a time") + day).into();
        budget["openings"] = json!([budget["openings"][0].as_i64().expect("a time") + day]);
        record.to_string().into_bytes()
    });
    let _caller = journey.start(&[]);
    eventually("a window opens", || journey.openings() == 2);
}

#[test]
fn a_record_that_is_damaged_is_as_if_there_were_none_and_the_next_pause_holds() {
    for damage in [&b""[..], b"{", b"null", b"[]", b"\xff\xfe", b"{\"budget\": {\"openings\": \"many\"}}"] {
        let journey = Journey::new();
        refuses(&journey, true);
        journey.call(&[]).is_error(5, "sign-in-cancelled");
        journey.change_sign_ins(|_| damage.to_vec());
        journey.call(&[]).is_error(5, "sign-in-cancelled");
        journey.call(&[]).is_error_at_once(4, "sign-in-paused");
        assert_eq!(journey.openings(), 2, "{damage:?}");
    }
}
