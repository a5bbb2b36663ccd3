//! Renewal with a provider that rotates refresh tokens and revokes the whole family when an old one is used again.

use std::thread;
use std::time::Duration;

use ccwb_tests::LIMIT;
use ccwb_tests::http::post_form;
use ccwb_tests::part::{Chromium, OidcProvider};
use serde_json::{Value, json};

use super::credentials::{assert_failed, credentials};
use super::stage::Stage;

/// A person who has signed in; the ID token is too short-lived to be used again.
fn signed_in() -> Option<Stage> {
    let (mut stage, chromium) = (Stage::set()?, Chromium::find()?);
    stage.configure(&json!({}));
    stage.provider.set_lifetimes(&json!({"ttlId": 30}));
    stage.use_browser(&chromium);
    credentials(&stage.run(&[]));
    chromium.page_text(LIMIT);
    Some(stage)
}

fn refresh_token(stage: &Stage) -> String {
    stage.stored("tokens")["refresh_token"].as_str().expect("a refresh token is stored").to_owned()
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn twenty_processes_at_renewal_redeem_the_refresh_token_once_and_the_family_lives() {
    let Some(stage) = signed_in() else { return };
    let first = refresh_token(&stage);
    for round in 1..=3 {
        stage.lose_credentials();
        let callers: Vec<_> = (0..20).map(|_| stage.start()).collect();
        let answers: Vec<_> = callers.into_iter().map(|caller| caller.wait(LIMIT).expect("it ends")).collect();
        credentials(&answers[0]);
        for answer in &answers {
            assert_eq!((answer.code, &answer.stdout), (Some(0), &answers[0].stdout), "round {round}: {answer}");
        }
        let redeemed = stage.provider.token_requests("refresh_token");
        assert_eq!(redeemed.len(), round, "round {round}: {redeemed:#?}");
        assert!(redeemed.iter().all(|request| request["status"] == 200), "round {round}: {redeemed:#?}");
        assert_eq!(stage.moto.requests_for("AssumeRoleWithWebIdentity").len(), round + 1);
    }
    assert_ne!(refresh_token(&stage), first, "the new one is kept");
    assert_eq!(stage.provider.token_requests("authorization_code").len(), 1, "one sign-in was enough");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_revoked_session_needs_a_person_and_says_so_to_who_may_not_ask_one() {
    let Some(mut stage) = signed_in() else { return };
    stage.lose_credentials();
    stage.provider.revoke_all();
    assert_failed(&stage.run(&["--no-browser"]), 4, "sign-in-needed");
    assert!(stage.stored("tokens")["refresh_token"].is_null(), "a token that is no longer good is forgotten");

    let Some(chromium) = Chromium::find() else { return };
    stage.use_browser(&chromium);
    credentials(&stage.run(&[]));
    assert_eq!(stage.provider.token_requests("authorization_code").len(), 2);
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn an_outage_at_renewal_costs_neither_the_refresh_token_nor_a_sign_in() {
    let Some(stage) = signed_in() else { return };
    let before = refresh_token(&stage);
    stage.lose_credentials();
    stage.provider.fault(&json!({"endpoint": "token", "status": 503, "body": "<h1>later</h1>"}));
    assert_failed(&stage.run(&[]), 6, "provider-answer");
    assert_eq!(refresh_token(&stage), before);
    stage.provider.fault(&Value::Null);
    credentials(&stage.run(&["--no-browser"]));
    assert_eq!(stage.provider.token_requests("authorization_code").len(), 1);
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn keys_that_were_rotated_away_are_fetched_anew() {
    let Some(stage) = signed_in() else { return };
    stage.provider.rotate_keys(false);
    // Keys are asked for again at most every ten seconds: a forged key id must not make a request each.
    thread::sleep(Duration::from_secs(11));
    stage.lose_credentials();
    credentials(&stage.run(&["--no-browser"]));
    let asked = stage.provider.requests().iter().filter(|request| request["path"] == "/jwks").count();
    assert_eq!(asked, 2, "once at the sign-in, once for the new key");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_rotation_within_moments_of_the_last_look_loses_no_refresh_token() {
    let Some(stage) = signed_in() else { return };
    stage.provider.rotate_keys(false);
    stage.lose_credentials();
    let output = stage.run(&["--no-browser"]);
    if output.code != Some(0) {
        assert_failed(&output, 6, "id-token-key");
    }
    let kept = refresh_token(&stage);
    let fields =
        [("grant_type", "refresh_token"), ("client_id", OidcProvider::PUBLIC_CLIENT), ("refresh_token", &*kept)];
    let (status, answer) = post_form(&format!("{}/token", stage.provider.issuer()), &fields);
    assert_eq!(status, 200, "the stored token is the newest: {answer}");
}
