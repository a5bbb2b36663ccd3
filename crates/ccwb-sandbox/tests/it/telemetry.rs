//! The OTLP receiver, as an exporter meets it.

use std::io::Write as _;

use ccwb_sandbox::Signal;
use reqwest::Response;
use serde_json::json;

use crate::support::{Client, quick};

impl Client {
    async fn export(&self, signal: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
        let address = self.sandbox.otlp_url().join(&format!("/v1/{signal}")).expect("a URL");
        let request =
            headers.iter().fold(self.http.post(address), |request, (name, value)| request.header(*name, *value));
        request.body(body).send().await.expect("an answer")
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

/// After the example of the OTLP specification.
fn log_record() -> Vec<u8> {
    json!({"resourceLogs": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]},
        "scopeLogs": [{"scope": {"name": "events"}, "logRecords": [{
            "timeUnixNano": "1544712660300000000", "severityNumber": 9, "body": {"stringValue": "claude_code.user_prompt"},
            "attributes": [
                {"key": "event.name", "value": {"stringValue": "user_prompt"}},
                {"key": "prompt_length", "value": {"intValue": "6"}},
                {"key": "cached", "value": {"boolValue": true}},
            ],
        }]}],
    }]})
    .to_string()
    .into_bytes()
}

#[tokio::test]
async fn a_log_record_in_json_is_kept_with_its_headers_attributes_and_resource() {
    let client = Client::start(quick()).await;
    let answer = client.export("logs", &[JSON, ("X-User-Email", "alice@example.com")], log_record()).await;
    assert_eq!((answer.status().as_u16(), answer.text().await.as_deref().ok()), (200, Some("{}")));
    let [export] = client.sandbox.control().exports().try_into().expect("one export");
    assert_eq!(export.signal, Signal::Logs);
    assert_eq!(export.headers["x-user-email"], "alice@example.com");
    let [record] = export.telemetry.try_into().expect("one record");
    assert_eq!((record.name.as_str(), record.value), ("user_prompt", json!("claude_code.user_prompt")));
    assert_eq!((&record.attributes["prompt_length"], &record.attributes["cached"]), (&json!(6), &json!(true)));
    assert_eq!(record.resource["service.name"], "claude-code");
    assert_eq!(client.sandbox.control().requests().last().expect("a request").parameters["user"], "alice@example.com");
}

#[tokio::test]
async fn a_metric_in_packed_protobuf_is_kept_with_its_value() {
    let client = Client::start(quick()).await;
    let answer = client.export("metrics", &[PROTOBUF, ("content-encoding", "gzip")], gzip(&token_usage(42))).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-protobuf");
    let [export] = client.sandbox.control().exports().try_into().expect("one export");
    let [point] = export.telemetry.try_into().expect("one data point");
    assert_eq!((point.name.as_str(), point.value), ("claude_code.token.usage", json!(42)));
    assert_eq!(point.attributes["type"], "input");
}

#[tokio::test]
async fn what_is_not_telemetry_is_refused_and_not_kept() {
    let client = Client::start(quick()).await;
    for (headers, body, status) in [
        (&[JSON][..], b"{".to_vec(), 400),
        (&[PROTOBUF], b"\xff\xff".to_vec(), 400),
        (&[JSON, ("content-encoding", "gzip")], log_record(), 400),
        (&[JSON, ("content-encoding", "br")], log_record(), 400),
        (&[("content-type", "text/plain")], log_record(), 415),
        (&[], log_record(), 415),
        (&[JSON, ("authorization", "Bearer forged")], log_record(), 401),
        (&[JSON, ("authorization", "Basic YTpi")], log_record(), 401),
    ] {
        assert_eq!(client.export("logs", headers, body).await.status().as_u16(), status, "{headers:?}");
    }
    assert_eq!(client.export("profiles", &[JSON], log_record()).await.status(), 404);
    assert_eq!(client.sandbox.control().exports(), []);
}

#[tokio::test]
async fn of_a_bearer_token_it_is_kept_whose_it_is() {
    let client = Client::start(quick()).await;
    let token = client.id_token().await;
    let answer = client.export("logs", &[JSON, ("authorization", &format!("Bearer {token}"))], log_record()).await;
    assert_eq!(answer.status(), 200);
    let control = client.sandbox.control();
    assert_eq!(control.exports()[0].headers["authorization"], "Bearer (the ID token of alice@example.com)");
    assert!(!json!(control.exports()).to_string().contains(&token));
}

#[tokio::test]
async fn faults_reach_it_like_every_other_endpoint() {
    let client = Client::start(quick()).await;
    let fault = serde_json::from_value(json!({"endpoint": "otlp", "status": 503, "times": 1})).expect("a fault");
    client.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    assert_eq!(client.export("logs", &[JSON], log_record()).await.status(), 503);
    assert_eq!(client.export("logs", &[JSON], log_record()).await.status(), 200);
    assert_eq!((client.sandbox.control().count("otlp"), client.sandbox.control().exports().len()), (2, 1));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

/// By hand, after the `.proto` files: the receiver's own library should not check itself.
fn token_usage(tokens: u8) -> Vec<u8> {
    let attribute = [field(1, b"type"), field(2, &field(1, b"input"))].concat();
    let as_int = [&[6 << 3 | 1, tokens][..], &[0; 7]].concat();
    let point = [field(7, &attribute), as_int].concat();
    let metric = [field(1, b"claude_code.token.usage"), field(7, &field(1, &point))].concat();
    field(1, &field(2, &field(2, &metric)))
}

/// A length-delimited field of less than 128 bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("it is short");
    [&[number << 3 | 2, length][..], content].concat()
}
