//! No rung is tried while one below it would do: cached credentials, a valid ID token, the refresh token, the sign-in.

use ccwb_sandbox::{Behaviour, Federation};

use crate::support::{Credentials, ErrorReport, Journey};

/// Every command that climbs to AWS credentials.
const COMMANDS: [&[&str]; 3] = [&[], &["export"], &["login"]];

fn aws(federation: Federation) -> &'static str {
    match federation {
        Federation::Cognito => "cognito:GetCredentialsForIdentity",
        Federation::Direct => "sts:AssumeRoleWithWebIdentity",
    }
}

#[test]
fn cached_credentials_ask_nobody() {
    for federation in [Federation::Cognito, Federation::Direct] {
        let journey = Journey::signed_in(federation, |_| {});
        for command in COMMANDS {
            journey.call(command).success();
        }
        assert_eq!(journey.requests(), [""; 0]);
        assert_eq!(journey.openings(), 1);
    }
}

#[test]
fn a_valid_id_token_asks_aws_once_and_the_provider_never() {
    for federation in [Federation::Cognito, Federation::Direct] {
        let journey = Journey::signed_in(federation, |_| {});
        for command in COMMANDS {
            journey.forget_requests();
            journey.expire_credentials();
            journey.call(command).success();
            assert_eq!(journey.requests(), [aws(federation)], "{command:?}");
        }
        assert_eq!(journey.openings(), 1);
    }
}

#[test]
fn a_valid_id_token_is_all_that_token_needs_even_without_credentials() {
    let journey = Journey::signed_in(Federation::Cognito, |_| {});
    journey.expire_credentials();
    for format in ["raw", "header"] {
        journey.call(&["token", "--format", format]).success();
    }
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn a_refresh_token_asks_the_provider_once_and_aws_once() {
    for federation in [Federation::Cognito, Federation::Direct] {
        let journey = Journey::signed_in(federation, |_| {});
        for command in COMMANDS {
            journey.forget_requests();
            journey.expire_all_but_the_refresh_token();
            journey.call(command).success();
            assert_eq!(journey.requests(), ["token:refresh_token", aws(federation)], "{command:?}");
        }
        assert_eq!(journey.openings(), 1);
    }
}

#[test]
fn the_sign_in_comes_last_and_only_once() {
    for command in [&[][..], &["login"], &["token"]] {
        let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
        journey.sandbox.control().revoke_all_refresh_tokens();
        journey.call(command).success();
        let expected =
            ["token:refresh_token", "authorize", "token:authorization_code", "cognito:GetCredentialsForIdentity"];
        assert_eq!(journey.requests(), expected, "{command:?}");
        assert_eq!(journey.openings(), 2);
    }
}

#[test]
fn a_provider_that_sends_no_refresh_token_is_signed_in_to_when_the_id_token_ends() {
    let mut journey = Journey::new();
    journey.configure(|profile| profile["oidc_scopes"] = "openid email".into());
    journey.sign_in();
    journey.expire_all_but_the_refresh_token();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.sandbox.control().count("token:refresh_token"), 0);
    assert_eq!(journey.openings(), 2);
}

/// OpenID Connect Core 1.0, section 12.2 allows that; AWS takes nothing but ID tokens.
fn refreshes_bring_an_id_token(journey: &Journey, brings: bool) {
    let behaviour = Behaviour { refresh_omits_id_token: Some(!brings), ..Behaviour::default() };
    journey.sandbox.control().set_behaviour(&behaviour);
}

#[test]
fn a_refresh_that_brings_no_id_token_leads_to_a_sign_in() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    refreshes_bring_an_id_token(&journey, false);
    journey.call(&["export"]).is_error_at_once(4, "sign-in-needed");
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 2);
}

#[test]
fn a_refresh_that_brings_no_id_token_loses_no_rotated_refresh_token() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    refreshes_bring_an_id_token(&journey, false);
    let output = journey.call(&["export"]);
    assert!(output.code != Some(0) && output.stdout.is_empty(), "{output}");
    refreshes_bring_an_id_token(&journey, true);
    Credentials::of_export(&journey.call(&["export"]));
    assert_eq!(journey.openings(), 1);
}
