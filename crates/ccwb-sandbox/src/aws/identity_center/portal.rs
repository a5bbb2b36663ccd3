use serde_json::json;

use super::{ApiError, Session};
use crate::aws::principal::Principal;
use crate::clock::span;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::random;
use crate::world::World;

pub(super) fn role_credentials(world: &World, call: &Call) -> Result<Reply, ApiError> {
    let session = session(world, call)?;
    let query = call.query();
    let (account, role) = (query.get("account_id").unwrap_or_default(), query.get("role_name").unwrap_or_default());
    let is_assigned =
        account == world.options.account_id && world.options.permission_sets.iter().any(|set| set == role);
    if !is_assigned {
        return Err(ApiError::portal(403, "ForbiddenException", "No access"));
    }
    let person = world.idp().user(&session.login).and_then(|user| user.email.clone()).unwrap_or(session.login);
    let principal = Principal {
        partition: world.options.partition(),
        account_id: account.to_owned(),
        role: format!("AWSReservedSSO_{role}_{}", random::hex_of(role, 16)),
        session_name: person.clone(),
        person,
    };
    let lifetime = span(world.options.lifetimes.aws_credentials);
    let issued = world.aws().sessions.issue(principal, world.clock.now(), lifetime);
    let body = json!({"roleCredentials": {
        "accessKeyId": issued.access_key_id, "secretAccessKey": issued.secret_access_key,
        "sessionToken": issued.session_token, "expiration": issued.expires.timestamp_millis(),
    }});
    Ok(Reply::json(200, &body).note("account_id", account).note("role_name", role))
}

pub(super) fn log_out(world: &World, call: &Call) -> Result<Reply, ApiError> {
    let ended = session(world, call)?.access_token;
    world.aws().identity_center.sessions.retain(|session| session.access_token != ended);
    Ok(Reply::empty(200))
}

fn session(world: &World, call: &Call) -> Result<Session, ApiError> {
    let token = call.header("x-amz-sso_bearer_token").unwrap_or_default();
    let now = world.clock.now();
    let aws = world.aws();
    let known = |session: &&Session| session.access_token == token && now < session.expires;
    let session = aws.identity_center.sessions.iter().find(known).cloned();
    session.ok_or_else(|| ApiError::portal(401, "UnauthorizedException", "Session token not found or invalid"))
}
