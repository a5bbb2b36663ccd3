use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::grant::SignIn;
use super::shape::ProviderShape;
use super::user::User;
use crate::clock::span;
use crate::random::{hex_of, uuid, uuid_of};
use crate::world::World;

/// The claims of an ID token as this provider issues them.
pub(crate) fn id_token_claims(
    world: &World,
    user: &User,
    sign_in: &SignIn,
    nonce: Option<&str>,
    access_token: &str,
) -> Map<String, Value> {
    let now = world.clock.now();
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("iss", json!(world.issuer));
    set("sub", json!(subject(&world.options.shape, user, &sign_in.client_id)));
    set("aud", json!(sign_in.client_id));
    set("iat", json!(now.timestamp()));
    set("exp", json!((now + span(world.options.lifetimes.id_token)).timestamp()));
    if let Some(nonce) = nonce {
        set("nonce", json!(nonce));
    }
    claims.extend(object(own_claims(world, user, sign_in, access_token)));
    let scoped_out = |claim: &str, scope: &str| claim_needs(claim) == Some(scope) && !sign_in.has_scope(scope);
    claims.retain(|name, value| !value.is_null() && !scoped_out(name, "email") && !scoped_out(name, "profile"));
    claims.extend(user.claims.clone());
    claims
}

/// The stable subject, in the provider's form.
pub(crate) fn subject(shape: &ProviderShape, user: &User, client_id: &str) -> String {
    let login = user.login.as_str();
    match shape {
        ProviderShape::Generic | ProviderShape::Cognito(_) => uuid_of(login),
        ProviderShape::OktaOrg | ProviderShape::OktaCustom(_) => format!("00u{}", hex_of(login, 17)),
        // Pairwise: differs by client, which is why `oid` exists.
        ProviderShape::Entra(_) => URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{login} at {client_id}"))),
        ProviderShape::Auth0 => format!("auth0|{}", hex_of(login, 24)),
        ProviderShape::Google => {
            let digits: String = Sha256::digest(login).iter().map(|byte| (byte % 10).to_string()).collect();
            format!("1{}", &digits[..20])
        }
    }
}

/// Claims that only come with a scope (OIDC Core section 5.4).
fn claim_needs(claim: &str) -> Option<&'static str> {
    match claim {
        "email" | "email_verified" => Some("email"),
        "name" | "given_name" | "family_name" | "preferred_username" | "nickname" | "picture" | "updated_at" => {
            Some("profile")
        }
        _ => None,
    }
}

/// What this shape adds; nulls are left out.
fn own_claims(world: &World, user: &User, sign_in: &SignIn, access_token: &str) -> Value {
    let email = user.email.as_deref();
    let verified = email.map(|_| true);
    let name = user.full_name();
    let auth_time = sign_in.auth_time;
    let now = world.clock.epoch();
    let username = email.unwrap_or(&user.login);
    match &world.options.shape {
        ProviderShape::Generic => json!({
            "auth_time": auth_time, "at_hash": at_hash(access_token), "email": email, "email_verified": verified,
            "name": name, "given_name": user.given_name, "family_name": user.family_name,
            "preferred_username": user.login, "groups": user.groups, "department": user.department,
        }),
        // https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ "ID token claims"
        ProviderShape::OktaOrg | ProviderShape::OktaCustom(_) => json!({
            "ver": 1, "jti": format!("ID.{}", crate::random::token()), "amr": ["pwd"], "idp": "00osandboxidp0000001",
            "auth_time": auth_time, "at_hash": at_hash(access_token), "email": email, "name": name,
            "preferred_username": username, "groups": user.groups, "department": user.department,
        }),
        // https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
        // `email` is an optional claim there: give it to a user through `User::claims`.
        ProviderShape::Entra(tenant) => json!({
            "nbf": now, "aio": crate::random::token(), "rh": "0.sandbox.", "uti": hex_of(access_token, 22),
            "oid": uuid_of(&user.login), "tid": tenant, "ver": "2.0", "name": name, "preferred_username": username,
            "groups": user.groups.iter().map(|group| uuid_of(group)).collect::<Vec<_>>(),
        }),
        ProviderShape::Auth0 => json!({
            "nickname": user.login, "name": name, "picture": "https://cdn.auth0.com/avatars/sb.png",
            "updated_at": "2026-01-01T00:00:00.000Z", "email": email, "email_verified": verified,
            "sid": hex_of(access_token, 32),
            // Custom claims must be namespaced there.
            "https://claude-code.example.com/groups": user.groups,
            "https://claude-code.example.com/department": user.department,
        }),
        ProviderShape::Cognito(_) => json!({
            "at_hash": at_hash(access_token), "token_use": "id", "auth_time": auth_time, "jti": uuid(),
            "origin_jti": uuid_of(&format!("{} {auth_time}", user.login)), "event_id": uuid(),
            "cognito:username": user.login, "cognito:groups": user.groups, "email": email, "email_verified": verified,
            "name": name, "custom:department": user.department,
        }),
        // https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
        ProviderShape::Google => json!({
            "azp": sign_in.client_id, "at_hash": at_hash(access_token), "hd": email.and_then(|email| email.split('@').nth(1)),
            "email": email, "email_verified": verified, "name": name, "given_name": user.given_name,
            "family_name": user.family_name, "picture": "https://lh3.googleusercontent.com/a/sandbox=s96-c",
        }),
    }
}

/// OIDC Core section 3.1.3.6: the left half of the hash that the signature algorithm uses (SHA-256 for both of ours).
fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
