use std::fs;

use crate::package::{Machine, tree};

#[test]
fn it_signs_out_and_leaves_the_home_as_it_was() {
    let machine = Machine::new();
    let before = tree(&machine.home.path());
    machine.install(&[]).success();
    machine.credentials();
    assert!(machine.home.path().join(".local/state/claude-code-with-bedrock").exists());
    let output = machine.uninstall(&[]).success();
    assert!(output.stderr.contains("Signed out of profile ClaudeCode"), "{output}");
    assert!(machine.sandbox.control().requests().iter().any(|request| request.endpoint == "revoke"));
    assert_eq!(tree(&machine.home.path()), before);
}

#[test]
fn a_home_that_was_lived_in_keeps_what_others_wrote_since() {
    let machine = Machine::new();
    machine.home.write(".aws/config", "[default]\nregion = eu-west-1");
    machine.home.write(".claude/settings.json", "{\"model\": \"opus\"}");
    machine.install(&[]).success();
    let config = machine.home.path().join(".aws/config");
    let with_more = fs::read_to_string(&config).expect("it is there") + "\n[profile later]\nregion = us-east-2\n";
    fs::write(&config, with_more).expect("it can be written");
    machine.home.write("claude-code-with-bedrock/notes", "mine");
    machine.uninstall(&[]).success();
    let config = fs::read_to_string(config).expect("it is there");
    assert!(config.starts_with("[default]\nregion = eu-west-1") && config.contains("[profile later]"), "{config}");
    assert!(!config.contains("ClaudeCode"), "{config}");
    let settings = fs::read_to_string(machine.home.path().join(".claude/settings.json")).expect("it is there");
    assert_eq!(settings, "{\"model\": \"opus\"}");
    assert_eq!(fs::read_to_string(machine.installed("notes")).expect("it is there"), "mine");
    assert!(!machine.installed("credential-process").exists());
}

#[test]
fn a_configuration_that_was_changed_since_is_left_and_named() {
    let machine = Machine::new();
    machine.install(&[]).success();
    let text = fs::read_to_string(machine.installed("config.json")).expect("it is there") + "\n";
    fs::write(machine.installed("config.json"), &text).expect("it can be written");
    let output = machine.uninstall(&[]).success();
    assert!(output.stdout.contains("left      config.json"), "{output}");
    assert_eq!(fs::read_to_string(machine.installed("config.json")).expect("it is there"), text);
}

#[test]
fn a_dry_run_shows_what_would_go_and_removes_nothing() {
    let machine = Machine::new();
    machine.install(&[]).success();
    machine.credentials();
    let before = tree(&machine.home.path());
    let output = machine.uninstall(&["--dry-run"]).success();
    assert!(output.stdout.contains("removed   credential-process"), "{output}");
    assert_eq!(tree(&machine.home.path()), before);
}

#[test]
fn without_an_install_it_says_that_nothing_is_left_to_be_done() {
    let machine = Machine::new();
    let mut command = machine.home.command("sh");
    command.arg(machine.package().join("uninstall.sh"));
    let output = crate::package::end(&mut command);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stderr.starts_with("error[not-installed]: "), "{output}");
}
