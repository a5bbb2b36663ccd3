//! A receiver of telemetry: OTLP over HTTP, in protobuf or JSON, plain or gzip.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>. A collector in front of which the company's sign-in is checked refuses
//! a bearer token that is not one of its ID tokens, and so does this one; without a token it takes everything.

mod decode;
pub(crate) mod received;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use self::decode::{Encoding, Malformed};
use self::received::{Export, Signal};
use crate::aws::id_token;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::world::World;

pub(crate) fn endpoint_of(call: &Call) -> &'static str {
    match signal_of(call) {
        Some(Signal::Metrics) => "otlp:metrics",
        Some(Signal::Logs) => "otlp:logs",
        Some(Signal::Traces) => "otlp:traces",
        None => "other",
    }
}

fn signal_of(call: &Call) -> Option<Signal> {
    match call.path.as_str() {
        "/v1/metrics" => Some(Signal::Metrics),
        "/v1/logs" => Some(Signal::Logs),
        "/v1/traces" => Some(Signal::Traces),
        _ => None,
    }
}

pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    let Some(signal) = signal_of(call) else {
        return Reply::not_found();
    };
    if call.method != "POST" {
        return Reply::method_not_allowed("POST");
    }
    let Some(encoding) = Encoding::of(call) else {
        return refuse(415, "the content type is application/x-protobuf or application/json");
    };
    let bearer = match bearer(world, call) {
        Ok(bearer) => bearer,
        Err(reason) => return refuse(401, &reason),
    };
    match decode::telemetry(call, signal, encoding) {
        Ok(telemetry) => {
            let export = Export::new(world.clock.now(), signal, headers(call, bearer), telemetry);
            let reply = accepted(encoding, &export);
            world.control().exports.push(export);
            reply
        }
        Err(Malformed(reason)) => refuse(400, &reason),
    }
}

/// An empty response message means that nothing was rejected.
fn accepted(encoding: Encoding, export: &Export) -> Reply {
    let reply = match encoding {
        Encoding::Protobuf => Reply::bytes(200, "application/x-protobuf", Vec::new()),
        Encoding::Json => Reply::json(200, &json!({})),
    };
    let names: BTreeSet<&str> = export.telemetry.iter().map(|item| item.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    reply
        .note("names", names.join(","))
        .note("count", export.telemetry.len().to_string())
        .note_some("user", export.headers.get("x-user-email").map(String::as_str))
}

/// The error body is a `google.rpc.Status`, of which clients show the message.
fn refuse(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"code": 3, "message": message})).note("error", message)
}

/// What stands for the bearer token, which is a secret: whose ID token it is.
fn bearer(world: &World, call: &Call) -> Result<Option<String>, String> {
    let Some(authorization) = call.header("authorization") else {
        return Ok(None);
    };
    let token = authorization.strip_prefix("Bearer ").ok_or("the authorization is not a bearer token")?;
    let verified =
        id_token::verify(world, token).map_err(|reason| format!("the bearer token is refused: {reason:?}"))?;
    Ok(Some(format!("Bearer (the ID token of {})", verified.person)))
}

/// All of them; names are in lower case.
fn headers(call: &Call, bearer: Option<String>) -> BTreeMap<String, String> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: BTreeMap<String, String> =
        call.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    if let Some(bearer) = bearer {
        headers.insert("authorization".to_owned(), bearer);
    }
    headers
}
