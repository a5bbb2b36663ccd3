//! `ccwb test`: a user's first day, tried by the administrator.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ccwb_sandbox::Fault;
use ccwb_tests::{LIMIT, start};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::office::{Office, assert_failed, names, text, tree};

/// The outcome of a check whose name begins so.
#[track_caller]
fn outcome<'a>(report: &'a Value, check: &str) -> &'a str {
    let checks = report["checks"].as_array().expect("a list");
    let found = checks.iter().find(|row| row["check"].as_str().is_some_and(|name| name.starts_with(check)));
    found.and_then(|row| row["outcome"].as_str()).unwrap_or_else(|| panic!("no {check} in {report:#}"))
}

#[test]
fn a_package_is_lived_through_and_leaves_nothing_behind() {
    let office = Office::deployed();
    office.package();
    let before = tree(&office.home.path());
    let report = office.json(&["test", "--json", "--api"]);
    assert_eq!((&report["failed"], &report["sandbox"]), (&json!(0), &json!(false)), "{report:#}");
    for check in [
        "package",
        "config.json",
        "install",
        "AWS profile",
        "Claude Code",
        "sign-in",
        "credential_process",
        "identity (STS)",
        "models, us-east-1",
        "profiles, us-east-1",
        "model call, us-east-1",
        "second call",
        "export",
        "uninstall",
    ] {
        assert_eq!(outcome(&report, check), "passed", "{check}: {report:#}");
    }
    assert_eq!(outcome(&report, "telemetry"), "skipped");
    assert_eq!(tree(&office.home.path()), before, "the administrator's own home");
    assert_eq!(names(&office.home.temporary()), [""; 0]);
    let control = office.sandbox.control();
    assert_eq!(control.count("authorize"), 1, "one sign-in");
    assert_eq!(control.count("revoke"), 1, "and its end");
    assert_eq!(control.count("bedrock:Converse"), 1, "one call of a model");
}

#[test]
fn without_api_no_model_is_called() {
    let office = Office::deployed();
    office.package();
    let output = office.ccwb(&["test", "--yes"]).success();
    assert!(output.stdout.contains("– model call, us-east-1"), "{output}");
    assert!(output.stdout.contains(" passed, 0 failed, "), "{output}");
    assert_eq!(office.sandbox.control().count("bedrock:Converse"), 0);
}

#[test]
fn an_archive_can_be_tried_on_a_machine_without_a_profile() {
    let mut office = Office::deployed();
    let package = office.package();
    let stamp = package.file_name().and_then(|name| name.to_str()).expect("a time").to_owned();
    let archive = package.with_file_name(format!("claude-code-package-{stamp}.zip"));
    let moved = office.home.root().join("download.zip");
    fs::rename(&archive, &moved).expect("both are in the temporary folder");
    fs::remove_dir_all(office.home.path().join(".ccwb")).expect("it is there");
    office.home.set_env("AWS_ACCESS_KEY_ID", "AKIAOTHER");
    let report = office.json(&["test", "--package", text(&moved), "--json"]);
    assert_eq!(report["failed"], 0, "{report:#}");
    assert_eq!(report["profile"], "Acme");
    assert!(report["checks"].as_array().is_some_and(|rows| rows.iter().all(|row| row["check"] != "config.json")));
}

#[test]
fn a_sandbox_plays_aws_where_there_is_nothing_but_the_programs() {
    let mut office = Office::new();
    for (name, _) in office.sandbox.administrator_environment() {
        office.home.remove_env(name);
    }
    office.home.remove_env("BROWSER");
    // A profile of that name is the person's own, as are their settings.
    office.home.write(".aws/config", "[profile ClaudeCode]\nregion = eu-west-1\n");
    let before = tree(&office.home.path());
    let report = office.json(&["test", "--sandbox", "--api", "--json"]);
    assert_eq!((&report["failed"], &report["skipped"]), (&json!(0), &json!(0)), "{report:#}");
    assert_eq!(outcome(&report, "telemetry"), "passed");
    assert_eq!(tree(&office.home.path()), before);
    assert_eq!(names(&office.home.temporary()), [""; 0]);
    assert_eq!(office.sandbox.control().requests().len(), 0, "it has a sandbox of its own");
}

#[test]
fn a_keyring_is_not_touched_and_the_package_stays_as_it_is() {
    let office = Office::deployed_with(&json!({"credential_storage": "keyring"}));
    let package = office.package();
    let before = tree(&package);
    let report = office.json(&["test", "--json"]);
    assert_eq!(report["failed"], 0, "{report:#}");
    let install = report["checks"].as_array().and_then(|rows| rows.iter().find(|row| row["check"] == "install"));
    let detail = install.and_then(|row| row["detail"].as_str()).unwrap_or_default();
    assert!(detail.contains("not in a keyring"), "{report:#}");
    assert_eq!(tree(&package), before);
}

#[test]
fn what_is_damaged_outdated_or_missing_is_named() {
    let office = Office::deployed();
    assert_failed(&office.ccwb(&["test", "--yes"]), 3, "package-missing");
    let package = office.package();
    assert_failed(&office.ccwb(&["test", "--package", "nowhere.zip"]), 3, "release-unreadable");
    assert_failed(&office.ccwb(&["test", "--profile", "Other"]), 3, "profile-unknown");

    office.set("aws_region", "us-west-2".into());
    let outdated = office.ccwb(&["test", "--json"]);
    assert_failed(&outdated, 3, "test-failed");
    assert_eq!(outcome(&outdated.json(), "config.json"), "failed");
    office.set("aws_region", "us-east-1".into());

    fs::write(package.join("config.json"), "{}").expect("the package can be written");
    assert_failed(&office.ccwb(&["test", "--yes"]), 3, "package-config");
    let readme = fs::read_to_string(package.join("README.md")).expect("it is there") + "x";
    let office = Office::deployed();
    let package = office.package();
    fs::write(package.join("README.md"), readme).expect("the package can be written");
    let damaged = office.ccwb(&["test", "--json"]);
    assert_failed(&damaged, 3, "test-failed");
    assert_eq!(outcome(&damaged.json(), "package"), "failed", "{damaged}");
    assert_eq!(office.sandbox.control().count("authorize"), 0, "it is not installed");
}

#[test]
fn a_role_of_another_name_and_an_inference_profile_that_is_not_there_fail_as_awss() {
    let office = Office::deployed_with(
        &json!({"aws_account_id": "999999999999", "identity_pool_id": "us-east-1:00000000-0000-4000-8000-000000000000"}),
    );
    office.package();
    let fault = |endpoint: &str, code: &str, status| Fault {
        endpoint: endpoint.to_owned(),
        status: Some(status),
        body: Some(json!({"message": "no", "__type": code})),
        ..Fault::default()
    };
    let control = office.sandbox.control();
    control.add_fault(fault("bedrock:GetInferenceProfile", "AccessDeniedException", 403)).expect("it is known");
    let output = office.ccwb(&["test", "--json"]);
    assert_failed(&output, 7, "test-failed");
    let report = output.json();
    assert_eq!(outcome(&report, "profiles, us-east-1"), "failed", "{report:#}");
    assert_eq!(outcome(&report, "models, us-east-1"), "passed");
    assert_eq!(outcome(&report, "uninstall"), "passed", "it goes on to the end");
    control.clear_faults();
    let elsewhere = office.ccwb(&["test", "--json", "--region", "eu-central-1"]);
    assert_failed(&elsewhere, 7, "test-failed");
    assert_eq!(outcome(&elsewhere.json(), "profiles, eu-central-1"), "failed");
}

#[test]
fn a_cancelled_sign_in_is_told_and_everything_is_taken_back() {
    let mut office = Office::deployed();
    office.package();
    office.home.use_browser(ccwb_tests::FakeBrowser::Cancels);
    let output = office.ccwb(&["test", "--json"]);
    assert_failed(&output, 5, "test-failed");
    let report = output.json();
    assert_eq!(outcome(&report, "sign-in"), "failed");
    assert_eq!(outcome(&report, "identity (STS)"), "skipped");
    assert_eq!(outcome(&report, "uninstall"), "passed", "{report:#}");
    assert_eq!(names(&office.home.temporary()), [""; 0]);
}

#[test]
fn an_interrupted_try_leaves_nothing_either() {
    let mut office = Office::deployed();
    office.package();
    office.home.use_browser(ccwb_tests::FakeBrowser::DoesNothing);
    let before = tree(&office.home.path());
    let running = start(&mut office.home.ccwb(&["test", "--yes"]));
    wait_until(|| !office.home.openings().is_empty());
    let ccwb = i32::try_from(running.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
    kill_process(ccwb, Signal::INT).expect("it runs");
    let output = running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    assert_failed(&output, 5, "interrupted");
    assert_eq!(tree(&office.home.path()), before);
    assert_eq!(names(&office.home.temporary()), [""; 0]);
    wait_until(|| processes_in(office.home.root()).is_empty());
}

fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + LIMIT;
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "it never came to that");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Programs that still run from below a folder; only Linux tells.
fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let executables = entries.filter_map(|entry| fs::read_link(entry.path().join("exe")).ok());
    executables.filter(|executable| executable.starts_with(folder)).collect()
}
