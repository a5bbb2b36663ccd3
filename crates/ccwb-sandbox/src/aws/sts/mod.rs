//! AWS STS, query protocol, version 2011-06-15. <https://docs.aws.amazon.com/STS/latest/APIReference/>

mod assume_role;
mod caller_identity;
mod duration;
mod session_name;
mod session_token;
mod web_identity;
pub(super) mod xml;

use self::xml::ApiError;
use super::principal::Principal;
use super::session::Session;
use super::sigv4::{self, Refusal};
use crate::http::call::Call;
use crate::http::form::Form;
use crate::http::reply::Reply;
use crate::world::World;

/// Parameters come in the body, or in the query of a GET.
pub(super) fn parameters(call: &Call) -> Form {
    call.form().unwrap_or_else(|| call.query())
}

pub(super) fn handle(world: &World, call: &Call, action: &str) -> Reply {
    let form = parameters(call);
    let answer = if form.get("Version") == Some("2011-06-15") {
        match action {
            "AssumeRoleWithWebIdentity" => web_identity::answer(world, &form),
            "AssumeRole" => assume_role::answer(world, call, &form),
            "GetSessionToken" => session_token::answer(world, call, &form),
            "GetCallerIdentity" => caller_identity::answer(world, call),
            _ => Err(invalid_action(action)),
        }
    } else {
        Err(invalid_action(action))
    };
    let reply = answer.unwrap_or_else(ApiError::reply);
    ["RoleArn", "RoleSessionName", "DurationSeconds"]
        .into_iter()
        .fold(reply, |reply, name| reply.note_some(name, form.get(name)))
}

fn invalid_action(action: &str) -> ApiError {
    ApiError::new(400, "InvalidAction", format!("Could not find operation {action} for version 2011-06-15"))
}

/// The caller of a signed operation.
fn caller(world: &World, call: &Call) -> Result<Session, ApiError> {
    sigv4::verify(world, call, "sts").map_err(|refusal| match refusal {
        Refusal::Missing => ApiError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
        Refusal::Incomplete(message) => ApiError::new(400, "IncompleteSignature", message),
        Refusal::UnknownToken => {
            ApiError::new(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        }
        Refusal::ExpiredToken => {
            ApiError::new(403, "ExpiredToken", "The security token included in the request is expired")
        }
        Refusal::Mismatch(message) => ApiError::new(403, "SignatureDoesNotMatch", message),
    })
}

/// The `Credentials` and `AssumedRoleUser` of both ways to assume a role.
fn assumed(world: &World, principal: Principal, seconds: i64) -> String {
    let user = [xml::text("AssumedRoleId", &principal.user_id()), xml::text("Arn", &principal.arn())];
    issued(world, principal, seconds) + &xml::element("AssumedRoleUser", &user)
}

/// New `Credentials`.
fn issued(world: &World, principal: Principal, seconds: i64) -> String {
    let lifetime = chrono::Duration::seconds(seconds);
    let session = world.aws().sessions.issue(principal, world.clock.now(), lifetime);
    xml::element(
        "Credentials",
        &[
            xml::text("AccessKeyId", &session.access_key_id),
            xml::text("SecretAccessKey", &session.secret_access_key),
            xml::text("SessionToken", &session.session_token),
            xml::text("Expiration", &session.expires.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        ],
    )
}
