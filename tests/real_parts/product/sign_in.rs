//! A sign-in at the certified provider, in a real browser, to credentials of moto.

use std::time::Duration;

use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{Chromium, boto3_client};
use ccwb_tests::{LIMIT, Output, run};
use serde_json::{Value, json};

use super::credentials::{assert_failed, credentials};
use super::stage::{ROLE, Stage};

/// A person who came through, once: the browser is at its last page, whose text this is.
fn signed_in(stage: &mut Stage, chromium: &Chromium) -> (Output, String) {
    stage.use_browser(chromium);
    let output = stage.run(&[]);
    credentials(&output);
    (output, chromium.page_text(LIMIT))
}

/// The secrets of a sign-in with `credential_storage: session`.
fn secrets(stage: &Stage) -> Vec<Secret> {
    let (credentials, tokens) = (stage.stored("credentials"), stage.stored("tokens"));
    let secret = |from: &Value, name: &str| Secret::new(name, from[name].as_str().expect(name));
    vec![
        secret(&credentials, "SecretAccessKey"),
        secret(&credentials, "SessionToken"),
        secret(&tokens, "id_token"),
        secret(&tokens, "refresh_token"),
    ]
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto, boto3"]
fn a_person_signs_in_and_the_token_becomes_a_session_of_the_role() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    stage.configure(&json!({}));
    let (output, page) = signed_in(&mut stage, &chromium);
    assert!(page.starts_with("You are signed in") && page.contains("alice@example.com"), "{page}");
    assert_eq!(output.stderr, "", "a program that asks is told nothing but an error");

    let [assumed] = &*stage.moto.requests() else { panic!("{:?}", stage.moto.requests()) };
    assert_eq!((&*assumed.operation, assumed.signed), ("AssumeRoleWithWebIdentity", false));
    assert_eq!(assumed.parameters["RoleArn"], ROLE);
    assert_eq!(assumed.parameters["RoleSessionName"], "alice@example.com");
    assert_eq!(assumed.parameters["DurationSeconds"], "43200");
    assert_eq!(assumed.parameters["WebIdentityToken"], stage.stored("tokens")["id_token"]);
    assert_eq!(stage.provider.token_requests("authorization_code").len(), 1);

    let again = stage.run(&[]);
    assert_eq!(again.stdout, output.stdout, "the second call is served from the cache");
    assert!(again.elapsed < Duration::from_secs(1) && again.stderr.is_empty(), "{again}");
    assert_eq!(chromium.log().matches("opens http").count(), 1, "{}", chromium.log());

    let secrets = secrets(&stage);
    let state = stage.state();
    assert_absent(&secrets, [Place::folder(&state).except("ClaudeCode.session.json")]);
    assert_absent(&secrets, [Place::text("stderr", &output.stderr), Place::text("the page", &page)]);

    stage.home.write_aws_profile("ClaudeCode");
    stage.home.set_envs([("AWS_PROFILE", "ClaudeCode"), ("AWS_REGION", "us-east-1")]);
    let Some(mut boto3) = boto3_client(&stage.home) else { return };
    let caller = run(&mut boto3, LIMIT).expect("boto3 ends").success().json();
    let arn = caller["caller"]["Arn"].as_str().unwrap_or_default();
    assert!(arn.ends_with(":assumed-role/ClaudeCode/alice@example.com"), "{caller}");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn an_identity_pool_is_asked_for_an_identity_once_and_for_credentials_each_time() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let pool = stage.moto.identity_pool();
    stage.configure(&json!({"federation_type": "cognito", "federated_role_arn": null, "identity_pool_id": pool}));
    signed_in(&mut stage, &chromium);

    let login_key = stage.provider.issuer().split("://").last().expect("an issuer has a scheme").to_owned();
    let id_token = stage.stored("tokens")["id_token"].clone();
    let [got_id] = &*stage.moto.requests_for("GetId") else { panic!("{:?}", stage.moto.requests()) };
    assert_eq!(got_id.parameters["IdentityPoolId"], pool);
    assert_eq!(got_id.parameters["Logins"], json!({ login_key.clone(): id_token.clone() }));
    let [got] = &*stage.moto.requests_for("GetCredentialsForIdentity") else { panic!("{:?}", stage.moto.requests()) };
    assert_eq!(got.parameters["Logins"], json!({ login_key: id_token }));
    assert_eq!(got.parameters["IdentityId"], stage.stored("tokens")["identity_id"]);
    assert!(!got_id.signed && !got.signed);

    stage.lose_credentials();
    credentials(&stage.run(&["--no-browser"]));
    assert_eq!(stage.moto.requests_for("GetId").len(), 1, "the identity is remembered");
    assert_eq!(stage.moto.requests_for("GetCredentialsForIdentity").len(), 2);
    assert_eq!(stage.provider.token_requests("refresh_token").len(), 0, "the ID token was still good");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn people_of_every_kind_sign_in() {
    let Some(mut stage) = Stage::set() else { return };
    stage.configure(&json!({}));
    for (login, session_name, token_at_least) in [
        ("noemail", "noemail", 500),
        ("utf8", "", 500),
        ("many", "many@example.com", 2_000),
        ("bigsub", "bigsub@example.com", 4_000),
    ] {
        let Some(chromium) = Chromium::find() else { return };
        let chromium = chromium.signing_in_as(login);
        stage.use_browser(&chromium);
        stage.run(&["login", "--force"]).success();
        assert!(chromium.page_text(LIMIT).starts_with("You are signed in"), "{login}");
        credentials(&stage.run(&["--no-browser"]));

        let requests = stage.moto.requests_for("AssumeRoleWithWebIdentity");
        let parameters = &requests.last().expect("there was one").parameters;
        let name = parameters["RoleSessionName"].as_str().unwrap_or_default().to_owned();
        // sts:AssumeRoleWithWebIdentity, RoleSessionName: [\w+=,.@-]{2,64}.
        let is_legal = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
        assert!(name.chars().all(is_legal) && (2..=64).contains(&name.len()), "{login}: {name}");
        assert!(session_name.is_empty() || name == session_name, "{login}: {name}");
        let token = parameters["WebIdentityToken"].as_str().unwrap_or_default();
        assert!(token.len() >= token_at_least, "{login}: {} bytes", token.len());
        let claims = stage.run(&["claims"]).success().json();
        assert_eq!(claims["name"], if login == "utf8" { "José Ñandú" } else { login }, "{claims}");
    }
    let status = stage.run(&["status", "--json"]).success().json();
    assert_eq!(status["signed_in_as"], "bigsub@example.com", "{status}");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn an_address_outside_ascii_is_shown_whole_and_has_a_session_name_of_its_own() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    stage.configure(&json!({"client_id": "ccwb-es256"}));
    let (_, page) = signed_in(&mut stage, &chromium.signing_in_as("utf8"));
    assert!(page.contains("josé@example.com"), "{page}");
    let status = stage.run(&["status"]).success();
    assert!(status.stdout.contains("josé@example.com"), "{status}");
    let name = stage.moto.requests()[0].parameters["RoleSessionName"].clone();
    assert_ne!(name, "jos@example.com", "somebody else may have this address");
    assert_ne!(name, "jos_@example.com");
    let header = stage.stored("tokens")["id_token"].as_str().unwrap_or_default().split('.').next().map(decode);
    assert_eq!(header.expect("a JWT has a header")["alg"], "ES256");
}

fn decode(part: &str) -> Value {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("a JWT is base64url");
    serde_json::from_slice(&bytes).expect("a JWT holds JSON")
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn who_presses_cancel_is_told_so_here_and_there_and_is_not_asked_again_at_once() {
    let (Some(mut stage), Some(chromium)) = (Stage::set(), Chromium::find()) else { return };
    let chromium = chromium.cancelling();
    stage.configure(&json!({}));
    stage.use_browser(&chromium);
    assert_failed(&stage.run(&[]), 5, "sign-in-cancelled");
    let page = chromium.page_text(LIMIT);
    assert!(page.starts_with("The sign-in was cancelled"), "{page}");
    assert!(page.contains("--profile ClaudeCode login"), "{page}");

    assert_failed(&stage.run(&[]), 4, "sign-in-paused");
    assert_eq!(chromium.log().matches("opens http").count(), 1, "{}", chromium.log());
    assert_eq!(stage.moto.requests(), []);
    let status = stage.run(&["status", "--json"]).success().json();
    assert_eq!(status["last_error"]["code"], "sign-in-paused", "{status}");
}

#[test]
#[ignore = "needs oidc-provider, chromium, moto"]
fn a_bad_id_token_is_refused_by_name_and_goes_nowhere() {
    let Some(mut stage) = Stage::set() else { return };
    stage.configure(&json!({}));
    for (mutation, code) in [
        (json!({"nonce": "of another sign-in"}), "id-token-nonce"),
        (json!({"alg": "badsig"}), "id-token-signature"),
        (json!({"alg": "none"}), "id-token-algorithm"),
        (json!({"alg": "HS256"}), "id-token-algorithm"),
        (json!({"aud": "another-client"}), "id-token-audience"),
        (json!({"exp": -600}), "id-token-expired"),
    ] {
        let Some(chromium) = Chromium::find() else { return };
        stage.provider.mutate_id_tokens(&mutation);
        stage.use_browser(&chromium);
        let output = stage.run(&["login"]);
        assert_failed(&output, 6, code);
        let page = chromium.page_text(LIMIT);
        assert!(page.starts_with("The sign-in did not work") && page.contains(code), "{page}");
        assert!(!stage.session_path().exists(), "{mutation}");
    }
    assert_eq!(stage.moto.requests(), [], "AWS has seen none of them");
}
