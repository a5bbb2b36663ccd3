//! Against `aws-sigv4`, the signer of the AWS SDK for Rust.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::body::Bytes;

use super::*;
use crate::aws::principal::Principal;
use crate::options::Options;

const BODY: &str = r#"{"max_tokens":1}"#;

fn world_with_session() -> (Arc<World>, Session) {
    let world = World::for_test(Options::default());
    let principal = Principal {
        partition: "aws",
        account_id: "123456789012".to_owned(),
        role: "R".to_owned(),
        session_name: "alice".to_owned(),
        person: "alice".to_owned(),
    };
    let session = world.aws().sessions.issue(principal, world.clock.now(), chrono::Duration::seconds(900));
    (world, session)
}

fn now(world: &World) -> SystemTime {
    world.clock.now().into()
}

/// A request as the SDK would send it.
fn signed(session: &Session, method: &str, path: &str, service: &str, time: SystemTime) -> Call {
    let identity = Credentials::new(
        &session.access_key_id,
        &session.secret_access_key,
        Some(session.session_token.clone()),
        None,
        "test",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-central-1")
        .name(service)
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .expect("complete parameters")
        .into();
    let url = format!("http://127.0.0.1:9002{path}");
    let headers = [("host", "127.0.0.1:9002"), ("content-type", "application/json")];
    let request = SignableRequest::new(method, url.as_str(), headers.into_iter(), SignableBody::Bytes(BODY.as_bytes()));
    let instructions = sign(request.expect("a signable request"), &params).expect("a signature").into_parts().0;
    let mut http = http::Request::builder().method(method).uri(&url).body(()).expect("a request");
    instructions.apply_to_request_http1x(&mut http);
    let (parts, ()) = http.into_parts();
    let mut call = Call::get(parts.uri.path(), parts.uri.query().unwrap_or_default());
    call.method = parts.method;
    call.headers = parts.headers;
    for (name, value) in headers {
        call.headers.insert(name, http::HeaderValue::from_static(value));
    }
    call.body = Bytes::from_static(BODY.as_bytes());
    call
}

const MODEL: &str = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/invoke";

#[test]
fn requests_signed_by_the_sdk_are_accepted_for_every_service() {
    let (world, session) = world_with_session();
    for (method, path, service) in [
        ("POST", "/", "sts"),
        ("POST", MODEL, "bedrock"),
        ("POST", "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse", "bedrock"),
        ("GET", "/inference-profiles?type=SYSTEM_DEFINED&maxResults=5&nextToken=a%2Bb%3D", "bedrock"),
    ] {
        let call = signed(&session, method, path, service, now(&world));
        let verdict = verify(&world, &call, service).map(|session| session.access_key_id);
        assert_eq!(verdict, Ok(session.access_key_id.clone()), "{path}");
    }
}

#[test]
fn a_changed_body_path_or_query_is_a_mismatch() {
    let (world, session) = world_with_session();
    let call = signed(&session, "POST", MODEL, "bedrock", now(&world));
    let mut body = call.clone();
    body.body = Bytes::from_static(b"{}");
    let mut path = call.clone();
    path.path = path.path.replace("sonnet", "opus");
    let mut query = call;
    query.query = Some("a=b".to_owned());
    for forged in [body, path, query] {
        assert_eq!(refusal(&world, &forged, "bedrock"), Refusal::Mismatch(MISMATCH.to_owned()));
    }
}

#[test]
fn the_wrong_service_or_a_skewed_clock_is_a_mismatch_that_says_so() {
    let (world, session) = world_with_session();
    let call = signed(&session, "POST", "/", "bedrock", now(&world));
    assert!(
        matches!(refusal(&world, &call, "sts"), Refusal::Mismatch(text) if text.contains("correct service: 'sts'"))
    );
    let six_minutes = Duration::from_mins(6);
    let early = signed(&session, "POST", "/", "sts", now(&world) - six_minutes);
    assert!(matches!(refusal(&world, &early, "sts"), Refusal::Mismatch(text) if text.starts_with("Signature expired")));
    let late = signed(&session, "POST", "/", "sts", now(&world) + six_minutes);
    assert!(
        matches!(refusal(&world, &late, "sts"), Refusal::Mismatch(text) if text.starts_with("Signature not yet current"))
    );
}

#[test]
fn tokens_must_be_ours_and_alive() {
    let (world, session) = world_with_session();
    let call = signed(&session, "POST", "/", "sts", now(&world));
    let mut without = call.clone();
    without.headers.remove("x-amz-security-token");
    assert_eq!(refusal(&world, &without, "sts"), Refusal::UnknownToken);
    let mut unsigned = call.clone();
    unsigned.headers.remove("authorization");
    assert_eq!(refusal(&world, &unsigned, "sts"), Refusal::Missing);
    let stranger = Session { access_key_id: "ASIAAAAAAAAAAAAAAAAA".to_owned(), ..session };
    let foreign = signed(&stranger, "POST", "/", "sts", now(&world));
    assert_eq!(refusal(&world, &foreign, "sts"), Refusal::UnknownToken);
    world.clock.advance(901);
    assert_eq!(refusal(&world, &call, "sts"), Refusal::ExpiredToken);
}

#[test]
fn an_added_amz_header_must_be_signed() {
    let (world, session) = world_with_session();
    let mut call = signed(&session, "POST", "/", "sts", now(&world));
    call.headers.insert("x-amz-extra", http::HeaderValue::from_static("1"));
    assert!(matches!(refusal(&world, &call, "sts"), Refusal::Mismatch(text) if text.contains("x-amz-extra")));
}

fn refusal(world: &World, call: &Call, service: &str) -> Refusal {
    verify(world, call, service).expect_err("the request must be refused")
}
