//! The ID token for the collector: where it goes, and where it never goes.

use std::fs;

use ccwb_sandbox::Federation;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use serde_json::Value;

use super::{Told, header_file, rewrite};
use crate::support::{Journey, now};

fn id_token(journey: &Journey) -> String {
    journey.stored("tokens").expect("they are stored")["id_token"].as_str().expect("a text").to_owned()
}

fn told_for(journey: &mut Journey, endpoint: &str) -> Told {
    journey.home.set_env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let told = Told::by(journey);
    journey.home.remove_env("OTEL_EXPORTER_OTLP_ENDPOINT");
    assert_eq!(told.get("x-user-email"), Some("alice@example.com"));
    told
}

fn with(key: &str, value: impl Into<Value>) -> Journey {
    let mut journey = Journey::new();
    journey.configure(|profile| profile[key] = value.into());
    journey.sign_in();
    journey
}

#[test]
fn without_a_word_in_config_json_the_token_goes_along_as_in_the_guidance_but_only_over_https() {
    let mut journey = Journey::new();
    journey.sign_in();
    let bearer = format!("Bearer {}", id_token(&journey));
    assert_eq!(Told::by(&journey).get("authorization"), Some(&*bearer));
    assert_eq!(told_for(&mut journey, "https://otel.example.com").get("authorization"), Some(&*bearer));
    for exposed in ["http://otel.example.com:4318", "http://localhost:4318", "HTTP://127.0.0.1:4318"] {
        assert_eq!(told_for(&mut journey, exposed).get("authorization"), None, "{exposed}");
    }
    journey.home.set_env("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://logs.example.com");
    assert_eq!(told_for(&mut journey, "https://otel.example.com").get("authorization"), None);
}

#[test]
fn a_collector_on_this_machine_gets_it_where_that_was_asked_for() {
    let mut journey = with("telemetry_bearer", true);
    let bearer = format!("Bearer {}", id_token(&journey));
    assert_eq!(told_for(&mut journey, "http://localhost:4318").get("authorization"), Some(&*bearer));
    assert_eq!(told_for(&mut journey, "http://otel.example.com:4318").get("authorization"), None);
}

#[test]
fn where_the_collector_asks_for_none_no_secret_is_in_any_output_nor_in_the_header_file() {
    let journey = with("telemetry_bearer", false);
    let tokens = journey.stored("tokens").expect("they are stored");
    let credentials = journey.stored("credentials").expect("they are stored");
    let secret = |name: &str, value: &Value| Secret::new(name, value.as_str().expect("a text"));
    let secrets = [
        secret("the ID token", &tokens["id_token"]),
        secret("the refresh token", &tokens["refresh_token"]),
        secret("the secret key", &credentials["SecretAccessKey"]),
        secret("the session token", &credentials["SessionToken"]),
    ];
    for arguments in [&[] as &[&str], &["--test"], &["--status"], &["--verbose"], &["--test", "--verbose"]] {
        let output = journey.otel_helper(arguments).success();
        assert!(!output.stdout.contains("Bearer"), "{output}");
        assert_absent(&secrets, Place::output(&output));
    }
    let file = fs::read_to_string(header_file(&journey)).expect("there is a header file");
    assert_absent(&secrets, [Place::text("the header file", &file)]);
}

#[test]
fn with_session_storage_the_token_stays_in_the_session_file_alone() {
    for journey in [Journey::signed_in(Federation::Cognito, |_| {}), with("telemetry_bearer", true)] {
        let file = fs::read_to_string(header_file(&journey)).expect("there is a header file");
        assert_absent(&[Secret::new("the ID token", id_token(&journey))], [Place::text("the header file", &file)]);
    }
}

#[test]
fn an_expired_token_is_not_sent_and_the_headers_are() {
    let journey = Journey::new();
    journey.sign_in();
    rewrite(&journey, |file| file["token_expires"] = (now().timestamp() + 30).into());
    let told = Told::by(&journey);
    assert_eq!((told.get("authorization"), told.get("x-user-email")), (None, Some("alice@example.com")));
    let shown = journey.otel_helper(&["--test"]).success();
    assert!(shown.stdout.contains("No authorization: the ID token has expired"), "{shown}");
}

#[test]
fn a_token_of_another_sign_in_or_of_the_environment_is_not_sent() {
    let mut journey = Journey::new();
    journey.sign_in();
    let token = id_token(&journey);
    journey.home.set_env("CLAUDE_CODE_MONITORING_TOKEN", &token);
    let _ = fs::remove_file(header_file(&journey));
    assert!(Told::by(&journey).is_empty());
    journey.call(&["login"]).success();
    assert_eq!(Told::by(&journey).get("authorization").map(str::len), Some("Bearer ".len() + token.len()));
    journey.expire_id_token();
    assert_eq!(Told::by(&journey).get("authorization"), None);
}

/// Else the collector would be left without a token until the credentials are renewed again.
#[test]
fn a_renewal_does_not_make_credentials_of_a_token_that_the_collector_is_about_to_refuse() {
    let journey = Journey::signed_in(Federation::Cognito, |options| {
        options.lifetimes.id_token = std::time::Duration::from_mins(15);
    });
    let before = id_token(&journey);
    journey.expire_credentials();
    journey.call(&[]).success();
    assert_eq!(journey.requests(), ["token:refresh_token", "cognito:GetCredentialsForIdentity"]);
    let after = id_token(&journey);
    assert_ne!(before, after);
    assert_eq!(Told::by(&journey).get("authorization"), Some(&*format!("Bearer {after}")));

    journey.expire_credentials();
    journey.forget_requests();
    journey.fault(serde_json::json!({"endpoint": "token", "status": 503}));
    journey.call(&[]).success();
    assert_eq!(id_token(&journey), after);
}
