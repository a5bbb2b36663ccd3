//! The token endpoint: RFC 6749 sections 4.1.3, 5 and 6; RFC 7636 section 4.6; OIDC Core sections 3.1.3 and 12.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::IdpState;
use super::claims::id_token_claims;
use super::client::{Client, Presented};
use super::device;
use super::grant::{Grants, SignIn};
use super::jwt;
use super::shape::ProviderShape;
use super::token_error::{TokenError, uncached};
use crate::clock::span;
use crate::http::call::Call;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::options::Rotation;
use crate::random;
use crate::world::World;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// `token:<grant>`, or plain `token` where the request names none that we know.
pub(crate) fn endpoint_name(call: &Call) -> String {
    let form = call.form().unwrap_or_default();
    match form.get("grant_type") {
        Some(DEVICE_GRANT) => "token:device_code".to_owned(),
        Some(grant @ ("authorization_code" | "refresh_token")) => format!("token:{grant}"),
        _ => "token".to_owned(),
    }
}

pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    if call.method != "POST" {
        return Reply::method_not_allowed("POST");
    }
    let form = call.form().unwrap_or_default();
    // Before it is used, and revoked if that is a reuse.
    let refresh_token = form.get("refresh_token").and_then(|value| world.idp().grants.name_of(value));
    let reply = answer(world, call, &form).unwrap_or_else(TokenError::reply);
    let reply = reply.note_some("refresh_token", refresh_token.as_deref());
    ["grant_type", "client_id", "scope", "redirect_uri"]
        .into_iter()
        .fold(reply, |reply, name| reply.note_some(name, form.get(name)))
        .note("client_authentication", authentication_used(call, &form))
}

fn authentication_used(call: &Call, form: &Form) -> &'static str {
    match (call.header("authorization").is_some(), form.get("client_secret").is_some()) {
        (true, _) => "client_secret_basic",
        (false, true) => "client_secret_post",
        (false, false) => "none",
    }
}

fn answer(world: &World, call: &Call, form: &Form) -> Result<Reply, TokenError> {
    if call.form().is_none() {
        return Err(TokenError::new("invalid_request", "the body must be application/x-www-form-urlencoded"));
    }
    if call.query.as_deref().is_some_and(|query| !query.is_empty()) {
        return Err(TokenError::new("invalid_request", "parameters belong in the body"));
    }
    if let Some(name) = form.repeated() {
        return Err(TokenError::new("invalid_request", format!("{name} is repeated")));
    }
    let client = authenticate(world, call, form)?;
    match required(form, "grant_type")? {
        "authorization_code" => authorization_code(world, form, &client),
        "refresh_token" => refresh(world, form, &client),
        DEVICE_GRANT if world.options.shape.paths().device.is_some() => {
            let sign_in = device::redeem(world, required(form, "device_code")?, &client.id)?;
            let (_, refresh_token) = begin_grant(world, &mut world.idp().grants, &sign_in);
            Ok(tokens(world, &sign_in, None, refresh_token, true))
        }
        other => Err(TokenError::new("unsupported_grant_type", format!("no such grant here: {other}"))),
    }
}

fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, TokenError> {
    form.get(name).ok_or_else(|| TokenError::new("invalid_request", format!("{name} is missing")))
}

/// Client authentication, also for revocation and device authorization.
pub(crate) fn authenticate(world: &World, call: &Call, form: &Form) -> Result<Client, TokenError> {
    let shape = &world.options.shape;
    let presented = Presented::read(call, form).map_err(|problem| TokenError::new("invalid_request", problem))?;
    let client = world.idp().client(&presented.id).cloned();
    if *shape == ProviderShape::Google
        && presented.secret.is_none()
        && client.as_ref().is_some_and(|c| c.secret().is_some())
    {
        return Err(TokenError::new("invalid_request", "client_secret is missing."));
    }
    client.filter(|client| presented.proves(client, shape)).ok_or(TokenError {
        error: "invalid_client",
        description: "the client is unknown or its authentication failed".to_owned(),
        challenge: presented.basic,
    })
}

fn authorization_code(world: &World, form: &Form, client: &Client) -> Result<Reply, TokenError> {
    let invalid = |description: &str| TokenError::new("invalid_grant", description);
    let value = required(form, "code")?;
    let redirect_uri = required(form, "redirect_uri")?;
    let verifier = required(form, "code_verifier")?;
    let now = world.clock.now();
    let (sign_in, nonce, refresh_token) = {
        // One lock from the check to the mark, so that of two racing requests one is a reuse.
        let mut idp = world.idp();
        let IdpState { codes, grants, .. } = &mut *idp;
        let code = codes.get_mut(value).ok_or_else(|| invalid("the code is unknown"))?;
        if code.sign_in.client_id != client.id {
            return Err(invalid("the code was issued to another client"));
        }
        if let Some(grant) = code.used_for {
            // RFC 6749 section 4.1.2: whoever has a used code may have stolen it.
            grants.revoke(grant);
            return Err(invalid("the code was used before; the tokens issued from it are revoked"));
        }
        if now >= code.expires {
            return Err(invalid("the code has expired"));
        }
        if code.redirect_uri != redirect_uri {
            return Err(invalid("redirect_uri differs from that of the authorization request"));
        }
        if !is_verifier(verifier) || URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != code.code_challenge {
            return Err(invalid("code_verifier does not match the code_challenge"));
        }
        let (grant, refresh_token) = begin_grant(world, grants, &code.sign_in);
        code.used_for = Some(grant);
        (code.sign_in.clone(), code.nonce.clone(), refresh_token)
    };
    Ok(tokens(world, &sign_in, nonce.as_deref(), refresh_token, true))
}

/// RFC 7636 section 4.1.
fn is_verifier(verifier: &str) -> bool {
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn begin_grant(world: &World, grants: &mut Grants, sign_in: &SignIn) -> (u64, Option<String>) {
    let expires = world.clock.now() + span(world.options.lifetimes.refresh_token);
    let refreshable = gets_refresh_token(&world.options.shape, sign_in);
    grants.begin(sign_in.clone(), expires, refreshable)
}

fn gets_refresh_token(shape: &ProviderShape, sign_in: &SignIn) -> bool {
    match shape {
        ProviderShape::Cognito(_) => true,
        ProviderShape::Google => sign_in.offline,
        _ => sign_in.has_scope("offline_access"),
    }
}

fn refresh(world: &World, form: &Form, client: &Client) -> Result<Reply, TokenError> {
    let value = required(form, "refresh_token")?;
    let behaviour = world.control().behaviour.clone();
    let rotation = behaviour.rotation.unwrap_or(Rotation::Never);
    let redeemed = world.idp().grants.redeem(value, &client.id, world.clock.now(), rotation);
    let (mut sign_in, next) = redeemed.map_err(|reason| TokenError::new("invalid_grant", reason))?;
    if let Some(scope) = form.get("scope") {
        // RFC 6749 section 6: never more than was granted.
        if scope.split(' ').any(|one| !sign_in.has_scope(one)) {
            return Err(TokenError::new("invalid_scope", "scope exceeds what was granted"));
        }
        scope.clone_into(&mut sign_in.scope);
    }
    // OIDC Core section 12.2: no nonce, the old auth_time, and the ID token itself is optional.
    let with_id_token = behaviour.refresh_omits_id_token != Some(true) && sign_in.has_scope("openid");
    Ok(tokens(world, &sign_in, None, next, with_id_token))
}

/// A successful token response.
fn tokens(world: &World, sign_in: &SignIn, nonce: Option<&str>, refresh: Option<String>, with_id_token: bool) -> Reply {
    let Some(user) = world.idp().user(&sign_in.login).cloned() else {
        return TokenError::new("invalid_grant", "the user does not exist any more").reply();
    };
    let access_token = random::token();
    let mut body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": world.options.lifetimes.access_token.as_secs(),
        "scope": sign_in.scope,
    });
    if with_id_token {
        let mut claims = id_token_claims(world, &user, sign_in, nonce, &access_token);
        let mutation = world.control().mutation.clone().unwrap_or_default();
        mutation.apply(&mut claims);
        body["id_token"] = json!(jwt::sign(&world.idp().keys, &claims, mutation.alg));
    }
    if let Some(refresh) = refresh {
        body["refresh_token"] = json!(refresh);
    }
    uncached(Reply::json(200, &body)).note("user", &user.login)
}
