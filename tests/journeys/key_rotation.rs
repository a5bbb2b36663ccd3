//! Providers change their keys; nobody needs to notice.

use ccwb_sandbox::Federation;

use crate::support::{Credentials, Journey};

#[test]
fn new_keys_are_followed_at_a_renewal_by_asking_for_them_once() {
    for keep in [true, false] {
        let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
        journey.sandbox.control().rotate_keys(keep);
        let output = journey.call(&[]);
        Credentials::of(&output);
        assert_eq!(output.stderr, "");
        assert_eq!(journey.requests(), ["token:refresh_token", "jwks", "cognito:GetCredentialsForIdentity"]);
        assert_eq!(journey.openings(), 1);
    }
}

#[test]
fn new_keys_are_followed_at_a_sign_in() {
    let journey = Journey::new();
    journey.sign_in();
    journey.sandbox.control().rotate_keys(false);
    journey.call(&["login", "--force"]).success();
    assert_eq!(journey.sandbox.control().count("jwks"), 1);
}

#[test]
fn a_token_of_the_old_key_in_the_cache_that_aws_no_longer_takes_is_refreshed() {
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.expire_credentials();
    journey.sandbox.control().rotate_keys(false);
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
    let refreshed = journey.request("token:refresh_token");
    assert_eq!(refreshed.status, 200);
}
