//! What never opens a browser, whatever happens.

use std::time::Duration;

use ccwb_sandbox::Federation;
use ccwb_tests::FakeBrowser;

use crate::support::{Credentials, ErrorReport, Journey, eventually};

/// Every call that must not open one.
const SILENT: [&[&str]; 6] = [
    &["export"],
    &["--no-browser"],
    &["login", "--no-browser"],
    &["token", "--no-browser"],
    &["token", "--format", "header"],
    &["--profile", "ClaudeCode", "export"],
];

#[test]
fn a_call_that_may_not_open_a_browser_says_what_to_run_instead() {
    let journey = Journey::new();
    for arguments in SILENT {
        let output = journey.call(arguments);
        output.is_error_at_once(4, "sign-in-needed");
        assert!(output.stderr.trim_end().ends_with("--profile ClaudeCode login"), "{output}");
    }
    assert_eq!(journey.openings(), 0);
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn the_variable_does_the_same_as_the_flag() {
    let mut journey = Journey::new();
    journey.home.set_env("CCWB_NO_BROWSER", "1");
    for arguments in [&[][..], &["login"], &["login", "--force"], &["token"]] {
        journey.call(arguments).is_error_at_once(4, "sign-in-needed");
    }
    assert_eq!(journey.openings(), 0);
}

#[test]
fn a_call_that_may_not_open_a_browser_still_renews() {
    let mut journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.home.set_env("CCWB_NO_BROWSER", "1");
    for arguments in [&["--no-browser"][..], &[]] {
        journey.expire_all_but_the_refresh_token();
        Credentials::of(&journey.call(arguments));
    }
    journey.expire_all_but_the_refresh_token();
    Credentials::of_export(&journey.call(&["export"]));
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_refresh_token_that_is_no_longer_good_does_not_open_one_either() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.sandbox.control().revoke_all_refresh_tokens();
    for arguments in SILENT {
        journey.call(arguments).is_error_at_once(4, "sign-in-needed");
    }
    // Forgotten at the first answer: the others had nothing to ask with.
    assert_eq!(journey.requests(), ["token:refresh_token"]);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn with_a_sign_in_under_way_in_the_browser_export_does_not_wait_for_ever() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let _waiting = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    let output = journey.call(&["export"]);
    output.is_error_at_once(4, "sign-in-running");
    assert!(output.elapsed < Duration::from_secs(13), "{output}");
    assert_eq!(journey.openings(), 1);
}
