//! Which role the credentials are for, and for how long.

use ccwb_sandbox::{Federation, ProviderShape};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Credentials, ErrorReport, Journey, caller_arn, now};

fn arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}

#[track_caller]
fn lives_for(credentials: &Credentials, seconds: i64) {
    let left = credentials.expires() - now();
    let expected = TimeDelta::seconds(seconds);
    assert!(left <= expected && left > expected - TimeDelta::seconds(60), "{left} left of {seconds} s");
}

#[track_caller]
fn chained(federation: Federation, assume_role: &Value) {
    let mut journey = Journey::with(federation, |_| {});
    journey.configure(|profile| {
        profile.as_object_mut().expect("an object").extend(assume_role.as_object().expect("an object").clone());
    });
    let credentials = Credentials::of(&journey.call(&[]));
    assert_eq!(
        caller_arn(&journey, &credentials),
        "arn:aws:sts::123456789012:assumed-role/CcwbCrossAccountRole/alice@example.com"
    );
    assert_eq!(Credentials::of(&journey.call(&[])), credentials);
}

#[test]
fn a_second_role_is_assumed_with_its_external_id_after_an_identity_pool() {
    chained(
        Federation::Cognito,
        &json!({"assume_role": arn("CcwbCrossAccountRole"), "external_id": "ccwb-external-id"}),
    );
}

#[test]
fn a_second_role_is_assumed_with_its_external_id_after_sts() {
    chained(
        Federation::Direct,
        &json!({"assume_role": {"role_arn": arn("CcwbCrossAccountRole"), "external_id": "ccwb-external-id"}}),
    );
}

#[test]
fn a_second_role_that_refuses_is_an_error_of_aws_and_nothing_of_the_first_role_is_handed_out() {
    let mut journey = Journey::new();
    journey.configure(|profile| profile["assume_role"] = arn("CcwbCrossAccountRole").into());
    let output = journey.call(&[]);
    output.is_error(7, "aws-refused");
    assert_eq!(journey.stored("credentials"), None);
}

/// Field report R-34: it says `InvalidIdentityToken`, as for a token that is really bad, and passes in a moment.
#[test]
fn keys_that_aws_could_not_fetch_this_time_are_no_reason_to_give_up() {
    let journey = Journey::with(Federation::Direct, |_| {});
    let refusal = |message: &str, times: u32| {
        json!({
            "endpoint": "sts:AssumeRoleWithWebIdentity", "times": times, "status": 400, "content_type": "text/xml",
            "body": format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                 <Code>InvalidIdentityToken</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
            ),
        })
    };
    journey.fault(refusal("Couldn't retrieve verification key from your identity provider", 2));
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.sandbox.control().count("sts:AssumeRoleWithWebIdentity"), 3);

    journey.call(&["logout"]).success();
    journey.forget_requests();
    journey.fault(refusal("Incorrect token audience", 1));
    journey.call(&["login"]).is_error(7, "aws-refused");
    assert_eq!(journey.sandbox.control().count("sts:AssumeRoleWithWebIdentity"), 1, "that does not pass");
}

#[test]
fn twelve_hours_are_asked_for_and_given_where_the_role_allows_them() {
    let journey = Journey::with(Federation::Direct, |_| {});
    lives_for(&Credentials::of(&journey.call(&[])), 43_200);
    assert_eq!(journey.sandbox.control().count("sts"), 1);
}

///
#[test]
fn a_role_whose_maximum_is_shorter_than_asked_gives_an_hour_at_the_second_try() {
    let mut journey = Journey::with(Federation::Direct, |_| {});
    journey.configure(|profile| profile["federated_role_arn"] = arn("CcwbOneHourRole").into());
    lives_for(&Credentials::of(&journey.call(&[])), 3_600);
    let asked: Vec<_> = journey
        .sandbox
        .control()
        .requests()
        .into_iter()
        .filter_map(|request| request.parameters.get("DurationSeconds").cloned())
        .collect();
    assert_eq!(asked, ["43200", "3600"]);
}

#[test]
fn a_role_whose_maximum_is_shorter_than_asked_is_reported() {
    let mut journey = Journey::with(Federation::Direct, |_| {});
    journey.configure(|profile| profile["federated_role_arn"] = arn("CcwbOneHourRole").into());
    journey.sign_in();
    let status = journey.call(&["status", "--json"]).json();
    assert_eq!(status["credentials"]["shortened_by_role"], true, "{status}");
}

#[test]
fn a_role_that_takes_less_than_an_hour_is_asked_for_less() {
    let mut journey = Journey::with(Federation::Direct, |_| {});
    journey.configure(|profile| profile["max_session_duration"] = 900.into());
    lives_for(&Credentials::of(&journey.call(&[])), 900);
}

#[test]
fn a_session_is_named_after_the_address_and_after_the_subject_where_there_is_none() {
    let journey = Journey::with(Federation::Direct, |options| {
        options.shape = ProviderShape::Auth0;
        options.users.retain(|user| user.login == "noemail");
    });
    let credentials = Credentials::of(&journey.call(&[]));
    let arn = caller_arn(&journey, &credentials);
    let name = arn.rsplit('/').next().expect("a session name");
    assert!(name.starts_with("auth0-"), "{arn}");
}

#[test]
fn a_role_that_does_not_trust_the_sign_in_is_an_error_of_aws_and_costs_no_second_window() {
    let mut journey = Journey::with(Federation::Direct, |_| {});
    journey.configure(|profile| profile["federated_role_arn"] = arn("CcwbChainedRole").into());
    let output = journey.call(&[]);
    output.is_error(7, "aws-refused");
    // what an administrator has to compare, and not the token.
    let issuer = journey.sandbox.issuer().to_owned();
    for word in [arn("CcwbChainedRole").as_str(), &issuer, journey.sandbox.client_id(), "sub \""] {
        assert!(output.stderr.contains(word), "{word} is not named: {output}");
    }
    assert!(!output.stderr.contains("eyJ"), "{output}");
    for _ in 0..3 {
        journey.call(&[]).is_error_at_once(7, "aws-refused");
    }
    assert_eq!(journey.openings(), 1);
}
