//! `ccwb cleanup`: back to nothing, and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ccwb_tests::{Home, Output};
use serde_json::Value;

use crate::office::{Office, PROFILE, assert_failed, end, names, tree};

const AWS_CONFIG: &str = "# mine\n[default]\nregion = eu-west-1\n\n[profile ClaudeCode]\n\
    credential_process = /old/claude-code-with-bedrock/credential-process --profile ClaudeCode\nregion = us-east-1\n\n\
    [profile other]\nsso_session = corp\nregion = us-west-2\n";
const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n\n[ClaudeCode]\n\
    aws_access_key_id = EXPIRED\naws_secret_access_key = EXPIRED\naws_session_token = EXPIRED\n";
const SETTINGS: &str = "{\n  // mine\n  \"permissions\": {\"allow\": [\"Bash(ls:*)\"]},\n  \"env\": {\n    \"AWS_PROFILE\": \
    \"ClaudeCode\",\n    \"EDITOR\": \"vi\"\n  },\n  \"awsAuthRefresh\": \
    \"/old/claude-code-with-bedrock/credential-process --profile ClaudeCode\"\n}\n";

fn cleanup(home: &Home, arguments: &[&str]) -> Output {
    end(&mut home.ccwb(&[&["cleanup"], arguments].concat()))
}

/// An install of the guidance, whose program notes how it was started.
fn with_an_older_install() -> Home {
    let home = Home::new();
    home.write(".aws/config", AWS_CONFIG);
    home.write(".aws/credentials", CREDENTIALS);
    home.write(".claude/settings.json", SETTINGS);
    home.write_script("claude-code-with-bedrock/credential-process", "#!/bin/sh\necho \"$@\" >>\"$TMPDIR/started\"\n");
    home.write("claude-code-with-bedrock/config.json", "{\"ClaudeCode\": {\"provider_domain\": \"a.okta.com\"}}");
    home.write(".claude-code-session/ClaudeCode-session.json", "{}");
    home
}

#[test]
fn an_install_is_undone_to_the_byte() {
    let office = Office::deployed();
    let package = office.package();
    let user = office.user();
    user.home.write(".aws/config", "[default]\nregion = eu-west-1\n");
    user.home.write(".claude/settings.json", "{\"model\": \"opus\"}");
    let before = tree(&user.home.path());
    user.install(&package).success();
    user.credential_process().success();

    let looked = cleanup(&user.home, &["--dry-run", "--json"]).success().json();
    assert_eq!(looked["found"][0]["kind"], "installed", "{looked:#}");
    assert_eq!(looked["left"], looked["found"]);
    assert_ne!(tree(&user.home.path()), before, "looking removes nothing");
    assert_failed(&cleanup(&user.home, &[]), 2, "consent-needed");
    assert_failed(&cleanup(&user.home, &["--json"]), 2, "consent-needed");

    let report = cleanup(&user.home, &["--yes", "--json"]).success().json();
    assert_eq!(report["left"], serde_json::json!([]));
    assert_eq!(tree(&user.home.path()), before);
    assert!(office.sandbox.control().count("revoke") > 0, "signed out at the provider too");
    let again = cleanup(&user.home, &["--yes"]).success();
    assert!(again.stdout.contains("Nothing."), "{again}");
}

#[test]
fn an_install_whose_program_is_gone_is_undone_by_what_it_remembers() {
    let office = Office::deployed();
    let package = office.package();
    let user = office.user();
    user.home.write(".aws/config", "[default]\nregion = eu-west-1\n");
    let before = tree(&user.home.path());
    user.install(&package).success();
    fs::remove_file(user.home.path().join("claude-code-with-bedrock/credential-process")).expect("it is there");
    let output = cleanup(&user.home, &["--yes"]).success();
    assert!(output.stdout.contains("-credential_process = \""), "the difference is shown first: {output}");
    assert_eq!(tree(&user.home.path()), before);
}

#[test]
fn an_older_install_that_lay_under_ours_is_there_again_and_named() {
    let office = Office::deployed();
    let package = office.package();
    let user = office.user();
    user.home.write(".aws/config", AWS_CONFIG);
    user.install(&package).success();
    let output = cleanup(&user.home, &["--yes"]);
    assert_failed(&output, 1, "something-left");
    assert_eq!(fs::read_to_string(user.home.path().join(".aws/config")).ok().as_deref(), Some(AWS_CONFIG));
    cleanup(&user.home, &["--yes"]).success();
}

/// C16, R-56.
#[test]
fn an_install_of_the_guidance_goes_and_what_is_the_persons_stays() {
    let home = with_an_older_install();
    let output = cleanup(&home, &["--yes"]).success();
    assert!(output.stdout.contains("-    \"AWS_PROFILE\": \"ClaudeCode\""), "the difference is shown first: {output}");
    let read = |name: &str| fs::read_to_string(home.path().join(name)).expect("it is there");
    let config = read(".aws/config");
    assert!(config.starts_with("# mine\n[default]\nregion = eu-west-1\n"), "{config}");
    assert!(config.ends_with("[profile other]\nsso_session = corp\nregion = us-west-2\n"), "{config}");
    assert!(!config.contains("ClaudeCode"), "{config}");
    let keys = read(".aws/credentials");
    assert!(keys.contains("AKIAMINE") && !keys.contains("EXPIRED"), "{keys}");
    let settings = read(".claude/settings.json");
    assert!(settings.contains("// mine") && settings.contains("\"EDITOR\": \"vi\""), "{settings}");
    assert!(!settings.contains("ClaudeCode"), "{settings}");
    assert_eq!(names(&home.path()), [".aws", ".aws/config", ".aws/credentials", ".claude", ".claude/settings.json"]);
    let started = fs::read_to_string(home.temporary().join("started")).expect("it was started");
    assert_eq!(started, "--profile ClaudeCode --clear-cache\n", "nothing else of it is safe to start");
}

#[test]
fn a_persons_own_files_stay_and_are_no_reason_to_fail() {
    let home = with_an_older_install();
    home.write("claude-code-with-bedrock/notes", "mine");
    cleanup(&home, &["--yes"]).success();
    assert_eq!(fs::read_to_string(home.path().join("claude-code-with-bedrock/notes")).ok().as_deref(), Some("mine"));
}

#[test]
fn what_cannot_be_removed_is_listed_and_the_command_fails() {
    let home = with_an_older_install();
    let settings = home.path().join(".claude/settings.json");
    let set = |mode| fs::set_permissions(&settings, fs::Permissions::from_mode(mode)).expect("an own file");
    set(0o444);
    let output = cleanup(&home, &["--yes", "--json"]);
    assert_failed(&output, 1, "something-left");
    let report = output.json();
    assert_eq!(report["left"][0]["what"], settings.display().to_string(), "{report:#}");
    assert_eq!(report["left"].as_array().map(Vec::len), Some(1), "the rest went: {report:#}");
    assert_eq!(report["problems"][0]["code"], "not-removed");
    set(0o644);
    cleanup(&home, &["--yes"]).success();
}

#[test]
fn a_settings_file_that_is_broken_is_named_and_nothing_is_touched() {
    let home = with_an_older_install();
    home.write(".claude/settings.json", "{\"env\": ");
    let before = tree(&home.path());
    let output = cleanup(&home, &["--yes"]);
    assert_failed(&output, 9, "not-removed");
    assert!(output.stderr.contains("settings.json"), "{output}");
    assert_eq!(tree(&home.path()), before);
}

#[test]
fn packages_and_the_administrators_profile_go_only_when_asked_for() {
    let office = Office::deployed();
    office.package();
    let progress = format!(".ccwb/{PROFILE}.init-progress.json");
    office.home.write(&progress, "{}");
    office.home.write("dist/Acme/notes.txt", "mine");
    let report = office.json(&["cleanup", "--yes", "--json"]);
    let kinds = |report: &Value| -> Vec<String> {
        let found = report["found"].as_array().into_iter().flatten();
        found.filter_map(|trace| trace["kind"].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(kinds(&report), ["unfinished answers"]);
    assert!(!office.home.path().join(&progress).exists());

    let report = office.json(&["cleanup", "--packages", "--yes", "--json"]);
    assert_eq!(kinds(&report), ["packages"]);
    let left: Vec<String> = names(&office.home.path().join("dist"));
    assert_eq!(left, ["Acme", "Acme/notes.txt"], "what else is there stays");

    office.home.write(".ccwb/profiles/Other.json", "{}");
    office.json(&["cleanup", "--administrator", "--profile", PROFILE, "--yes", "--json"]);
    let left: Vec<String> = names(&office.home.path().join(".ccwb"));
    assert_eq!(left, ["profiles", "profiles/Other.json"]);
    assert_failed(&office.ccwb(&["cleanup", "--packages", "--profile", "../x", "--yes"]), 2, "profile-name");
}
