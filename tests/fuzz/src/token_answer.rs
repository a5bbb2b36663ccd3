use std::sync::LazyLock;

use ccwb_config::Profile;
use ccwb_oidc::{ClientCredential, Metadata, TokenClient};
use chrono::DateTime;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::profiles::profile;
use crate::server::Server;
use crate::text::assert_printable;

const SPENT: &str = "refresh-token-canary";
const CLIENT_SECRET: &str = "client-secret-canary";
static PROFILE: LazyLock<Profile> = LazyLock::new(|| profile("i.example", &json!({})));

/// An answer of the provider's token or device endpoint: what it gives is taken letter by letter, and what it refuses is told
/// without control characters and without the secrets that were sent, should it repeat them.
pub fn token_answer(input: &[u8]) {
    Server::answering(input, |server, succeeded, _| {
        let endpoint = Url::parse(&format!("{}/token", server.address)).expect("an address");
        let metadata = Metadata {
            issuer: "https://i.example".to_owned(),
            authorization_endpoint: endpoint.clone(),
            token_endpoint: endpoint.clone(),
            jwks_uri: endpoint.clone(),
            revocation_endpoint: Some(endpoint.clone()),
            device_authorization_endpoint: Some(endpoint),
            end_session_endpoint: None,
            signing_algorithms: Vec::new(),
            scopes: Vec::new(),
        };
        let credential = ClientCredential::Secret(CLIENT_SECRET.into());
        let oidc = PROFILE.oidc().expect("a profile that signs in");
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a date");
        let client = TokenClient::new(&server.client, &metadata, oidc, &credential, now);
        let spent = SecretString::from(SPENT);
        let (refreshed, device) =
            server.runtime.block_on(async { (client.refresh(&spent).await, client.start_device().await) });
        let body = &input[1..];
        match refreshed {
            Ok(set) => {
                // The `oauth2` crate reads the first value, whatever follows it.
                let first = serde_json::Deserializer::from_slice(body).into_iter::<Value>().next();
                let answer = first.and_then(Result::ok).expect("a JSON object");
                assert!(succeeded && answer["access_token"].is_string());
                let exposed =
                    |token: &Option<SecretString>| token.as_ref().map(|token| token.expose_secret().to_owned());
                let member = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
                assert_eq!(exposed(&set.refresh_token), member("refresh_token"));
                assert_eq!(exposed(&set.unverified_id_token), member("id_token"));
                let debug = format!("{set:?}");
                for token in ["refresh_token", "id_token"].into_iter().filter_map(member) {
                    assert!(token.len() < 16 || !debug.contains(&token));
                }
            }
            Err(error) => assert_harmless(&error.to_string(), &[SPENT, CLIENT_SECRET]),
        }
        match device {
            Ok(None) => panic!("there is an endpoint"),
            Ok(Some(device)) => {
                assert!(succeeded);
                assert_printable(&device.verification_uri());
                assert_printable(&device.user_code());
                if let Some(complete) = device.verification_uri_complete() {
                    assert_printable(complete.expose_secret());
                }
            }
            Err(error) => assert_harmless(&error.to_string(), &[CLIENT_SECRET]),
        }
    });
}

fn assert_harmless(message: &str, sent: &[&str]) {
    assert_printable(message);
    assert!(!sent.iter().any(|secret| message.contains(secret)), "{message}");
}
