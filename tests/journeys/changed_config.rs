//! A changed configuration never serves what was cached for the old one.

use ccwb_sandbox::{Client, ClientAuthentication, Federation};
use serde_json::Value;

use crate::support::{Credentials, ErrorReport, Journey, caller_arn};

/// Two clients, so that another one can sign in as well.
fn signed_in(federation: Federation) -> Journey {
    Journey::signed_in(federation, |options| {
        options.clients = ["first", "second"].map(|id| Client::new(id, ClientAuthentication::None)).into();
    })
}

/// Nothing of the old configuration is served under the changed one, and it still is under the old one.
#[track_caller]
fn serves_nothing_old(journey: &mut Journey, key: &str, value: &str) {
    let credentials = Credentials::of(&journey.call(&[]));
    let mut before = Value::Null;
    journey.configure(|profile| before = std::mem::replace(&mut profile[key], value.into()));
    for arguments in [&["export"][..], &["token", "--format", "header"], &["claims"]] {
        journey.call(arguments).is_error_at_once(4, "sign-in-needed");
    }
    assert_eq!(journey.call(&["status", "--json"]).json()["credentials"]["valid"], false);
    assert_eq!(journey.requests(), [""; 0]);

    journey.configure(|profile| profile[key] = before);
    assert_eq!(Credentials::of(&journey.call(&[])), credentials);
    journey.configure(|profile| profile[key] = value.into());
}

#[test]
fn another_client_id() {
    let mut journey = signed_in(Federation::Cognito);
    serves_nothing_old(&mut journey, "client_id", "second");
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.request("token:authorization_code").parameters["client_id"], "second");
}

#[test]
fn another_identity_pool() {
    let mut journey = signed_in(Federation::Cognito);
    let pool = "us-east-1:00000000-1111-2222-3333-444444444444";
    serves_nothing_old(&mut journey, "identity_pool_id", pool);
    journey.call(&[]).is_error(7, "aws-refused");
}

#[test]
fn another_role() {
    let mut journey = signed_in(Federation::Direct);
    serves_nothing_old(&mut journey, "federated_role_arn", "arn:aws:iam::123456789012:role/CcwbOneHourRole");
    let credentials = Credentials::of(&journey.call(&[]));
    assert!(caller_arn(&journey, &credentials).contains("/CcwbOneHourRole/"));
}

#[test]
fn another_region() {
    let mut journey = signed_in(Federation::Direct);
    serves_nothing_old(&mut journey, "aws_region", "eu-west-1");
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 2);
}

#[test]
fn another_chained_role() {
    let mut journey = signed_in(Federation::Direct);
    serves_nothing_old(&mut journey, "assume_role", "arn:aws:iam::123456789012:role/CcwbChainedRole");
    let credentials = Credentials::of(&journey.call(&[]));
    assert!(caller_arn(&journey, &credentials).contains("/CcwbChainedRole/"));
}

#[test]
fn another_issuer() {
    let mut journey = signed_in(Federation::Cognito);
    let other = journey.sandbox.issuer().replace("127.0.0.1", "localhost");
    serves_nothing_old(&mut journey, "oidc_issuer_url", &other);
}

#[test]
fn what_does_not_decide_over_credentials_may_change_freely() {
    let mut journey = signed_in(Federation::Cognito);
    let credentials = Credentials::of(&journey.call(&[]));
    journey.configure(|profile| profile["selected_model"] = "us.anthropic.x-v1:0".into());
    assert_eq!(Credentials::of(&journey.call(&[])), credentials);
    assert_eq!(journey.requests(), [""; 0]);
}
