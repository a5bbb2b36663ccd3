//! What a provider says about itself (OpenID Connect Discovery 1.0).

use std::time::Duration;

use ccwb_admin::Draft;
use ccwb_config::{ProviderType, WebAddress};
use ccwb_http::printable;
use serde_json::{Value, json};
use url::Url;

use crate::http;
use crate::surroundings::Surroundings;

/// Nobody waits longer than that for a provider to describe itself.
const LIMIT: Duration = Duration::from_secs(6);

/// A provider's own description, reduced to what an administrator wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it calls itself.
    pub(crate) issuer: String,
    /// Which product it seems to be.
    pub(crate) product: Product,
    /// Sign-in on machines without a browser.
    pub(crate) device: bool,
    /// Whether it gives refresh tokens.
    pub(crate) refresh: bool,
    /// A claim with groups.
    pub(crate) groups: bool,
}

/// A product, as far as it gives itself away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// One that has its own name in profiles.
    Known(ProviderType),
    /// Keycloak, which does not.
    Keycloak,
}

/// What asking the provider led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Discovery {
    /// It answered, for the issuer that was asked for.
    Found(Found),
    /// It answered, and calls itself something else.
    OtherIssuer { asked: String, found: Found },
    /// It did not answer, or not like a provider: that is not known to be a fault of the profile.
    Silent(String),
}

/// Asks the provider of a draft; `None` if too little is known to ask.
pub(crate) async fn discover(draft: &Draft, surroundings: &Surroundings) -> Option<Discovery> {
    Some(ask(&draft.issuer()?, surroundings).await)
}

async fn ask(issuer: &WebAddress, surroundings: &Surroundings) -> Discovery {
    let text = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    let Ok(url) = Url::parse(&text) else { return Discovery::Silent(format!("{text} is not an address")) };
    let answer = async {
        let client = http::client(surroundings, LIMIT).map_err(|error| error.to_string())?;
        let response = client.get_json(&url).await.map_err(|error| error.to_string())?;
        if response.status() != 200 {
            return Err(format!("{url} answered {}", response.status()));
        }
        serde_json::from_slice::<Value>(response.body()).map_err(|_| format!("{url} does not answer like a provider"))
    };
    match tokio::time::timeout(LIMIT, answer).await {
        Err(_) => Discovery::Silent(format!(
            "{} did not answer within {} s",
            url.host_str().unwrap_or_default(),
            LIMIT.as_secs()
        )),
        Ok(Err(problem)) => Discovery::Silent(problem),
        Ok(Ok(document)) => match read(&document) {
            None => Discovery::Silent(format!("{url} does not answer like a provider")),
            Some(found) if found.issuer == issuer.as_str() => Discovery::Found(found),
            Some(found) => Discovery::OtherIssuer { asked: issuer.as_str().to_owned(), found },
        },
    }
}

fn read(document: &Value) -> Option<Found> {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let holds = |name: &str, word: &str| {
        let list = document.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|entry| entry == word))
    };
    let issuer = printable(text("issuer")?);
    text("token_endpoint")?;
    Some(Found {
        product: product(&issuer, text("token_endpoint")?, text("jwks_uri").unwrap_or_default()),
        device: text("device_authorization_endpoint").is_some(),
        refresh: holds("grant_types_supported", "refresh_token")
            || holds("scopes_supported", "offline_access")
            || document.get("grant_types_supported").is_none(),
        groups: holds("claims_supported", "groups") || holds("scopes_supported", "groups"),
        issuer,
    })
}

/// Goes by the host, and where that is the company's own, by the form of the addresses behind it.
fn product(issuer: &str, token_endpoint: &str, jwks: &str) -> Product {
    let host = |address: &str| Url::parse(address).ok().and_then(|url| url.host_str().map(ProviderType::from_host));
    match host(issuer).or_else(|| host(token_endpoint)) {
        Some(known) if known != ProviderType::Generic => return Product::Known(known),
        _ => {}
    }
    if token_endpoint.contains("/protocol/openid-connect/") {
        Product::Keycloak
    } else if token_endpoint.contains("/oauth2/") && token_endpoint.ends_with("/v1/token") {
        Product::Known(ProviderType::Okta)
    } else if token_endpoint.ends_with("/oauth/token") && jwks.ends_with("/.well-known/jwks.json") {
        Product::Known(ProviderType::Auth0)
    } else {
        Product::Known(ProviderType::Generic)
    }
}

impl Product {
    /// What people call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Known(ProviderType::Okta) => "Okta",
            Self::Known(ProviderType::Auth0) => "Auth0",
            Self::Known(ProviderType::Azure) => "Microsoft Entra ID",
            Self::Known(ProviderType::Cognito) => "Amazon Cognito",
            Self::Known(ProviderType::Google) => "Google",
            Self::Known(ProviderType::Generic) => "An OpenID Connect provider",
            Self::Keycloak => "Keycloak",
        }
    }

    /// Its name in profiles.
    pub(crate) fn provider(self) -> ProviderType {
        match self {
            Self::Known(provider) => provider,
            Self::Keycloak => ProviderType::Generic,
        }
    }
}

impl Discovery {
    /// For `--json`.
    pub(crate) fn to_json(&self) -> Value {
        let found = |found: &Found| {
            json!({"issuer": found.issuer, "product": found.product.title(), "device_code": found.device,
                   "refresh_tokens": found.refresh, "groups_claim": found.groups})
        };
        match self {
            Self::Found(it) => json!({"reached": true, "matches": true, "found": found(it)}),
            Self::OtherIssuer { asked, found: it } => {
                json!({"reached": true, "matches": false, "asked": asked, "found": found(it)})
            }
            Self::Silent(problem) => json!({"reached": false, "problem": problem}),
        }
    }
}

/// What would make the profile name the provider as it calls itself: a key and its value.
///
/// Entra ID answers a tenant's domain name with its id; an identity pool takes the id only.
pub(crate) fn mended(found: &Found) -> (&'static str, String) {
    match found.product.provider() {
        ProviderType::Azure => ("provider_domain", found.issuer.trim_start_matches("https://").to_owned()),
        _ => ("oidc_issuer_url", found.issuer.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_told_by_their_host_else_by_the_form_of_their_addresses() {
        use ProviderType::{Auth0, Azure, Generic, Okta};
        for (issuer, token, jwks, expected) in [
            ("https://a.okta.com", "https://a.okta.com/oauth2/v1/token", "", Product::Known(Okta)),
            ("https://sso.example.com", "https://sso.example.com/oauth2/v1/token", "", Product::Known(Okta)),
            (
                "https://sso.example.com/oauth2/default",
                "https://sso.example.com/oauth2/default/v1/token",
                "",
                Product::Known(Okta),
            ),
            (
                "https://id.example.com/",
                "https://id.example.com/oauth/token",
                "https://id.example.com/.well-known/jwks.json",
                Product::Known(Auth0),
            ),
            (
                "https://login.microsoftonline.com/1/v2.0",
                "https://login.microsoftonline.com/1/oauth2/v2.0/token",
                "",
                Product::Known(Azure),
            ),
            (
                "https://k.example.org/realms/a",
                "https://k.example.org/realms/a/protocol/openid-connect/token",
                "",
                Product::Keycloak,
            ),
            ("https://x.example.org", "https://x.example.org/token", "", Product::Known(Generic)),
        ] {
            assert_eq!(product(issuer, token, jwks), expected, "{issuer}");
        }
    }

    #[test]
    fn what_is_not_a_providers_description_is_none() {
        assert_eq!(read(&json!({"hello": "portal"})), None);
        assert_eq!(read(&json!({"issuer": "https://x"})), None);
    }
}
