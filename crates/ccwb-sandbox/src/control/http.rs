//! `/_sandbox/` on the provider's port: [`Control`] as JSON, for tests in other processes.

use std::sync::Arc;

use axum::http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Control;
use super::faults::{Fault, covers};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::sandbox::{Federation, administrator_environment, config_json, environment, identity_center_json};
use crate::world::World;

pub(crate) const PREFIX: &str = "/_sandbox/";

pub(crate) fn handle(world: &Arc<World>, call: &Call) -> Reply {
    // A web page that somebody has open must not be able to steer the sandbox.
    if call.header("origin").is_some() {
        return refuse(403, "the control is not for browsers");
    }
    let result = route(&Control(world.clone()), call);
    result.unwrap_or_else(|message| refuse(400, &message))
}

fn route(control: &Control, call: &Call) -> Result<Reply, String> {
    let name = call.path.strip_prefix(PREFIX).unwrap_or_default();
    match (call.method.as_str(), name) {
        ("GET", "") => return Ok(about(control)),
        ("GET", "config") => return config(control, call),
        ("GET", "faults") => return Ok(Reply::json(200, &json!({"faults": control.faults()}))),
        ("POST", "faults") => add_faults(control, call)?,
        ("DELETE", "faults") => control.clear_faults(),
        ("POST", "mutation") => control.set_mutation(body(call)?),
        ("DELETE", "mutation") => control.set_mutation(None),
        ("POST", "revoke-all-refresh-tokens") => {
            return Ok(Reply::json(200, &json!({"revoked": control.revoke_all_refresh_tokens()})));
        }
        ("POST", "end-portal-sessions") => {
            return Ok(Reply::json(200, &json!({"ended": control.end_portal_sessions()})));
        }
        ("POST", "rotate-keys") => control.rotate_keys(body::<RotateKeys>(call)?.keep),
        ("POST", "users") => control.put_user(body(call)?),
        ("POST", "roles") => control.put_role(body(call)?),
        ("POST", "stack-faults") => control.add_stack_fault(body(call)?),
        ("GET", "stacks") => {
            let stacks: Vec<_> = control.stacks().iter().filter_map(|name| control.stack(name)).collect();
            return Ok(Reply::json(200, &json!({"stacks": stacks})));
        }
        ("POST", "behaviour") => {
            return Ok(Reply::json(200, &json!(control.set_behaviour(&body(call)?))));
        }
        ("POST", "tool-uses") => control.use_tool(body(call)?),
        ("GET", "telemetry") => return Ok(Reply::json(200, &json!({"exports": control.exports()}))),
        ("DELETE", "telemetry") => control.clear_exports(),
        ("POST", "clock") => control.advance_clock(body::<MoveClock>(call)?.advance_seconds),
        ("POST", "expire-aws-credentials") => control.expire_aws_credentials(),
        ("GET", "requests") => return Ok(requests(control, call)),
        ("DELETE", "requests") => control.clear_requests(),
        ("POST", "reset") => control.reset(),
        _ => return Ok(refuse(404, &format!("no such control: {} {}", call.method, call.path))),
    }
    Ok(Reply::json(200, &json!({"ok": true})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateKeys {
    keep: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    advance_seconds: i64,
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    serde_json::from_slice(&call.body).map_err(|error| format!("{}: {error}", call.path))
}

/// One fault or a list of them.
fn add_faults(control: &Control, call: &Call) -> Result<(), String> {
    let faults: Vec<Fault> = match body::<Value>(call)? {
        list @ Value::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|fault| vec![fault]),
    }
    .map_err(|error| format!("not a fault: {error}"))?;
    for fault in faults {
        control.add_fault(fault).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn requests(control: &Control, call: &Call) -> Reply {
    let query = call.query();
    let wanted = query.get("endpoint");
    let mut entries = control.requests();
    entries.retain(|entry| wanted.is_none_or(|wanted| covers(wanted, &entry.endpoint)));
    Reply::json(200, &json!({"count": entries.len(), "requests": entries}))
}

fn about(control: &Control) -> Reply {
    let world = &control.0;
    let clients: Vec<Value> = world.idp().clients.iter().map(|client| json!(client)).collect();
    let users: Vec<String> = world.idp().users.iter().map(|user| user.login.clone()).collect();
    let roles: Vec<Value> = world.aws().roles.iter().map(|role| json!(role)).collect();
    Reply::json(
        200,
        &json!({
            "idp_url": world.idp_url.as_str(),
            "issuer": world.issuer,
            "aws_url": world.aws_url.as_str(),
            "otlp_url": world.otlp_url.as_str(),
            "environment": environment(world),
            "administrator_environment": administrator_environment(world),
            "identity_pool_id": world.aws().pool_id,
            "clients": clients,
            "users": users,
            "roles": roles,
        }),
    )
}

fn config(control: &Control, call: &Call) -> Result<Reply, String> {
    let query = call.query();
    let storage = query.get("storage").unwrap_or("session");
    if query.get("federation") == Some("identity-center") {
        return Ok(Reply::json(200, &identity_center_json(&control.0, storage)));
    }
    let federation = match query.get("federation") {
        None | Some("cognito") => Federation::Cognito,
        Some("direct") => Federation::Direct,
        Some(other) => return Err(format!("federation is cognito, direct or identity-center, not {other:?}")),
    };
    Ok(Reply::json(200, &config_json(&control.0, federation, storage)))
}

fn refuse(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"error": message}))
}

/// The control answers to these only; used to keep other methods out of the log's endpoint names.
pub(crate) fn is_control(call: &Call) -> bool {
    call.path.starts_with(PREFIX) && call.method != Method::OPTIONS
}
