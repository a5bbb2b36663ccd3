//! Signing out, as the provider sees it.

use ccwb_tests::LIMIT;
use ccwb_tests::http::post_form;
use ccwb_tests::part::{Chromium, OidcProvider};
use serde_json::json;

use super::credentials::{assert_failed, credentials};
use super::stage::Stage;

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn signing_out_revokes_the_refresh_token_at_the_provider_and_leaves_nothing_here() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    stage.configure(&json!({}));
    stage.use_browser(&chromium);
    credentials(&stage.run(&[]));
    chromium.page_text(LIMIT);
    let refresh_token = stage.stored("tokens")["refresh_token"].as_str().expect("it is stored").to_owned();

    let output = stage.run(&["logout"]).success();
    assert!(output.stderr.contains("The refresh token was revoked at the identity provider."), "{output}");
    assert!(output.stderr.contains("stay good until"), "{output}");
    let revocations: Vec<_> =
        stage.provider.requests().into_iter().filter(|request| request["path"] == "/token/revocation").collect();
    assert_eq!(revocations.len(), 1, "{revocations:#?}");
    assert_eq!(
        (&revocations[0]["status"], &revocations[0]["form"]["token_type_hint"]),
        (&json!(200), &json!("refresh_token"))
    );
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", OidcProvider::PUBLIC_CLIENT),
        ("refresh_token", &*refresh_token),
    ];
    let (status, answer) = post_form(&format!("{}/token", stage.provider.issuer()), &fields);
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")), "{answer}");

    assert!(!stage.session_path().exists());
    assert_failed(&stage.run(&["--no-browser"]), 4, "sign-in-needed");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn signing_out_without_the_provider_still_removes_what_is_here_and_says_what_was_not_done() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    stage.configure(&json!({}));
    stage.use_browser(&chromium);
    credentials(&stage.run(&[]));
    chromium.page_text(LIMIT);
    stage.provider.fault(&json!({"endpoint": "revocation", "drop": true}));
    let output = stage.run(&["logout"]).success();
    assert!(output.stderr.contains("The refresh token could not be revoked"), "{output}");
    assert!(!stage.session_path().exists());
}

/// The guidance's wizard writes all three endpoints for a generic provider; the fourth is still the provider's to tell.
#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn endpoints_in_the_configuration_do_not_keep_the_refresh_token_from_being_revoked() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let endpoint = |path: &str| format!("{}/{path}", stage.provider.issuer());
    stage.configure(&json!({
        "oidc_authorization_endpoint": endpoint("auth"), "oidc_token_endpoint": endpoint("token"),
        "oidc_jwks_uri": endpoint("jwks"),
    }));
    stage.use_browser(&chromium);
    credentials(&stage.run(&[]));
    chromium.page_text(LIMIT);
    let output = stage.run(&["logout"]).success();
    assert!(!output.stderr.contains("offers no revocation"), "nobody has asked it: {output}");
    assert!(output.stderr.contains("The refresh token was revoked"), "{output}");
}
