//! Plain HTTP requests of the tests themselves. An error status is an answer like any other.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};
use url::form_urlencoded::byte_serialize;

/// GETs a URL.
///
/// # Panics
///
/// If there is no answer.
pub fn get_json(url: &str) -> (u16, Value) {
    answer(url, agent().get(url).call())
}

/// POSTs JSON.
///
/// # Panics
///
/// If there is no answer.
pub fn post_json(url: &str, body: &Value) -> (u16, Value) {
    answer(url, agent().post(url).header("content-type", "application/json").send(body.to_string()))
}

/// POSTs an operation of the AWS JSON 1.1 protocol, not signed.
///
/// # Panics
///
/// If there is no answer.
pub fn post_aws_json(url: &str, target: &str, body: &Value) -> (u16, Value) {
    let request = agent().post(url).header("content-type", "application/x-amz-json-1.1").header("x-amz-target", target);
    answer(url, request.send(body.to_string()))
}

/// POSTs a form, as to a token endpoint.
///
/// # Panics
///
/// If there is no answer.
pub fn post_form(url: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    answer(url, agent().post(url).send_form(fields.iter().copied()))
}

/// POSTs a form with HTTP Basic: id and secret percent-encoded first (RFC 6749, section 2.3.1).
///
/// # Panics
///
/// If there is no answer.
pub fn post_form_with_basic(url: &str, (id, secret): (&str, &str), fields: &[(&str, &str)]) -> (u16, Value) {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    let request = agent().post(url).header("authorization", format!("Basic {credentials}"));
    answer(url, request.send_form(fields.iter().copied()))
}

/// POSTs a form with headers of the test's own, such as a signature.
///
/// # Panics
///
/// If there is no answer.
pub fn post_form_with_headers(url: &str, fields: &[(&str, &str)], headers: &[(String, String)]) -> (u16, Value) {
    let request = headers.iter().fold(agent().post(url), |request, (name, value)| request.header(name, value));
    answer(url, request.send_form(fields.iter().copied()))
}

/// Where a URL redirects to, without going there.
///
/// # Panics
///
/// If it does not redirect.
pub fn redirect_of(url: &str) -> String {
    let request = agent().get(url).config().max_redirects(0).max_redirects_will_error(false).build();
    let response = request.call().unwrap_or_else(|error| panic!("{url}: {error}"));
    let location = response.headers().get("location").and_then(|location| location.to_str().ok());
    location.unwrap_or_else(|| panic!("{url} does not redirect: {}", response.status())).to_owned()
}

fn agent() -> Agent {
    let limit = Some(Duration::from_secs(30));
    Agent::config_builder().http_status_as_error(false).proxy(None).timeout_global(limit).build().into()
}

/// The status, and the body as JSON, or as a JSON string where it is none.
fn answer(url: &str, response: Result<Response<Body>, ureq::Error>) -> (u16, Value) {
    let mut response = response.unwrap_or_else(|error| panic!("{url}: {error}"));
    let text = response.body_mut().read_to_string().unwrap_or_else(|error| panic!("{url}: {error}"));
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (response.status().as_u16(), body)
}
