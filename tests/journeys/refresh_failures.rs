//! A refresh token is forgotten for one answer only, `invalid_grant`, and never lost.

use std::time::Duration;

use ccwb_sandbox::Federation;
use serde_json::{Value, json};

use crate::support::{Credentials, ErrorReport, Journey, each_case};

#[test]
fn invalid_grant_is_forgotten_and_leads_to_one_sign_in() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.sandbox.control().revoke_all_refresh_tokens();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 2);
    assert_eq!(journey.sandbox.control().count("token:refresh_token"), 1);
}

#[test]
fn invalid_grant_where_no_browser_may_open_is_asked_about_once_and_never_again() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.sandbox.control().revoke_all_refresh_tokens();
    for _ in 0..3 {
        journey.call(&["export"]).is_error_at_once(4, "sign-in-needed");
    }
    assert_eq!(journey.requests(), ["token:refresh_token"]);
    assert!(!journey.has_a_refresh_token());
}

/// Any other failure: what it is, the exit code and the error that it leads to.
fn other_failures() -> Vec<(Value, i32, &'static str)> {
    let page = "<html><title>Sign in to the guest network</title></html>";
    vec![
        (json!({"status": 500}), 6, "provider-answer"),
        (json!({"status": 503, "body": page}), 6, "provider-answer"),
        (json!({"status": 500, "body": {"error": "server_error"}}), 6, "provider-refused"),
        (json!({"status": 429, "headers": {"retry-after": "1"}}), 6, "provider-answer"),
        (json!({"status": 400, "body": {"error": "invalid_client"}}), 6, "provider-refused"),
        (json!({"status": 400, "body": {"error": "temporarily_unavailable"}}), 6, "provider-refused"),
        (json!({"body": page}), 8, "captive-portal"),
        (json!({"status": 302, "headers": {"location": "https://portal.example/"}}), 8, "captive-portal"),
        (json!({"body": {}}), 6, "provider-answer"),
        (json!({"drop": true}), 8, "provider-unreachable"),
        (json!({"body": {"access_token": "a", "token_type": "Bearer"}, "truncate": 20}), 8, "provider-unreachable"),
    ]
}

#[test]
fn any_other_failure_keeps_it_opens_no_browser_and_the_next_call_renews_silently() {
    let cases = other_failures().into_iter().map(|(fault, exit, code)| (fault.to_string(), (fault, exit, code)));
    each_case(cases, |(mut fault, exit, code)| {
        let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
        fault["endpoint"] = "token:refresh_token".into();
        journey.fault(fault);
        for command in [&[][..], &["export"], &["login"]] {
            journey.call(command).is_error_at_once(exit, code);
        }
        assert_eq!(journey.openings(), 1);
        works_again(&journey);
    });
}

#[test]
fn a_provider_that_never_answers_is_given_up_within_the_ten_seconds_of_export() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.fault(json!({"endpoint": "token:refresh_token", "hang": true}));
    let output = journey.call(&["export"]);
    output.is_error_at_once(8, "provider-unreachable");
    assert!(output.elapsed < Duration::from_secs(11), "{output}");
    works_again(&journey);
}

/// Without the fault the next call renews, and nobody is told anything.
#[track_caller]
fn works_again(journey: &Journey) {
    journey.sandbox.control().clear_faults();
    let renewed = journey.call(&[]);
    Credentials::of(&renewed);
    assert_eq!(renewed.stderr, "");
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_provider_that_is_gone_is_a_network_error_and_the_sign_in_survives_it() {
    let mut journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.sandbox.shut_down();
    let output = journey.call(&[]);
    output.is_error_at_once(8, "provider-unreachable");
    assert_eq!(journey.openings(), 1);
    assert!(journey.has_a_refresh_token());
}

#[test]
fn a_rotated_refresh_token_is_stored_before_anything_else() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.fault(json!({"endpoint": "cognito", "status": 500}));
    let output = journey.call(&[]);
    assert_ne!(output.code, Some(0), "{output}");
    journey.sandbox.control().clear_faults();
    Credentials::of(&journey.call(&[]));
    // And again with the token that was rotated: had the old one been used, its family would be revoked.
    journey.expire_all_but_the_refresh_token();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
    assert!(journey.sandbox.control().requests().iter().all(|request| !request.parameters.contains_key("error")));
}

#[test]
fn a_rotated_refresh_token_is_kept_even_if_the_id_token_beside_it_is_bad() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    let mutation = serde_json::from_value(json!({"alg": "bad-signature"})).expect("a mutation");
    journey.sandbox.control().set_mutation(Some(mutation));
    journey.call(&["export"]).is_error_at_once(6, "id-token-signature");
    assert!(journey.has_a_refresh_token());
    journey.sandbox.control().set_mutation(None);
    Credentials::of_export(&journey.call(&["export"]));
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_refresh_that_brings_another_persons_token_is_refused() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    let before = journey.stored("tokens").expect("tokens")["id_token"].clone();
    let mutation = serde_json::from_value(json!({"set": {"sub": "somebody-else"}})).expect("a mutation");
    journey.sandbox.control().set_mutation(Some(mutation));
    journey.call(&[]).is_error_at_once(6, "id-token-subject");
    assert_eq!(journey.stored("tokens").expect("tokens")["id_token"], before);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn aws_that_fails_opens_no_browser_and_works_again_when_it_works_again() {
    let faults = [
        (json!({"status": 500}), 7, "aws-answer"),
        (json!({"drop": true}), 8, "aws-unreachable"),
        (json!({"body": "<html>portal</html>"}), 8, "captive-portal"),
        (json!({"hang": true}), 8, "aws-unreachable"),
    ];
    let cases = faults.into_iter().map(|(fault, exit, code)| (fault.to_string(), (fault, exit, code)));
    each_case(cases, |(mut fault, exit, code)| {
        let journey = Journey::signed_in(Federation::Cognito, |_| {});
        journey.expire_credentials();
        fault["endpoint"] = "cognito".into();
        journey.fault(fault);
        journey.call(&[]).is_error_at_once(exit, code);
        assert_eq!(journey.sandbox.control().count("token"), 0);
        works_again(&journey);
    });
}
