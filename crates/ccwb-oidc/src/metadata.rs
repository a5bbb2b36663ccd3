//! The provider's metadata (OpenID Connect Discovery 1.0, section 3), reduced to what is used, and its keys.

use ccwb_config::{ExplicitEndpoints, OidcProfile, ProviderType, WebAddress};
use ccwb_http::HttpClient;
use openidconnect::core::CoreProviderMetadata;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::error::OidcError;
use ccwb_http::printable;

/// What is known of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The issuer that ID tokens must name.
    pub issuer: String,
    /// `authorization_endpoint`.
    pub authorization_endpoint: Url,
    /// `token_endpoint`.
    pub token_endpoint: Url,
    /// `jwks_uri`.
    pub jwks_uri: Url,
    /// `revocation_endpoint` (RFC 8414).
    pub revocation_endpoint: Option<Url>,
    /// `device_authorization_endpoint` (RFC 8628).
    pub device_authorization_endpoint: Option<Url>,
    /// `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0).
    pub end_session_endpoint: Option<Url>,
    /// `id_token_signing_alg_values_supported`; empty if unknown.
    pub signing_algorithms: Vec<String>,
    /// `scopes_supported`; empty if unknown.
    pub scopes: Vec<String>,
}

impl Metadata {
    /// Reads the provider's metadata; endpoints of the configuration win. If those are complete, a provider without
    /// discovery will do: what only discovery tells (revocation, algorithms) is then not known.
    pub(crate) async fn discover(http: &HttpClient, profile: &OidcProfile) -> Result<Self, OidcError> {
        let ExplicitEndpoints { authorization, token, jwks } = &profile.endpoints;
        let discovered = match fetch_json(http, &discovery_address(&profile.issuer)?, "discovery").await {
            Ok(document) => Self::from_document(&document, profile),
            Err(error) => Err(error),
        };
        let mut metadata = match (discovered, authorization, token, jwks) {
            (Err(_), Some(authorization), Some(token), Some(jwks)) => {
                return Ok(Self::explicit(&profile.issuer, authorization, token, jwks));
            }
            (discovered, ..) => discovered?,
        };
        for (explicit, found) in [
            (authorization, &mut metadata.authorization_endpoint),
            (token, &mut metadata.token_endpoint),
            (jwks, &mut metadata.jwks_uri),
        ] {
            if let Some(address) = explicit {
                *found = address.url().clone();
            }
        }
        Ok(metadata)
    }

    fn explicit(issuer: &WebAddress, authorization: &WebAddress, token: &WebAddress, jwks: &WebAddress) -> Self {
        Self {
            issuer: issuer.as_str().to_owned(),
            authorization_endpoint: authorization.url().clone(),
            token_endpoint: token.url().clone(),
            jwks_uri: jwks.url().clone(),
            revocation_endpoint: None,
            device_authorization_endpoint: None,
            end_session_endpoint: None,
            signing_algorithms: Vec::new(),
            scopes: Vec::new(),
        }
    }

    /// Reads a discovery document of the profile's provider. Its issuer must be the configured one, and each address HTTPS or
    /// on this machine.
    pub fn from_document(document: &Value, profile: &OidcProfile) -> Result<Self, OidcError> {
        let bad = |problem: String| OidcError::BadAnswer { what: "discovery", problem };
        let standard: CoreProviderMetadata = serde_json::from_value(document.clone())
            .map_err(|error| bad(format!("not a provider's metadata: {}", printable(&error.to_string()))))?;
        let issuer = expected_issuer(standard.issuer().as_str(), profile).map_err(bad)?;
        let address = |name: &'static str, text: Option<&str>| match text {
            None => Ok(None),
            Some(text) => match WebAddress::parse(text) {
                Ok(address) => Ok(Some(address.url().clone())),
                Err(problem) => Err(bad(format!("{name}: {}", printable(&problem)))),
            },
        };
        let required = |name: &'static str, text: Option<&str>| {
            address(name, text)?.ok_or_else(|| bad(format!("{name} is missing")))
        };
        let extra = |name: &'static str| address(name, document.get(name).and_then(Value::as_str));
        let texts = |name: &str| -> Vec<String> {
            let list = document.get(name).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Ok(Self {
            issuer,
            authorization_endpoint: required(
                "authorization_endpoint",
                Some(standard.authorization_endpoint().as_str()),
            )?,
            token_endpoint: required("token_endpoint", standard.token_endpoint().map(|url| url.as_str()))?,
            jwks_uri: required("jwks_uri", Some(standard.jwks_uri().as_str()))?,
            revocation_endpoint: extra("revocation_endpoint")?,
            device_authorization_endpoint: extra("device_authorization_endpoint")?,
            end_session_endpoint: extra("end_session_endpoint")?,
            signing_algorithms: texts("id_token_signing_alg_values_supported"),
            scopes: texts("scopes_supported"),
        })
    }
}

/// `<issuer>/.well-known/openid-configuration`, the issuer's trailing slash removed (Discovery 1.0, section 4.1).
fn discovery_address(issuer: &WebAddress) -> Result<Url, OidcError> {
    let text = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    Url::parse(&text).map_err(|error| OidcError::BadAnswer { what: "discovery", problem: error.to_string() })
}

/// The issuer must be the one that was asked for, letter by letter (Discovery 1.0, section 4.3).
///
/// Entra ID is the known exception: asked for a tenant by its domain name, it answers with the tenant's id.
fn expected_issuer(found: &str, profile: &OidcProfile) -> Result<String, String> {
    let asked = profile.issuer.as_str();
    let same_place = || {
        let Ok(url) = Url::parse(found) else { return false };
        url.origin() == profile.issuer.url().origin() && url.path().ends_with("/v2.0") && !found.contains('{')
    };
    if found == asked || (profile.provider == ProviderType::Azure && same_place()) {
        Ok(found.to_owned())
    } else {
        Err(format!("it describes the issuer {}, but the configuration names {asked}", printable(found)))
    }
}

/// Fetches a JSON document; anything but 200 with JSON is a bad answer, whose body is not repeated.
pub(crate) async fn fetch_json(http: &HttpClient, url: &Url, what: &'static str) -> Result<Value, OidcError> {
    let response = http.get_json(url).await.map_err(|source| OidcError::Network { what, source })?;
    let bad = |problem: String| OidcError::BadAnswer { what, problem };
    if response.status() != http::StatusCode::OK {
        return Err(bad(format!("{url} answered {}", response.status())));
    }
    serde_json::from_slice(response.body()).map_err(|_| bad(format!("{url} did not answer JSON (a captive portal?)")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ccwb_config::Config;
    use serde_json::json;

    use super::*;

    fn profile(domain: &str, provider: &str) -> OidcProfile {
        let text = json!({"P": {"provider_domain": domain, "provider_type": provider, "client_id": "c",
                                "identity_pool_id": "us-east-1:aa"}});
        Config::from_text(Path::new("c"), text.to_string()).profile("P").unwrap().oidc().unwrap().clone()
    }

    fn document(issuer: &str) -> Value {
        json!({
            "issuer": issuer, "authorization_endpoint": "https://i.example/a", "token_endpoint": "https://i.example/t",
            "jwks_uri": "https://i.example/k", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "XX1"],
            "revocation_endpoint": "https://i.example/r",
        })
    }

    #[test]
    fn a_document_of_another_issuer_is_refused() {
        let profile = profile("i.example", "generic");
        assert!(Metadata::from_document(&document("https://i.example"), &profile).is_ok());
        let error = Metadata::from_document(&document("https://evil.example"), &profile).unwrap_err().to_string();
        assert!(error.contains("https://evil.example"), "{error}");
    }

    #[test]
    fn plain_http_endpoints_are_refused() {
        let mut document = document("https://i.example");
        document["token_endpoint"] = "http://i.example/t".into();
        assert!(Metadata::from_document(&document, &profile("i.example", "generic")).is_err());
    }

    #[test]
    fn entra_may_answer_with_the_tenant_id_and_nobody_else_may() {
        let found = "https://login.microsoftonline.com/9-9/v2.0";
        let entra = profile("login.microsoftonline.com/contoso.onmicrosoft.com", "azure");
        assert_eq!(Metadata::from_document(&document(found), &entra).unwrap().issuer, found);
        let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
        assert!(Metadata::from_document(&document(template), &entra).is_err());
    }

    #[test]
    fn discovery_is_below_the_issuer_with_and_without_a_trailing_slash() {
        for issuer in ["https://a.auth0.com/", "https://a.auth0.com"] {
            let address = discovery_address(&WebAddress::parse(issuer).unwrap()).unwrap();
            assert_eq!(address.as_str(), "https://a.auth0.com/.well-known/openid-configuration");
        }
    }
}
