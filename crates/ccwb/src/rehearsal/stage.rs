//! The throw-away home that a package is tried in.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use ccwb_config::Storage;
use ccwb_package::{CHECKSUMS_FILE, Checksums, sha256};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::subject::Subject;
use crate::demo::sign_in;
use crate::failure::{Failure, TELL_US, exit};
use crate::home::{HARMLESS, collect, private_folder};
use crate::surroundings::Surroundings;

/// What leads programs to the network and to AWS as this machine reaches them. No credentials are among it.
const NETWORK: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
];

const FOLDER: &str = "claude-code-with-bedrock";

/// The home, and the package that is installed in it.
#[derive(Debug)]
pub(crate) struct Stage {
    root: TempDir,
    environment: BTreeMap<OsString, OsString>,
    package: PathBuf,
    /// Whether secrets rest in a file here although the package says keyring.
    pub(crate) storage_replaced: bool,
}

impl Stage {
    pub(crate) fn new(subject: &Subject, surroundings: &Surroundings) -> Result<Self, Failure> {
        let root = private_folder("ccwb-test-")?;
        let failed = |error: std::io::Error| {
            let message = format!("could not prepare a throw-away home: {error}");
            Failure::new("temporary-folder", exit::STORE, message, "free some space, or set TMPDIR")
        };
        let (home, temporary) = (root.path().join("home"), root.path().join("tmp"));
        for folder in [&home, &temporary] {
            std::fs::create_dir(folder).map_err(failed)?;
        }
        let storage_replaced = subject.storage() != Storage::Session.name();
        let package = if storage_replaced {
            let copy = root.path().join("package");
            copy_with_session_storage(subject.folder(), &copy).map_err(failed)?;
            copy
        } else {
            subject.folder().to_owned()
        };
        let mut environment: BTreeMap<OsString, OsString> = surroundings.pick(HARMLESS).collect();
        match &subject.sandbox {
            Some(sandbox) => {
                let endpoint = sandbox.aws_url().as_str().trim_end_matches('/').into();
                environment.insert("AWS_ENDPOINT_URL".into(), endpoint);
            }
            None => {
                environment.extend(surroundings.pick(NETWORK));
                environment.extend(surroundings.starting_with("AWS_ENDPOINT_URL"));
            }
        }
        let own = [
            ("HOME", &home),
            ("USERPROFILE", &home),
            ("APPDATA", &home.join("AppData").join("Roaming")),
            ("LOCALAPPDATA", &home.join("AppData").join("Local")),
            ("TMPDIR", &temporary),
            ("TEMP", &temporary),
            ("TMP", &temporary),
        ];
        environment.extend(own.map(|(name, path)| (name.into(), path.into())));
        if cfg!(windows) {
            // Windows tells programs the person's own folders, whatever the environment says.
            environment.insert("CCWB_STATE_DIR".into(), home.join("AppData").join("Local").join(FOLDER).into());
        }
        // A machine's role must not stand in for the person.
        environment.insert("AWS_EC2_METADATA_DISABLED".into(), "true".into());
        Ok(Self { root, environment, package, storage_replaced })
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Where the stand-in for a browser puts the address.
    pub(crate) fn address_file(&self) -> PathBuf {
        self.root.path().join("address")
    }

    /// An installed file.
    pub(crate) fn installed(&self, name: &str) -> PathBuf {
        self.home().join(FOLDER).join(name)
    }

    pub(crate) fn installed_program(&self, name: &str) -> PathBuf {
        self.installed(&format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program that sees this home and nothing of the person's environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).current_dir(self.home()).stdin(Stdio::null()).kill_on_drop(true);
        // Ctrl-C in the terminal is for ccwb, which ends what it started in its own order.
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    /// A command line as a program's settings have it.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let (shell, flag) = if cfg!(windows) { ("cmd.exe", "/C") } else { ("sh", "-c") };
        let mut command = self.command(shell);
        command.args([flag, line]);
        command
    }

    /// `install` or `uninstall`, as the package's README says to start it.
    pub(crate) fn script(&self, folder: &Path, name: &str) -> Command {
        if cfg!(windows) {
            let mut command = self.command("powershell.exe");
            command.args(["-NoLogo", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File"]);
            command.arg(folder.join(format!("{name}.ps1")));
            return command;
        }
        let mut command = self.command("sh");
        command.arg(folder.join(format!("{name}.sh")));
        command
    }

    /// The package that is installed.
    pub(crate) fn package(&self) -> &Path {
        &self.package
    }

    /// Every file in the home, relative to it.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        collect(&self.home(), &mut files);
        files.sort();
        let relative = |path: &PathBuf| path.strip_prefix(self.home()).unwrap_or(path).display().to_string();
        files.iter().map(relative).collect()
    }

    /// Removes all of it: a sign-in that waits is cancelled, tokens are revoked, the folder goes.
    pub(crate) async fn close(self, profile: &str) -> Result<(), Failure> {
        sign_in::cancel(&self.address_file()).await;
        let program = self.installed_program("credential-process");
        if program.is_file() {
            let mut logout = self.command(program);
            logout.args(["--profile", profile, "logout"]).stdout(Stdio::null()).stderr(Stdio::null());
            let _ = tokio::time::timeout(Duration::from_secs(10), logout.status()).await;
        }
        let path = self.root.path().to_owned();
        let closed = self.root.close();
        if path.exists() {
            let problem = closed.err().map_or_else(|| "it is still there".to_owned(), |error| error.to_string());
            let message = format!("{} could not be removed: {problem}", path.display());
            return Err(Failure::new("something-left", exit::STORE, message, format!("remove {}", path.display())));
        }
        Ok(())
    }
}

/// A keyring is the person's own, and may hold what the person signed in with: a try must neither find nor leave anything
/// there. Of the package, config.json alone is changed, and its checksum.
fn copy_with_session_storage(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut files = Vec::new();
    collect(from, &mut files);
    for file in files {
        let target = to.join(file.strip_prefix(from).unwrap_or(&file));
        std::fs::create_dir_all(target.parent().unwrap_or(to))?;
        std::fs::copy(&file, &target)?;
    }
    let config = to.join("config.json");
    let mut value: Value = serde_json::from_slice(&std::fs::read(&config)?)?;
    let profiles = match value.get_mut("profiles") {
        Some(Value::Object(profiles)) => Some(profiles),
        _ => value.as_object_mut(),
    };
    for profile in profiles.into_iter().flat_map(|profiles| profiles.values_mut()).filter(|value| value.is_object()) {
        profile["credential_storage"] = Storage::Session.name().into();
    }
    let text = format!("{value:#}\n");
    std::fs::write(&config, &text)?;
    let list = to.join(CHECKSUMS_FILE);
    let mut sums = Checksums::parse(&std::fs::read_to_string(&list)?)
        .map_err(|line| std::io::Error::other(format!("line {line} of {CHECKSUMS_FILE} is wrong")))?;
    sums.insert("config.json", sha256(text.as_bytes()));
    std::fs::write(list, sums.to_text())
}

/// Something is not as it should be, and it is not the person's fault.
pub(crate) fn unexpected(message: impl Into<String>) -> Failure {
    Failure::new("test-unexpected", exit::UNEXPECTED, message, TELL_US)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_of_a_package_keeps_secrets_in_a_file_and_its_checksums_are_right() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        std::fs::create_dir_all(from.join("claude-settings")).unwrap();
        std::fs::write(from.join("claude-settings/settings.json"), "{}").unwrap();
        for config in [r#"{"A": {"credential_storage": "keyring"}}"#, r#"{"profiles": {"A": {}}}"#] {
            std::fs::write(from.join("config.json"), config).unwrap();
            let digest = sha256(config.as_bytes());
            std::fs::write(from.join(CHECKSUMS_FILE), format!("{digest}  config.json\n")).unwrap();
            copy_with_session_storage(&from, &to).unwrap();
            let text = std::fs::read_to_string(to.join("config.json")).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            let profile = value.pointer("/A").or_else(|| value.pointer("/profiles/A")).unwrap();
            assert_eq!(profile["credential_storage"], "session");
            let sums = Checksums::parse(&std::fs::read_to_string(to.join(CHECKSUMS_FILE)).unwrap()).unwrap();
            assert_eq!(sums.get("config.json"), Some(sha256(text.as_bytes()).as_str()));
            assert_eq!(
                std::fs::read_to_string(from.join("config.json")).unwrap(),
                config,
                "the package is not touched"
            );
        }
    }
}
