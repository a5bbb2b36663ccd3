//! Amazon Cognito identity pools, the enhanced flow: `GetId`, `GetCredentialsForIdentity`. AWS JSON 1.1.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/>; the texts of errors are those in public reports.

use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::id_token::{self, Rejected, VerifiedIdToken};
use super::principal::Principal;
use super::roles::{Role, Trust};
use crate::clock::span;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::idp::shape::ProviderShape;
use crate::random;
use crate::world::World;

/// One person in the pool.
#[derive(Debug)]
pub(crate) struct Identity {
    login: String,
}

struct ApiError(&'static str, String);

type Answer = Result<Reply, ApiError>;

pub(crate) fn handle(world: &World, call: &Call, operation: &str) -> Reply {
    let answer = if call.method != "POST" || call.path != "/" {
        Err(ApiError("UnknownOperationException", String::new()))
    } else {
        match operation {
            "GetId" => get_id(world, &call.body),
            "GetCredentialsForIdentity" => get_credentials(world, &call.body),
            _ => Err(ApiError("UnknownOperationException", String::new())),
        }
    };
    answer.unwrap_or_else(|ApiError(code, message)| {
        aws_json(400, &json!({"__type": code, "message": message}))
            .header("x-amzn-errortype", &format!("{code}:"))
            .note("error", code)
    })
}

fn aws_json(status: u16, body: &Value) -> Reply {
    Reply::json(status, body).header("content-type", "application/x-amz-json-1.1")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetIdInput {
    identity_pool_id: Option<String>,
    #[serde(default)]
    logins: BTreeMap<String, String>,
}

fn get_id(world: &World, body: &[u8]) -> Answer {
    let input: GetIdInput = parse(body)?;
    let pool = member(input.identity_pool_id, "identityPoolId")?;
    if pool != world.aws().pool_id {
        return Err(ApiError("ResourceNotFoundException", format!("IdentityPool '{pool}' not found.")));
    }
    let (login, token) = signed_in(world, &input.logins)?;
    let region = &world.options.region;
    let identity_id = format!("{region}:{}", random::uuid_of(&format!("{pool} {login}")));
    world.aws().identities.insert(identity_id.clone(), Identity { login });
    Ok(aws_json(200, &json!({"IdentityId": identity_id}))
        .note("identity_pool_id", pool)
        .note("identity_id", identity_id)
        .note("kid", token.kid))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetCredentialsInput {
    identity_id: Option<String>,
    #[serde(default)]
    logins: BTreeMap<String, String>,
    custom_role_arn: Option<String>,
}

fn get_credentials(world: &World, body: &[u8]) -> Answer {
    let input: GetCredentialsInput = parse(body)?;
    let identity_id = member(input.identity_id, "identityId")?;
    let owner = world.aws().identities.get(&identity_id).map(|identity| identity.login.clone());
    let owner =
        owner.ok_or_else(|| ApiError("ResourceNotFoundException", format!("Identity '{identity_id}' not found.")))?;
    let (login, token) = signed_in(world, &input.logins)?;
    if login != owner {
        return Err(not_authorized(format!("Access to Identity '{identity_id}' is forbidden.")));
    }
    let role = role_for(world, input.custom_role_arn.as_deref())?;
    let principal = Principal {
        partition: world.options.partition(),
        account_id: world.options.account_id.clone(),
        role,
        session_name: "CognitoIdentityCredentials".to_owned(),
        person: token.person,
    };
    // The enhanced flow's sessions live for an hour, whatever the role's maximum is.
    let lifetime = span(world.options.lifetimes.aws_credentials);
    let session = world.aws().sessions.issue(principal, world.clock.now(), lifetime);
    let body = json!({
        "IdentityId": identity_id,
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": session.expires.timestamp(),
        },
    });
    Ok(aws_json(200, &body).note("identity_id", identity_id).note("kid", token.kid))
}

/// The pool's authenticated role; `CustomRoleArn` needs the token to carry roles, and ours don't.
fn role_for(world: &World, custom: Option<&str>) -> Result<String, ApiError> {
    if custom.is_some() {
        return Err(not_authorized("CustomRoleArn is not allowed for this identity."));
    }
    let aws = world.aws();
    let trusts_pool = |role: &&Role| role.trust == Trust::IdentityPool;
    let role = aws.roles.iter().find(trusts_pool).map(|role| role.name.clone());
    role.ok_or_else(|| {
        let message = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
        ApiError("InvalidIdentityPoolConfigurationException", message.to_owned())
    })
}

/// Checks `Logins` and returns a stable name of the person at that provider.
fn signed_in(world: &World, logins: &BTreeMap<String, String>) -> Result<(String, VerifiedIdToken), ApiError> {
    let Some((provider, token)) = logins.iter().next() else {
        return Err(not_authorized("Unauthenticated access is not supported for this identity pool."));
    };
    if logins.len() > 1 || !provider_names(world).contains(provider) {
        return Err(not_authorized("Token is not from a supported provider of this identity pool."));
    }
    let verified = id_token::verify(world, token).map_err(|reason| not_authorized(describe(world, &reason)))?;
    Ok((format!("{provider} {} {}", verified.audience, verified.subject), verified))
}

/// Keys of `Logins` that this pool knows: the issuer without its scheme. Auth0's is registered with or without its slash.
fn provider_names(world: &World) -> Vec<String> {
    let name = world.issuer_without_scheme().to_owned();
    match world.options.shape {
        ProviderShape::Auth0 => vec![name.trim_end_matches('/').to_owned(), name],
        _ => vec![name],
    }
}

fn describe(world: &World, reason: &Rejected) -> String {
    let detail = match reason {
        Rejected::NotAJwt => "Not a valid OpenId Connect identity token.".to_owned(),
        Rejected::Issuer(_) => "Issuer doesn't match providerName".to_owned(),
        Rejected::Signature(_) => "Token signature invalid.".to_owned(),
        Rejected::MissingClaim(claim) => format!("Missing a required claim: {claim}"),
        Rejected::Audience => "Incorrect token audience.".to_owned(),
        Rejected::Expired(at) => format!("Token expired: {} >= {at}", world.clock.epoch()),
        Rejected::NotYetValid => "Token is not yet valid.".to_owned(),
    };
    format!("Invalid login token. {detail}")
}

fn not_authorized(message: impl Into<String>) -> ApiError {
    ApiError("NotAuthorizedException", message.into())
}

fn parse<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError("SerializationException", error.to_string()))
}

/// Ids of pools and identities have the form `[\w-]+:[0-9a-f-]+`.
fn member(value: Option<String>, name: &str) -> Result<String, ApiError> {
    let value = value.unwrap_or_default();
    let is_id = value.split_once(':').is_some_and(|(region, uuid)| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-';
        !region.is_empty() && region.bytes().all(is_word) && !uuid.is_empty() && uuid.bytes().all(is_hex)
    });
    if is_id {
        return Ok(value);
    }
    let message = format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [\\w-]+:[0-9a-f-]+"
    );
    Err(ApiError("InvalidParameterException", message))
}
