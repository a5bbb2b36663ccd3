//! From the sign-in to the sign-out.

use std::fs;

use ccwb_sandbox::Federation;
use serde_json::json;

use super::{Told, header_file, rewrite};
use crate::support::{Journey, now};

#[test]
fn before_a_sign_in_there_is_nothing_to_tell_and_no_window() {
    let journey = Journey::new();
    assert!(Told::by(&journey).is_empty());
    assert_eq!(journey.openings(), 0);
    assert_eq!(journey.requests(), [""; 0]);
    assert_eq!(journey.state_files(), [""; 0]);
}

#[test]
fn a_refresh_brings_new_headers() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    rewrite(&journey, |file| {
        file["written"] = 1.into();
        file["rows"] = json!([]);
    });
    journey.call(&[]).success();
    assert_eq!(journey.openings(), 1);
    assert_eq!(Told::by(&journey).get("x-user-email"), Some("alice@example.com"));
    let file: serde_json::Value =
        serde_json::from_slice(&fs::read(header_file(&journey)).expect("there is a header file")).expect("JSON");
    assert!(file["written"].as_i64().is_some_and(|written| (now().timestamp() - written).abs() < 60), "{file}");
}

#[test]
fn a_token_that_is_not_verified_brings_none() {
    let journey = Journey::new();
    journey.fault(json!({"endpoint": "jwks", "status": 503, "times": 50}));
    assert_ne!(journey.call(&[]).code, Some(0));
    assert!(!header_file(&journey).exists());
    assert!(Told::by(&journey).is_empty());
}

#[test]
fn logout_takes_them_away() {
    let journey = Journey::new();
    journey.sign_in();
    assert!(header_file(&journey).is_file());
    journey.call(&["logout"]).success();
    assert!(!header_file(&journey).exists());
    assert!(Told::by(&journey).is_empty());
}

#[test]
fn headers_outlive_the_token_by_twelve_hours_and_no_longer() {
    let journey = Journey::new();
    journey.sign_in();
    for (hours, empty) in [(11, false), (13, true)] {
        rewrite(&journey, |file| file["token_expires"] = (now().timestamp() - hours * 3600).into());
        assert_eq!(Told::by(&journey).is_empty(), empty, "{hours}");
    }
}

#[cfg(unix)]
#[test]
fn the_header_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let journey = Journey::new();
    journey.sign_in();
    let mode = fs::metadata(header_file(&journey)).expect("there is a header file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn where_the_administrator_says_that_there_is_no_telemetry_no_header_file_is_written() {
    let mut journey = Journey::new();
    journey.configure(|profile| profile["monitoring_enabled"] = false.into());
    journey.sign_in();
    assert!(!header_file(&journey).exists());
    let status = journey.call(&["status"]).success();
    assert!(status.stdout.contains("Telemetry     off"), "{status}");
}

#[test]
fn status_says_what_is_told() {
    let journey = Journey::new();
    journey.sign_in();
    let text = journey.call(&["status"]).success();
    assert!(text.stdout.contains("headers, "), "{text}");
    let json = journey.call(&["status", "--json"]).success().json();
    assert_eq!(json["telemetry"]["state"], "good", "{json}");
}
