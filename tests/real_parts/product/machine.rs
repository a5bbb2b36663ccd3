use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use ccwb_sandbox::Federation;
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, run};
use serde_json::{Value, json};

/// A person's machine with the sandbox as provider and as AWS, and a browser that signs in by itself.
pub(crate) struct Machine {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
    /// The only one. The kernel keyring is the user's and not the home's, so each test has a profile of its own.
    pub(crate) profile: String,
    storage: String,
}

impl Machine {
    /// `storage` is `credential_storage`.
    pub(crate) fn new(profile: &str, storage: &str) -> Self {
        Self::with(profile, storage, Home::new(), Sandbox::start())
    }

    pub(crate) fn with(profile: &str, storage: &str, mut home: Home, sandbox: Sandbox) -> Self {
        let own = || format!("{profile}-{}", std::process::id());
        let profile = if storage == "session" { profile.to_owned() } else { own() };
        let mut config = sandbox.config(Federation::Cognito, storage)["ClaudeCode"].take();
        let fields = config.as_object_mut().expect("it is an object");
        fields.retain(|name, _| !name.starts_with("oidc_") || name == "oidc_issuer_url");
        home.write_config_value(&json!({ profile.clone(): config }));
        home.set_envs(sandbox.environment());
        Self { sandbox, home, profile, storage: storage.to_owned() }
    }

    /// `credential-process ARGUMENTS`, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        end(&mut self.home.credential_process(arguments))
    }

    /// `secret-tool lookup` of one of the product's entries.
    pub(crate) fn lookup(&self, slot: &str) -> Output {
        let entry = format!("{}-{slot}", self.profile);
        let mut command = self.home.command("secret-tool");
        command.args(["lookup", "service", "claude-code-with-bedrock", "username", &entry]);
        end(&mut command)
    }

    /// `secret-tool search` for everything of the product's.
    pub(crate) fn search(&self) -> Output {
        let mut command = self.home.command("secret-tool");
        command.args(["search", "--all", "service", "claude-code-with-bedrock"]);
        end(&mut command)
    }

    /// The slots of the profile that the kernel keeps for this user, whichever session asks.
    pub(crate) fn kernel_items(&self) -> Vec<String> {
        end(&mut self.in_kernel("true")).success().stdout.lines().map(str::to_owned).collect()
    }

    /// Names each slot that the kernel keeps, and does something with its key.
    fn in_kernel(&self, then: &str) -> Command {
        let script = format!(
            "keyctl get_persistent @s >/dev/null 2>&1; for slot in credentials tokens client-secret; do \
             id=$(keyctl search @s user \"keyring:{}-$slot@claude-code-with-bedrock\" 2>/dev/null) && echo $slot && \
             {then} $id; done; true",
            self.profile
        );
        let mut keyctl = self.home.command("keyctl");
        keyctl.args(["session", "-", "sh", "-c", &script]);
        keyctl
    }

    /// Lets the pause after a sign-in that failed pass.
    pub(crate) fn end_the_pause(&self) {
        let files = std::fs::read_dir(self.state()).expect("there is a state folder").flatten();
        for path in files.map(|file| file.path()).filter(|path| path.to_string_lossy().ends_with(".sign-in.json")) {
            let mut record: Value = serde_json::from_slice(&std::fs::read(&path).expect("a record")).expect("JSON");
            record["budget"]["cool_down_until"] = 1.into();
            std::fs::write(path, record.to_string()).expect("it can be written");
        }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join(".local/state/claude-code-with-bedrock")
    }

    /// The file of `credential_storage: session`, also the last resort of `keyring`.
    pub(crate) fn session_path(&self) -> PathBuf {
        self.state().join(format!("{}.session.json", self.profile))
    }
}

/// The kernel's keys are the user's own: they would outlive the home.
impl Drop for Machine {
    fn drop(&mut self) {
        if self.storage != "session" {
            let _ = run(&mut self.in_kernel("keyctl invalidate"), LIMIT);
        }
    }
}

pub(crate) fn end(command: &mut Command) -> Output {
    run(command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

/// Waits for something that another process is about to do.
#[track_caller]
pub(crate) fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
