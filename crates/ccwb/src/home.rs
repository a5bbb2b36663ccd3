//! A throw-away home: what an installed user's machine holds, in a temporary folder, set up for a sandbox.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ccwb_config::{Places, StateDir};
use ccwb_sandbox::{Federation, Sandbox};
use ccwb_store::private_file;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::failure::{Failure, TELL_US, exit};
use crate::surroundings::Surroundings;

/// The redirect ports that every client of the sandbox has registered: two demos may run at once.
const REDIRECT_PORTS: std::ops::Range<u16> = 8400..8410;

/// What a program needs of its surroundings to run at all; none of it leads to a person's settings.
pub(crate) const HARMLESS: &[&str] = &[
    "PATH",
    "LANG",
    "LC_ALL",
    "TERM",
    "NO_COLOR",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SystemRoot",
    "SystemDrive",
    "ComSpec",
    "PATHEXT",
];

/// The way to a person's own keyring, for those who ask for it.
const KEYRING: &[&str] = &["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY"];

/// A home in a temporary folder that only this user may enter. It is removed when dropped.
#[derive(Debug)]
pub(crate) struct Home {
    root: TempDir,
    profile: String,
    environment: BTreeMap<String, String>,
}

/// What is written into a [`Home`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Install<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) federation: Federation,
    pub(crate) storage: &'a str,
    pub(crate) profile: &'a str,
    /// credential-process; without it there is no AWS profile.
    pub(crate) program: Option<&'a Path>,
}

impl Home {
    pub(crate) fn new(install: &Install<'_>) -> Result<Self, Failure> {
        let root = private_folder("ccwb-demo-")?;
        let mut home = Self { root, profile: install.profile.to_owned(), environment: install.sandbox.environment() };
        write(&home.config(), &config_json(install))?;
        if let Some(program) = install.program {
            write(&home.aws_config(), &aws_profile(install, program))?;
        }
        home.environment.extend(home.own_variables(install.program.is_some()));
        Ok(home)
    }

    /// The folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The profile in config.json and in the AWS configuration.
    pub(crate) fn profile(&self) -> &str {
        &self.profile
    }

    /// Where [`crate::hand_over`] puts the address.
    pub(crate) fn address_file(&self) -> PathBuf {
        self.root.path().join("address")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path().join("claude-code-with-bedrock/config.json")
    }

    fn aws_config(&self) -> PathBuf {
        self.path().join(".aws/config")
    }

    fn state_root(&self) -> PathBuf {
        self.path().join(".local/state/claude-code-with-bedrock")
    }

    /// credential-process's state folder.
    pub(crate) fn state(&self) -> Result<StateDir, Failure> {
        let places = Places { state_override: Some(self.state_root()), ..Places::default() };
        places.state_dir().map_err(|error| Failure::new("home", exit::CONFIG, error.to_string(), TELL_US))
    }

    /// The variables that send programs to this home and to the sandbox, and to nothing else of AWS.
    pub(crate) fn variables(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// The whole environment of a program that lives in this home.
    pub(crate) fn sealed_environment(
        &self,
        surroundings: &Surroundings,
        with_keyring: bool,
    ) -> BTreeMap<OsString, OsString> {
        let keyring = if with_keyring { KEYRING } else { &[] };
        let own = self.environment.iter().map(|(name, value)| (name.into(), value.into()));
        let home = ["HOME", "USERPROFILE"].map(|name| (name.into(), self.path().into()));
        surroundings.pick(HARMLESS).chain(surroundings.pick(keyring)).chain(own).chain(home).collect()
    }

    /// Every file, relative to the folder, in alphabetical order.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&self.path(), &mut files);
        files.sort();
        files
    }

    fn own_variables(&self, with_aws_profile: bool) -> Vec<(String, String)> {
        let variable = |name: &str, value: &Path| (name.to_owned(), value.to_string_lossy().into_owned());
        let mut variables =
            vec![variable("CCWB_CONFIG", &self.config()), variable("CCWB_STATE_DIR", &self.state_root())];
        if with_aws_profile {
            variables.push(variable("AWS_CONFIG_FILE", &self.aws_config()));
            // Is not there: keys of the same profile in the person's own file would win.
            variables.push(variable("AWS_SHARED_CREDENTIALS_FILE", &self.path().join(".aws/credentials")));
            variables.push(("AWS_PROFILE".to_owned(), self.profile.clone()));
        }
        variables
    }
}

/// A temporary folder that only this user may enter.
pub(crate) fn private_folder(prefix: &str) -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix(prefix).tempdir().map_err(|error| {
        let message = format!("could not make a temporary folder: {error}");
        let hint = "free some space, or set TMPDIR to a folder that you can write";
        Failure::new("temporary-folder", exit::STORE, message, hint)
    })
}

/// A command line that sets a variable in the person's shell.
pub(crate) fn export_line(name: &str, value: &str) -> String {
    if cfg!(windows) {
        return format!("$env:{name} = '{}'", value.replace('\'', "''"));
    }
    let quoted = shlex::try_quote(value).map_or_else(|_| value.to_owned(), Into::into);
    format!("export {name}={quoted}")
}

fn config_json(install: &Install<'_>) -> String {
    let mut config = install.sandbox.config_json(install.federation, install.storage);
    let mut profile = config.as_object_mut().and_then(|profiles| profiles.remove("ClaudeCode")).unwrap_or_default();
    // Discovery knows more endpoints than config.json can name: that of revocation.
    if let Some(keys) = profile.as_object_mut() {
        keys.retain(|key, _| {
            !["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"].contains(&key.as_str())
        });
    }
    profile["monitoring_enabled"] = true.into();
    profile["otel_collector_endpoint"] = install.sandbox.otlp_url().as_str().into();
    profile["otel_logs"] = true.into();
    profile["redirect_port"] = REDIRECT_PORTS.map(Value::from).collect();
    let config = json!({ install.profile: profile });
    format!("{config:#}\n")
}

/// As the installer writes it; the region stands in config.json, too.
fn aws_profile(install: &Install<'_>, program: &Path) -> String {
    let (profile, program) = (install.profile, program.display());
    let region = install.sandbox.environment().remove("AWS_REGION").unwrap_or_default();
    format!("[profile {profile}]\ncredential_process = \"{program}\" --profile {profile}\nregion = {region}\n")
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    Ok(private_file::write(path, text.as_bytes())?)
}

/// Every file below a folder.
pub(crate) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    // What cannot be listed is not shown; nothing depends on it.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), files),
            _ => files.push(entry.path()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ccwb_sandbox::Options;

    use super::*;

    async fn home(storage: &str, profile: &str) -> (Sandbox, Home) {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let program = Some(Path::new("/opt/c p/credential-process"));
        let install = Install { sandbox: &sandbox, federation: Federation::Cognito, storage, profile, program };
        let home = Home::new(&install).unwrap();
        (sandbox, home)
    }

    #[tokio::test]
    async fn both_files_name_the_same_profile_and_the_program_is_quoted() {
        let (_sandbox, home) = home("keyring", "Mine").await;
        let config: Value = serde_json::from_slice(&std::fs::read(home.config()).unwrap()).unwrap();
        assert_eq!(config.as_object().unwrap().keys().collect::<Vec<_>>(), ["Mine"]);
        assert_eq!(config["Mine"]["credential_storage"], "keyring");
        assert_eq!(
            std::fs::read_to_string(home.aws_config()).unwrap(),
            "[profile Mine]\ncredential_process = \"/opt/c p/credential-process\" --profile Mine\nregion = us-east-1\n"
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_may_look() {
        use std::os::unix::fs::PermissionsExt;
        let (_sandbox, home) = home("session", "ClaudeCode").await;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(home.root.path()), 0o700);
        assert_eq!(mode(&home.config()), 0o600);
        assert_eq!(home.files().len(), 2);
    }

    #[tokio::test]
    async fn nothing_of_the_person_s_own_settings_enters() {
        let (_sandbox, home) = home("session", "ClaudeCode").await;
        let person = [
            ("PATH", "/bin"),
            ("HOME", "/home/me"),
            ("AWS_PROFILE", "prod"),
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("HTTPS_PROXY", "http://proxy"),
            ("XDG_STATE_HOME", "/home/me/state"),
            ("DBUS_SESSION_BUS_ADDRESS", "unix:x"),
        ];
        let surroundings = Surroundings::for_test("ccwb", &person);
        let sealed = home.sealed_environment(&surroundings, false);
        let value = |name: &str| sealed.get(&OsString::from(name)).map(|value| value.to_string_lossy().into_owned());
        assert_eq!(value("PATH").as_deref(), Some("/bin"));
        assert_eq!(value("HOME"), Some(home.path().to_string_lossy().into_owned()));
        assert_eq!(value("AWS_PROFILE").as_deref(), Some("ClaudeCode"));
        for name in ["AWS_ACCESS_KEY_ID", "HTTPS_PROXY", "XDG_STATE_HOME", "DBUS_SESSION_BUS_ADDRESS"] {
            assert_eq!(value(name), None, "{name}");
        }
        assert!(home.sealed_environment(&surroundings, true).contains_key(&OsString::from("DBUS_SESSION_BUS_ADDRESS")));
    }

    #[cfg(unix)]
    #[test]
    fn an_export_line_survives_a_shell() {
        assert_eq!(export_line("A", "/tmp/x y"), "export A='/tmp/x y'");
    }
}
