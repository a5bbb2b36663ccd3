use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::call::Call;
use super::connection::{BreakSwitch, BreakableListener};
use super::reply::Reply;
use crate::control::faults::Fault;
use crate::world::World;

/// Which of the listeners a request came to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Idp,
    Aws,
    Otlp,
}

/// Requests larger than this are refused; Claude Code sends a few megabytes at most.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

pub(crate) fn serve(listener: TcpListener, side: Side, world: Arc<World>, everything: BreakSwitch) -> JoinHandle<()> {
    let service =
        Router::new().fallback(answer).with_state((side, world)).into_make_service_with_connect_info::<BreakSwitch>();
    let listener = BreakableListener { listener, everything };
    tokio::spawn(async move {
        // Never returns: axum logs and retries what accept() reports.
        let _ = axum::serve(listener, service).await;
    })
}

async fn answer(
    State((side, world)): State<(Side, Arc<World>)>,
    ConnectInfo(connection): ConnectInfo<BreakSwitch>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return to_response(Reply::empty(413), &world, None);
    };
    let call = Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body,
    };
    let endpoint = match side {
        Side::Idp => crate::idp::endpoint_of(&world, &call),
        Side::Aws => crate::aws::endpoint_of(&call),
        Side::Otlp => crate::otlp::endpoint_of(&call).to_owned(),
    };
    let fault = world.control().take_fault(&endpoint);
    let reply = match &fault {
        Some(fault) => faulty(fault, side, &world, &call, &endpoint).await,
        None => handle(side, &world, &call),
    };
    log(&world, &call, &endpoint, Outcome::of(&reply, fault.is_some()));
    if fault.as_ref().is_some_and(|fault| fault.drop) {
        connection.pull();
    }
    to_response(reply, &world, fault.and_then(|fault| fault.truncate))
}

fn handle(side: Side, world: &Arc<World>, call: &Call) -> Reply {
    match side {
        Side::Idp => crate::idp::handle(world, call),
        Side::Aws => crate::aws::handle(world, call),
        Side::Otlp => crate::otlp::handle(world, call),
    }
}

async fn faulty(fault: &Fault, side: Side, world: &Arc<World>, call: &Call, endpoint: &str) -> Reply {
    tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    if fault.hang_when_done {
        handle(side, world, call);
    }
    if fault.hang || fault.hang_when_done {
        log(world, call, endpoint, Outcome { status: 0, fault: true, notes: BTreeMap::new() });
        std::future::pending::<()>().await;
    }
    let mut reply = if fault.replaces_the_answer() { fault.reply() } else { handle(side, world, call) };
    for (name, value) in &fault.headers {
        reply = reply.header(name, value);
    }
    reply
}

struct Outcome {
    status: u16,
    fault: bool,
    notes: BTreeMap<String, String>,
}

impl Outcome {
    fn of(reply: &Reply, fault: bool) -> Self {
        Self { status: reply.status, fault, notes: reply.notes.clone() }
    }
}

fn log(world: &World, call: &Call, endpoint: &str, outcome: Outcome) {
    if endpoint == "control" {
        return;
    }
    let now = world.clock.now();
    world.control().log(now, endpoint, call, outcome.status, outcome.fault, outcome.notes);
}

fn to_response(reply: Reply, world: &World, truncate: Option<usize>) -> Response {
    let length = reply.body.len();
    let body = match truncate {
        // A body of unknown length under a declared one: hyper sends the part and then breaks the connection.
        Some(keep) => {
            let part = Bytes::from(reply.body).slice(..keep.min(length));
            Body::from_stream(futures_util::stream::iter([Ok::<_, Infallible>(part)]))
        }
        None => Body::from(reply.body),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // The time of the sandbox, which tests move; a fault may tell another one.
    let date = world.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    response.headers_mut().insert("date", HeaderValue::try_from(date).expect("a date is visible ASCII"));
    if truncate.is_some() {
        response.headers_mut().insert("content-length", HeaderValue::from(length));
    }
    for (name, value) in reply.headers {
        // A fault may ask for headers that HTTP can't carry; those are left out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            if name == "date" {
                response.headers_mut().remove(&name);
            }
            response.headers_mut().append(name, value);
        }
    }
    response
}
