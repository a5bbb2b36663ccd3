//! Planted secrets, and what belongs to a person, are in no form of the output.

use ccwb_sandbox::{Fault, Federation};
use ccwb_tests::Output;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use serde_json::{Value, json};

use crate::machine::Machine;

/// Every form of the output.
const FORMS: &[&[&str]] = &[&["doctor"], &["doctor", "--json"], &["doctor", "--live"], &["doctor", "--live", "--json"]];

/// A machine on which everything that can hold a secret holds one.
fn planted() -> (Machine, Vec<Secret>) {
    let mut machine = Machine::signed_in(Federation::Direct);
    let session: Value =
        serde_json::from_slice(&std::fs::read(machine.state_file(".session.json")).expect("a session file"))
            .expect("JSON");
    let stored = |slot: &str, key: &str| -> String {
        let slot: Value = serde_json::from_str(session[slot].as_str().expect("a text")).expect("JSON");
        slot[key].as_str().unwrap_or_else(|| panic!("no {key}")).to_owned()
    };
    let mut secrets = vec![
        Secret::new("ID token", stored("tokens", "id_token")),
        Secret::new("refresh token", stored("tokens", "refresh_token")),
        Secret::new("secret key", stored("credentials", "SecretAccessKey")),
        Secret::new("session token", stored("credentials", "SessionToken")),
    ];
    let mut plant = |name: &str| {
        let value = format!("Planted7{}Zx81Qm4", name.replace([' ', '-'], ""));
        secrets.push(Secret::new(name, value.clone()));
        value
    };
    let home = &mut machine.home;
    home.set_env("AWS_ACCESS_KEY_ID", "AKIAPLANTEDPLANTED12")
        .set_env("AWS_SECRET_ACCESS_KEY", plant("key in the environment"))
        .set_env("AWS_SESSION_TOKEN", plant("token in the environment"))
        .set_env("AWS_BEARER_TOKEN_BEDROCK", plant("bearer in the environment"))
        .set_env("HTTP_PROXY", format!("http://{}:{}@127.0.0.1:9", plant("proxy user"), plant("proxy password")));
    home.write(
        ".aws/credentials",
        &format!(
            "[ClaudeCode]\naws_access_key_id = AKIAPLANTEDPLANTED34\naws_secret_access_key = {}\n",
            plant("static secret key")
        ),
    );
    let refresh = json!({"refresh_token": plant("refresh token of the guidance")});
    home.write(".claude-code-session/ClaudeCode-refresh.json", &refresh.to_string());
    let echoed = plant("echoed code");
    machine.write_state(
        "ClaudeCode.last-error.json",
        &json!({
            "code": "provider-refused", "exit": 6, "at": 1_767_225_600,
            "message": format!("the provider refused: code {echoed} for alice@example.com is spent"),
            "hint": format!("open https://idp.example/cb?code={echoed}&state=x"),
        })
        .to_string(),
    );
    (machine, secrets)
}

fn assert_safe(machine: &Machine, secrets: &[Secret], output: &Output) {
    assert_absent(secrets, Place::output(output));
    let home = machine.home.path().display().to_string();
    for personal in [home.as_str(), "123456789012", "alice@", "AKIAPLANTED"] {
        assert!(!output.stdout.contains(personal), "{personal}: {output}");
    }
}

#[test]
fn no_form_of_the_output_holds_a_planted_secret_or_what_belongs_to_a_person() {
    let (machine, secrets) = planted();
    for form in FORMS {
        let output = machine.call(form);
        assert!(output.code.is_some_and(|code| code >= 3), "{output}");
        assert_safe(&machine, &secrets, &output);
    }
}

#[test]
fn nor_when_provider_and_aws_repeat_what_they_were_sent() {
    let (mut machine, secrets) = planted();
    machine.home.remove_env("HTTP_PROXY");
    let token = std::fs::read_to_string(machine.state_file(".session.json")).expect("a session file");
    let token = token.split("eyJ").nth(1).and_then(|rest| rest.split(['\\', '"']).next()).expect("an ID token");
    let echo = |endpoint: &str, body: String| {
        let fault = Fault {
            endpoint: endpoint.into(),
            status: Some(400),
            body: Some(body.into()),
            content_type: Some("text/xml".to_owned()),
            ..Fault::default()
        };
        machine.sandbox().control().add_fault(fault).expect("there is such an endpoint");
    };
    echo("token", format!("error eyJ{token}"));
    echo(
        "sts",
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Code>ValidationError</Code><Message>Value \
             'eyJ{token}' at 'webIdentityToken' failed</Message></Error></ErrorResponse>"
        ),
    );
    for form in &FORMS[2..] {
        let output = machine.call(form);
        assert!(output.stdout.contains("ValidationError"), "{output}");
        assert_safe(&machine, &secrets, &output);
    }
}
