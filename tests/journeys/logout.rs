//! `logout`: nothing of the sign-in is left, here or at the provider.

use ccwb_sandbox::{Federation, ProviderShape};
use serde_json::json;

use crate::support::{ErrorReport, Journey, is_lock};

#[test]
fn logout_revokes_at_the_provider_removes_every_file_and_needs_a_sign_in_next() {
    let journey = Journey::new();
    journey.sign_in();
    let output = journey.call(&["logout"]).success();
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("was revoked"), "{output}");
    assert_eq!(journey.requests(), ["revoke"]);
    assert_eq!(journey.request("revoke").parameters["revoked"], "true");

    let left = journey.state_files();
    assert!(left.iter().all(|name| is_lock(name)), "{left:?}");
    journey.call(&["export"]).is_error_at_once(4, "sign-in-needed");
    journey.call(&["claims"]).is_error_at_once(4, "sign-in-needed");
}

#[test]
fn logout_says_until_when_credentials_that_programs_hold_stay_good() {
    let journey = Journey::new();
    journey.sign_in();
    let output = journey.call(&["logout"]).success();
    assert!(output.stderr.contains("stay good until"), "{output}");
    assert!(output.stderr.contains("browser's session"), "{output}");
    let page = journey.sandbox.idp_url().join("logout?client_id=sandbox-client").expect("an address");
    assert!(output.stderr.contains(page.as_str()), "where it can be ended: {output}");
    assert_eq!(journey.openings(), 1, "nothing is opened for that");
}

#[test]
fn logout_where_the_provider_has_no_revocation_says_so_and_removes_what_is_stored() {
    let journey = Journey::signed_in(Federation::Cognito, |options| {
        options.shape = ProviderShape::Entra("9122040d-6c67-4c5b-b112-36a304b66dad".to_owned());
    });
    let output = journey.call(&["logout"]).success();
    assert!(output.stderr.contains("offers no revocation"), "{output}");
    assert_eq!(journey.stored("tokens"), None);
}

#[test]
fn logout_removes_what_is_stored_even_if_the_provider_is_down() {
    let mut journey = Journey::new();
    journey.sign_in();
    journey.sandbox.shut_down();
    let output = journey.call(&["logout"]).success();
    assert!(output.stderr.contains("could not be revoked"), "{output}");
    assert_eq!(journey.stored("tokens"), None);
    assert_eq!(journey.stored("credentials"), None);
}

#[test]
fn logout_without_a_sign_in_is_no_error() {
    let journey = Journey::new();
    journey.call(&["logout"]).success();
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn a_refresh_token_that_was_revoked_is_really_of_no_use_any_more() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    let session = journey.state().join("ClaudeCode.session.json");
    let copy = std::fs::read(&session).expect("it is there");
    journey.call(&["logout"]).success();
    std::fs::write(&session, copy).expect("the state folder can be written");
    journey.call(&["export"]).is_error_at_once(4, "sign-in-needed");
    assert_eq!(journey.request("token:refresh_token").parameters["error"], "invalid_grant");
}

#[test]
fn logout_of_all_profiles_signs_each_of_them_out() {
    let journey = Journey::new();
    journey.sign_in();
    let mut profile = journey.sandbox.config(Federation::Direct, "session")["ClaudeCode"].clone();
    profile["oidc_prompt"] = "".into();
    let first = journey.sandbox.config(Federation::Cognito, "session")["ClaudeCode"].clone();
    journey.home.write_config_value(&json!({"profiles": {"ClaudeCode": first, "Other": profile}}));
    journey.call(&["--profile", "Other"]).success();
    journey.call(&["logout", "--all"]).success();
    for name in ["ClaudeCode", "Other"] {
        journey.call(&["--profile", name, "export"]).is_error_at_once(4, "sign-in-needed");
    }
}
