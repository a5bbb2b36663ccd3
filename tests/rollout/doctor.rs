//! `ccwb doctor`: the administrator's own machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ccwb_tests::Home;
use serde_json::{Value, json};

use crate::office::{Office, PROFILE, end};

#[track_caller]
fn outcome(report: &Value, check: &str) -> String {
    let checks = report["checks"].as_array().expect("a list");
    let row = checks.iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("no {check} in {report:#}"));
    row["outcome"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_machine_that_has_everything_passes() {
    let office = Office::deployed_with(&json!({"aws_account_id": "123456789012"}));
    office.package();
    let report = office.json(&["doctor", "--json"]);
    for check in [
        &format!("profile {PROFILE}"),
        "privacy",
        "programs",
        "newest package",
        "AWS credentials",
        "identity provider",
        "clock",
    ] {
        assert_eq!(outcome(&report, check), "passed", "{check}: {report:#}");
    }
    let text = office.ccwb(&["doctor"]).success();
    assert!(text.stdout.contains("0 failed"), "{text}");
    for private in ["123456789012", office.home.path().to_str().expect("a path"), "SandboxAdministrator"] {
        assert!(!text.stdout.contains(private), "{private}: {text}");
    }
}

#[test]
fn each_planted_problem_is_found_and_the_exit_code_counts_them() {
    let office = Office::deployed_with(&json!({"aws_account_id": "999999999999"}));
    office.package();
    office.set("aws_region", "us-west-2".into());
    let folder = office.home.path().join(".ccwb");
    for path in [&folder, &folder.join("profiles/Acme.json")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("an own file");
    }
    office.home.write(".ccwb/profiles/Torn.json", "{\"name\": ");
    let output = office.ccwb(&["doctor", "--profile", PROFILE, "--json"]);
    let report = output.json();
    for check in ["profile Torn", "privacy", "newest package", "AWS credentials"] {
        assert_eq!(outcome(&report, check), "failed", "{check}: {report:#}");
    }
    assert_eq!((output.code, &report["failed"]), (Some(4), &json!(4)), "{report:#}");
    for row in report["checks"].as_array().into_iter().flatten().filter(|row| row["outcome"] == "failed") {
        assert!(row["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{row:#}");
    }
    assert!(!output.stdout.contains("999999999999"), "{output}");
}

#[test]
fn without_credentials_and_network_the_rest_is_told() {
    let mut office = Office::deployed();
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        office.home.remove_env(name);
    }
    office.sandbox.shut_down();
    let report = office.json(&["doctor", "--json"]);
    for check in ["AWS credentials", "identity provider", "clock", "newest package"] {
        assert_eq!(outcome(&report, check), "skipped", "{check}: {report:#}");
    }
    assert_eq!(outcome(&report, "programs"), "passed");
}

#[test]
fn an_empty_machine_is_no_failure() {
    let output = end(&mut Home::new().ccwb(&["doctor"])).success();
    assert!(output.stdout.contains("ccwb init makes one"), "{output}");
}
