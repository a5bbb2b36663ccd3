//! The commands themselves: what they say, where they write, and whether what they wrote can be run.

use std::process::Command;

use ccwb_tests::{LIMIT, Output, run};
use serde_json::json;

use crate::installed::{Installed, text};

const FOLDERS: &[&str] =
    &["home", "Ada Lovelace", "O'Brien & \"Söhne\"", "$HOME `id` (東京)", "a #b ;c", "back\\slash"];

fn shell(machine: &Installed, line: &str) -> Output {
    let mut command: Command = machine.home.command("sh");
    command.args(["-c", line]);
    run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

#[cfg(unix)]
#[test]
fn every_command_line_that_is_written_starts_the_program_wherever_it_is_installed() {
    for folder in FOLDERS {
        let machine = Installed::below(folder);
        machine.home.write_script("claude-code-with-bedrock/otel-helper", "#!/bin/sh\nprintf '%s|' \"$@\"\n");
        machine.configure(&json!({"monitoring_enabled": true, "otel_collector_endpoint": "https://otel.example.test", "status_line": true}));
        machine.run(&["install-settings", "--aws-config"]).success();
        let settings = machine.read_settings();
        let line = |key: &str| settings[key].as_str().unwrap_or_else(|| panic!("no {key} in {settings}")).to_owned();

        // Nobody has signed in, so that is what the program says.
        let export = shell(&machine, &line("awsCredentialExport"));
        assert!(export.code == Some(4) && export.stderr.starts_with("error[sign-in-needed]: "), "{folder}: {export}");
        let refresh = shell(&machine, &format!("{} --no-browser", line("awsAuthRefresh")));
        assert!(refresh.code == Some(4) && refresh.stderr.contains("hint: "), "{folder}: {refresh}");
        assert_eq!(shell(&machine, &line("otelHeadersHelper")).success().stdout, "--profile|ClaudeCode|", "{folder}");
        let status = settings["statusLine"]["command"].as_str().expect("there is a status line");
        assert!(status.ends_with(" statusline --profile ClaudeCode"), "{folder}: {status}");

        let config = text(&machine.aws_config());
        let process = config.lines().find_map(|line| line.strip_prefix("credential_process = ")).expect("it is there");
        let process = shell(&machine, &format!("{process} --no-browser"));
        assert!(
            process.code == Some(4) && process.stderr.starts_with("error[sign-in-needed]: "),
            "{folder}: {process}"
        );
        let doctor = machine.run(&["doctor", "--json"]).json();
        let checks = doctor["checks"].as_array().cloned().unwrap_or_default();
        let finding = checks.iter().find(|check| check["name"] == "aws-config").unwrap_or_else(|| panic!("{doctor}"));
        assert_eq!(finding["state"], "ok", "{folder}: {finding}");
        machine.uninstall();
    }
}

#[test]
fn a_dry_run_shows_a_diff_and_changes_nothing() {
    let machine = Installed::new();
    machine.write_settings("{\n  \"env\": {\n    \"MY_API_KEY\": \"hunter2\"\n  }\n}\n");
    let before = machine.everything();
    let report = machine.run(&["install-settings", "--aws-config", "--dry-run"]).success();
    assert_eq!(machine.everything(), before);
    for line in [
        "--- ",
        "+++ ",
        "@@ ",
        "+    \"AWS_REGION\": \"us-east-1\"",
        "+[profile ClaudeCode]",
        "Nothing was changed (dry run).",
    ] {
        assert!(report.stdout.contains(line), "{line}: {report}");
    }
    assert!(!report.stdout.contains("hunter2"), "{report}");

    machine.install();
    let installed = machine.everything();
    let report = machine.run(&["uninstall-settings", "--dry-run"]).success();
    assert_eq!(machine.everything(), installed);
    assert!(report.stdout.contains("-    \"AWS_REGION\": \"us-east-1\""), "{report}");
}

#[test]
fn json_names_files_keys_and_copies() {
    let machine = Installed::new();
    machine.write_settings("{\"awsAuthRefresh\": \"x\"}");
    let report = machine.run(&["install-settings", "--json"]).success().json();
    let file = &report["files"][0];
    assert_eq!((file["path"].as_str(), &file["changed"]), (machine.settings().to_str(), &json!(true)));
    let changes = file["changes"].as_array().expect("changes are a list");
    assert!(
        changes.iter().any(|change| change["key"] == json!(["awsAuthRefresh"])
            && change["change"] == "replaced"
            && change["from"] == "x"),
        "{report}"
    );
    assert_eq!(file["copies"].as_array().map(Vec::len), Some(1), "{report}");
    let again = machine.run(&["install-settings", "--json"]).success().json();
    assert_eq!((&again["files"][0]["changed"], &again["files"][0]["changes"]), (&json!(false), &json!([])));
    let undone = machine.run(&["uninstall-settings", "--json"]).success().json();
    assert_eq!(undone["files"][0]["changed"], true);
    assert_eq!(machine.run(&["uninstall-settings", "--json"]).success().json()["files"], json!([]));
}

#[test]
fn claude_config_dir_is_honoured_and_an_explicit_file_too() {
    let mut machine = Installed::new();
    let folder = machine.home.path().join("my claude");
    machine.home.set_env("CLAUDE_CONFIG_DIR", &folder);
    machine.install();
    assert!(folder.join("settings.json").exists() && !machine.settings().exists());
    let named = machine.home.path().join("named.json");
    machine.run(&["install-settings", "--settings", named.to_str().expect("it is text")]).success();
    assert!(named.exists());
    machine.uninstall();
    assert!(!folder.exists() && !named.exists());
}

#[test]
fn managed_settings_are_where_claude_code_looks_for_them() {
    let machine = Installed::new();
    for (flag, file) in [
        ("--managed", "managed-settings.json"),
        ("--managed=drop-in", "managed-settings.d/50-claude-code-with-bedrock.json"),
    ] {
        let report = machine.run(&["install-settings", flag, "--dry-run"]).success();
        assert!(
            report.stdout.contains(file) && report.stdout.contains("other users of this machine cannot run it"),
            "{report}"
        );
    }
}

#[test]
fn a_template_is_added_with_its_placeholders_filled_in() {
    let machine = Installed::below("a b");
    let template = machine.home.write(
        "template.json",
        r#"{"env": {"AWS_PROFILE": "ClaudeCode", "AWS_REGION": "eu-west-3", "AWS_CREDENTIAL_PROCESS": "__CREDENTIAL_PROCESS_PATH__ --profile ClaudeCode"},
            "awsAuthRefresh": "__CREDENTIAL_PROCESS_PATH__ --profile ClaudeCode",
            "apiKeyHelper": "__CREDENTIAL_PROCESS_PATH__ token", "permissions": {"deny": ["WebFetch"]}}"#,
    );
    machine.write_settings(r#"{"permissions": {"allow": ["Bash(ls:*)"]}}"#);
    machine.run(&["install-settings", "--from", template.to_str().expect("it is text")]).success();
    let settings = machine.read_settings();
    assert_eq!(settings["permissions"], json!({"allow": ["Bash(ls:*)"], "deny": ["WebFetch"]}));
    assert_eq!(settings["apiKeyHelper"], format!("\"{}\" token", machine.program.display()));
    assert_eq!(settings["env"], json!({"AWS_REGION": "eu-west-3", "CLAUDE_CODE_USE_BEDROCK": "1"}));
    assert!(settings["awsAuthRefresh"].as_str().is_some_and(|line| line.contains(" login ")), "{settings}");
    machine.uninstall();
    assert_eq!(text(&machine.settings()), r#"{"permissions": {"allow": ["Bash(ls:*)"]}}"#);
}

#[test]
fn sudo_is_refused_for_a_persons_settings() {
    let mut machine = Installed::new();
    machine.home.set_env("SUDO_USER", "ada");
    let output = machine.run(&["install-settings"]);
    if output.code == Some(0) {
        return; // Not as root: nothing to refuse.
    }
    assert!(output.code == Some(2) && output.stderr.starts_with("error[as-root]: "), "{output}");
    assert!(!machine.settings().exists());
}

#[test]
fn a_configuration_that_cannot_be_used_stops_the_install() {
    let machine = Installed::new();
    machine.configure(&json!({"otel_resource_attributes": {"a=b": "x"}}));
    let output = machine.run(&["install-settings"]);
    assert!(
        output.code == Some(3) && output.stderr.contains("otel_resource_attributes: \"a=b\" is not a name"),
        "{output}"
    );
    assert!(!machine.settings().exists());
}
