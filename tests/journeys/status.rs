//! `status`: who, what, until when, and what went wrong last.

use ccwb_sandbox::User;
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

/// Field report R-29: Entra ID leaves groups out of a token above 200, and points elsewhere.
#[test]
fn groups_that_the_provider_left_out_are_told() {
    let journey = Journey::new();
    let claims =
        json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.example"}}});
    let claims = claims.as_object().expect("an object").clone();
    let alice = User::samples().into_iter().find(|user| user.login == "alice").expect("she is there");
    journey.sandbox.control().put_user(User { claims, ..alice });
    journey.sign_in();
    let status = journey.call(&["status"]).success();
    assert!(status.stdout.contains("left out of the ID token"), "{status}");
    assert_eq!(journey.call(&["status", "--json"]).json()["groups_left_out"], true);

    let journey = Journey::new();
    journey.sign_in();
    assert!(!journey.call(&["status"]).stdout.contains("left out"));
    assert_eq!(journey.call(&["status", "--json"]).json()["groups_left_out"], false);
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
