//! The provider over HTTP, as a relying party and its browser see it.

use crate::support::{Client, callback, claims, quick, shaped, text};
use ccwb_sandbox::{AutoApprove, Behaviour, Options, ProviderShape, Rotation, SigningAlgorithm};

const TENANT: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";

fn shapes() -> Vec<ProviderShape> {
    vec![
        ProviderShape::Generic,
        ProviderShape::OktaOrg,
        ProviderShape::OktaCustom("default".to_owned()),
        ProviderShape::Entra(TENANT.to_owned()),
        ProviderShape::Auth0,
        ProviderShape::Cognito("us-east-1_Sandbox01".to_owned()),
        ProviderShape::Google,
    ]
}

#[tokio::test]
async fn a_code_with_pkce_becomes_a_matching_id_token_with_every_shape() {
    for shape in shapes() {
        let mut client = Client::start(shaped(shape.clone())).await;
        if shape == ProviderShape::Google {
            client.secret = Some("GOCSPX-sandbox-not-a-secret".to_owned());
        }
        assert_eq!(client.metadata["issuer"], client.sandbox.issuer(), "{shape:?}");
        let claims = claims(&text(&client.login(&[]).await["id_token"]));
        assert_eq!(claims["iss"], client.sandbox.issuer(), "{shape:?}");
        assert_eq!(claims["aud"], client.sandbox.client_id(), "{shape:?}");
        assert_eq!(claims["nonce"], "the-nonce", "{shape:?}");
        let expected = match shape {
            ProviderShape::Generic | ProviderShape::OktaOrg | ProviderShape::OktaCustom(_) => "auth_time",
            ProviderShape::Entra(_) => "oid",
            ProviderShape::Auth0 => "nickname",
            ProviderShape::Cognito(_) => "cognito:username",
            ProviderShape::Google => "hd",
        };
        assert!(!claims[expected].is_null(), "{shape:?}: {claims}");
        let keys = client.http.get(client.endpoint("jwks_uri")).send().await.expect("an answer");
        assert_eq!(keys.status(), 200, "{shape:?}");
    }
}

#[tokio::test]
async fn rs256_tokens_verify_with_the_published_key() {
    let client = Client::start(Options { signing_algorithm: SigningAlgorithm::Rs256, ..quick() }).await;
    let token = client.id_token().await;
    let keys: jsonwebtoken::jwk::JwkSet =
        client.http.get(client.endpoint("jwks_uri")).send().await.expect("an answer").json().await.expect("a JWKS");
    let key = jsonwebtoken::DecodingKey::from_jwk(&keys.keys[0]).expect("a key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_audience(&[client.sandbox.client_id()]);
    validation.set_issuer(&[client.sandbox.issuer()]);
    jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).expect("a good token");
}

#[tokio::test]
async fn authorize_refuses_by_redirect_what_the_client_did_wrong() {
    let client = Client::start(quick()).await;
    for (change, error) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("scope", "openid admin"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("response_mode", "form_post"), "invalid_request"),
        (("request", "x.y.z"), "request_not_supported"),
        (("login_hint", "nobody"), "access_denied"),
    ] {
        let answer = callback(&client.authorize(&[change]).await);
        assert_eq!(answer.get("error").map(String::as_str), Some(error), "{change:?}");
        assert_eq!(answer.get("state").map(String::as_str), Some("the-state"), "{change:?}");
    }
}

#[tokio::test]
async fn authorize_never_redirects_to_an_address_that_is_not_registered() {
    let client = Client::start(quick()).await;
    for change in [
        ("client_id", "stranger"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "http://localhost:8400/callback/"),
        ("redirect_uri", "http://127.0.0.1:8400/callback"),
        ("redirect_uri", "http://localhost:8410/callback"),
    ] {
        let answer = client.authorize(&[change]).await;
        assert_eq!((answer.status().as_u16(), answer.headers().get("location")), (400, None), "{change:?}");
    }
}

#[tokio::test]
async fn quirks_of_offline_access_are_kept() {
    let cognito = Client::start(shaped(ProviderShape::Cognito("us-east-1_A".to_owned()))).await;
    let answer = callback(&cognito.authorize(&[("scope", "openid offline_access")]).await);
    assert_eq!(answer["error"], "invalid_scope");
    assert!(cognito.login(&[]).await["refresh_token"].is_string());

    let mut google = Client::start(shaped(ProviderShape::Google)).await;
    let (status, refused) = google.redeem(&google.code(&[]).await, &[]).await;
    assert_eq!((status, text(&refused["error_description"])), (400, "client_secret is missing.".to_owned()));
    google.secret = Some("GOCSPX-sandbox-not-a-secret".to_owned());
    assert!(google.login(&[]).await["refresh_token"].is_null());
    assert!(google.login(&[("access_type", "offline")]).await["refresh_token"].is_string());

    let generic = Client::start(quick()).await;
    assert!(generic.login(&[]).await["refresh_token"].is_null());
    assert!(generic.login(&[("scope", "openid offline_access")]).await["refresh_token"].is_string());
}

#[tokio::test]
async fn a_code_is_good_once_and_its_reuse_ends_what_came_from_it() {
    let client = Client::start(quick()).await;
    let code = client.code(&[("scope", "openid offline_access")]).await;
    let (_, tokens) = client.redeem(&code, &[]).await;
    let (status, again) = client.redeem(&code, &[]).await;
    assert_eq!((status, text(&again["error"])), (400, "invalid_grant".to_owned()));
    let (status, _) = client.refresh(&text(&tokens["refresh_token"])).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_code_is_bound_to_client_redirect_verifier_and_time() {
    let client = Client::start(quick()).await;
    for (change, error) in [
        (("client_id", "sandbox-untrusted"), "invalid_grant"),
        (("client_id", "stranger"), "invalid_client"),
        (("redirect_uri", "http://localhost:8401/callback"), "invalid_grant"),
        (("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX"), "invalid_grant"),
        (("code_verifier", ""), "invalid_request"),
        (("client_secret", "surplus"), "invalid_client"),
        (("grant_type", "password"), "unsupported_grant_type"),
    ] {
        let (_, answer) = client.redeem(&client.code(&[]).await, &[change]).await;
        assert_eq!(text(&answer["error"]), error, "{change:?}");
    }
    let code = client.code(&[]).await;
    client.sandbox.control().advance_clock(61);
    assert_eq!(text(&client.redeem(&code, &[]).await.1["error"]), "invalid_grant");
}

#[tokio::test]
async fn a_rotated_refresh_token_that_comes_back_ends_the_family() {
    let client = Client::start(quick()).await;
    let first = text(&client.login(&[("scope", "openid offline_access")]).await["refresh_token"]);
    let (_, tokens) = client.refresh(&first).await;
    let second = text(&tokens["refresh_token"]);
    assert!(claims(&text(&tokens["id_token"]))["nonce"].is_null());
    assert_eq!(text(&client.refresh(&first).await.1["error"]), "invalid_grant");
    assert_eq!(text(&client.refresh(&second).await.1["error"]), "invalid_grant");
}

#[tokio::test]
async fn rotation_and_the_id_token_of_a_refresh_can_be_switched() {
    let client = Client::start(quick()).await;
    let token = text(&client.login(&[("scope", "openid offline_access")]).await["refresh_token"]);
    let change =
        Behaviour { rotation: Some(Rotation::Never), refresh_omits_id_token: Some(true), ..Behaviour::default() };
    client.sandbox.control().set_behaviour(&change);
    for _ in 0..2 {
        let (status, tokens) = client.refresh(&token).await;
        assert_eq!((status, tokens.get("id_token"), tokens.get("refresh_token")), (200, None, None));
    }
    assert_eq!(client.sandbox.control().revoke_all_refresh_tokens(), 1);
    assert_eq!(client.refresh(&token).await.0, 400);
}

#[tokio::test]
async fn revocation_ends_a_refresh_token_and_forgives_unknown_ones() {
    let client = Client::start(quick()).await;
    let token = text(&client.login(&[("scope", "openid offline_access")]).await["refresh_token"]);
    for value in ["unknown", &token] {
        let form = [("client_id", client.sandbox.client_id()), ("token", value)];
        let answer = client.http.post(client.endpoint("revocation_endpoint")).form(&form).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    assert_eq!(client.refresh(&token).await.0, 400);
}

#[tokio::test]
async fn a_person_signs_in_once_and_the_session_remembers() {
    let client = Client::start(Options { auto_approve: false, ..quick() }).await;
    let page = client.authorize(&[]).await;
    let address = page.url().clone();
    let policy = page.headers()["content-security-policy"].to_str().expect("ASCII").to_owned();
    assert!(policy.contains("form-action 'self' http://localhost:8400"), "{policy}");
    let html = page.text().await.expect("text");
    assert!(html.contains("José 東京") && html.contains("stands in for") && !html.contains("<script"));

    let denied = client.http.post(address.clone()).form(&[("sandbox_action", "cancel")]).send().await;
    assert_eq!(callback(&denied.expect("an answer"))["error"], "access_denied");

    let form = [("sandbox_action", "sign-in"), ("user", "jose"), ("password", "x")];
    let answer = client.http.post(address.clone()).form(&form).send().await.expect("an answer");
    let cookie = answer.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(cookie.contains("HttpOnly"));
    let (_, tokens) = client.redeem(&callback(&answer)["code"], &[]).await;
    assert_eq!(claims(&text(&tokens["id_token"]))["name"], "José 東京");

    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let second = client.http.get(address).header("cookie", pair).send().await.expect("an answer");
    assert!(callback(&second).contains_key("code"));
    let silent = callback(&client.authorize(&[("prompt", "none")]).await);
    assert_eq!(silent["error"], "login_required");
}

#[tokio::test]
async fn the_device_grant_waits_slows_down_and_delivers() {
    let client = Client::start(Options { auto_approve: false, ..quick() }).await;
    let form = [("client_id", client.sandbox.client_id()), ("scope", "openid email")];
    let answer = client.http.post(client.endpoint("device_authorization_endpoint")).form(&form).send().await;
    let device: serde_json::Value = answer.expect("an answer").json().await.expect("JSON");
    let code = text(&device["device_code"]);
    let poll = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.as_str())];
    assert_eq!(text(&client.token(&poll).await.1["error"]), "authorization_pending");
    assert_eq!(text(&client.token(&poll).await.1["error"]), "slow_down");
    let user_code = text(&device["user_code"]).to_lowercase();
    let form = [("user_code", user_code.as_str()), ("user", "bob"), ("sandbox_action", "sign-in")];
    let page = client.http.post(text(&device["verification_uri"])).form(&form).send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    let (status, tokens) = client.token(&poll).await;
    assert_eq!((status, claims(&text(&tokens["id_token"]))["email"].clone()), (200, "bob@example.com".into()));
    assert_eq!(text(&client.token(&poll).await.1["error"]), "invalid_grant");
}

#[tokio::test]
async fn secrets_are_form_decoded_in_basic_and_required_as_registered() {
    let client = Client::start(quick()).await;
    let secret = "sandbox secret:/+ü";
    for (id, basic, ok) in [
        ("sandbox-secret-basic", true, true),
        ("sandbox-secret-basic", false, false),
        ("sandbox-secret-post", false, true),
        ("sandbox-secret-post", true, false),
    ] {
        let code = client.code(&[("client_id", id)]).await;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", crate::support::REDIRECT),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ];
        let mut request = client.http.post(client.endpoint("token_endpoint"));
        if basic {
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            request = request.basic_auth(id, Some(encoded));
        } else {
            form.extend([("client_id", id), ("client_secret", secret)]);
        }
        let answer = request.form(&form).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), if ok { 200 } else { 401 }, "{id} {basic}");
        assert_eq!(answer.headers().contains_key("www-authenticate"), basic && !ok);
    }
}

#[tokio::test]
async fn a_sign_in_can_be_denied_automatically() {
    let client = Client::start(quick()).await;
    let deny = Behaviour { auto_approve: Some(AutoApprove::Deny), ..Behaviour::default() };
    client.sandbox.control().set_behaviour(&deny);
    assert_eq!(callback(&client.authorize(&[]).await)["error"], "access_denied");
}
