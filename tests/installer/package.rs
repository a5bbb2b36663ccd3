//! An unpacked package around the built programs.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use ccwb_sandbox::Federation;
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, Program, run};
use serde_json::{Value, json};

/// A person's machine with a package on it.
pub(crate) struct Machine {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self::named("home")
    }

    /// In a home of that name.
    pub(crate) fn named(name: &str) -> Self {
        let (mut home, sandbox) = (Home::named(name), Sandbox::start());
        home.set_envs(sandbox.environment());
        let machine = Self { home, sandbox };
        fs::create_dir(machine.package()).expect("a new folder");
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer");
        for script in ["install.sh", "uninstall.sh"] {
            fs::copy(scripts.join(script), machine.package().join(script)).expect("the scripts are there");
        }
        machine.add_program(Program::CredentialProcess);
        machine.write("config.json", &machine.config().to_string());
        let settings = json!({
            "env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "us-east-1"},
            "awsCredentialExport": "__CREDENTIAL_PROCESS_PATH__ export --profile ClaudeCode",
        });
        fs::create_dir(machine.package().join("claude-settings")).expect("a new folder");
        machine.write("claude-settings/settings.json", &settings.to_string());
        machine.write_checksums();
        machine
    }

    /// The config.json of the package.
    pub(crate) fn config(&self) -> Value {
        self.sandbox.config(Federation::Direct, "session")
    }

    /// The unpacked package, not in the home.
    pub(crate) fn package(&self) -> PathBuf {
        self.home.root().join("a package")
    }

    pub(crate) fn installed(&self, name: &str) -> PathBuf {
        self.home.path().join("claude-code-with-bedrock").join(name)
    }

    /// Another file of the package.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.package().join(name), text).expect("the package can be written");
    }

    fn add_program(&self, program: Program) {
        let name = format!("{program}-{}", platform());
        symlink(program.without_symbols(), self.package().join(name)).expect("the package can be written");
    }

    /// As `ccwb package` does, over all that is there.
    pub(crate) fn write_checksums(&self) {
        let mut find = Command::new("sh");
        find.args(["-c", "find -L . -type f ! -name SHA256SUMS | sed 's|^\\./||' | sort | xargs -d '\\n' sha256sum"]);
        let output = find.current_dir(self.package()).output().expect("sha256sum is there");
        fs::write(self.package().join("SHA256SUMS"), output.stdout).expect("the package can be written");
    }

    pub(crate) fn install(&self, options: &[&str]) -> Output {
        self.install_with("sh", options)
    }

    /// `SHELL install.sh OPTIONS`.
    pub(crate) fn install_with(&self, shell: impl AsRef<std::ffi::OsStr>, options: &[&str]) -> Output {
        let mut command = self.home.command(shell);
        command.arg(self.package().join("install.sh")).args(options);
        end(&mut command)
    }

    /// The script that stayed.
    pub(crate) fn uninstall(&self, options: &[&str]) -> Output {
        let mut command = self.home.command("sh");
        command.arg(self.installed("uninstall.sh")).args(options);
        end(&mut command)
    }

    /// What `~/.aws/config` runs, as an SDK does: by a shell.
    pub(crate) fn credentials(&self) -> Value {
        let config = fs::read_to_string(self.home.path().join(".aws/config")).expect("the profile was written");
        let line = config.lines().find_map(|line| line.strip_prefix("credential_process = ")).expect("it has one");
        let mut command = self.home.command("sh");
        command.args(["-c", line]);
        end(&mut command).success().json()
    }
}

pub(crate) fn end(command: &mut Command) -> Output {
    run(command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

fn platform() -> &'static str {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "macos-arm64",
        ("macos", _) => "macos-intel",
        (_, "aarch64") => "linux-arm64",
        _ => "linux-x64",
    }
}

/// Everything below a folder: path, mode, content; what a link points to.
pub(crate) fn tree(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder can be read").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("it has a type"));
            let mode = fs::symlink_metadata(&path).expect("it is there").permissions().mode() & 0o777;
            let content = if kind.is_dir() {
                folders.push(path.clone());
                Vec::new()
            } else {
                fs::read(&path).expect("it can be read")
            };
            found.push((path.strip_prefix(folder).expect("it is below").to_owned(), mode, content));
        }
    }
    found.sort();
    found
}
