//! `claims`: what the cached ID token says.

use std::time::Duration;

use ccwb_sandbox::Federation;
use serde_json::json;

use crate::support::{ErrorReport, Journey};

/// Alice's token holds principal tags.
fn tagged() -> Journey {
    Journey::signed_in(Federation::Cognito, |options| {
        let tags = json!({"principal_tags": {"Project": ["apollo"], "Team": "core"}, "transitive_tag_keys": []});
        options.users[0].claims.insert("https://aws.amazon.com/tags".to_owned(), tags);
    })
}

#[test]
fn claims_are_those_of_the_signed_in_person_and_need_no_network() {
    let mut journey = tagged();
    journey.sandbox.shut_down();
    let output = journey.call(&["claims"]).success();
    let claims = output.json();
    assert_eq!(claims["email"], "alice@example.com");
    assert_eq!(claims["groups"], json!(["engineering", "claude-code-users"]));
    assert!(output.elapsed < Duration::from_secs(5), "{output}");
}

#[test]
fn one_tag_is_its_value_alone() {
    let journey = tagged();
    assert_eq!(journey.call(&["claims", "--tag", "Project"]).success().stdout, "apollo\n");
    assert_eq!(journey.call(&["claims", "--tag", "Team"]).success().stdout, "core\n");
    journey.call(&["claims", "--tag", "Nobody"]).is_error_at_once(1, "no-such-tag");
}

#[test]
fn tags_are_the_claims_that_aws_turns_into_principal_tags() {
    let journey = tagged();
    let tags = journey.call(&["claims", "--tags"]).success().json();
    assert_eq!(tags["https://aws.amazon.com/tags"]["principal_tags"]["Project"], json!(["apollo"]));
    assert!(tags.get("email").is_none(), "{tags}");
}

#[test]
fn without_a_sign_in_there_are_no_claims() {
    let journey = Journey::new();
    journey.call(&["claims"]).is_error_at_once(4, "sign-in-needed");
    assert_eq!(journey.openings(), 0);
}
