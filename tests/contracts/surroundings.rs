//! What the caller's own AWS settings may not do: the default credential chain is never consulted, so the program can't
//! call itself.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ccwb_tests::Output;
use serde_json::Value;

use crate::desk::{Desk, assert_credentials};

/// Counts who knocks.
struct Trap {
    address: String,
    knocks: Arc<AtomicUsize>,
}

impl Trap {
    fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let knocks = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&knocks);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 64]);
            }
        });
        Self { address, knocks }
    }
}

/// Everything that an AWS SDK would go by.
fn junk(desk: &mut Desk, trap: &Trap) {
    desk.home.write_aws_profile("ClaudeCode");
    let loop_file =
        desk.home.write_script("loop", &format!("#!/bin/sh\ntouch \"{}/looped\"\n", desk.home.root().display()));
    let config = format!(
        "[default]\ncredential_process = {0}\n[profile ClaudeCode]\ncredential_process = {0}\nregion = mars-1\n",
        loop_file.display()
    );
    let config = desk.home.write("aws-config", &config);
    let token = desk.home.write("token", "not a token");
    for (name, value) in [
        ("AWS_PROFILE", "ClaudeCode"),
        ("AWS_DEFAULT_PROFILE", "ClaudeCode"),
        ("AWS_ACCESS_KEY_ID", "AKIAJUNKJUNKJUNKJUNK"),
        ("AWS_SECRET_ACCESS_KEY", "junk"),
        ("AWS_SESSION_TOKEN", "junk"),
        ("AWS_REGION", "mars-1"),
        ("AWS_DEFAULT_REGION", "mars-1"),
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &trap.address),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &trap.address),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/Junk"),
        ("AWS_ROLE_SESSION_NAME", "junk"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token.display().to_string()),
        ("AWS_CONFIG_FILE", &config.display().to_string()),
        ("AWS_SHARED_CREDENTIALS_FILE", &config.display().to_string()),
        ("AWS_STS_REGIONAL_ENDPOINTS", "legacy"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_RETRY_MODE", "junk"),
        ("AWS_ENDPOINT_URL_BEDROCK", &trap.address),
        ("AWS_LOGIN_CACHE_DIRECTORY", "/nonexistent"),
    ] {
        desk.home.set_env(name, value);
    }
}

#[track_caller]
fn assert_signs_in_as_ever(mut desk: Desk) -> Output {
    let trap = Trap::set();
    junk(&mut desk, &trap);
    let output = desk.run(&[]).success();
    assert_credentials(&output);
    desk.lose_credentials_and_id_token();
    assert_credentials(&desk.run(&["--no-browser"]).success());
    desk.run(&["export"]).success();
    assert_eq!(trap.knocks.load(Ordering::SeqCst), 0, "somebody asked for instance metadata or the like");
    assert!(!desk.home.root().join("looped").exists(), "the AWS profile's credential_process was run");
    assert_eq!(desk.windows(), 1);
    output
}

#[test]
fn the_callers_keys_profile_and_metadata_have_no_influence_on_cognito() {
    assert_signs_in_as_ever(Desk::new());
}

#[test]
fn nor_on_sts() {
    assert_signs_in_as_ever(Desk::direct());
}

#[test]
fn nor_on_a_second_role_which_is_assumed_with_the_first_ones_credentials() {
    let mut desk = Desk::direct();
    desk.configure("assume_role", "arn:aws:iam::123456789012:role/CcwbChainedRole")
        .configure("max_session_duration", 3_600);
    let output = assert_signs_in_as_ever(desk);
    assert!(
        output.json()["AccessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")),
        "{}",
        output.json()["AccessKeyId"]
    );
}

#[test]
fn the_region_of_the_calls_is_the_configurations() {
    let mut desk = Desk::direct();
    desk.home.set_env("AWS_REGION", "eu-west-9");
    desk.run(&[]).success();
    let requests = desk.sandbox.control().requests();
    let region = |value: &Value| value.to_string().contains("eu-west-9");
    assert!(
        !requests.iter().any(|request| request.parameters.values().any(|text| region(&Value::from(text.as_str())))),
        "{requests:?}"
    );
}
