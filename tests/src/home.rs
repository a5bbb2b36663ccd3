use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{FakeBrowser, Program, surroundings};

/// A throw-away home: a person's machine before anything of ours is on it.
///
/// What runs in it sees `PATH`, `LANG`, `HOME`, `TMPDIR`, a `BROWSER` that is never a real one unless a test says so, and
/// nothing else of the surrounding environment: the programs' own defaults are at work. Removed when dropped.
#[derive(Debug)]
pub struct Home {
    root: TempDir,
    name: String,
    environment: BTreeMap<OsString, OsString>,
}

impl Home {
    /// An empty home with a browser that signs in by itself.
    ///
    /// # Panics
    ///
    /// If the system's temporary folder cannot be written.
    #[expect(clippy::new_without_default, reason = "making one writes to the disk")]
    pub fn new() -> Self {
        Self::named("home")
    }

    /// An empty home whose folder has that name, such as one with spaces and quotes.
    ///
    /// # Panics
    ///
    /// If the system's temporary folder cannot be written.
    pub fn named(name: &str) -> Self {
        let root = tempfile::Builder::new().prefix("ccwb-").tempdir().expect("the temporary folder can be written");
        let mut home = Self { root, name: name.to_owned(), environment: BTreeMap::new() };
        for folder in [home.path(), home.temporary(), home.run()] {
            make_private(&folder);
        }
        home.environment = [
            ("PATH", surroundings::path()),
            ("LANG", "C.UTF-8".into()),
            ("HOME", home.path().into()),
            ("TMPDIR", home.temporary().into()),
            ("BROWSER", Program::FakeBrowser.path().into()),
            ("FAKE_BROWSER_LOG", home.browser_log().into()),
        ]
        .map(|(name, value)| (name.into(), value))
        .into();
        home.use_browser(FakeBrowser::SignsIn);
        home
    }

    /// `HOME`.
    pub fn path(&self) -> PathBuf {
        self.root.path().join(&self.name)
    }

    /// `TMPDIR`.
    pub fn temporary(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    /// The folder for sockets: `XDG_RUNTIME_DIR`, where a test sets it.
    pub fn run(&self) -> PathBuf {
        self.root.path().join("run")
    }

    /// Everything: the home, its temporary files, its sockets.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Sets a variable for every command to come.
    pub fn set_env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.environment.insert(name.as_ref().into(), value.as_ref().into());
        self
    }

    /// Sets several variables, such as those of [`crate::part::Chromium::as_browser_env`].
    pub fn set_envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(&mut self, pairs: impl IntoIterator<Item = (N, V)>) -> &mut Self {
        for (name, value) in pairs {
            self.set_env(name, value);
        }
        self
    }

    /// Takes a variable away, such as `BROWSER`.
    pub fn remove_env(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.environment.remove(name.as_ref());
        self
    }

    /// Says what the fake browser does from now on.
    pub fn use_browser(&mut self, browser: FakeBrowser) -> &mut Self {
        self.set_env("FAKE_BROWSER", browser.instruction())
    }

    /// Every URL that the fake browser was opened with, oldest first.
    pub fn openings(&self) -> Vec<String> {
        let log = fs::read_to_string(self.browser_log()).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// A command in this home, without standard input.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).current_dir(self.path()).stdin(Stdio::null());
        command
    }

    /// One of our programs.
    pub fn program(&self, program: Program, arguments: &[&str]) -> Command {
        let mut command = self.command(program.path());
        command.args(arguments);
        command
    }

    /// `credential-process ARGUMENTS`.
    pub fn credential_process(&self, arguments: &[&str]) -> Command {
        self.program(Program::CredentialProcess, arguments)
    }

    /// `otel-helper ARGUMENTS`.
    pub fn otel_helper(&self, arguments: &[&str]) -> Command {
        self.program(Program::OtelHelper, arguments)
    }

    /// `ccwb ARGUMENTS`.
    pub fn ccwb(&self, arguments: &[&str]) -> Command {
        self.program(Program::Ccwb, arguments)
    }

    /// Writes `~/claude-code-with-bedrock/config.json`, as text so that it can also be wrong.
    pub fn write_config(&self, json: &str) -> PathBuf {
        self.write("claude-code-with-bedrock/config.json", json)
    }

    /// Writes `~/claude-code-with-bedrock/config.json` from a value.
    pub fn write_config_value(&self, config: &Value) -> PathBuf {
        self.write_config(&config.to_string())
    }

    /// Writes `~/.aws/config` with one profile whose `credential_process` is the built program, as the installer does.
    pub fn write_aws_profile(&self, profile: &str) -> PathBuf {
        let program = Program::CredentialProcess.path();
        self.write_aws_profile_running(profile, &format!("\"{}\" --profile {profile}", program.display()))
    }

    /// Writes `~/.aws/config` with one profile and a `credential_process` of the test's own.
    pub fn write_aws_profile_running(&self, profile: &str, credential_process: &str) -> PathBuf {
        self.write(
            ".aws/config",
            &format!("[profile {profile}]\ncredential_process = {credential_process}\nregion = us-east-1\n"),
        )
    }

    /// Writes a file below `HOME`, and its folders.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, relative: impl AsRef<Path>, content: &str) -> PathBuf {
        let path = self.path().join(relative);
        fs::create_dir_all(path.parent().expect("a file below HOME has a folder")).expect("HOME can be written");
        fs::write(&path, content).expect("HOME can be written");
        path
    }

    /// Writes a program below `HOME` that anyone may execute.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write_script(&self, relative: impl AsRef<Path>, content: &str) -> PathBuf {
        let path = self.write(relative, content);
        make_executable(&path);
        path
    }

    fn browser_log(&self) -> PathBuf {
        self.root().join("browser-openings")
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(folder).expect("a new temporary folder can be written");
}

#[cfg(not(unix))]
fn make_private(folder: &Path) {
    fs::create_dir(folder).expect("a new temporary folder can be written");
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("the mode of an own file can be set");
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) {}
