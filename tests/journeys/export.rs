//! `export`: Claude Code's `awsCredentialExport`.

use crate::support::{Credentials, ErrorReport, Journey};

#[test]
fn export_prints_the_cached_credentials_in_claude_codes_form_and_asks_nobody() {
    let journey = Journey::new();
    let credentials = journey.sign_in();
    let output = journey.call(&["export"]);
    assert_eq!(Credentials::of_export(&output), credentials);
    assert_eq!(output.stderr, "");
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn export_renews_without_a_browser() {
    let journey = Journey::new();
    let before = journey.sign_in();
    journey.expire_credentials();
    assert_ne!(Credentials::of_export(&journey.call(&["export"])), before);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn export_before_any_sign_in_refuses_without_a_single_request() {
    let journey = Journey::new();
    journey.call(&["export"]).is_error_at_once(4, "sign-in-needed");
    assert_eq!(journey.requests(), [""; 0]);
    assert_eq!(journey.openings(), 0);
}
