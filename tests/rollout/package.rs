//! `ccwb package` as a program: prebuilt programs in, what users get out.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ccwb_package::{Checksums, Platform, Program, sha256};
use ccwb_tests::Output;
use serde_json::{Value, json};

use crate::office::{Office, PROFILE, assert_failed, names, text, tree};
use crate::programs::program;

/// A release for these platforms, well formed and nothing more.
fn release(office: &Office, platforms: &[Platform]) -> PathBuf {
    let folder = office.home.root().join("prebuilt");
    fs::create_dir_all(&folder).expect("a temporary folder can be written");
    let mut sums = Checksums::default();
    for &platform in platforms {
        for of in Program::wanted(true) {
            let (name, bytes) = (of.file_name(platform), program(platform, of.name()));
            sums.insert(&name, sha256(&bytes));
            fs::write(folder.join(&name), bytes).expect("a temporary folder can be written");
        }
    }
    fs::write(folder.join("SHA256SUMS"), sums.to_text()).expect("a temporary folder can be written");
    folder
}

fn package(office: &Office, release: &Path, more: &[&str]) -> Output {
    office.ccwb(&[&["package", "--json", "--binaries", text(release)], more].concat())
}

fn folder(office: &Office, report: &Value) -> PathBuf {
    office.home.path().join(report["folder"].as_str().expect("a folder"))
}

#[test]
fn five_platforms_take_seconds_and_are_the_same_bytes_each_time() {
    let office = Office::deployed_with(&json!({
        "monitoring_enabled": true, "otel_collector_endpoint": "https://otel.acme.example",
    }));
    let release = release(&office, Platform::ALL);
    let began = Instant::now();
    let first = package(&office, &release, &[]).success().json();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let platforms: Vec<&str> =
        first["platforms"].as_array().into_iter().flatten().filter_map(|entry| entry["platform"].as_str()).collect();
    assert_eq!(platforms, ["macos-arm64", "macos-intel", "linux-x64", "linux-arm64", "windows"]);
    assert_eq!(first["missing"], json!([]));
    assert_eq!(
        names(&folder(&office, &first)),
        [
            "README.md",
            "SHA256SUMS",
            "claude-settings",
            "claude-settings/settings.json",
            "config.json",
            "credential-process-linux-arm64",
            "credential-process-linux-x64",
            "credential-process-macos-arm64",
            "credential-process-macos-intel",
            "credential-process-windows.exe",
            "install.bat",
            "install.ps1",
            "install.sh",
            "otel-helper-linux-arm64",
            "otel-helper-linux-x64",
            "otel-helper-macos-arm64",
            "otel-helper-macos-intel",
            "otel-helper-windows.exe",
            "uninstall.bat",
            "uninstall.ps1",
            "uninstall.sh",
        ]
    );
    let second = package(&office, &release, &[]).success().json();
    assert_ne!(first["folder"], second["folder"]);
    assert_eq!(first["archive_sha256"], second["archive_sha256"]);
    assert_eq!(tree(&folder(&office, &first)), tree(&folder(&office, &second)));
}

#[test]
fn a_platform_that_was_named_and_cannot_be_had_is_an_error_and_one_that_was_not_is_listed() {
    let office = Office::deployed();
    let release = release(&office, &[Platform::LinuxX64, Platform::Windows]);
    let refused = package(&office, &release, &["--platform", "linux-x64,macos-arm64"]);
    assert_failed(&refused, 3, "platform-missing");
    assert!(refused.stderr.contains("macos-arm64: "), "{refused}");
    assert!(!office.home.path().join("dist").exists(), "no half package");
    assert_failed(&package(&office, &release, &["--platform", "beos"]), 2, "usage");
    let report = package(&office, &release, &[]).success().json();
    let missing: Vec<&str> =
        report["missing"].as_array().into_iter().flatten().filter_map(|entry| entry["platform"].as_str()).collect();
    assert_eq!(missing, ["macos-arm64", "macos-intel", "linux-arm64"]);
    let words = office.ccwb(&["package", "--binaries", text(&release)]).success();
    assert!(words.stdout.contains("– macos-arm64") && words.stdout.contains("✓ linux-x64"), "{words}");
}

#[test]
fn programs_that_were_tampered_with_make_no_package() {
    let office = Office::deployed();
    let release = release(&office, &[Platform::LinuxX64]);
    let name = Program::CredentialProcess.file_name(Platform::LinuxX64);
    let good = fs::read(release.join(&name)).expect("it is there");
    let list = fs::read_to_string(release.join("SHA256SUMS")).expect("it is there");

    fs::write(release.join(&name), [good.as_slice(), b"!"].concat()).expect("it can be written");
    assert_failed(&package(&office, &release, &[]), 3, "release-damaged");
    // A program for another system under this name, with a list that agrees.
    let foreign = program(Platform::Windows, "credential-process");
    fs::write(release.join(&name), &foreign).expect("it can be written");
    fs::write(release.join("SHA256SUMS"), format!("{}  {name}\n", sha256(&foreign))).expect("it can be written");
    assert_failed(&package(&office, &release, &[]), 3, "release-damaged");
    fs::write(release.join(&name), &good).expect("it can be written");
    fs::write(release.join("SHA256SUMS"), "").expect("it can be written");
    assert_failed(&package(&office, &release, &[]), 3, "release-damaged");
    fs::remove_file(release.join("SHA256SUMS")).expect("it is there");
    let unverified = package(&office, &release, &[]);
    assert_failed(&unverified, 3, "release-unverified");
    assert!(unverified.stderr.contains("sha256sum"), "{unverified}");
    assert!(!office.home.path().join("dist").exists());
    fs::write(release.join("SHA256SUMS"), list).expect("it can be written");
    package(&office, &release, &[]).success();
    assert_failed(&office.ccwb(&["package", "--binaries", "nowhere"]), 3, "release-unreadable");
}

#[test]
fn nothing_is_packed_before_it_is_deployed() {
    let office = Office::deployed_with(&json!({"federated_role_arn": null}));
    let release = release(&office, &[Platform::LinuxX64]);
    let output = package(&office, &release, &[]);
    assert_failed(&output, 3, "not-deployed");
    assert!(output.stderr.contains(&format!("ccwb deploy --profile {PROFILE}")), "{output}");
}

#[test]
fn settings_name_the_models_and_are_the_machines_where_the_administrator_says_so() {
    let office = Office::deployed_with(&json!({"selected_model": "anthropic.claude-sonnet-4-5-20250929-v1:0"}));
    let release = release(&office, &[Platform::LinuxX64]);
    let settings = |report: &Value, name: &str| {
        let file = folder(&office, report).join("claude-settings").join(name);
        fs::read_to_string(file).ok().map(|text| serde_json::from_str::<Value>(&text).expect("settings are JSON"))
    };
    let report = package(&office, &release, &[]).success().json();
    let user = settings(&report, "settings.json").expect("the user's");
    let sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert_eq!(user["env"]["ANTHROPIC_DEFAULT_SONNET_MODEL"], sonnet, "{user:#}");
    assert_eq!(user["env"]["CLAUDE_CODE_USE_BEDROCK"], "1");
    assert!(user["awsCredentialExport"].as_str().is_some_and(|line| line.contains("__CREDENTIAL_PROCESS_PATH__")));

    office.set("settings_target", "managed".into());
    let report = package(&office, &release, &[]).success().json();
    assert!(settings(&report, "managed-settings.json").is_some() && settings(&report, "settings.json").is_none());
}
