//! `ccwb init` without a terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use ccwb_tests::{LIMIT, start};

use crate::desk::{Desk, fixture, is_error};

const OKTA: &str = r#"
provider_domain = "https://company-admin.okta.com/admin/dashboard"
client_id = "0oa1b2c3d4e5f6"
aws_region = "eu-central-1"
max_session_duration = "8h"
redirect_port = [8400, 8401]
allowed_groups = ["claude-users"]
oidc_prompt = ""

[tags]
Owner = "platform"

[monitoring_config]
vpc_cidr = "10.1.0.0/16"
"#;

#[test]
fn a_file_makes_a_whole_profile_and_says_what_to_register() {
    let desk = Desk::new();
    desk.home.write("answers.toml", OKTA);
    let report = desk.json(&["init", "--from", "answers.toml", "--profile", "Team-A", "--offline", "--json"]);
    assert_eq!(report["saved"], true);
    let uris = &report["redirect_uris"];
    assert_eq!(
        (uris[0].as_str(), uris[1].as_str()),
        (Some("http://localhost:8400/callback"), Some("http://localhost:8401/callback"))
    );
    let profile = desk.profile("Team-A");
    for (key, expected) in [
        ("provider_domain", "company.okta.com"),
        ("federation_type", "direct"),
        ("cross_region_profile", "eu"),
        ("selected_source_region", "eu-central-1"),
    ] {
        assert_eq!(profile[key], expected, "{key}");
    }
    assert_eq!(profile["max_session_duration"], 28_800);
    assert_eq!(profile["tags"]["Owner"], "platform");
    assert_eq!(profile["monitoring_config"]["vpc_cidr"], "10.1.0.0/16");
    assert_eq!(profile["oidc_prompt"], "");
    assert_eq!(desk.json(&["context", "current", "--json"])["profile"], "Team-A");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(desk.file("Team-A")), mode(desk.home.path().join(".ccwb"))), (0o600, 0o700));
    assert!(!desk.home.path().join(".ccwb/Team-A.init-progress.json").exists());
}

#[test]
fn the_same_answers_again_change_nothing() {
    let desk = Desk::new();
    desk.home.write("answers.toml", OKTA);
    let arguments = ["init", "--from", "answers.toml", "--profile", "Team-A", "--offline", "--json"];
    desk.json(&arguments);
    let before = desk.text("Team-A");
    assert_eq!(desk.json(&arguments)["saved"], false);
    assert_eq!(desk.text("Team-A"), before);
}

#[test]
fn answers_can_come_through_standard_input_and_a_flag_wins() {
    let desk = Desk::new();
    let mut command =
        desk.home.ccwb(&["init", "--from", "-", "--profile", "P", "--region", "us-west-2", "--offline", "--json"]);
    command.stdin(Stdio::from(fs::File::open(desk.home.write("a.toml", OKTA)).unwrap()));
    let output = start(&mut command).wait(LIMIT).expect("it ends in time");
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(desk.profile("P")["aws_region"], "us-west-2");
}

#[test]
fn everything_that_is_missing_or_wrong_is_told_at_once_and_nothing_is_written() {
    let desk = Desk::new();
    desk.home.write("answers.toml", "aws_region = \"moon\"\nredirect_port = 80\ntags = {\"aws:x\" = \"y\"}\n");
    let output = desk.ccwb(&["init", "--from", "answers.toml", "--profile", "P", "--offline"]);
    is_error(&output, 3, "answers");
    for key in ["provider_domain: is missing", "client_id: is missing", "aws_region: ", "redirect_port: ", "tags: "] {
        assert!(output.stderr.contains(&format!("\n  {key}")), "{key}: {}", output.stderr);
    }
    assert!(!desk.home.path().join(".ccwb").exists());
    let output = desk.ccwb(&["init", "--from", "answers.toml", "--profile", "P", "--offline", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(5), "{report}");
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_is_meant() {
    let desk = Desk::new();
    desk.home.write("answers.toml", "provider-domain = \"x.okta.com\"\n");
    let output = desk.ccwb(&["init", "--from", "answers.toml", "--set", "clent_id=x"]);
    is_error(&output, 2, "unknown-key");
    assert!(output.stderr.contains("did you mean provider_domain?"), "{}", output.stderr);
    assert!(output.stderr.contains("did you mean client_id?"), "{}", output.stderr);
}

#[test]
fn a_file_that_is_no_toml_is_named_with_its_line_and_without_its_content() {
    let desk = Desk::new();
    desk.home.write("answers.toml", "client_id = \"x\"\nclient_secret = planted-secret-in-toml\n");
    let output = desk.ccwb(&["init", "--from", "answers.toml"]);
    is_error(&output, 3, "answers-malformed");
    assert!(output.stderr.contains("answers.toml, line 2"), "{}", output.stderr);
    assert!(!output.stderr.contains("planted-secret"), "{}", output.stderr);
    is_error(&desk.ccwb(&["init", "--from", "nowhere.toml"]), 3, "answers-unreadable");
}

#[test]
fn a_secret_in_a_file_or_an_argument_is_refused_and_not_repeated() {
    let desk = Desk::new();
    desk.home.write(
        "answers.toml",
        "provider_domain = \"x.okta.com\"\nclient_id = \"abc\"\nclient_secret = \"planted-secret\"\n",
    );
    let output = desk.ccwb(&["init", "--from", "answers.toml", "--profile", "P", "--offline"]);
    is_error(&output, 3, "answers");
    assert!(
        output.stderr.contains("CCWB_CLIENT_SECRET") && !output.stderr.contains("planted-secret"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_dry_run_shows_the_difference_and_saves_nothing() {
    let text = fixture("google-2.5");
    let desk = Desk::with_profile("ClaudeCode", &text);
    let output =
        desk.ccwb(&["init", "--profile", "ClaudeCode", "--set", "aws_region=eu-west-1", "--dry-run", "--offline"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(output.stdout.contains("- aws_region = \"us-east-1\"\n+ aws_region = \"eu-west-1\""), "{}", output.stdout);
    assert!(!output.stdout.contains("planted-google-secret"));
    assert_eq!(desk.text("ClaudeCode"), text);
}

#[test]
fn without_a_terminal_and_without_answers_it_says_what_to_do() {
    let output = Desk::new().ccwb(&["init"]);
    is_error(&output, 2, "no-answers");
    assert!(output.stderr.contains("--from"), "{}", output.stderr);
}

#[test]
fn the_schema_is_json_and_knows_the_questions() {
    let schema = Desk::new().json(&["init", "--json-schema"]);
    assert_eq!(schema["properties"]["federation_type"]["enum"][0], "direct");
    assert_eq!(schema["properties"]["monitoring_config"]["properties"]["vpc_id"]["type"], "string");
}

#[test]
fn another_provider_in_an_existing_profile_takes_the_old_ones_values_along() {
    let desk = Desk::with_profile("ClaudeCode", &fixture("generic-2.5"));
    desk.json(&["init", "--profile", "ClaudeCode", "--provider-domain", "company.okta.com", "--offline", "--json"]);
    let profile = desk.profile("ClaudeCode");
    for key in ["oidc_issuer_url", "oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"] {
        assert!(profile[key].is_null(), "{key}: {profile}");
    }
    assert_eq!(desk.json(&["config", "validate", "--json"])["profiles"][0]["valid"], true);
}
