use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::package::{Machine, end, tree};

#[test]
fn a_person_installs_signs_in_and_is_served_and_a_second_install_changes_nothing() {
    let machine = Machine::new();
    let output = machine.install(&[]).success();
    assert!(output.stdout.contains("Installed. Start claude"), "{output}");
    assert_eq!(output.stderr, "");
    assert!(machine.credentials()["AccessKeyId"].is_string());
    assert_eq!(machine.home.openings().len(), 1);
    let before = tree(&machine.home.path());
    let output = machine.install(&[]).success();
    assert!(output.stdout.contains("unchanged credential-process"), "{output}");
    assert_eq!(tree(&machine.home.path()), before);
}

#[test]
fn the_settings_hold_absolute_paths_that_start_the_installed_program() {
    let machine = Machine::named("a home, with 'quotes' & ümläuts");
    machine.install(&[]).success();
    let settings = fs::read_to_string(machine.home.path().join(".claude/settings.json")).expect("it was written");
    let settings: Value = serde_json::from_str(&settings).expect("it is JSON");
    assert_eq!(settings["env"]["CLAUDE_CODE_USE_BEDROCK"], "1");
    assert!(settings["env"].get("AWS_PROFILE").is_none(), "{settings}");
    machine.credentials();
    let export = settings["awsCredentialExport"].as_str().expect("a command line");
    let mut command = machine.home.command("sh");
    let credentials = end(command.args(["-c", export])).success().json();
    assert!(credentials["Credentials"]["SecretAccessKey"].is_string());
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let machine = Machine::new();
    let before = tree(&machine.home.path());
    let output = machine.install(&["--dry-run"]).success();
    for expected in ["new       credential-process", "[profile ClaudeCode]", "awsCredentialExport", "dry run"] {
        assert!(output.stdout.contains(expected), "no {expected}: {output}");
    }
    assert_eq!(tree(&machine.home.path()), before);
}

#[test]
fn a_newer_package_updates_what_is_there_while_it_runs() {
    let machine = Machine::new();
    machine.install(&[]).success();
    let mut config = machine.config();
    config["ClaudeCode"]["cross_region_profile"] = "eu".into();
    machine.write("config.json", &config.to_string());
    machine.write_checksums();
    let output = machine.install(&[]).success();
    assert!(output.stdout.contains("updated   config.json"), "{output}");
    let installed = fs::read_to_string(machine.installed("config.json")).expect("it is there");
    assert_eq!(installed, config.to_string());
}

#[test]
fn nobody_else_can_read_the_configuration_or_write_the_programs() {
    let machine = Machine::new();
    machine.install(&[]).success();
    let mode = |name: &str| fs::metadata(machine.installed(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("credential-process"), mode("config.json"), mode("uninstall.sh")), (0o755, 0o600, 0o755));
}

#[test]
fn whoever_uses_sudo_is_told_not_to() {
    let mut machine = Machine::new();
    machine.home.set_env("SUDO_USER", "somebody");
    let output = machine.install(&[]);
    // Only root can have been made root by sudo.
    if output.code != Some(0) {
        assert_eq!(output.code, Some(3), "{output}");
        assert!(
            output.stderr.starts_with("error[run-as-yourself]") && output.stderr.contains("without sudo"),
            "{output}"
        );
    }
}
