//! A config.json that cannot be used as a whole: exit code 3, the file named, and every command says the same.

use std::fs;

use ccwb_tests::{Home, Output};
use serde_json::json;

use crate::desk::{finish, plain_profile};
use crate::failure::{assert_failure, assert_failure_naming, exit};

/// Commands that read the configuration.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["export"],
    &["login"],
    &["logout"],
    &["logout", "--all"],
    &["status"],
    &["status", "--json"],
    &["token"],
    &["token", "--format", "header"],
    &["claims"],
    &["explain"],
];

fn configured(text: &str) -> Home {
    let home = Home::new();
    home.write_config(text);
    home
}

fn status(home: &Home) -> Output {
    finish(&mut home.credential_process(&["status"]))
}

#[test]
fn a_missing_file_is_told_by_every_command_with_the_places_that_were_tried() {
    let home = Home::new();
    let place = home.path().join("claude-code-with-bedrock/config.json");
    for arguments in COMMANDS {
        let output = finish(&mut home.credential_process(arguments));
        assert_failure_naming(&output, exit::CONFIG, "config-not-found", &[&place.display().to_string()]);
    }
}

#[test]
fn broken_json_is_told_by_every_command_with_line_and_column() {
    let home = configured("{\n  \"ClaudeCode\": {\n    \"client_id\": \"a\",,\n  }\n}\n");
    let place = home.path().join("claude-code-with-bedrock/config.json");
    for arguments in COMMANDS {
        let output = finish(&mut home.credential_process(arguments));
        let words = [&*place.display().to_string(), "line 3", "column 22"];
        assert_failure_naming(&output, exit::CONFIG, "config-malformed", &words);
    }
}

#[test]
fn what_is_no_object_of_profiles_is_malformed() {
    let cases = [
        ("nothing at all", ""),
        ("white space", " \n\t\n"),
        ("half a file", "{\"ClaudeCode\": {\"client_id\": \"a\""),
        ("something behind it", "{\"ClaudeCode\": {}} trailing"),
        ("a list", "[{\"ClaudeCode\": {}}]"),
        ("a text", "\"ClaudeCode\""),
        ("null", "null"),
        ("profiles as a list", "{\"profiles\": []}"),
        ("profiles as a text", "{\"profiles\": \"ClaudeCode\"}"),
        ("a profile as a text", "{\"ClaudeCode\": \"x\"}"),
        ("a profile as a list", "{\"profiles\": {\"ClaudeCode\": []}}"),
        ("a profile as null", "{\"ClaudeCode\": null}"),
        ("depth", &format!("{{\"ClaudeCode\": {}{}}}", "{\"a\":".repeat(5_000), "1}".repeat(5_000))),
    ];
    for (what, text) in cases {
        let output = status(&configured(text));
        assert_eq!(output.code, Some(exit::CONFIG), "{what}: {output}");
        assert_failure_naming(&output, exit::CONFIG, "config-malformed", &["config.json"]);
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_malformed() {
    let home = configured("");
    let path = home.path().join("claude-code-with-bedrock/config.json");
    for bytes in [&b"{\"Claude\xff\": {}}"[..], b"\xff\xfe{\0}\0"] {
        fs::write(&path, bytes).expect("HOME can be written");
        assert_failure_naming(&status(&home), exit::CONFIG, "config-malformed", &["config.json", "UTF-8"]);
    }
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let home = configured(&format!("\u{feff}{}", json!({"ClaudeCode": plain_profile()})));
    status(&home).success();
}

#[test]
fn a_file_over_8_mib_is_refused_and_one_of_8_mib_is_read() {
    const LIMIT: usize = 8 * 1024 * 1024;
    let text = json!({"ClaudeCode": plain_profile()}).to_string();
    let padded = |length: usize| format!("{text}{}", " ".repeat(length - text.len()));
    status(&configured(&padded(LIMIT))).success();
    let output = status(&configured(&padded(LIMIT + 1)));
    assert_failure_naming(&output, exit::CONFIG, "config-too-large", &["config.json", "8388608"]);
}

#[test]
fn a_folder_in_its_place_is_unreadable() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("claude-code-with-bedrock/config.json")).expect("HOME can be written");
    assert_failure_naming(&status(&home), exit::CONFIG, "config-unreadable", &["config.json"]);
}

#[test]
fn a_file_where_its_folder_should_be_is_an_error_of_the_configuration() {
    let home = Home::new();
    home.write("claude-code-with-bedrock", "not a folder");
    assert_eq!(status(&home).code, Some(exit::CONFIG), "{}", status(&home));
}

#[test]
fn nothing_is_written_because_of_a_bad_configuration() {
    let home = configured("{");
    for arguments in COMMANDS {
        assert_failure(&finish(&mut home.credential_process(arguments)), exit::CONFIG, "config-malformed");
    }
    assert!(!home.path().join(".local").exists());
    assert_eq!(home.openings(), Vec::<String>::new());
}
