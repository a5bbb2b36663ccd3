//! An install of the AWS guidance, or of ours whose record is gone: found by its files, taken out with care.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use ccwb_install::{Form, Leftover};
use tokio::process::Command;

use super::traces::{Place, Trace, remove_all, stuck};
use crate::failure::Failure;

const FOLDER: &str = "claude-code-with-bedrock";

/// What its installers wrote into the folder. Anything else there is somebody's own.
const FILES: &[&str] = &[
    "credential-process",
    "credential-process.exe",
    "otel-helper",
    "otel-helper.exe",
    "otel-helper.sh",
    "otel-helper.cmd",
    "otel-helper.ps1",
    "config.json",
    "websearch-headers",
    "websearch-headers.cmd",
    "cowork-credential-helper.sh",
    "cowork-credential-helper.cmd",
    "collector-config.yaml",
    "otelcol",
    "otelcol.exe",
    "collector.pid",
    "collector.log",
    "claude-bedrock",
    "uninstall.sh",
    "uninstall.ps1",
    "uninstall.bat",
];

/// Its settings first: the programs know how to forget what is in the keyring.
pub(super) fn find(place: &Place) -> Result<Vec<Trace>, Failure> {
    let variable = |name: &str| place.surroundings.get(name).map(PathBuf::from);
    let in_home = |path: &str| place.home.join(path);
    let claude = variable("CLAUDE_CONFIG_DIR").unwrap_or_else(|| in_home(".claude")).join("settings.json");
    let files = [
        (claude, Form::ClaudeSettings),
        (variable("AWS_CONFIG_FILE").unwrap_or_else(|| in_home(".aws/config")), Form::AwsConfig),
        (variable("AWS_SHARED_CREDENTIALS_FILE").unwrap_or_else(|| in_home(".aws/credentials")), Form::AwsCredentials),
    ];
    let mut traces = Vec::new();
    for (path, form) in files {
        let leftover = Leftover::find(&path, form).map_err(|error| stuck(&path, &error))?;
        traces.extend(leftover.map(Trace::Leftover));
    }
    let folder = in_home(FOLDER);
    let files: Vec<PathBuf> = FILES.iter().map(|name| folder.join(name)).filter(|file| file.is_file()).collect();
    // The guidance's sessions, with credentials in them.
    let sessions = Some(in_home(".claude-code-session")).filter(|folder| folder.is_dir());
    let files: Vec<PathBuf> = files.into_iter().chain(sessions).collect();
    traces.extend((!files.is_empty()).then_some(Trace::OlderPrograms { folder, files }));
    Ok(traces)
}

pub(super) async fn remove(place: &Place, folder: &Path, files: &[PathBuf]) -> Result<(), Failure> {
    clear_cache(place, folder).await;
    remove_all(files, folder)
}

/// `--clear-cache` is the guidance's own: it empties its keyring entries. Nothing else of its program is safe to start,
/// since every other word lets it sign in.
async fn clear_cache(place: &Place, folder: &Path) {
    const LIMIT: Duration = Duration::from_secs(5);
    let program = folder.join(format!("credential-process{}", std::env::consts::EXE_SUFFIX));
    let config = std::fs::read(folder.join("config.json")).ok();
    let config: serde_json::Value = config.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let profiles = config.get("profiles").unwrap_or(&config);
    for name in profiles.as_object().into_iter().flat_map(|profiles| profiles.keys()) {
        let mut command = Command::new(&program);
        command.args(["--profile", name, "--clear-cache"]).current_dir(&place.home).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A program that cannot be started has to be removed all the same.
        let _ = tokio::time::timeout(LIMIT, command.status()).await;
    }
}
