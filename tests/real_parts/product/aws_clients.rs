//! The clients that call us, against an AWS that checks signatures: what `~/.aws/config` says is all that they know.

use std::fs;
use std::process::Command;

use ccwb_tests::part::{Sandbox, aws_cli, boto3_client, js_client};
use ccwb_tests::{FakeBrowser, Home, Output, Program};
use serde_json::Value;

use super::machine::{Machine, end};

/// Spaces, an apostrophe, letters outside ASCII, and what a shell would take for its own.
const FOLDER: &str = "José O'Brien (東京) & $HOME";

/// A machine with the program installed below its oddly named home, and the profile as `install-settings` writes it.
fn machine() -> Machine {
    machine_in(FOLDER)
}

fn machine_in(folder: &str) -> Machine {
    let mut machine = Machine::with("Clients", "session", Home::named(folder), Sandbox::start());
    let program = machine.home.path().join("claude-code-with-bedrock/credential-process");
    fs::copy(Program::CredentialProcess.path(), &program).expect("HOME can be written");
    machine.home.write(".aws/config", "[default]\nregion = eu-west-1\n\n[profile Clients]\noutput = json\n");
    end(machine.home.command(&program).args(["install-settings", "--aws-config"])).success();
    machine.home.set_env("AWS_PROFILE", machine.profile.clone());
    machine
}

fn clients(home: &Home) -> Option<Vec<(&'static str, Command)>> {
    Some(vec![
        ("AWS CLI", aws_cli(home, &["sts", "get-caller-identity"])?),
        ("boto3", boto3_client(home)?),
        ("JavaScript SDK", js_client(home)?),
    ])
}

fn account(name: &str, output: Output) -> Value {
    let answer = output.success().json();
    let caller = if name == "AWS CLI" { &answer } else { &answer["caller"] };
    assert!(caller["Arn"].as_str().is_some_and(|arn| arn.contains(":assumed-role/")), "{name}: {answer}");
    caller["Account"].clone()
}

#[test]
#[ignore = "needs AWS CLI, boto3, AWS SDK for JavaScript"]
fn each_client_signs_in_cold_and_is_served_from_the_cache_then() {
    for index in 0..3 {
        let machine = machine();
        let Some(mut clients) = clients(&machine.home) else { return };
        let (name, cold) = &mut clients[index];
        assert_eq!(account(name, end(cold)), "123456789012", "{name}, cold");
        assert_eq!(machine.home.openings().len(), 1, "{name}");
        let hit = end(cold);
        println!("{name}: hit {:?}", hit.elapsed);
        assert_eq!(account(name, hit), "123456789012", "{name}, hit");
        assert_eq!(machine.home.openings().len(), 1, "{name}");
        assert_eq!(machine.sandbox.control().count("token"), 1, "{name}");
        assert_eq!(machine.sandbox.control().count("sts:GetCallerIdentity"), 2, "{name}");
    }
}

#[test]
#[ignore = "needs AWS CLI, boto3, AWS SDK for JavaScript"]
fn all_clients_at_once_are_one_sign_in() {
    let machine = machine();
    let Some(clients) = clients(&machine.home) else { return };
    let running: Vec<_> =
        clients.into_iter().map(|(name, mut client)| (name, ccwb_tests::start(&mut client))).collect();
    for (name, client) in running {
        account(name, client.wait(ccwb_tests::LIMIT).expect("it ends"));
    }
    assert_eq!(machine.home.openings().len(), 1);
    assert_eq!(machine.sandbox.control().count("token"), 1);
}

#[test]
#[ignore = "needs boto3, AWS SDK for JavaScript"]
fn a_model_answers_to_credentials_from_the_process() {
    let machine = machine();
    for client in [boto3_client(&machine.home), js_client(&machine.home)] {
        let Some(mut client) = client else { return };
        let answer = end(client.env("CALLS", "sts,bedrock")).success().json();
        assert!(answer["model"].is_object(), "{answer}");
    }
}

#[test]
#[ignore = "needs AWS CLI, boto3, AWS SDK for JavaScript"]
fn what_went_wrong_reaches_the_person_where_the_client_lets_it() {
    let mut machine = machine();
    machine.home.use_browser(FakeBrowser::Cancels);
    let Some(mut clients) = clients(&machine.home) else { return };
    let output = end(&mut clients[0].1);
    assert_ne!(output.code, Some(0), "{output}");
    let said = &output.stderr;
    assert!(said.contains("Error when retrieving credentials from custom-process"), "{output}");
    assert!(said.contains("error[sign-in-cancelled]: ") && said.contains("hint: run "), "{output}");

    // One window for all that failed: the second caller is told why there is none.
    let output = end(&mut clients[1].1);
    assert!(output.stdout.contains("error[sign-in-paused]"), "{output}");
    // This one shows nothing of it, but asks twice; `status` has it for whoever wonders.
    assert_ne!(end(&mut clients[2].1).code, Some(0));
    assert_eq!(machine.home.openings().len(), 1);
    let status = machine.run(&["status"]).success();
    assert!(status.stdout.contains("sign-in-cancelled"), "{status}");
}

/// The line as it is in the contract: a path in double quotes, and what begins a comment for some clients.
#[test]
#[ignore = "needs AWS CLI, boto3, AWS SDK for JavaScript"]
fn double_quotes_around_the_path_do_for_spaces_apostrophes_and_other_scripts() {
    for folder in ["José O'Brien (東京) & Co", "a #b ;c"] {
        let machine = machine_in(folder);
        let config = fs::read_to_string(machine.home.path().join(".aws/config")).expect("it was written");
        assert!(config.contains("credential_process = \"/"), "{config}");
        let Some(clients) = clients(&machine.home) else { return };
        for (name, mut client) in clients {
            account(name, end(&mut client));
        }
        assert_eq!(machine.home.openings().len(), 1);
    }
}
