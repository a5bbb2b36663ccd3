//! The administrator's rules, and who sees through them.

use std::fs;

use ccwb_sandbox::Federation;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use serde_json::json;

use super::{Told, header_file, rewrite};
use crate::support::Journey;

fn ruled() -> Journey {
    let mut journey = Journey::with(Federation::Cognito, |options| {
        options.users[0].claims.insert("manager".to_owned(), "the-boss-of-alice".into());
    });
    journey.configure(|profile| {
        profile["telemetry_headers"] = json!({
            "x-user-email": "hash", "x-manager": "drop", "x-department": "keep", "x-groups": {"claims": "groups"},
            "x-role": {"default": "contractor"}, "x-location": {"default": ""},
        });
        profile["telemetry_hash_salt"] = "pepper".into();
    });
    journey.sign_in();
    journey
}

#[test]
fn headers_are_kept_dropped_hashed_and_added_as_the_rules_say() {
    let journey = ruled();
    let explained = journey.call(&["explain"]).success();
    assert_eq!(explained.json()["telemetry"]["headers"]["x-manager"]["policy"], "drop");
    assert!(explained.json()["telemetry"]["hash_salt"] == true && !explained.stdout.contains("pepper"), "{explained}");
    let told = Told::by(&journey);
    let email = told.get("x-user-email").expect("it is hashed, not dropped");
    assert!(email.len() == 32 && email.chars().all(|c| c.is_ascii_hexdigit()), "{email}");
    assert_eq!((told.get("x-manager"), told.get("x-location")), (None, None));
    assert_eq!(told.get("x-department"), Some("platform"));
    assert_eq!(told.get("x-groups"), Some("engineering,claude-code-users"));
    assert_eq!(told.get("x-role"), Some("contractor"));
}

#[test]
fn what_is_dropped_or_hashed_is_not_even_in_the_header_file() {
    let journey = ruled();
    let text = fs::read_to_string(header_file(&journey)).expect("there is a header file");
    for hidden in ["the-boss-of-alice", "alice@example.com", "pepper"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}

#[test]
fn rules_that_change_hold_at_once_and_login_makes_new_headers_without_a_window() {
    let mut journey = Journey::new();
    journey.sign_in();
    assert_eq!(Told::by(&journey).get("x-user-email"), Some("alice@example.com"));
    journey.configure(|profile| profile["telemetry_headers"] = json!({"x-user-email": "drop"}));
    assert!(Told::by(&journey).is_empty());
    journey.call(&["login"]).success();
    let told = Told::by(&journey);
    assert_eq!((told.get("x-user-email"), told.get("x-department")), (None, Some("platform")));
    assert_eq!(journey.openings(), 1);
    journey.configure(|profile| profile["monitoring_enabled"] = false.into());
    assert!(Told::by(&journey).is_empty());
}

#[test]
fn a_config_that_was_written_anew_with_the_same_rules_changes_nothing() {
    let mut journey = Journey::new();
    journey.sign_in();
    let before = Told::by(&journey);
    journey.configure(|profile| profile["selected_model"] = "another".into());
    assert_eq!(Told::by(&journey), before);
}

#[test]
fn headers_of_another_identity_are_not_told() {
    let mut journey = Journey::new();
    journey.sign_in();
    journey.configure(|profile| profile["client_id"] = "somebody-else".into());
    assert!(Told::by(&journey).is_empty());
}

#[test]
fn a_header_file_that_was_edited_tells_nothing_that_claude_code_would_refuse() {
    let journey = Journey::new();
    journey.sign_in();
    rewrite(&journey, |file| {
        file["rows"][0]["value"] = "two\nlines".into();
        file["rows"][1]["value"] = "\u{100}".into();
        file["rows"][2]["name"] = "X-Upper Case".into();
    });
    let told = Told::by(&journey);
    assert_eq!((told.get("x-user-email"), told.get("x-user-id")), (None, None));
    assert_eq!(told.get("x-department"), Some("platform"));
}

#[test]
fn test_shows_each_value_its_claim_the_policy_and_what_is_missing_but_no_token() {
    let journey = ruled();
    let token = journey.stored("tokens").expect("they are stored")["id_token"].as_str().expect("a text").to_owned();
    let output = journey.otel_helper(&["--test"]).success();
    let line = |start: &str| {
        let found = output.stdout.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start} in {output}")).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("x-department"), "x-department platform department keep");
    assert_eq!(line("x-manager"), "x-manager (not sent) manager drop");
    assert!(line("x-user-email").ends_with(" email hash"), "{output}");
    assert!(line("x-role").starts_with("x-role contractor default: no claim"), "{output}");
    assert_eq!(line("  x-team-id"), "x-team-id team, team_id, group or custom:...");
    assert!(line("authorization").starts_with("authorization Bearer (ID token, "), "{output}");
    let said: Vec<&str> = output.stdout.split_whitespace().collect();
    for (name, value) in [("x-department", "platform"), ("x-groups", "engineering,claude-code-users")] {
        assert_eq!(Told::by(&journey).get(name), Some(value));
        assert!(said.contains(&value), "{output}");
    }
    let verbose = journey.otel_helper(&["--test", "--verbose"]);
    let status = journey.otel_helper(&["--status"]);
    let places = [&output, &verbose, &status].map(Place::output);
    assert_absent(&[Secret::new("the ID token", token)], places.into_iter().flatten());
}

#[test]
fn groups_that_entra_left_out_are_shown_and_warned_of() {
    let journey = Journey::signed_in(Federation::Cognito, |options| {
        let claims = &mut options.users[0].claims;
        claims.insert("_claim_names".to_owned(), json!({"memberships": "src1"}));
    });
    let output = journey.otel_helper(&["--test"]).success();
    assert!(output.stdout.contains("left out of the ID token, for there is too much of it: memberships"), "{output}");
    let report = journey.call(&["doctor", "--json"]).json();
    let checks = report["checks"].as_array().expect("a list");
    let telemetry = checks.iter().find(|check| check["name"] == "telemetry").expect("there is such a check");
    assert_eq!(telemetry["state"], "warning", "{telemetry}");
}

#[test]
fn status_is_the_guidances_json_with_the_age_of_the_headers() {
    let journey = Journey::new();
    let before = journey.otel_helper(&["--status"]).success().json();
    assert_eq!((&before["cache"]["has_headers"], &before["profile"]), (&json!(false), &json!("ClaudeCode")));
    assert!(before["problem"]["message"].as_str().is_some_and(|problem| problem.contains("otel-headers.json")));
    journey.sign_in();
    let after = journey.otel_helper(&["-status"]).success().json();
    assert_eq!(after["cache"]["has_headers"], true);
    assert!(after["cache"]["header_keys"].as_array().is_some_and(|keys| keys.contains(&json!("x-user-email"))));
    assert!(after["cache"]["age_seconds"].as_i64().is_some_and(|age| (0..60).contains(&age)), "{after}");
    assert_eq!(after["proxy"], json!({"listening": false, "port": 4318}));
    assert!(after["platform"].as_str().is_some_and(|platform| platform.contains('/')), "{after}");
}
