//! Real-life settings files, each as it is and as other editors save it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::installed::Installed;
use crate::strict;

/// The keys that the profile of these tests sets.
const OURS: &[&[&str]] =
    &[&["env", "CLAUDE_CODE_USE_BEDROCK"], &["env", "AWS_REGION"], &["awsCredentialExport"], &["awsAuthRefresh"]];

/// Every file of the corpus in every way in which it may be saved.
fn variants() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("settings/corpus");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path()).expect("the corpus is text");
        let crlf = text.replace('\n', "\r\n");
        all.push((format!("{name} with CRLF and a byte order mark"), format!("\u{feff}{crlf}").into_bytes()));
        all.push((format!("{name} without a last line end"), text.trim_end().to_owned().into_bytes()));
        all.push((name, text.into_bytes()));
    }
    assert!(all.len() > 35, "{}", all.len());
    all
}

fn foreign(text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}');
    let is_blank = text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with("//"));
    let mut value = if is_blank { json!({}) } else { strict::read(text) };
    for key in OURS {
        let (name, parents) = key.split_last().expect("a key has a name");
        let parent = parents.iter().try_fold(&mut value, |value, name| value.get_mut(*name));
        if let Some(parent) = parent.and_then(Value::as_object_mut) {
            parent.remove(*name);
        }
    }
    if value["env"].as_object().is_some_and(serde_json::Map::is_empty) {
        value.as_object_mut().expect("settings are an object").remove("env");
    }
    value
}

#[test]
fn every_file_survives_install_second_install_and_uninstall() {
    let machine = Installed::new();
    fs::create_dir_all(machine.home.path().join(".claude")).expect("HOME can be written");
    for (name, bytes) in variants() {
        fs::write(machine.settings(), &bytes).expect("HOME can be written");
        let before = machine.everything();

        machine.install();
        let installed = fs::read(machine.settings()).expect("it is there");
        let text = String::from_utf8(installed.clone()).expect("it is text");
        let value = strict::read(&text);
        assert_eq!(value["env"]["AWS_REGION"], "us-east-1", "{name}: {text}");
        assert!(value["awsCredentialExport"].as_str().is_some_and(|line| line.contains(" export ")), "{name}: {text}");
        assert_eq!(foreign(&text), foreign(std::str::from_utf8(&bytes).expect("it is text")), "{name}: {text}");
        let crlf = text.matches("\r\n").count();
        assert!(crlf == 0 || crlf == text.matches('\n').count(), "{name}: line ends are mixed");

        let all = machine.everything();
        let second = machine.install();
        assert!(second.stdout.contains("as it should be"), "{name}: {second}");
        assert_eq!(machine.everything(), all, "{name}: the second install changed something");

        machine.uninstall();
        assert_eq!(machine.everything(), before, "{name}: not everything is as it was");
    }
}

#[test]
fn every_file_that_was_edited_since_keeps_the_edit_and_loses_what_was_ours() {
    let machine = Installed::new();
    fs::create_dir_all(machine.home.path().join(".claude")).expect("HOME can be written");
    for (name, bytes) in variants() {
        fs::write(machine.settings(), &bytes).expect("HOME can be written");
        machine.install();
        let text = String::from_utf8(fs::read(machine.settings()).expect("it is there")).expect("it is text");
        let end = text.rfind('}').expect("it is an object");
        let body = text[..end].trim_end();
        let comma = if body.ends_with(',') || body.ends_with('{') { "" } else { "\n," };
        fs::write(machine.settings(), format!("{body}{comma}\n\"added\": [1]\n{}", &text[end..]))
            .expect("HOME can be written");

        machine.uninstall();
        let left =
            strict::read(&String::from_utf8(fs::read(machine.settings()).expect("it is there")).expect("it is text"));
        let original = std::str::from_utf8(&bytes).expect("it is text");
        let is_blank = original
            .trim_start_matches('\u{feff}')
            .lines()
            .all(|line| line.trim().is_empty() || line.trim().starts_with("//"));
        let mut expected = if is_blank { json!({}) } else { strict::read(original) };
        expected["added"] = json!([1]);
        assert_eq!(left, expected, "{name}");
        for copy in fs::read_dir(machine.home.path().join(".claude")).expect("it is there").flatten() {
            fs::remove_file(copy.path()).expect("HOME can be written");
        }
    }
}

#[test]
fn a_huge_file_is_no_problem() {
    let machine = Installed::new();
    let rules: Vec<String> = (0..60_000).map(|n| format!("      \"Bash(tool-{n}:*)\" // {n}")).collect();
    let text = format!(
        "{{\n  \"permissions\": {{\n    \"allow\": [\n{}\n    ]\n  }}\n}}\n",
        rules.join(",\n").replace("\" //", "\" /* */ //")
    );
    // A comma after a line comment would be part of it.
    let text = text
        .lines()
        .map(|line| match line.split_once(" /* */ // ") {
            Some((rule, comment)) if comment.ends_with(',') => {
                format!("{rule}, // {}\n", comment.trim_end_matches(','))
            }
            _ => format!("{line}\n"),
        })
        .collect::<String>();
    machine.write_settings(&text);
    machine.install();
    assert_eq!(machine.read_settings()["permissions"]["allow"].as_array().map(Vec::len), Some(60_000));
    machine.uninstall();
    assert_eq!(fs::read_to_string(machine.settings()).expect("it is there"), text);
}
