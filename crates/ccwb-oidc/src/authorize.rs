//! The authorization request (RFC 6749, section 4.1.1) with PKCE (RFC 7636), state and nonce.

use ccwb_config::OidcProfile;
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use openidconnect::Nonce;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::metadata::Metadata;
use crate::quirks;

/// One authorization request and what is needed to judge its answer.
#[derive(Debug)]
pub struct AuthorizationRequest {
    /// Where the browser goes.
    pub url: Url,
    /// Sent as `state`, expected in the callback.
    pub state: CsrfToken,
    /// Sent as `nonce`, expected in the ID token.
    pub nonce: Nonce,
    /// Proves at the token endpoint that it is us.
    pub verifier: PkceCodeVerifier,
    /// Sent as `redirect_uri`, both times.
    pub redirect_uri: String,
}

/// Who shall sign in, as far as that is known before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Sent as `login_hint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Somebody else than whom the browser is signed in as: the provider shall ask.
    #[serde(default)]
    pub another: bool,
}

impl AuthorizationRequest {
    /// A new request with fresh random values; the answer comes to `http://localhost:<port>/callback`.
    pub fn new(profile: &OidcProfile, metadata: &Metadata, port: u16, who: &Who) -> Self {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (state, nonce) = (CsrfToken::new_random(), Nonce::new_random());
        let redirect_uri = format!("http://localhost:{port}/callback");
        let quirks = quirks::of(profile.provider);
        let prompt = if who.another { Some(quirks.other_account) } else { profile.prompt.as_deref() };
        let mut url = metadata.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &profile.client_id)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", &scopes(profile, metadata).join(" "))
            .append_pair("state", state.secret())
            .append_pair("nonce", nonce.secret())
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", challenge.method().as_str())
            .extend_pairs(quirks.extra)
            .extend_pairs(prompt.map(|prompt| ("prompt", prompt)))
            .extend_pairs(profile.domain_hint.as_ref().map(|domain| (quirks.domain_hint, domain)))
            .extend_pairs(who.login_hint.as_ref().map(|person| ("login_hint", person)));
        Self { url, state, nonce, verifier, redirect_uri }
    }
}

/// The configured scopes, else the provider's own; `offline_access` only where the provider does not say that it
/// knows other scopes only.
pub(crate) fn scopes(profile: &OidcProfile, metadata: &Metadata) -> Vec<String> {
    if let Some(scopes) = &profile.scopes {
        return scopes.clone();
    }
    let known = |scope: &str| metadata.scopes.is_empty() || metadata.scopes.iter().any(|known| known == scope);
    let scopes = quirks::of(profile.provider).scopes.iter().copied();
    scopes.filter(|scope| *scope != "offline_access" || known(scope)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::Path;

    use ccwb_config::Config;
    use serde_json::{Value, json};

    use super::*;

    fn request(changes: &Value, scopes: &[&str]) -> HashMap<String, String> {
        request_for(&Who::default(), changes, scopes)
    }

    fn request_for(who: &Who, changes: &Value, scopes: &[&str]) -> HashMap<String, String> {
        let mut profile = json!({"client_id": "c", "identity_pool_id": "us-east-1:aa"});
        profile.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let config = Config::from_text(Path::new("c"), json!({ "P": profile }).to_string());
        let profile = config.profile("P").unwrap().oidc().unwrap().clone();
        let endpoint = |path: &str| Url::parse(&format!("https://i.example/{path}")).unwrap();
        let metadata = Metadata {
            issuer: "https://i.example".to_owned(),
            authorization_endpoint: endpoint("a?tenant=1"),
            token_endpoint: endpoint("t"),
            jwks_uri: endpoint("k"),
            revocation_endpoint: None,
            device_authorization_endpoint: None,
            end_session_endpoint: None,
            signing_algorithms: Vec::new(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        };
        AuthorizationRequest::new(&profile, &metadata, 8400, who).url.query_pairs().into_owned().collect()
    }

    #[test]
    fn the_request_has_pkce_state_and_nonce_and_keeps_a_query_that_was_there() {
        let query = request(&json!({"provider_domain": "i.example"}), &[]);
        for (name, value) in [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", "c"),
            ("redirect_uri", "http://localhost:8400/callback"),
            ("scope", "openid profile email offline_access"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
        }
        for name in ["state", "nonce", "code_challenge"] {
            assert!(query[name].len() >= 22, "{name}");
        }
        assert!(!query.contains_key("prompt"));
    }

    #[test]
    fn whoever_is_signed_in_as_somebody_else_can_say_so_in_each_providers_words() {
        let who = Who { login_hint: Some("alice@example.com".to_owned()), another: true };
        for (provider, prompt, domain) in [
            (json!({"provider_domain": "i.example"}), "login", "domain_hint"),
            (json!({"provider_domain": "x.okta.com"}), "login", "domain_hint"),
            (json!({"provider_domain": "x.auth0.com"}), "select_account", "domain_hint"),
            (json!({"provider_domain": "login.microsoftonline.com/t"}), "select_account", "domain_hint"),
            (json!({"provider_domain": "accounts.google.com", "client_secret": "s"}), "select_account", "hd"),
            (
                json!({"provider_domain": "x.auth.us-east-1.amazoncognito.com", "cognito_user_pool_id": "us-east-1_a"}),
                "select_account",
                "idp_identifier",
            ),
        ] {
            let mut changes = provider.clone();
            changes["oidc_domain_hint"] = "example.com".into();
            let query = request_for(&who, &changes, &[]);
            for (name, value) in [("prompt", prompt), ("login_hint", "alice@example.com"), (domain, "example.com")] {
                assert_eq!(query.get(name).map(String::as_str), Some(value), "{provider}");
            }
            let query = request(&provider, &[]);
            assert!(!query.contains_key("login_hint") && !query.contains_key(domain), "{provider}");
        }
    }

    #[test]
    fn providers_are_asked_for_a_refresh_token_in_their_own_way() {
        let google = request(&json!({"provider_domain": "accounts.google.com", "client_secret": "s"}), &[]);
        assert_eq!((google["scope"].as_str(), google["access_type"].as_str()), ("openid email profile", "offline"));
        let entra = request(&json!({"provider_domain": "login.microsoftonline.com/t"}), &[]);
        assert_eq!((entra["response_mode"].as_str(), entra["prompt"].as_str()), ("query", "select_account"));
        let entra = request(&json!({"provider_domain": "login.microsoftonline.com/t", "oidc_prompt": ""}), &[]);
        assert!(!entra.contains_key("prompt"));
        let cognito =
            json!({"provider_domain": "x.auth.us-east-1.amazoncognito.com", "cognito_user_pool_id": "us-east-1_a"});
        assert_eq!(request(&cognito, &[])["scope"], "openid email");
        let without = request(&json!({"provider_domain": "i.example"}), &["openid", "profile", "email"]);
        assert_eq!(without["scope"], "openid profile email");
    }
}
