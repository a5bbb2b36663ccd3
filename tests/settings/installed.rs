//! A person's machine with the package installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ccwb_tests::{Home, LIMIT, Output, Program, run};
use serde_json::{Value, json};

use crate::strict;

pub(crate) struct Installed {
    pub(crate) home: Home,
    pub(crate) program: PathBuf,
}

impl Installed {
    pub(crate) fn new() -> Self {
        Self::below("home")
    }

    /// In a home folder of that name. The program is a link to the built one's bytes: a copy would be 70 MB each.
    pub(crate) fn below(name: &str) -> Self {
        let home = Home::named(name);
        home.write_config_value(&json!({ "ClaudeCode": profile() }));
        let folder = home.path().join("claude-code-with-bedrock");
        let program = folder.join("credential-process");
        let built = Program::CredentialProcess.path();
        // By another process: a child that another test starts at that moment must not inherit it open for writing.
        let mut copy = home.command("sh");
        copy.args(["-c", "ln \"$1\" \"$2\" 2>/dev/null || cp \"$1\" \"$2\"", "sh"]).arg(built).arg(&program);
        run(&mut copy, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();
        Self { home, program }
    }

    /// Sets keys of the only profile.
    pub(crate) fn configure(&self, changes: &Value) {
        let mut profile = profile();
        let changes = changes.as_object().expect("changes are an object").clone();
        profile.as_object_mut().expect("a profile is an object").extend(changes);
        self.home.write_config_value(&json!({ "ClaudeCode": profile }));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(&self.program);
        command.args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run(&mut self.command(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    #[track_caller]
    pub(crate) fn install(&self) -> Output {
        self.run(&["install-settings"]).success()
    }

    #[track_caller]
    pub(crate) fn uninstall(&self) -> Output {
        self.run(&["uninstall-settings"]).success()
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.home.path().join(".claude/settings.json")
    }

    pub(crate) fn aws_config(&self) -> PathBuf {
        self.home.path().join(".aws/config")
    }

    pub(crate) fn write_settings(&self, text: &str) -> PathBuf {
        self.home.write(".claude/settings.json", text)
    }

    #[track_caller]
    pub(crate) fn read_settings(&self) -> Value {
        strict::read(&text(&self.settings()))
    }

    /// Every file below the home but the package's own, with its bytes.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.home.path(), &mut found);
        found.retain(|(path, _)| !path.starts_with(self.home.path().join("claude-code-with-bedrock")));
        found.sort();
        found
    }
}

fn profile() -> Value {
    json!({
        "provider_domain": "idp.example.test",
        "client_id": "client-1",
        "aws_region": "us-east-1",
        "identity_pool_id": "us-east-1:11111111-2222-3333-4444-555555555555",
    })
}

#[track_caller]
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("HOME can be read").flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a file has a kind");
        if kind.is_dir() {
            // A folder counts too.
            found.push((path.clone(), Vec::new()));
            collect(&path, found);
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).expect("a link can be read");
            found.push((path, target.into_os_string().into_encoded_bytes()));
        } else {
            let bytes = fs::read(&path).expect("HOME can be read");
            found.push((path, bytes));
        }
    }
}
