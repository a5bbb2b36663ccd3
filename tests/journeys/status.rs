//! `status`: who, what, until when, and what went wrong last.

use ccwb_tests::FakeBrowser;
use serde_json::{Value, json};

use crate::support::{ErrorReport, Journey, eventually};

fn status(journey: &Journey) -> Value {
    journey.call(&["status", "--json"]).success().json()
}

#[test]
fn before_a_sign_in_there_is_nobody() {
    let journey = Journey::new();
    let status = status(&journey);
    assert_eq!(status["signed_in_as"], Value::Null);
    assert_eq!((&status["credentials"]["valid"], &status["credentials"]["expires"]), (&json!(false), &Value::Null));
    assert_eq!(status["next_human_sign_in"], "now");
    assert_eq!(status["last_error"], Value::Null);
}

#[test]
fn after_a_sign_in_it_tells_who_which_role_until_when_and_where_without_the_network() {
    let mut journey = Journey::new();
    let credentials = journey.sign_in();
    let pool = journey.sandbox.identity_pool_id();
    journey.sandbox.shut_down();
    let status = status(&journey);
    assert_eq!(status["profile"], "ClaudeCode");
    assert_eq!(status["signed_in_as"], "alice@example.com");
    assert_eq!(status["credentials"]["valid"], true);
    assert_eq!(status["credentials"]["expires"], credentials.expiration);
    assert_eq!(status["id_token"]["valid"], true);
    assert_eq!(status["renews_without_sign_in"], true);
    assert_eq!(status["storage"]["in_use"], "session-file");
    assert_eq!(status["sign_in_running"], false);
    assert!(status["role"].as_str().is_some_and(|role| role.contains(&pool)), "{status}");
    let text = journey.call(&["status"]).success().stdout;
    assert!(text.contains("alice@example.com"), "{text}");
}

#[test]
fn the_last_error_is_kept_until_things_work_again() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    let last = status(&journey)["last_error"].clone();
    assert_eq!(last["code"], "sign-in-cancelled");
    assert!(last["hint"].as_str().is_some_and(|hint| hint.contains("login")), "{last}");
    journey.home.use_browser(FakeBrowser::SignsIn);
    journey.call(&["login"]).success();
    assert_eq!(status(&journey)["last_error"], Value::Null);
}

#[test]
fn a_sign_in_that_waits_for_the_person_is_shown() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let _waiting = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    assert_eq!(status(&journey)["sign_in_running"], true);
}
