use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ccwb_tests::http::{get_json, post_form, post_form_with_basic};
use ccwb_tests::local_server::{LocalServer, Reply};
use ccwb_tests::part::{Chromium, OidcProvider, Tls};
use ccwb_tests::{Home, LIMIT, run};
use serde_json::{Value, json};
use url::Url;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PUBLIC: &str = OidcProvider::PUBLIC_CLIENT;
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A relying party that only waits for its callback.
fn relying_party() -> LocalServer {
    LocalServer::start(|_| Reply::Page("You are signed in.".into()))
}

fn authorize_url(provider: &OidcProvider, party: &LocalServer, client: &str) -> String {
    let mut url = Url::parse(&format!("{}/auth", provider.issuer())).expect("an issuer is a URL");
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", client)
        .append_pair("redirect_uri", &party.url("/callback"))
        .append_pair("scope", "openid email profile")
        .append_pair("state", "s-1")
        .append_pair("nonce", "n-1")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256");
    url.into()
}

/// Signs in with the browser and gives the authorization code.
fn code(provider: &OidcProvider, party: &LocalServer, chromium: &Chromium, client: &str) -> String {
    open(chromium, &authorize_url(provider, party, client));
    party.callback_parameter("code").expect("a code came to the callback")
}

fn open(chromium: &Chromium, url: &str) {
    let mut home = Home::new();
    home.set_envs(chromium.as_browser_env());
    let mut browser = home.command(chromium.program());
    run(browser.arg(url), LIMIT).expect("the browser closes").success();
}

fn redeem(provider: &OidcProvider, party: &LocalServer, code: &str, verifier: &str) -> (u16, Value) {
    token(
        provider,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", PUBLIC),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", &party.url("/callback")),
        ],
    )
}

fn refresh(provider: &OidcProvider, refresh_token: &str) -> (u16, Value) {
    token(provider, &[("grant_type", "refresh_token"), ("client_id", PUBLIC), ("refresh_token", refresh_token)])
}

fn token(provider: &OidcProvider, fields: &[(&str, &str)]) -> (u16, Value) {
    post_form(&format!("{}/token", provider.issuer()), fields)
}

fn part_of_jwt(token: &Value, index: usize) -> Value {
    let part = token.as_str().and_then(|token| token.split('.').nth(index)).expect("a JWT has parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("a JWT is base64url")).expect("a JWT holds JSON")
}

#[test]
#[ignore = "needs oidc-provider"]
fn discovery_offers_what_the_product_uses() {
    let Some(provider) = OidcProvider::start() else { return };
    let (status, document) = get_json(&format!("{}/.well-known/openid-configuration", provider.issuer()));
    assert_eq!(status, 200);
    assert_eq!(document["issuer"], provider.issuer());
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["RS256", "ES256"]));
    for endpoint in ["device_authorization_endpoint", "revocation_endpoint", "jwks_uri"] {
        assert!(document[endpoint].is_string(), "{endpoint}");
    }
}

#[test]
#[ignore = "needs oidc-provider, chromium"]
fn a_person_signs_in_with_pkce_and_the_code_gives_tokens() {
    let (Some(provider), Some(chromium)) = (OidcProvider::start(), Chromium::find()) else { return };
    let party = relying_party();
    let code = code(&provider, &party, &chromium, PUBLIC);
    assert_eq!(chromium.page_text(LIMIT), "You are signed in.");
    assert_eq!(party.callback_parameter("state").as_deref(), Some("s-1"));

    let (status, tokens) = redeem(&provider, &party, &code, VERIFIER);
    assert_eq!(status, 200, "{tokens}");
    let claims = part_of_jwt(&tokens["id_token"], 1);
    assert_eq!(claims["iss"], provider.issuer());
    assert_eq!(claims["aud"], PUBLIC);
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["email"], "alice@example.com");
    assert_eq!(claims["groups"], json!(["engineering", "claude-code-users"]));
    assert_eq!(provider.token_requests("authorization_code").len(), 1);
}

#[test]
#[ignore = "needs oidc-provider, chromium"]
fn a_wrong_verifier_is_refused() {
    let (Some(provider), Some(chromium)) = (OidcProvider::start(), Chromium::find()) else { return };
    let party = relying_party();
    let code = code(&provider, &party, &chromium, PUBLIC);
    let (status, answer) = redeem(&provider, &party, &code, &CHALLENGE.replace('E', "F"));
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
}

#[test]
#[ignore = "needs oidc-provider, chromium"]
fn refresh_tokens_rotate_and_the_reuse_of_an_old_one_revokes_the_family() {
    let (Some(provider), Some(chromium)) = (OidcProvider::start(), Chromium::find()) else { return };
    let party = relying_party();
    let (_, first) = redeem(&provider, &party, &code(&provider, &party, &chromium, PUBLIC), VERIFIER);
    let old = first["refresh_token"].as_str().expect("a refresh token").to_owned();

    let (status, second) = refresh(&provider, &old);
    assert_eq!(status, 200, "{second}");
    let new = second["refresh_token"].as_str().expect("a refresh token").to_owned();
    assert_ne!(old, new);

    provider.fault(&json!({"endpoint": "token", "grant": "refresh_token", "times": 1, "status": 503, "body": "later"}));
    assert_eq!(refresh(&provider, &new), (503, json!("later")));

    provider.mutate_id_tokens(&json!({"exp": -600, "drop": ["email"]}));
    let (_, third) = refresh(&provider, &new);
    let claims = part_of_jwt(&third["id_token"], 1);
    assert!(claims["exp"].as_u64() < claims["iat"].as_u64(), "{claims}");
    assert!(claims["email"].is_null(), "{claims}");
    provider.mutate_id_tokens(&Value::Null);

    let newest = third["refresh_token"].as_str().expect("a refresh token");
    provider.rotate_keys(false);
    let (_, fourth) = refresh(&provider, newest);
    assert_ne!(part_of_jwt(&fourth["id_token"], 0)["kid"], part_of_jwt(&first["id_token"], 0)["kid"]);

    assert_eq!(refresh(&provider, &old).0, 400);
    let last = fourth["refresh_token"].as_str().expect("a refresh token");
    assert_eq!(refresh(&provider, last).1["error"], "invalid_grant", "the reuse killed the family");
}

#[test]
#[ignore = "needs oidc-provider, chromium"]
fn a_person_who_cancels_brings_access_denied() {
    let (Some(provider), Some(chromium)) = (OidcProvider::start(), Chromium::find()) else { return };
    let party = relying_party();
    open(&chromium.cancelling(), &authorize_url(&provider, &party, PUBLIC));
    assert_eq!(party.callback_parameter("error").as_deref(), Some("access_denied"));
}

#[test]
#[ignore = "needs oidc-provider"]
fn over_tls_its_own_certificate_is_all_that_is_missing() {
    let Some(provider) = OidcProvider::start_with(Tls::SelfSigned) else { return };
    assert!(provider.issuer().starts_with("https://localhost:"));
    let document = format!("{}/.well-known/openid-configuration", provider.issuer());
    let script = format!("fetch('{document}').then((answer) => console.log(answer.status))");
    let home = Home::new();
    let fetch = || {
        let mut node = home.command("node");
        node.args(["-e", &script]);
        node
    };
    let untrusting = run(&mut fetch(), LIMIT).expect("node ends");
    assert_ne!(untrusting.code, Some(0), "{untrusting}");
    let trusting = run(fetch().env("NODE_EXTRA_CA_CERTS", provider.ca_bundle()), LIMIT).expect("node ends").success();
    assert_eq!(trusting.stdout, "200\n");
}

#[test]
#[ignore = "needs oidc-provider, chromium"]
fn a_confidential_client_redeems_with_its_secret_or_its_certificate() {
    let (Some(provider), Some(chromium)) = (OidcProvider::start(), Chromium::find()) else { return };
    let endpoint = format!("{}/token", provider.issuer());
    for client in ["ccwb-secret", "ccwb-secret-post", "ccwb-certificate", "ccwb-es256"] {
        let party = relying_party();
        let code = code(&provider, &party, &chromium, client);
        let callback = party.url("/callback");
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", &*callback),
        ];
        let (status, tokens) = match client {
            "ccwb-secret" => post_form_with_basic(&endpoint, (client, OidcProvider::CLIENT_SECRET), &fields),
            "ccwb-secret-post" => {
                fields.extend([("client_id", client), ("client_secret", OidcProvider::CLIENT_SECRET)]);
                post_form(&endpoint, &fields)
            }
            "ccwb-certificate" => {
                let assertion = assertion(&provider, client);
                fields.extend([
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", &*assertion),
                ]);
                post_form(&endpoint, &fields)
            }
            _ => {
                fields.push(("client_id", client));
                post_form(&endpoint, &fields)
            }
        };
        assert_eq!(status, 200, "{client}: {tokens}");
        let algorithm = if client == "ccwb-es256" { "ES256" } else { "RS256" };
        assert_eq!(part_of_jwt(&tokens["id_token"], 0)["alg"], algorithm);
    }
}

/// A `private_key_jwt` (RFC 7523) signed by openssl, PS256.
fn assertion(provider: &OidcProvider, client: &str) -> String {
    let header = json!({"alg": "PS256", "typ": "JWT"});
    let issuer = provider.issuer();
    let claims = json!({"iss": client, "sub": client, "aud": issuer, "jti": "j-1", "exp": 4_000_000_000_u64, "iat": 1});
    let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let home = Home::new();
    home.write("input", &input);
    let mut openssl = home.command("openssl");
    openssl
        .args("dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -out signature -sign".split(' '));
    run(openssl.arg(provider.client_certificate().0).arg("input"), LIMIT).expect("openssl ends").success();
    let signature = std::fs::read(home.path().join("signature")).expect("openssl has signed");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
#[ignore = "needs oidc-provider, chromium"]
fn a_person_types_the_code_of_a_device() {
    let (Some(provider), Some(chromium)) = (OidcProvider::start(), Chromium::find()) else { return };
    let device = [("client_id", PUBLIC), ("scope", "openid email")];
    let (status, device) = post_form(&format!("{}/device/auth", provider.issuer()), &device);
    assert_eq!(status, 200, "{device}");
    let text = |name: &str| device[name].as_str().expect("RFC 8628, section 3.2");
    let redeem = || {
        token(
            &provider,
            &[
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("client_id", PUBLIC),
                ("device_code", text("device_code")),
            ],
        )
    };
    assert_eq!(redeem().1["error"], "authorization_pending");
    open(&chromium.with_user_code(text("user_code")).signing_in_as("utf8"), text("verification_uri"));
    let (status, tokens) = redeem();
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(part_of_jwt(&tokens["id_token"], 1)["email"], "josé@example.com");
}
