//! An administrator's machine, an account, a release of the programs, and a user's machine.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use ccwb_package::{Checksums, Platform, sha256};
use ccwb_sandbox::Federation;
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, Program, run};
use serde_json::{Value, json};

pub(crate) const PROFILE: &str = "Acme";

pub(crate) struct Office {
    pub(crate) sandbox: Sandbox,
    /// The administrator's.
    pub(crate) home: Home,
}

impl Office {
    /// An account with nothing in it, and a machine with the administrator's credentials.
    pub(crate) fn new() -> Self {
        let (sandbox, mut home) = (Sandbox::start(), Home::new());
        home.set_envs(sandbox.administrator_environment());
        home.set_env("AWS_EC2_METADATA_DISABLED", "true");
        Self { sandbox, home }
    }

    /// One that was deployed to, with a role of the sandbox's own.
    pub(crate) fn deployed() -> Self {
        Self::deployed_with(&json!({}))
    }

    /// With more keys in the profile.
    pub(crate) fn deployed_with(keys: &Value) -> Self {
        let office = Self::new();
        let mut profile = office.sandbox.config(Federation::Direct, "session")["ClaudeCode"].take();
        for key in ["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"] {
            profile[key] = Value::Null;
        }
        profile["name"] = PROFILE.into();
        profile["identity_pool_name"] = "acme".into();
        profile["cross_region_profile"] = "us".into();
        profile["monitoring_enabled"] = false.into();
        for (key, value) in keys.as_object().expect("an object") {
            profile[key] = value.clone();
        }
        office.home.write(profile_file(), &format!("{profile:#}\n"));
        let folder = office.home.path().join(".ccwb");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("an own folder");
        office
    }

    pub(crate) fn ccwb(&self, arguments: &[&str]) -> Output {
        end(&mut self.home.ccwb(arguments))
    }

    /// Of `ccwb ARGUMENTS`, which has to succeed.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.ccwb(arguments).success().json()
    }

    pub(crate) fn profile(&self) -> Value {
        let text = fs::read_to_string(self.home.path().join(profile_file())).expect("the profile is there");
        serde_json::from_str(&text).expect("a profile is JSON")
    }

    /// Changes one value of the profile, as an editor would.
    pub(crate) fn set(&self, key: &str, value: Value) {
        let mut profile = self.profile();
        profile[key] = value;
        self.home.write(profile_file(), &format!("{profile:#}\n"));
    }

    /// A folder with the built programs for this computer, as a release has them.
    pub(crate) fn release(&self) -> PathBuf {
        let folder = self.home.root().join("release");
        fs::create_dir_all(&folder).expect("a temporary folder can be written");
        let mut sums = Checksums::default();
        for program in [Program::CredentialProcess, Program::OtelHelper] {
            let name = format!("{program}-{}", host());
            let bytes = fs::read(program.without_symbols()).expect("the program was built");
            sums.insert(&name, sha256(&bytes));
            fs::write(folder.join(&name), bytes).expect("a temporary folder can be written");
        }
        fs::write(folder.join("SHA256SUMS"), sums.to_text()).expect("a temporary folder can be written");
        folder
    }

    /// `ccwb package` from the release; the package's folder.
    pub(crate) fn package(&self) -> PathBuf {
        let release = self.release();
        let report = self.json(&["package", "--json", "--binaries", text(&release)]);
        self.home.path().join(report["folder"].as_str().expect("a folder"))
    }

    /// A user's machine, which reaches the same identity provider and AWS.
    pub(crate) fn user(&self) -> User {
        let mut home = Home::named("a user's home");
        home.set_envs(self.sandbox.environment());
        User { home }
    }
}

pub(crate) struct User {
    pub(crate) home: Home,
}

impl User {
    pub(crate) fn install(&self, package: &Path) -> Output {
        self.sh([package.join("install.sh").as_os_str()])
    }

    pub(crate) fn uninstall(&self) -> Output {
        self.sh([self.home.path().join("claude-code-with-bedrock/uninstall.sh").as_os_str()])
    }

    /// What `~/.aws/config` runs, as an SDK does: by a shell.
    pub(crate) fn credential_process(&self) -> Output {
        let config = fs::read_to_string(self.home.path().join(".aws/config")).expect("the profile was written");
        let line = config.lines().find_map(|line| line.strip_prefix("credential_process = ")).expect("it has one");
        self.sh([OsStr::new("-c"), OsStr::new(line)])
    }

    fn sh<const N: usize>(&self, arguments: [&OsStr; N]) -> Output {
        let mut command = self.home.command("sh");
        command.args(arguments);
        end(&mut command)
    }
}

pub(crate) fn end(command: &mut Command) -> Output {
    run(command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

pub(crate) fn host() -> &'static str {
    Platform::host().expect("tests run where a package can serve").name()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary path is text")
}

fn profile_file() -> String {
    format!(".ccwb/profiles/{PROFILE}.json")
}

/// Every file below a folder: path, mode, content.
pub(crate) fn tree(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            let metadata = path.symlink_metadata().expect("it was just listed");
            let content = if metadata.is_dir() { Vec::new() } else { fs::read(&path).unwrap_or_default() };
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            let name = path.strip_prefix(folder).expect("it is below").to_owned();
            found.push((name, metadata.permissions().mode() & 0o777, content));
        }
    }
    found.sort();
    found
}

/// The names of [`tree`].
pub(crate) fn names(folder: &Path) -> Vec<String> {
    tree(folder).into_iter().map(|(name, ..)| name.display().to_string()).collect()
}

/// Asserts how a command failed: its exit code, the code of its error, and that the last line says what to do.
#[track_caller]
pub(crate) fn assert_failed(output: &Output, exit: i32, code: &str) {
    assert_eq!(output.code, Some(exit), "{output}");
    assert!(output.stderr.contains(&format!("error[{code}]: ")), "{output}");
    assert!(output.stderr.lines().last().is_some_and(|line| line.starts_with("hint: ")), "{output}");
}
