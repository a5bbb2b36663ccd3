//! A client of the sandbox: what a relying party sends, with every parameter open to change.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ccwb_sandbox::{Options, ProviderShape, Sandbox, SigningAlgorithm};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(crate) const REDIRECT: &str = "http://localhost:8400/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) type Pairs = Vec<(String, String)>;

pub(crate) struct Client {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    pub(crate) metadata: Value,
    pub(crate) secret: Option<String>,
}

/// ES256 keys are made at once, RS256 ones take a moment: tests that don't look at the key use these.
pub(crate) fn quick() -> Options {
    Options { auto_approve: true, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() }
}

pub(crate) fn shaped(shape: ProviderShape) -> Options {
    Options { shape, ..quick() }
}

impl Client {
    pub(crate) async fn start(options: Options) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::start(options).await.expect("free ports");
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let issuer = sandbox.issuer().trim_end_matches('/').to_owned();
        let discovery = format!("{issuer}/.well-known/openid-configuration");
        let metadata = http.get(discovery).send().await.expect("an answer").json().await.expect("JSON");
        Self { sandbox, http, metadata, secret: None }
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// A good authorization request; `change` replaces parameters, and removes those that it gives no value.
    pub(crate) async fn authorize(&self, change: &[(&str, &str)]) -> reqwest::Response {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let query = changed(
            &[
                ("client_id", self.sandbox.client_id()),
                ("redirect_uri", REDIRECT),
                ("response_type", "code"),
                ("scope", "openid email profile"),
                ("state", "the-state"),
                ("nonce", "the-nonce"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ],
            change,
        );
        let request = self.http.get(self.endpoint("authorization_endpoint")).query(&query);
        request.send().await.expect("an answer")
    }

    pub(crate) async fn code(&self, change: &[(&str, &str)]) -> String {
        let callback = callback(&self.authorize(change).await);
        callback.get("code").unwrap_or_else(|| panic!("no code: {callback:?}")).clone()
    }

    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let mut form = changed(&[("client_id", self.sandbox.client_id())], fields);
        form.extend(self.secret.iter().map(|secret| ("client_secret".to_owned(), secret.clone())));
        let answer = self.http.post(self.endpoint("token_endpoint")).form(&form).send().await.expect("an answer");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    pub(crate) async fn redeem(&self, code: &str, change: &[(&str, &str)]) -> (u16, Value) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        let merged = changed(&fields, change);
        let merged: Vec<(&str, &str)> = merged.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.token(&merged).await
    }

    pub(crate) async fn login(&self, change: &[(&str, &str)]) -> Value {
        let (status, tokens) = self.redeem(&self.code(change).await, &[]).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    pub(crate) async fn id_token(&self) -> String {
        text(&self.login(&[]).await["id_token"])
    }

    pub(crate) async fn refresh(&self, token: &str) -> (u16, Value) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub(crate) fn login_key(&self) -> String {
        self.sandbox.issuer().trim_start_matches("http://").to_owned()
    }

    pub(crate) async fn cognito(&self, operation: &str, body: &Value) -> (u16, Value) {
        let request = self
            .http
            .post(self.sandbox.aws_url().clone())
            .header("x-amz-target", format!("AWSCognitoIdentityService.{operation}"))
            .header("content-type", "application/x-amz-json-1.1")
            .body(body.to_string());
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    pub(crate) async fn web_identity(&self, token: &str, change: &[(&str, &str)]) -> (u16, String) {
        let form = changed(
            &[
                ("Action", "AssumeRoleWithWebIdentity"),
                ("Version", "2011-06-15"),
                ("RoleArn", "arn:aws:iam::123456789012:role/CcwbFederatedRole"),
                ("RoleSessionName", "alice@example.com"),
                ("WebIdentityToken", token),
            ],
            change,
        );
        let answer = self.http.post(self.sandbox.aws_url().clone()).form(&form).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }
}

fn changed(base: &[(&str, &str)], change: &[(&str, &str)]) -> Pairs {
    let mut pairs: Pairs = base.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for (name, value) in change {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    pairs
}

/// The parameters that the browser takes to the client.
pub(crate) fn callback(answer: &reqwest::Response) -> BTreeMap<String, String> {
    let Some(location) = answer.headers().get("location") else {
        panic!("no redirect: {}", answer.status());
    };
    let url = url::Url::parse(location.to_str().expect("ASCII")).expect("a URL");
    url.query_pairs().into_owned().collect()
}

pub(crate) fn claims(id_token: &str) -> Value {
    let payload = id_token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}")).to_owned()
}
