//! The AWS endpoints over HTTP: what they take and what they refuse.

use crate::support::{Client, quick, text};
use ccwb_sandbox::{Forgery, TokenMutation};
use serde_json::{Value, json};

fn mutation(set: &Value, drop: &[&str], alg: Option<Forgery>) -> TokenMutation {
    TokenMutation {
        set: set.as_object().cloned().unwrap_or_default(),
        drop: drop.iter().map(|name| (*name).to_owned()).collect(),
        alg,
    }
}

#[tokio::test]
async fn the_identity_pool_gives_one_person_one_identity_and_credentials() {
    let client = Client::start(quick()).await;
    let mut identities = Vec::new();
    for _ in 0..2 {
        let logins = json!({client.login_key(): client.id_token().await});
        let request = json!({"IdentityPoolId": client.sandbox.identity_pool_id(), "Logins": logins});
        let (status, answer) = client.cognito("GetId", &request).await;
        assert_eq!(status, 200, "{answer}");
        identities.push(text(&answer["IdentityId"]));
    }
    assert_eq!(identities[0], identities[1]);
    let logins = json!({client.login_key(): client.id_token().await});
    let request = json!({"IdentityId": identities[0], "Logins": logins});
    let (status, answer) = client.cognito("GetCredentialsForIdentity", &request).await;
    assert_eq!(status, 200, "{answer}");
    let key = text(&answer["Credentials"]["AccessKeyId"]);
    assert!(key.starts_with("ASIA") && key.len() == 20);
    assert!(answer["Credentials"]["Expiration"].is_i64());
}

#[tokio::test]
async fn the_identity_pool_refuses_as_cognito_does() {
    let client = Client::start(quick()).await;
    let pool = client.sandbox.identity_pool_id();
    let token = client.id_token().await;
    let key = client.login_key();
    for (request, code) in [
        (json!({"IdentityPoolId": "us-east-1:0", "Logins": {&key: &token}}), "ResourceNotFoundException"),
        (json!({"IdentityPoolId": "nonsense", "Logins": {&key: &token}}), "InvalidParameterException"),
        (json!({"IdentityPoolId": &pool, "Logins": {"accounts.google.com": &token}}), "NotAuthorizedException"),
        (json!({"IdentityPoolId": &pool, "Logins": {}}), "NotAuthorizedException"),
        (json!({"IdentityPoolId": &pool, "Logins": {&key: "junk"}}), "NotAuthorizedException"),
    ] {
        let (status, answer) = client.cognito("GetId", &request).await;
        assert_eq!((status, text(&answer["__type"])), (400, code.to_owned()), "{request}");
    }
    client.sandbox.control().advance_clock(3601);
    let request = json!({"IdentityPoolId": &pool, "Logins": {&key: &token}});
    let message = text(&client.cognito("GetId", &request).await.1["message"]);
    assert!(message.starts_with("Invalid login token. Token expired:"), "{message}");
    let request = json!({"IdentityId": "us-east-1:0", "Logins": {&key: &token}});
    let (_, answer) = client.cognito("GetCredentialsForIdentity", &request).await;
    assert_eq!(text(&answer["__type"]), "ResourceNotFoundException");
}

#[tokio::test]
async fn sts_refuses_every_bad_token_with_its_own_code() {
    let client = Client::start(quick()).await;
    for (mutation, code) in [
        (mutation(&json!({"aud": "other"}), &[], None), "InvalidIdentityToken"),
        (mutation(&json!({"iss": "https://evil.example"}), &[], None), "InvalidIdentityToken"),
        (mutation(&json!({"exp": 1}), &[], None), "ExpiredTokenException"),
        (mutation(&json!({"nbf": 9_999_999_999_u64}), &[], None), "IDPRejectedClaim"),
        (mutation(&json!({}), &["sub"], None), "InvalidIdentityToken"),
        (mutation(&json!({}), &[], Some(Forgery::None)), "InvalidIdentityToken"),
        (mutation(&json!({}), &[], Some(Forgery::Hs256WithPublicKey)), "InvalidIdentityToken"),
        (mutation(&json!({}), &[], Some(Forgery::BadSignature)), "InvalidIdentityToken"),
        (mutation(&json!({}), &[], Some(Forgery::UnknownKid)), "InvalidIdentityToken"),
        (mutation(&json!({}), &[], Some(Forgery::ForeignKey)), "InvalidIdentityToken"),
    ] {
        client.sandbox.control().set_mutation(Some(mutation.clone()));
        let (_, answer) = client.web_identity(&client.id_token().await, &[]).await;
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{mutation:?}: {answer}");
    }
    client.sandbox.control().set_mutation(None);
    let token = client.id_token().await;
    client.sandbox.control().rotate_keys(true);
    assert_eq!(client.web_identity(&token, &[]).await.0, 200);
    client.sandbox.control().rotate_keys(false);
    assert_eq!(client.web_identity(&token, &[]).await.0, 400);
}

#[tokio::test]
async fn sts_checks_role_session_name_and_duration() {
    let client = Client::start(quick()).await;
    let token = client.id_token().await;
    let one_hour = ("RoleArn", "arn:aws:iam::123456789012:role/CcwbOneHourRole");
    for (change, status, text) in [
        (vec![("DurationSeconds", "43200")], 200, "<SubjectFromWebIdentityToken>"),
        (vec![("RoleArn", "arn:aws:iam::123456789012:role/Nobody")], 403, "<Code>AccessDenied</Code>"),
        (vec![("RoleArn", "arn:aws:iam::123456789012:role/CcwbChainedRole")], 403, "AccessDenied"),
        (vec![("RoleSessionName", "a b")], 400, "<Code>ValidationError</Code>"),
        (vec![("DurationSeconds", "899")], 400, "ValidationError"),
        (vec![("DurationSeconds", "43201")], 400, "ValidationError"),
        (vec![one_hour, ("DurationSeconds", "3601")], 400, "exceeds the MaxSessionDuration set for this role."),
        (vec![("Version", "2010-01-01")], 400, "InvalidAction"),
    ] {
        let (got, answer) = client.web_identity(&token, &change).await;
        assert!(got == status && answer.contains(text), "{change:?}: {got} {answer}");
    }
}

#[tokio::test]
async fn unsigned_calls_are_refused_in_each_services_format() {
    let client = Client::start(quick()).await;
    let form = [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")];
    let sts = client.http.post(client.sandbox.aws_url().clone()).form(&form).send().await.expect("an answer");
    assert_eq!(sts.status(), 403);
    assert!(sts.text().await.expect("text").contains("<Code>MissingAuthenticationToken</Code>"));
    let list = client.sandbox.aws_url().join("/foundation-models").expect("a URL");
    let bedrock = client.http.get(list).send().await.expect("an answer");
    assert_eq!(bedrock.status(), 403);
    let kind = bedrock.headers()["x-amzn-errortype"].to_str().expect("ASCII").to_owned();
    assert!(kind.starts_with("MissingAuthenticationTokenException"));
}
