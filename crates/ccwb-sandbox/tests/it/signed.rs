//! Signed calls over HTTP, with credentials that the sandbox issued.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::json;

use crate::support::{Client, quick};

const FORM: &str = "application/x-www-form-urlencoded";

fn between(xml: &str, name: &str) -> String {
    let rest = xml.split(&format!("<{name}>")).nth(1).unwrap_or_else(|| panic!("no {name}: {xml}"));
    rest.split('<').next().unwrap_or_default().to_owned()
}

fn credentials(xml: &str) -> Credentials {
    let token = Some(between(xml, "SessionToken"));
    Credentials::new(between(xml, "AccessKeyId"), between(xml, "SecretAccessKey"), token, None, "sandbox")
}

impl Client {
    async fn federated(&self) -> Credentials {
        let (status, xml) = self.web_identity(&self.id_token().await, &[]).await;
        assert_eq!(status, 200, "{xml}");
        credentials(&xml)
    }

    async fn send(&self, keys: &Credentials, service: &str, path: &str, kind: &str, body: String) -> reqwest::Response {
        let base = self.sandbox.aws_url().as_str().trim_end_matches('/');
        let url = format!("{base}{path}");
        let method = if kind.is_empty() { "GET" } else { "POST" };
        let identity = keys.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-west-2")
            .name(service)
            .time(now())
            .settings(SigningSettings::default())
            .build()
            .expect("complete parameters")
            .into();
        let host = base.trim_start_matches("http://").to_owned();
        let headers = [("host", host.as_str())];
        let bytes = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new(method, url.as_str(), headers.into_iter(), bytes).expect("signable");
        let instructions = sign(request, &params).expect("a signature").into_parts().0;
        let mut signed = http::Request::builder().method(method).uri(&url).body(()).expect("a request");
        instructions.apply_to_request_http1x(&mut signed);
        let mut request = self.http.request(signed.method().clone(), url).headers(signed.headers().clone());
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        request.body(body).send().await.expect("an answer")
    }

    async fn sts(&self, keys: &Credentials, query: &str) -> (u16, String) {
        let answer = self.send(keys, "sts", "/", FORM, format!("Version=2011-06-15&{query}")).await;
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }
}

#[expect(clippy::disallowed_methods, reason = "a signature carries the real time")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[tokio::test]
async fn the_caller_is_named_and_forged_or_expired_keys_are_not_let_in() {
    let client = Client::start(quick()).await;
    let keys = client.federated().await;
    let (status, xml) = client.sts(&keys, "Action=GetCallerIdentity").await;
    assert_eq!(status, 200, "{xml}");
    assert_eq!(between(&xml, "Arn"), "arn:aws:sts::123456789012:assumed-role/CcwbFederatedRole/alice@example.com");

    let token = keys.session_token().map(str::to_owned);
    let forged = Credentials::new(keys.access_key_id(), "wrong", token, None, "test");
    let (status, xml) = client.sts(&forged, "Action=GetCallerIdentity").await;
    assert_eq!((status, between(&xml, "Code")), (403, "SignatureDoesNotMatch".to_owned()));
    let unknown = Credentials::new("ASIAAAAAAAAAAAAAAAAA", "x", Some("y".to_owned()), None, "test");
    let (status, xml) = client.sts(&unknown, "Action=GetCallerIdentity").await;
    assert_eq!((status, between(&xml, "Code")), (403, "InvalidClientTokenId".to_owned()));
    client.sandbox.control().expire_aws_credentials();
    let (status, xml) = client.sts(&keys, "Action=GetCallerIdentity").await;
    assert_eq!((status, between(&xml, "Code")), (403, "ExpiredToken".to_owned()));
}

#[tokio::test]
async fn a_chained_role_wants_its_external_id_and_gives_an_hour_at_most() {
    let client = Client::start(quick()).await;
    let keys = client.federated().await;
    let role = "Action=AssumeRole&RoleSessionName=alice&RoleArn=arn:aws:iam::123456789012:role/CcwbCrossAccountRole";
    let (status, xml) = client.sts(&keys, role).await;
    assert_eq!((status, between(&xml, "Code")), (403, "AccessDenied".to_owned()));
    let role = format!("{role}&ExternalId=ccwb-external-id");
    let (status, xml) = client.sts(&keys, &format!("{role}&DurationSeconds=3601")).await;
    assert!(status == 400 && xml.contains("role chaining"), "{xml}");
    let (status, xml) = client.sts(&keys, &role).await;
    assert_eq!(status, 200, "{xml}");
    let (_, xml) = client.sts(&credentials(&xml), "Action=GetCallerIdentity").await;
    assert!(between(&xml, "Arn").ends_with("assumed-role/CcwbCrossAccountRole/alice"));
}

#[tokio::test]
async fn bedrock_answers_signed_calls_and_names_the_caller() {
    let client = Client::start(quick()).await;
    let keys = client.federated().await;
    let path = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0";
    let invoke = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100,
        "messages": [{"role": "user", "content": "hi"}]});
    let converse = json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]});
    for (action, body) in [("invoke", &invoke), ("converse", &converse)] {
        let address = format!("{path}/{action}");
        let answer = client.send(&keys, "bedrock", &address, "application/json", body.to_string()).await;
        assert_eq!(answer.status(), 200, "{action}");
        assert!(answer.text().await.expect("text").contains("alice@example.com"), "{action}");
    }
    for (action, body) in [("invoke-with-response-stream", &invoke), ("converse-stream", &converse)] {
        let address = format!("{path}/{action}");
        let answer = client.send(&keys, "bedrock", &address, "application/json", body.to_string()).await;
        assert_eq!(answer.headers()["content-type"], "application/vnd.amazon.eventstream", "{action}");
    }
    let list = client.send(&keys, "bedrock", "/inference-profiles?type=SYSTEM_DEFINED", "", String::new()).await;
    assert!(list.text().await.expect("text").contains("us.anthropic.claude-"));
    let address = format!("{path}/invoke");
    let nonsense = client.send(&keys, "bedrock", &address, "application/json", "{}".to_owned()).await;
    assert_eq!(nonsense.status(), 400);
    let kind = nonsense.headers()["x-amzn-errortype"].to_str().expect("ASCII").to_owned();
    assert!(kind.starts_with("ValidationException"), "{kind}");
}
