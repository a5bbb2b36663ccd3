use serde_json::{Value, json};

use super::shape::{Paths, ProviderShape};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

/// `OpenID` Provider Metadata (`OpenID` Discovery section 3, RFC 8414): only what the sandbox really does.
pub(crate) fn metadata(world: &World, call: &Call) -> Reply {
    if call.method != "GET" {
        return Reply::method_not_allowed("GET");
    }
    let shape = &world.options.shape;
    let Paths { authorization, token, jwks, revocation, end_session, device } = shape.paths();
    let address = |path: &str| Value::from(world.idp_address(path));
    let mut grants = vec!["authorization_code", "refresh_token"];
    if device.is_some() {
        grants.push("urn:ietf:params:oauth:grant-type:device_code");
    }
    let mut metadata = json!({
        "issuer": world.issuer,
        "authorization_endpoint": address(&authorization),
        "token_endpoint": address(&token),
        "jwks_uri": address(&jwks),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "subject_types_supported": [if matches!(shape, ProviderShape::Entra(_)) { "pairwise" } else { "public" }],
        "id_token_signing_alg_values_supported": [world.options.signing_algorithm.name()],
        "scopes_supported": scopes(shape),
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": *shape == ProviderShape::Generic,
    });
    let optional = [
        ("revocation_endpoint", revocation),
        ("end_session_endpoint", end_session),
        ("device_authorization_endpoint", device),
    ];
    for (name, path) in optional {
        if let Some(path) = path {
            metadata[name] = address(&path);
        }
    }
    Reply::json(200, &metadata).header("cache-control", "max-age=3600")
}

/// RFC 7517 section 5.
pub(crate) fn jwks(world: &World, call: &Call) -> Reply {
    if call.method != "GET" {
        return Reply::method_not_allowed("GET");
    }
    let keys: Vec<Value> = world.idp().keys.published().iter().map(|key| key.jwk()).collect();
    Reply::json(200, &json!({"keys": keys})).header("cache-control", "max-age=3600")
}

/// Scopes that authorize accepts; others are `invalid_scope`.
pub(crate) fn scopes(shape: &ProviderShape) -> Vec<&'static str> {
    let mut scopes = vec!["openid", "profile", "email"];
    if shape.takes_offline_access() {
        scopes.push("offline_access");
    }
    match shape {
        ProviderShape::Generic | ProviderShape::OktaOrg | ProviderShape::OktaCustom(_) => scopes.push("groups"),
        ProviderShape::Cognito(_) => scopes.extend(["phone", "aws.cognito.signin.user.admin"]),
        ProviderShape::Entra(_) => scopes.push("User.Read"),
        ProviderShape::Auth0 | ProviderShape::Google => {}
    }
    scopes
}
