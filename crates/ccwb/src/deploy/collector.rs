//! What has to be asked before the collector can be described.

use ccwb_config::WebAddress;
use ccwb_http::{HttpClient, printable};
use serde_json::Value;
use url::Url;

use crate::failure::{Failure, exit};

/// `jwks_uri` of the provider's discovery document (OpenID Connect Discovery 1.0, section 3).
pub(super) async fn published_keys(http: &HttpClient, issuer: &WebAddress) -> Result<String, Failure> {
    let address = format!("{}/.well-known/openid-configuration", issuer.as_str().trim_end_matches('/'));
    let fail = |problem: String| {
        Failure::new(
            "provider-silent",
            exit::NETWORK,
            format!("the identity provider does not say where its keys are: {problem}"),
            "name them in the profile: ccwb config set oidc_jwks_uri https://...",
        )
    };
    let url = Url::parse(&address).map_err(|error| fail(error.to_string()))?;
    let response = http.get_json(&url).await.map_err(|error| fail(error.to_string()))?;
    let document: Value =
        serde_json::from_slice(response.body()).map_err(|_| fail(format!("{address} is no document")))?;
    match document["jwks_uri"].as_str() {
        Some(keys) if document["issuer"] == issuer.as_str() => Ok(printable(keys)),
        _ => Err(fail(format!("{address} describes another provider"))),
    }
}
