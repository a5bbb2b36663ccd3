//! What happens to files that are not plain, and to values that somebody else put there.

use std::fs;

use serde_json::json;

use crate::installed::{Installed, text};
use crate::strict;

#[test]
fn what_was_created_is_gone_again_with_its_folders() {
    let machine = Installed::new();
    let before = machine.everything();
    machine.run(&["install-settings", "--aws-config"]).success();
    assert!(machine.settings().exists() && machine.aws_config().exists());
    machine.uninstall();
    assert_eq!(machine.everything(), before);
}

#[test]
fn a_file_that_was_created_stays_if_somebody_else_uses_it() {
    let machine = Installed::new();
    machine.install();
    let edited = text(&machine.settings()).replacen('{', "{\n  \"model\": \"opus\",", 1);
    fs::write(machine.settings(), edited).expect("HOME can be written");
    machine.uninstall();
    assert_eq!(machine.read_settings(), json!({"model": "opus"}));
}

#[test]
fn values_of_others_come_back_unless_somebody_changed_ours() {
    let machine = Installed::new();
    let before = "{\n  \"awsAuthRefresh\": \"aws sso login\",\n  \"env\": {\"AWS_REGION\" :  \"eu-central-1\"}\n}\n";
    machine.write_settings(before);
    let report = machine.install();
    assert!(
        report.stdout.contains("replaced  awsAuthRefresh") && report.stdout.contains("(was \"aws sso login\")"),
        "{report}"
    );
    let edited = text(&machine.settings()).replace("\"us-east-1\"", "\"ap-south-1\"");
    fs::write(machine.settings(), edited).expect("HOME can be written");
    let report = machine.uninstall();
    assert!(report.stdout.contains("left      env.AWS_REGION = \"ap-south-1\" (changed by somebody else)"), "{report}");
    assert_eq!(text(&machine.settings()), before.replace("eu-central-1", "ap-south-1"));
}

#[test]
fn a_persons_own_taste_stays_and_the_report_says_so() {
    let machine = Installed::new();
    machine
        .configure(&json!({"selected_model": "us.anthropic.m", "include_coauthored_by": false, "status_line": true}));
    machine
        .write_settings(r#"{"env": {"ANTHROPIC_MODEL": "mine"}, "statusLine": {"type": "command", "command": "x"}}"#);
    let report = machine.install();
    let settings = machine.read_settings();
    assert_eq!(
        (settings["env"]["ANTHROPIC_MODEL"].as_str(), settings["statusLine"]["command"].as_str()),
        (Some("mine"), Some("x"))
    );
    assert_eq!(settings["includeCoAuthoredBy"], false);
    assert!(
        report
            .stdout
            .contains("left      env.ANTHROPIC_MODEL = \"mine\" (your own; the package has \"us.anthropic.m\")"),
        "{report}"
    );
}

#[test]
fn a_changed_package_changes_its_values_and_takes_back_those_that_it_no_longer_has() {
    let machine = Installed::new();
    let before = r#"{"env": {"OTEL_LOGS_EXPORTER": "console"}}"#;
    machine.write_settings(before);
    machine.configure(&json!({"monitoring_enabled": true, "otel_collector_endpoint": "https://otel.example.test"}));
    machine.install();
    assert_eq!(machine.read_settings()["env"]["OTEL_LOGS_EXPORTER"], "none");
    machine.configure(&json!({"aws_region": "eu-west-1"}));
    machine.install();
    let settings = machine.read_settings();
    assert_eq!(
        settings["env"],
        json!({"OTEL_LOGS_EXPORTER": "console", "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "eu-west-1"})
    );
    machine.uninstall();
    assert_eq!(text(&machine.settings()), before);
}

#[test]
fn an_install_of_the_guidance_is_taken_over_and_does_not_come_back() {
    let machine = Installed::new();
    let old = "/home/old/claude-code-with-bedrock/credential-process --profile ClaudeCode";
    let before = json!({
        "env": {"AWS_PROFILE": "ClaudeCode", "AWS_CREDENTIAL_PROCESS": old, "AWS_REGION": "us-west-2", "ANTHROPIC_MODEL": "sonnet",
            "CLAUDE_CODE_USE_BEDROCK": "1", "MINE": "1"},
        "awsAuthRefresh": old,
        "otelHeadersHelper": "C:\\Users\\old\\claude-code-with-bedrock\\otel-helper.cmd",
        "permissions": {"allow": ["Bash(ls:*)"]},
    });
    machine.configure(&json!({"selected_model": "us.anthropic.new"}));
    machine.write_settings(&format!("{before:#}"));
    machine.install();
    let settings = machine.read_settings();
    assert_eq!(
        settings["env"],
        json!({"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1", "ANTHROPIC_MODEL": "us.anthropic.new", "MINE": "1"})
    );
    assert!(
        settings["awsAuthRefresh"].as_str().is_some_and(|line| line.contains(" login --profile ClaudeCode")),
        "{settings}"
    );
    assert_eq!(settings.get("otelHeadersHelper"), None);
    let report = machine.uninstall();
    assert_eq!(machine.read_settings(), json!({"env": {"MINE": "1"}, "permissions": {"allow": ["Bash(ls:*)"]}}));
    assert!(report.stdout.contains("an older copy is left: "), "{report}");
}

#[test]
fn a_read_only_file_is_refused_and_nothing_is_lost() {
    let machine = Installed::new();
    let path = machine.write_settings("{\"model\": \"opus\"}\n");
    let mut permissions = fs::metadata(&path).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("the mode can be set");
    let before = machine.everything();
    let output = machine.run(&["install-settings", "--aws-config"]);
    assert_eq!(output.code, Some(9), "{output}");
    assert!(output.stderr.starts_with("error[settings-file]: ") && output.stderr.contains("is read-only"), "{output}");
    assert_eq!((output.stdout.as_str(), machine.everything()), ("", before));
}

#[test]
fn a_file_that_does_not_parse_is_refused_with_what_would_have_been_set() {
    let machine = Installed::new();
    for broken in ["{\"a\": 1", "[]", "{\"env\": []}", "{\"secret\": hunter2}", "{} {}"] {
        machine.write_settings(broken);
        let before = machine.everything();
        let output = machine.run(&["install-settings"]);
        assert_eq!(output.code, Some(3), "{output}");
        assert!(
            output.stderr.starts_with("error[settings-malformed]: ") && !output.stderr.contains("hunter2"),
            "{output}"
        );
        let patch =
            output.stderr.split_once("nothing was changed\n").and_then(|(_, rest)| rest.rsplit_once("\nhint: "));
        let patch = strict::read(patch.expect("there is a patch").0);
        assert_eq!(patch["env"]["CLAUDE_CODE_USE_BEDROCK"], "1", "{output}");
        assert_eq!(machine.everything(), before);
    }
    fs::write(machine.settings(), b"\xff\xfe{\0}\0").expect("HOME can be written");
    let output = machine.run(&["install-settings"]);
    assert!(output.stderr.contains("is not UTF-8 text"), "{output}");
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_symlink_stays_one_and_its_target_keeps_its_mode() {
        let machine = Installed::new();
        let target = machine.home.write("dotfiles/claude.json", "{\"model\": \"opus\"}\n");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("the mode can be set");
        fs::create_dir(machine.home.path().join(".claude")).expect("HOME can be written");
        symlink("../dotfiles/claude.json", machine.settings()).expect("HOME can be written");
        let before = machine.everything();
        machine.install();
        assert!(machine.settings().is_symlink());
        assert!(text(&target).contains("awsCredentialExport"));
        assert_eq!(fs::metadata(&target).expect("it is there").permissions().mode() & 0o777, 0o640);
        machine.uninstall();
        assert_eq!(machine.everything(), before);
        assert_eq!(fs::metadata(&target).expect("it is there").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_symlink_to_nothing_gets_its_target_and_loses_it_again() {
        let machine = Installed::new();
        fs::create_dir(machine.home.path().join(".claude")).expect("HOME can be written");
        symlink("../dotfiles/deep/claude.json", machine.settings()).expect("HOME can be written");
        let before = machine.everything();
        machine.install();
        assert!(machine.settings().is_symlink() && text(&machine.settings()).contains("awsCredentialExport"));
        machine.uninstall();
        assert_eq!(machine.everything(), before);
    }

    #[test]
    fn what_is_created_is_for_its_owner_and_so_is_the_record() {
        let machine = Installed::new();
        machine.run(&["install-settings", "--aws-config"]).success();
        let record = machine.home.path().join(".local/state/claude-code-with-bedrock/install.json");
        for path in [machine.settings(), machine.aws_config(), record] {
            assert_eq!(
                fs::metadata(&path).expect("it is there").permissions().mode() & 0o777,
                0o600,
                "{}",
                path.display()
            );
        }
    }
}
