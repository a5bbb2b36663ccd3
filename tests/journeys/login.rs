//! `login`: for a person, and for Claude Code's `awsAuthRefresh`.

use std::time::Duration;

use ccwb_tests::FakeBrowser;

use crate::support::{Credentials, ErrorReport, Journey, alone_on_the_machine};

#[test]
fn login_signs_in_once_and_speaks_plain_words_only() {
    let journey = Journey::new();
    let output = journey.call(&["login"]).success();
    assert!(output.stderr.contains("Signed in as alice@example.com"), "{output}");
    assert!(!format!("{}{}", output.stdout, output.stderr).contains('{'), "{output}");
    assert_eq!(journey.openings(), 1);
    journey.forget_requests();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn login_is_silent_and_instant_when_credentials_are_good() {
    let journey = Journey::new();
    journey.sign_in();
    let _alone = alone_on_the_machine();
    let outputs: Vec<_> = (0..10).map(|_| journey.call(&["login"]).success()).collect();
    for output in &outputs {
        assert_eq!((&*output.stdout, &*output.stderr), ("", ""));
        assert!(output.elapsed < Duration::from_secs(1), "{output}");
    }
    // Field report R-18: under 100 ms, where the machine has time for it.
    let fastest = outputs.iter().map(|output| output.elapsed).min();
    assert!(fastest < Some(Duration::from_millis(100)), "{fastest:?}");
    assert_eq!(journey.requests(), [""; 0]);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn login_renews_without_a_browser_where_it_can() {
    let journey = Journey::new();
    journey.sign_in();
    journey.expire_credentials();
    journey.call(&["login"]).success();
    assert_eq!(journey.openings(), 1);
}

#[test]
fn login_with_force_signs_in_again_and_replaces_what_was_cached() {
    let journey = Journey::new();
    let before = journey.sign_in();
    journey.call(&["login", "--force"]).success();
    assert_eq!(journey.openings(), 2);
    assert_eq!(journey.sandbox.control().count("token:authorization_code"), 1);
    journey.forget_requests();
    assert_ne!(Credentials::of(&journey.call(&[])), before);
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn login_by_the_flag_of_the_guidance_does_the_same() {
    let journey = Journey::new();
    journey.call(&["--login"]).success();
    assert_eq!(journey.openings(), 1);
    assert_eq!(journey.call(&["--login"]).success().stderr, "");
    assert_eq!(journey.openings(), 1);
}

#[test]
fn login_with_force_that_is_cancelled_says_so_although_there_are_good_credentials() {
    let mut journey = Journey::new();
    journey.sign_in();
    journey.home.use_browser(FakeBrowser::Cancels);
    journey.call(&["login", "--force"]).is_error(5, "sign-in-cancelled");
}
