//! `ccwb context` and `ccwb config`.

use std::fs;

use crate::desk::{Desk, fixture, fixtures, is_error};

fn desk_with_two() -> Desk {
    let desk = Desk::with_profile("One", &fixture("okta-2.5"));
    desk.home.write(".ccwb/profiles/Two.json", &fixture("google-2.5"));
    desk
}

#[test]
fn contexts_are_listed_chosen_and_shown_without_secrets() {
    let desk = desk_with_two();
    let list = desk.json(&["context", "list", "--json"]);
    assert_eq!(list["profiles"][0]["active"], true);
    assert_eq!(list["profiles"][1]["profile"], "Two");
    assert_eq!(desk.ccwb(&["context", "use", "Two"]).code, Some(0));
    assert_eq!(desk.ccwb(&["context", "current"]).stdout, "Two\n");
    let config = fs::read_to_string(desk.home.path().join(".ccwb/config.json")).unwrap();
    assert!(config.contains("\"profiles_dir\": \"/x\""), "what the guidance wrote stays: {config}");
    for arguments in [vec!["context", "show"], vec!["context", "show", "--json"], vec!["context", "show", "Two"]] {
        let output = desk.ccwb(&arguments);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        assert!(output.stdout.contains("accounts.google.com") && !output.stdout.contains("planted-google-secret"));
    }
    is_error(&desk.ccwb(&["context", "use", "Three"]), 3, "profile-unknown");
    is_error(&desk.ccwb(&["context", "use", "../x"]), 2, "profile-name");
}

#[test]
fn an_export_has_no_secret_says_what_it_left_out_and_can_be_imported_elsewhere() {
    for (file, text) in fixtures() {
        let desk = Desk::with_profile("One", &text);
        let report = desk.json(&["config", "export", "One", "-o", "one.json", "--json"]);
        let exported = fs::read_to_string(desk.home.path().join("one.json")).unwrap();
        for planted in ["planted-google-secret", "7f0c5b0e-0000"] {
            assert!(!exported.contains(planted), "{file}");
        }
        let left_out = report["left_out"].as_array().unwrap();
        assert_eq!(left_out.iter().any(|key| key == "client_secret"), file == "google-2.5", "{file}: {report}");
        let elsewhere = Desk::new();
        elsewhere.home.write("one.json", &exported);
        let imported = elsewhere.json(&["config", "import", "one.json", "Copy", "--json"]);
        assert_eq!(imported["replaced"], false, "{file}");
        assert_eq!(elsewhere.json(&["config", "validate", "all", "--json"])["profiles"][0]["valid"], true, "{file}");
    }
}

#[test]
fn an_export_to_standard_output_is_the_profile_and_nothing_else() {
    let desk = desk_with_two();
    let output = desk.ccwb(&["config", "export", "Two"]);
    assert!(serde_json::from_str::<serde_json::Value>(&output.stdout).is_ok());
    assert!(output.stderr.contains("client_secret"), "{}", output.stderr);
}

/// C18.
#[test]
fn an_import_refuses_a_redacted_or_invalid_file_and_never_replaces_unasked() {
    let desk = desk_with_two();
    desk.home.write("redacted.json", &fixture("okta-2.5").replace("claude-code-auth-stack", "[REDACTED]"));
    let output = desk.ccwb(&["config", "import", "redacted.json", "Three"]);
    is_error(&output, 3, "import-redacted");
    assert!(output.stderr.contains("stack_names.auth"), "{}", output.stderr);
    desk.home.write("invalid.json", r#"{"provider_domain": "a.okta.com", "aws_region": "moon"}"#);
    let output = desk.ccwb(&["config", "import", "invalid.json", "Three"]);
    is_error(&output, 3, "profile-value");
    assert!(output.stderr.contains("client_id") && output.stderr.contains("aws_region"), "{}", output.stderr);
    desk.home.write("good.json", &fixture("auth0-2.5"));
    let before = desk.text("One");
    is_error(&desk.ccwb(&["config", "import", "good.json", "One"]), 3, "profile-exists");
    assert_eq!(desk.text("One"), before);
    assert_eq!(desk.json(&["config", "import", "good.json", "One", "--yes", "--json"])["replaced"], true);
    assert!(!desk.file("Three").exists());
    desk.home.write("text", "hello");
    is_error(&desk.ccwb(&["config", "import", "text", "Three"]), 3, "profile-malformed");
}

#[test]
fn validation_names_every_problem_of_every_profile() {
    let desk = desk_with_two();
    let broken = fixture("okta-2.5")
        .replace("\"us-east-1\",\n  \"identity", "\"moon\",\n  \"identity")
        .replace("\"settings_target\": \"user\"", "\"settings_target\": \"all\"");
    desk.home.write(".ccwb/profiles/Broken.json", &broken);
    desk.home.write(".ccwb/profiles/Torn.json", "{\"name\": ");
    let output = desk.ccwb(&["config", "validate", "all", "--json"]);
    assert_eq!(output.code, Some(3));
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let keys: Vec<&str> = report["profiles"][0]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|problem| problem["key"].as_str())
        .collect();
    assert_eq!(keys, ["aws_region", "settings_target"], "{report}");
    assert_eq!(report["profiles"][2]["valid"], false, "{report}");
    assert_eq!(desk.ccwb(&["config", "validate", "One"]).code, Some(0));
}
