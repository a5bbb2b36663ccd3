//! `credential_storage: keyring` with GNOME Keyring.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use ccwb_sandbox::User;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::part::{SecretService, SecretServiceMode};
use ccwb_tests::{LIMIT, start};
use serde_json::{Value, json};

use super::credentials::credentials;
use super::machine::{Machine, end};

fn unlocked(machine: &mut Machine) -> Option<SecretService> {
    SecretService::start(&mut machine.home, SecretServiceMode::Unlocked)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

#[test]
#[ignore = "needs gnome-keyring"]
fn secrets_rest_in_the_keyring_under_names_that_others_can_look_up_and_in_no_file() {
    let mut machine = Machine::new("Items", "keyring");
    let Some(_session) = unlocked(&mut machine) else { return };
    let cold = machine.run(&[]);
    let given = credentials(&cold);
    let stored = machine.lookup("credentials").success().json();
    for name in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        assert_eq!(stored[name], given[name], "{name}");
    }
    let tokens = machine.lookup("tokens").success().json();
    let found = machine.search().success();
    let listing = format!("{}{}", found.stdout, found.stderr);
    for slot in ["credentials", "tokens"] {
        assert!(listing.contains(&format!("attribute.username = {}-{slot}", machine.profile)), "{listing}");
    }
    assert_eq!(listing.matches("attribute.service = claude-code-with-bedrock").count(), 2, "{listing}");

    let hit = machine.run(&[]);
    assert_eq!(hit.stdout, cold.stdout);
    assert!(hit.elapsed < Duration::from_secs(1) && hit.stderr.is_empty(), "{hit}");
    assert_eq!(machine.home.openings().len(), 1);
    let status = machine.run(&["status", "--json"]).success().json();
    assert_eq!(
        status["storage"],
        json!({"configured": "keyring", "in_use": "keyring", "fallback": null, "error": null})
    );

    let secrets = [
        Secret::new("secret key", text(&given, "SecretAccessKey")),
        Secret::new("session token", text(&given, "SessionToken")),
        Secret::new("ID token", text(&tokens, "id_token")),
        Secret::new("refresh token", text(&tokens, "refresh_token")),
    ];
    assert_absent(&secrets, [Place::folder(&machine.state()), Place::text("stderr", &cold.stderr)]);
    assert_absent(&secrets, [Place::folder(&machine.home.temporary()), Place::folder(&machine.home.run())]);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn fifty_processes_with_a_cold_keyring_are_one_window_one_exchange_and_one_answer() {
    let mut machine = Machine::new("Fifty", "keyring");
    let Some(_session) = unlocked(&mut machine) else { return };
    let callers: Vec<_> = (0..50).map(|_| start(&mut machine.home.credential_process(&[]))).collect();
    let outputs: Vec<_> = callers.into_iter().map(|caller| caller.wait(LIMIT).expect("it ends")).collect();
    for output in &outputs {
        credentials(output);
    }
    let answers: BTreeSet<_> = outputs.iter().map(|output| &output.stdout).collect();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(machine.home.openings().len(), 1);
    assert_eq!(machine.sandbox.control().count("authorize"), 1);
    assert_eq!(machine.sandbox.control().count("token"), 1);
    assert_eq!(machine.sandbox.control().count("cognito:GetCredentialsForIdentity"), 1);
    let slowest = outputs.iter().map(|output| output.elapsed).max().unwrap_or_default();
    println!("fifty cold processes: the slowest took {slowest:?}");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn large_tokens_are_kept_whole() {
    let mut machine = Machine::new("Large", "keyring");
    let Some(_session) = unlocked(&mut machine) else { return };
    for size in [4_700, 20_000] {
        let claims = json!({"padding": "x".repeat(size * 3 / 4 - 600)});
        let claims = claims.as_object().cloned().unwrap_or_default();
        let alice = User::samples().remove(0);
        machine.sandbox.control().put_user(User { claims, ..alice.clone() });
        let behaviour = ccwb_sandbox::Behaviour { auto_user: Some(alice.login), ..Default::default() };
        machine.sandbox.control().set_behaviour(&behaviour);
        machine.run(&["login", "--force"]).success();
        let tokens = machine.lookup("tokens").success().json();
        let token = text(&tokens, "id_token");
        assert!(token.len().abs_diff(size) < 500, "{} bytes", token.len());
        let raw = machine.run(&["token"]).success();
        assert_eq!(raw.stdout.trim_end(), token);
        credentials(&machine.run(&["--no-browser"]));
    }
    machine.run(&["logout"]).success();
    assert_eq!(machine.search().stdout, "");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn signing_out_leaves_no_item() {
    let mut machine = Machine::new("Out", "keyring");
    let Some(_session) = unlocked(&mut machine) else { return };
    credentials(&machine.run(&[]));
    machine.run(&["logout"]).success();
    let left = machine.search();
    assert_eq!((&*left.stdout, left.stderr.contains("attribute")), ("", false), "{left}");
    assert_eq!(machine.run(&["--no-browser"]).code, Some(4));
    assert_eq!(machine.sandbox.control().count("revoke"), 1);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn items_are_found_in_the_next_session() {
    let mut machine = Machine::new("Next", "keyring");
    let mut first = None;
    for _ in 0..2 {
        let Some(_session) = unlocked(&mut machine) else { return };
        let output = machine.run(&[]);
        credentials(&output);
        assert_eq!(first.get_or_insert(output.stdout.clone()), &output.stdout);
    }
    assert_eq!(machine.home.openings().len(), 1);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_changed_client_does_not_get_what_another_one_stored() {
    let mut machine = Machine::new("Changed", "keyring");
    let Some(_session) = unlocked(&mut machine) else { return };
    credentials(&machine.run(&[]));
    let path = machine.home.path().join("claude-code-with-bedrock/config.json");
    let text = std::fs::read_to_string(&path).expect("it was written");
    let mut config: Value = serde_json::from_str(&text).expect("it is JSON");
    config[&*machine.profile]["client_id"] = json!("another-client");
    machine.home.write_config_value(&config);
    assert_eq!(machine.run(&["--no-browser"]).code, Some(4));
}

/// An older keyring item, or one of another program of this name, must not be printed as credentials.
#[test]
#[ignore = "needs gnome-keyring"]
fn an_item_of_somebody_else_under_our_name_is_replaced() {
    let mut machine = Machine::new("Foreign", "keyring");
    let Some(_session) = unlocked(&mut machine) else { return };
    let mut store = machine.home.command("sh");
    let entry = format!("{}-credentials", machine.profile);
    store.arg("-c").arg(
        "printf '{\"Version\":1,\"AccessKeyId\":\"AKIAFOREIGN\",\"SecretAccessKey\":\"x\",\"SessionToken\":\"y\",\
         \"Expiration\":\"2099-01-01T00:00:00Z\"}' | secret-tool store --label=x service claude-code-with-bedrock username \"$0\"",
    );
    end(Command::arg(&mut store, entry)).success();
    let given = credentials(&machine.run(&[]));
    assert_ne!(given["AccessKeyId"], "AKIAFOREIGN");
    assert_eq!(machine.lookup("credentials").success().json()["AccessKeyId"], given["AccessKeyId"]);
}
