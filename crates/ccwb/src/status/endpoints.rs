//! What users' machines will have to reach, tried from here.

use ccwb_admin::AdminProfile;
use ccwb_http::HttpClient;
use serde_json::{Value, json};
use url::Url;

/// An address, and why it could not be reached.
pub(crate) struct Endpoint {
    pub(crate) what: &'static str,
    pub(crate) address: String,
    pub(crate) problem: Option<String>,
}

impl Endpoint {
    pub(crate) fn json(&self) -> Value {
        json!({"what": self.what, "address": self.address, "reachable": self.problem.is_none(), "problem": self.problem})
    }
}

/// The identity provider, and what stacks of the profile serve.
pub(crate) async fn reach(profile: &AdminProfile, http: &HttpClient) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    if let Some(oidc) = profile.oidc() {
        // OpenID Connect Discovery 1.0, section 4.
        let address = format!("{}/.well-known/openid-configuration", oidc.issuer.as_str().trim_end_matches('/'));
        endpoints.push(("identity provider", address, true));
    }
    for (what, address) in [
        ("collector", &profile.outputs.otel_collector_endpoint),
        ("quota service", &profile.outputs.quota_api_endpoint),
    ] {
        endpoints.extend(address.clone().map(|address| (what, address, false)));
    }
    let mut tried = Vec::new();
    for (what, address, must_succeed) in endpoints {
        let problem = try_to_reach(http, &address, must_succeed).await.err();
        tried.push(Endpoint { what, address, problem });
    }
    tried
}

/// Whatever a service answers to a plain GET, it is there; a discovery document has to be one.
async fn try_to_reach(http: &HttpClient, address: &str, must_succeed: bool) -> Result<(), String> {
    let url = Url::parse(address).map_err(|error| error.to_string())?;
    let answer = http.get_json(&url).await.map_err(|error| error.to_string())?;
    if must_succeed && !answer.status().is_success() {
        return Err(format!("it answers {}", answer.status()));
    }
    Ok(())
}
