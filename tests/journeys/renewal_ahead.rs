//! Renewal ahead of need: served at once, renewed behind the caller's back, by one process and without a browser.

use std::time::Duration;

use ccwb_sandbox::Federation;

use crate::support::{Credentials, Journey, all_at_once, alone_on_the_machine, eventually};

/// Seconds of a one-hour life after which less than 20 minutes are left.
const LATE: i64 = 2_460;

/// Waits until other credentials are stored, and gives what the next call then prints.
#[track_caller]
fn renewed(journey: &Journey, old: &Credentials) -> Credentials {
    eventually("new credentials are stored", || {
        journey.stored("credentials").is_some_and(|stored| stored["AccessKeyId"] != old.access_key_id)
    });
    Credentials::of(&journey.call(&[]))
}

#[test]
fn a_hit_with_little_life_left_is_served_at_once_and_renewed_by_one_aws_request() {
    for federation in [Federation::Cognito, Federation::Direct] {
        let journey = Journey::signed_in(federation, |options| {
            options.lifetimes.aws_credentials = Duration::from_hours(1);
        });
        let old = Credentials::of(&journey.call(&[]));
        let life = if federation == Federation::Direct { 43_200 } else { 3_600 };
        journey.age_credentials(life - 3_600 + LATE);
        let hit = journey.call(&[]);
        assert_eq!(Credentials::of(&hit).access_key_id, old.access_key_id);
        renewed(&journey, &old);
        assert_eq!(journey.requests().len(), 1, "{:?}", journey.requests());
        assert_eq!(journey.openings(), 1);
    }
}

#[test]
fn where_the_id_token_has_ended_the_provider_is_asked_once_too() {
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.expire_id_token();
    let old = Credentials::of(&journey.call(&[]));
    journey.age_credentials(LATE);
    assert_eq!(Credentials::of(&journey.call(&[])).access_key_id, old.access_key_id);
    renewed(&journey, &old);
    assert_eq!(journey.requests(), ["token:refresh_token", "cognito:GetCredentialsForIdentity"]);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn export_renews_ahead_of_need_as_well() {
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    let old = Credentials::of(&journey.call(&[]));
    journey.age_credentials(LATE);
    assert_eq!(Credentials::of_export(&journey.call(&["export"])).access_key_id, old.access_key_id);
    renewed(&journey, &old);
}

#[test]
fn short_credentials_are_renewed_at_half_their_life() {
    let journey = Journey::signed_in(Federation::Cognito, |options| {
        options.lifetimes.aws_credentials = Duration::from_mins(15);
    });
    let old = Credentials::of(&journey.call(&[]));
    journey.age_credentials(400);
    journey.call(&[]).success();
    assert!(!journey.state_files().contains(&"ClaudeCode.renewal".to_owned()), "nothing was due");
    journey.age_credentials(60);
    journey.call(&[]).success();
    renewed(&journey, &old);
    assert_eq!(journey.requests(), ["cognito:GetCredentialsForIdentity"]);
}

#[test]
fn nothing_is_renewed_before_it_is_time() {
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.age_credentials(2_300);
    journey.call(&[]).success();
    assert!(!journey.state_files().contains(&"ClaudeCode.renewal".to_owned()));
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn thirty_hits_at_once_are_all_served_and_lead_to_one_renewal() {
    let _alone = alone_on_the_machine();
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.expire_id_token();
    let old = Credentials::of(&journey.call(&[]));
    journey.age_credentials(LATE);
    for output in all_at_once(&journey, 30, &[]) {
        Credentials::of(&output);
    }
    renewed(&journey, &old);
    assert_eq!(journey.requests(), ["token:refresh_token", "cognito:GetCredentialsForIdentity"]);
}

#[test]
fn a_renewal_that_fails_is_not_the_callers_business() {
    let mut journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.expire_id_token();
    journey.age_credentials(LATE);
    journey.sandbox.shut_down();
    for _ in 0..3 {
        let hit = journey.call(&[]);
        Credentials::of(&hit);
        assert_eq!(hit.stderr, "");
    }
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_refresh_token_that_is_no_longer_good_opens_no_browser_ahead_of_need() {
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.expire_id_token();
    journey.age_credentials(LATE);
    journey.sandbox.control().revoke_all_refresh_tokens();
    Credentials::of(&journey.call(&[]));
    eventually("the refresh token is forgotten", || !journey.has_a_refresh_token());
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
}
