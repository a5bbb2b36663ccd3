//! Confidential clients: the provider asks the client itself to authenticate.

use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{Chromium, OidcProvider, SecretService, SecretServiceMode};
use ccwb_tests::{LIMIT, Output, run};
use serde_json::{Value, json};

use super::credentials::{assert_failed, credentials};
use super::stage::Stage;

#[test]
#[ignore = "needs oidc-provider, chromium, moto, gnome-keyring"]
fn a_secret_that_was_put_into_the_keyring_authenticates_the_client() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let Some(_session) = SecretService::start(&mut stage.home, SecretServiceMode::Unlocked) else { return };
    stage.configure(&json!({
        "client_id": "ccwb-secret-post", "client_auth": "secret", "credential_storage": "keyring",
    }));
    stage.use_browser(&chromium);

    assert_failed(&stage.run(&["login"]), 3, "client-secret-missing");
    assert_eq!(chromium.log(), "", "nobody is asked to sign in for nothing");

    let mut set = stage.home.credential_process(&["--set-client-secret"]);
    let set = run(set.env("CCWB_CLIENT_SECRET", OidcProvider::CLIENT_SECRET), LIMIT).expect("it ends").success();
    assert!(set.stderr.contains("stored in the OS keyring"), "{set}");
    let mut lookup = stage.home.command("secret-tool");
    lookup.args(["lookup", "service", "claude-code-with-bedrock", "username", "ClaudeCode-client-secret"]);
    assert_eq!(run(&mut lookup, LIMIT).expect("it ends").success().stdout, OidcProvider::CLIENT_SECRET);

    let login = stage.run(&["login"]).success();
    chromium.page_text(LIMIT);
    let output = stage.run(&["--no-browser"]);
    credentials(&output);
    let [exchange] = &*stage.provider.token_requests("authorization_code") else { panic!("one exchange") };
    assert!(exchange["auth"].is_null() && exchange["form"]["client_secret"].is_string(), "{exchange}");
    let secret = [Secret::new("the client secret", OidcProvider::CLIENT_SECRET)];
    assert_absent(&secret, Place::output(&login).into_iter().chain([Place::folder(&stage.state())]));

    let logout = stage.run(&["logout"]).success();
    revoked(&stage, &logout, |revocation| assert!(revocation["form"]["client_secret"].is_string(), "{revocation}"));
    let mut lookup = stage.home.command("secret-tool");
    lookup.args(["lookup", "service", "claude-code-with-bedrock", "username", "ClaudeCode-client-secret"]);
    run(&mut lookup, LIMIT).expect("it ends").success();
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_certificate_authenticates_the_client_with_ps256_and_its_thumbprint() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let (key, certificate) = stage.provider.client_certificate();
    stage.provider.set_lifetimes(&json!({"ttlId": 30}));
    stage.configure(&json!({
        "client_id": "ccwb-certificate", "client_auth": "certificate",
        "client_certificate_path": certificate, "client_certificate_key_path": key,
    }));
    stage.use_browser(&chromium);
    credentials(&stage.run(&[]));
    chromium.page_text(LIMIT);
    stage.lose_credentials();
    credentials(&stage.run(&["--no-browser"]));

    let mut openssl = stage.home.command("sh");
    openssl.arg("-c").arg("openssl x509 -in \"$0\" -outform DER | openssl dgst -sha256 -binary | basenc --base64url");
    let thumbprint = run(openssl.arg(certificate), LIMIT).expect("openssl ends").success().stdout;
    let requests = stage.provider.requests();
    let assertions: Vec<_> = requests.iter().map(|request| &request["assertion"]).filter(|it| it.is_object()).collect();
    assert_eq!(assertions.len(), 2, "one at the exchange, one at the refresh");
    for assertion in &assertions {
        assert_eq!(assertion["header"]["alg"], "PS256", "{assertion}");
        assert_eq!(assertion["header"]["x5t#S256"], thumbprint.trim().trim_end_matches('='), "{assertion}");
        assert_eq!(assertion["claims"]["aud"], format!("{}/token", stage.provider.issuer()));
        assert_eq!(
            (&assertion["claims"]["iss"], &assertion["claims"]["sub"]),
            (&json!("ccwb-certificate"), &json!("ccwb-certificate"))
        );
    }
    assert_ne!(assertions[0]["claims"]["jti"], assertions[1]["claims"]["jti"]);
    let logout = stage.run(&["logout"]).success();
    revoked(&stage, &logout, |revocation| {
        assert_eq!(revocation["assertion"]["header"]["alg"], "PS256", "{revocation}");
    });
}

/// The provider took the revocation, from a client that proved who it is.
#[track_caller]
fn revoked(stage: &Stage, logout: &Output, proves_itself: impl Fn(&Value)) {
    assert!(logout.stderr.contains("The refresh token was revoked"), "{logout}");
    let requests = stage.provider.requests();
    let [revocation] = &*requests.iter().filter(|request| request["path"] == "/token/revocation").collect::<Vec<_>>()
    else {
        panic!("one revocation: {requests:#?}")
    };
    assert_eq!(revocation["status"], 200, "{revocation}");
    proves_itself(revocation);
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_wrong_secret_is_the_providers_refusal_and_is_not_repeated() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let wrong = "a secret of another time";
    stage.configure(&json!({"client_id": "ccwb-secret-post", "client_secret": wrong}));
    stage.use_browser(&chromium);
    let output = stage.run(&["login"]);
    assert_failed(&output, 6, "provider-refused");
    assert!(output.stderr.contains("invalid_client"), "{output}");
    assert!(chromium.page_text(LIMIT).contains("invalid_client"));
    let secret = [Secret::new("the client secret", wrong)];
    assert_absent(&secret, Place::output(&output).into_iter().chain([Place::folder(&stage.state())]));
}
