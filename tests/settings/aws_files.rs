//! `~/.aws/config` and `~/.aws/credentials`.

use std::fs;

use serde_json::json;

use crate::installed::{Installed, text};

const INSTALL: &[&str] = &["install-settings", "--aws-config"];

#[test]
fn only_our_sections_are_touched_and_come_out_again() {
    for before in [
        "[default]\nregion = eu-west-1\n",
        "[default]\r\nregion = eu-west-1\r\n\r\n[profile x]\r\noutput = json",
        "# mine\n[profile ClaudeCode]\noutput = json\ns3 =\n  max_concurrent_requests = 20\n; end\n\n[profile z]\nsso_session = s\n",
        "[profile \"ClaudeCode\"]\nregion=eu-west-1\ncredential_process = /opt/other --x\n",
        "\u{feff}[profile  ClaudeCode ]\nsso_session = s\nrole_arn = arn\nsource_profile = x\n[sso-session s]\nsso_region = x\n",
        "[profile ClaudeCode]\nregion = a\n\n[profile z]\n\n[profile ClaudeCode]\nregion = b\n",
        "",
    ] {
        let machine = Installed::new();
        machine.home.write(".aws/config", before);
        let all = machine.everything();
        machine.run(INSTALL).success();
        let installed = text(&machine.aws_config());
        let line = format!("credential_process = \"{}\" --profile ClaudeCode", machine.program.display());
        assert!(installed.contains(&line), "{installed}");
        for key in ["role_arn", "source_profile", "/opt/other"] {
            assert!(!installed.contains(key), "{installed}");
        }
        let second = machine.run(INSTALL).success();
        assert_eq!(text(&machine.aws_config()), installed, "{second}");
        machine.uninstall();
        assert_eq!(machine.everything(), all, "{before:?}");
    }
}

#[test]
fn a_section_that_the_guidance_wrote_is_taken_over_and_does_not_come_back() {
    let machine = Installed::new();
    machine.home.write(
        ".aws/config",
        "[profile z]\nregion = a\n\n[profile ClaudeCode]\ncredential_process = /home/old/claude-code-with-bedrock/credential-process --profile ClaudeCode\nregion = us-west-2\n",
    );
    machine.run(INSTALL).success();
    assert_eq!(text(&machine.aws_config()).matches("credential_process").count(), 1);
    machine.uninstall();
    assert_eq!(text(&machine.aws_config()), "[profile z]\nregion = a\n");
}

#[test]
fn every_profile_of_config_json_gets_its_section_and_aws_config_file_is_honoured() {
    let mut machine = Installed::new();
    let profile = json!({"provider_domain": "idp.example.test", "client_id": "c", "identity_pool_id": "us-east-1:11111111-2222-3333-4444-555555555555"});
    let mut second = profile.clone();
    second["aws_region"] = json!("eu-west-1");
    second["bedrock_region"] = json!("eu-central-1");
    machine
        .home
        .write_config_value(&json!({"ClaudeCode": profile, "Zwölf Uhr": second, "ambient": {"sso_enabled": false}}));
    let elsewhere = machine.home.path().join("elsewhere/aws.ini");
    machine.home.set_env("AWS_CONFIG_FILE", &elsewhere);
    machine.run(INSTALL).success();
    let written = text(&elsewhere);
    assert!(written.contains("[profile ClaudeCode]\n") && written.contains("[profile \"Zwölf Uhr\"]\n"), "{written}");
    assert!(
        written.contains("--profile \"Zwölf Uhr\"\nregion = eu-central-1\n") && !written.contains("ambient"),
        "{written}"
    );
    machine.uninstall();
    assert!(!elsewhere.exists() && !machine.aws_config().exists());
}

#[test]
fn keys_that_would_shadow_us_are_named_and_taken_away_only_if_asked_for() {
    let machine = Installed::new();
    let before = "[default]\naws_access_key_id = AKIADEFAULT\n\n[ClaudeCode]\naws_access_key_id = AKIAMINE\naws_secret_access_key = hunter2\nregion = x\n";
    let credentials = machine.home.write(".aws/credentials", before);
    machine.home.write(
        ".aws/config",
        "[profile ClaudeCode]\naws_access_key_id = AKIACONFIG\naws_secret_access_key = hunter3\n",
    );
    let all = machine.everything();
    let report = machine.run(INSTALL).success();
    assert_eq!(report.stdout.matches("--remove-static-keys takes them away").count(), 2, "{report}");
    assert_eq!(text(&credentials), before);

    for arguments in [
        &["install-settings", "--aws-config", "--remove-static-keys", "--dry-run"][..],
        &["install-settings", "--aws-config", "--remove-static-keys"],
    ] {
        let report = machine.run(arguments).success();
        for secret in ["hunter", "AKIA"] {
            assert!(!report.stdout.contains(secret) && !report.stderr.contains(secret), "{report}");
        }
    }
    assert_eq!(text(&credentials), "[default]\naws_access_key_id = AKIADEFAULT\n\n[ClaudeCode]\nregion = x\n");
    assert!(!text(&machine.aws_config()).contains("AKIACONFIG"));
    // A later run without the flag does not bring them back.
    machine.run(INSTALL).success();
    assert!(!text(&machine.aws_config()).contains("AKIACONFIG") && !text(&credentials).contains("AKIAMINE"));

    machine.uninstall();
    assert_eq!(machine.everything(), all);
}

#[test]
fn the_placeholder_of_an_older_version_goes_for_good() {
    let machine = Installed::new();
    let credentials = machine.home.write(".aws/credentials", "[x]\naws_access_key_id = A\n\n[ClaudeCode]\naws_access_key_id = EXPIRED\naws_secret_access_key = EXPIRED\naws_session_token = EXPIRED\nx-expiration = 2000-01-01T00:00:00Z\n");
    machine.run(&["install-settings", "--aws-config", "--remove-static-keys"]).success();
    machine.uninstall();
    assert_eq!(text(&credentials), "[x]\naws_access_key_id = A\n");
}

#[test]
fn profile_mode_writes_the_profile_that_it_names() {
    let machine = Installed::new();
    machine.run(&["install-settings", "--profile-mode"]).success();
    let settings = machine.read_settings();
    assert_eq!(
        (settings["env"]["AWS_PROFILE"].as_str(), settings["env"]["AWS_EC2_METADATA_DISABLED"].as_str()),
        (Some("ClaudeCode"), Some("true"))
    );
    assert!(text(&machine.aws_config()).contains("[profile ClaudeCode]"));
}

#[test]
fn a_profile_that_no_section_can_hold_stops_everything_before_it_begins() {
    let machine = Installed::new();
    machine.home.write_config_value(&json!({"a]b": {"provider_domain": "idp.example.test", "client_id": "c", "identity_pool_id": "us-east-1:11111111-2222-3333-4444-555555555555"}}));
    let before = machine.everything();
    let output = machine.run(INSTALL);
    assert_eq!(output.code, Some(3), "{output}");
    assert_eq!(machine.everything(), before);
    assert!(fs::metadata(machine.settings()).is_err());
}
