//! a machine whose clock is wrong. The sandbox's clock is moved instead of the machine's, the `Date` of its answers
//! with it: to the program it is the same.

use ccwb_sandbox::{Federation, Role, Trust};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{Credentials, ErrorReport, Journey, each_case, now};

const MINUTES: i64 = 60;
const HOURS: i64 = 60 * MINUTES;

/// A machine whose clock is so many seconds behind the servers' (negative: ahead).
fn behind(seconds: i64, federation: Federation) -> Journey {
    let journey = Journey::with(federation, |_| {});
    journey.sandbox.control().advance_clock(seconds);
    journey
}

fn cases() -> impl Iterator<Item = (String, (i64, Federation))> {
    [-26 * HOURS, -3 * HOURS, -12 * MINUTES, 12 * MINUTES, 3 * HOURS, 26 * HOURS].into_iter().flat_map(|seconds| {
        [Federation::Cognito, Federation::Direct]
            .map(move |federation| (format!("{seconds} s behind, {federation:?}"), (seconds, federation)))
    })
}

/// The life that is left as a caller with this machine's clock sees it.
#[track_caller]
fn assert_lives(expires: DateTime<Utc>, hours: i64) {
    let left = (expires - now()).num_seconds();
    assert!((hours * HOURS - 90..=hours * HOURS + 5).contains(&left), "{left} s are left, of {hours} h");
}

#[test]
fn a_wrong_clock_signs_in_renews_and_hits_and_callers_see_the_expiration_in_their_own_time() {
    each_case(cases(), |(seconds, federation)| {
        let journey = behind(seconds, federation);
        let hours = if federation == Federation::Direct { 12 } else { 1 };
        assert_lives(journey.sign_in().expires(), hours);
        journey.call(&["export"]).success();
        journey.call(&[]).success();
        assert_eq!(journey.requests(), Vec::<String>::new(), "a hit");

        journey.expire_credentials();
        assert_lives(Credentials::of_export(&journey.call(&["export"])).expires(), hours);
        assert!(!journey.requests().contains(&"token:refresh_token".to_owned()), "the ID token is still good");

        journey.expire_credentials();
        journey.lose_the_id_token();
        journey.forget_requests();
        assert_lives(Credentials::of_export(&journey.call(&["export"])).expires(), hours);
        assert_eq!(journey.sandbox.control().count("token:refresh_token"), 1);
        journey.call(&["token"]).success();
        assert_eq!(journey.openings(), 1);
    });
}

#[test]
fn a_second_role_is_assumed_with_a_signature_of_the_servers_time() {
    each_case(cases(), |(seconds, federation)| {
        let mut journey = behind(seconds, federation);
        journey.sandbox.control().put_role(Role {
            name: "Customer".to_owned(),
            trust: Trust::Roles,
            max_session_duration: 3600,
            external_id: None,
        });
        journey.configure(|profile| profile["assume_role"] = "arn:aws:iam::123456789012:role/Customer".into());
        assert_lives(journey.sign_in().expires(), 1);
    });
}

#[test]
fn a_wrong_clock_is_named_by_the_renewal_by_status_and_by_doctor() {
    for (seconds, words) in [(12 * MINUTES + 5, "12 min behind"), (-3 * HOURS - 5, "3 h ahead of")] {
        let journey = behind(seconds, Federation::Cognito);
        let login = journey.call(&["login"]).success();
        assert!(login.stderr.contains(words), "{login}");
        let status = journey.call(&["status"]).success();
        assert!(status.stdout.contains(words), "{status}");
        let status: Value = journey.call(&["status", "--json"]).success().json();
        let told = status["clock_behind_seconds"].as_i64().expect("a number");
        assert!((told - seconds).abs() <= 5, "{told} instead of {seconds}");
        let doctor = journey.call(&["doctor", "--live", "--json"]);
        assert!(doctor.stdout.contains(words), "{doctor}");
    }
}

/// The person has set the clock: what was known of it holds no longer, and nothing is served that has expired.
#[test]
fn a_clock_that_was_mended_is_believed() {
    let journey = behind(3 * HOURS, Federation::Cognito);
    journey.sign_in();
    journey.sandbox.control().advance_clock(-3 * HOURS);
    journey.expire_credentials();
    assert_lives(Credentials::of_export(&journey.call(&["export"])).expires(), 1);
    let status: Value = journey.call(&["status", "--json"]).success().json();
    assert!(status["clock_behind_seconds"].as_i64().expect("a number").abs() <= 5, "{status}");
}

/// What AWS or the provider refuses while the clock is wrong may be refused for that reason.
#[test]
fn a_refusal_names_the_wrong_clock_and_a_right_clock_is_not_named() {
    for (seconds, named) in [(20 * MINUTES + 5, true), (0, false)] {
        let journey = behind(seconds, Federation::Cognito);
        journey.sign_in();
        journey.expire_all_but_the_refresh_token();
        for (fault, code, exit) in [
            (json!({"endpoint": "token", "status": 401, "body": {"error": "invalid_client"}}), "provider-refused", 6),
            (
                json!({"endpoint": "cognito", "status": 400, "body": {"__type": "NotAuthorizedException", "message": "no"}}),
                "aws-refused",
                7,
            ),
        ] {
            journey.fault(fault);
            let output = journey.call(&["export"]);
            output.is_error(exit, code);
            assert_eq!(output.stderr.contains("clock is 20 min behind"), named, "{output}");
            journey.sandbox.control().clear_faults();
        }
        assert_eq!(journey.openings(), 1);
    }
}
