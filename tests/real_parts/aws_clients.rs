use std::process::Command;

use ccwb_tests::http::post_form;
use ccwb_tests::part::{Moto, aws_cli, boto3_client, js_client};
use ccwb_tests::{Home, LIMIT, run};
use serde_json::Value;

/// A `credential_process` that knows one answer.
const FIXED_CREDENTIALS: &str = r#"#!/bin/sh
echo '{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"secret","SessionToken":"token","Expiration":"2099-01-01T00:00:00Z"}'
"#;

/// A home whose profile runs [`FIXED_CREDENTIALS`] and whose AWS is moto.
fn home(moto: &Moto) -> Home {
    let mut home = Home::new();
    let script = home.write_script("fixed credentials", FIXED_CREDENTIALS);
    home.write_aws_profile_running("Work", &format!("\"{}\"", script.display()));
    home.set_envs([("AWS_PROFILE", "Work"), ("AWS_ENDPOINT_URL", &moto.endpoint()), ("AWS_REGION", "us-east-1")]);
    home
}

fn answer(mut client: Command) -> Value {
    run(&mut client, LIMIT).expect("the client ends").success().json()
}

#[test]
#[ignore = "needs moto"]
fn moto_answers_sts() {
    let Some(moto) = Moto::start() else { return };
    let (status, answer) = post_form(
        &moto.endpoint(),
        &[
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", "arn:aws:iam::123456789012:role/any"),
            ("RoleSessionName", "alice@example.com"),
            ("WebIdentityToken", "moto.checks.nothing"),
        ],
    );
    assert_eq!(status, 200, "{answer}");
    assert!(answer.as_str().is_some_and(|xml| xml.contains("<SessionToken>")), "{answer}");
}

#[test]
#[ignore = "needs moto, AWS SDK for JavaScript"]
fn the_javascript_sdk_takes_credentials_from_the_process() {
    let Some(moto) = Moto::start() else { return };
    let home = home(&moto);
    let Some(mut client) = js_client(&home) else { return };
    client.env("CALLS", "sts,bedrock");
    let answer = answer(client);
    assert_eq!(answer["caller"]["Account"], "123456789012", "{answer}");
    assert!(answer["model"].is_object(), "{answer}");
}

#[test]
#[ignore = "needs moto, boto3"]
fn boto3_takes_credentials_from_the_process() {
    let Some(moto) = Moto::start() else { return };
    let home = home(&moto);
    let Some(mut client) = boto3_client(&home) else { return };
    client.env("CALLS", "sts,bedrock");
    let answer = answer(client);
    assert_eq!(answer["caller"]["Account"], "123456789012", "{answer}");
    assert!(answer["model"].is_object(), "{answer}");
}

#[test]
#[ignore = "needs moto, AWS CLI"]
fn the_aws_cli_takes_credentials_from_the_process() {
    let Some(moto) = Moto::start() else { return };
    let home = home(&moto);
    let Some(client) = aws_cli(&home, &["sts", "get-caller-identity"]) else { return };
    let answer = answer(client);
    assert_eq!(answer["Account"], "123456789012", "{answer}");
}

#[test]
#[ignore = "needs AWS SDK for JavaScript, boto3"]
fn a_failing_process_is_the_clients_error() {
    let mut home = Home::new();
    home.write_aws_profile_running("Work", "/bin/false");
    home.set_envs([("AWS_PROFILE", "Work"), ("AWS_REGION", "us-east-1")]);
    for client in [js_client(&home), boto3_client(&home)] {
        let Some(mut client) = client else { return };
        let output = run(&mut client, LIMIT).expect("the client ends");
        assert_eq!(output.code, Some(1), "{output}");
        assert!(output.json()["error"]["name"].is_string(), "{output}");
    }
}
