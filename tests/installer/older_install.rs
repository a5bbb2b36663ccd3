//! Over an install of the AWS guidance, whose profiles and settings are taken over and come back.

use std::fs;

use serde_json::Value;

use crate::package::{Machine, tree};

const AWS_CONFIG: &str = "# mine\n[default]\nregion = eu-west-1\n\n[profile ClaudeCode]\n\
    credential_process = /old/claude-code-with-bedrock/credential-process --profile ClaudeCode\nregion = us-east-1\n\
    [profile other]\nsso_session = corp\nregion = us-west-2\n";
const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n\n[ClaudeCode]\n\
    aws_access_key_id = EXPIRED\naws_secret_access_key = EXPIRED\naws_session_token = EXPIRED\n";
const SETTINGS: &str = "{\n  // mine\n  \"permissions\": {\"allow\": [\"Bash(ls:*)\"]},\n  \"env\": {\n    \"AWS_PROFILE\": \
    \"ClaudeCode\",\n    \"AWS_CREDENTIAL_PROCESS\": \"/old/claude-code-with-bedrock/credential-process --profile ClaudeCode\",\n    \"EDITOR\": \"vi\"\n  },\n}\n";

fn with_an_older_install() -> Machine {
    let machine = Machine::new();
    let home = &machine.home;
    home.write(".aws/config", AWS_CONFIG);
    home.write(".aws/credentials", CREDENTIALS);
    home.write(".claude/settings.json", SETTINGS);
    home.write_script("claude-code-with-bedrock/credential-process", "#!/bin/sh\necho the older one\n");
    home.write("claude-code-with-bedrock/config.json", "{\"ClaudeCode\": {}}");
    machine
}

#[test]
fn it_is_taken_over_with_every_foreign_key_in_its_place() {
    let machine = with_an_older_install();
    let output = machine.install(&[]).success();
    assert!(output.stdout.contains("replaced  credential-process"), "{output}");
    let config = fs::read_to_string(machine.home.path().join(".aws/config")).expect("it is there");
    assert!(config.starts_with("# mine\n[default]\nregion = eu-west-1\n\n[profile ClaudeCode]\n"), "{config}");
    assert!(config.ends_with("[profile other]\nsso_session = corp\nregion = us-west-2\n"), "{config}");
    assert!(!config.contains("/old/"), "{config}");
    let settings = fs::read_to_string(machine.home.path().join(".claude/settings.json")).expect("it is there");
    assert!(settings.contains("// mine") && settings.contains("\"EDITOR\": \"vi\""), "{settings}");
    assert!(!settings.contains("AWS_PROFILE"), "what leaks into every command is gone: {settings}");
    machine.credentials();
}

#[test]
fn entries_that_would_shadow_it_are_named_and_removed_where_asked_for() {
    let machine = with_an_older_install();
    let output = machine.install(&[]).success();
    assert!(output.stdout.contains("--remove-static-keys"), "{output}");
    let credentials = || fs::read_to_string(machine.home.path().join(".aws/credentials")).expect("it is there");
    assert_eq!(credentials(), CREDENTIALS);
    machine.install(&["--remove-static-keys"]).success();
    assert!(credentials().contains("AKIAMINE") && !credentials().contains("EXPIRED"), "{}", credentials());
}

#[test]
fn uninstalling_puts_it_back_byte_for_byte() {
    let machine = with_an_older_install();
    let before = tree(&machine.home.path());
    machine.install(&["--remove-static-keys"]).success();
    machine.credentials();
    machine.uninstall(&[]).success();
    let _: Value = machine.config();
    assert_eq!(tree(&machine.home.path()), before);
}
