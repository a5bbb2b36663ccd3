//! A person's machine with a healthy install on it.

use std::fs;
use std::path::PathBuf;

use ccwb_sandbox::{Federation, Options, SigningAlgorithm};
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, free_port, run};
use serde_json::{Value, json};

use crate::report::Report;

pub(crate) const PROFILE: &str = "ClaudeCode";

#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) home: Home,
    pub(crate) sandbox: Option<Sandbox>,
    profile: Value,
}

impl Machine {
    /// Configured for a provider that is never asked.
    pub(crate) fn new() -> Self {
        let profile = json!({
            "provider_domain": "idp.example.test",
            "client_id": "client-1",
            "identity_pool_id": "us-east-1:11111111-2222-3333-4444-555555555555",
            "redirect_port": free_port(),
        });
        Self::installed(Home::new(), None, profile)
    }

    /// Configured for a sandbox.
    pub(crate) fn with_sandbox(federation: Federation) -> Self {
        let options = Options { auto_approve: true, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() };
        let sandbox = Sandbox::start_with(options);
        let mut home = Home::new();
        home.set_envs(sandbox.environment());
        let mut profile = sandbox.config(federation, "session")[PROFILE].clone();
        let explicit = ["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"];
        profile.as_object_mut().expect("a profile is an object").retain(|key, _| !explicit.contains(&&**key));
        Self::installed(home, Some(sandbox), profile)
    }

    /// Somebody has signed in.
    pub(crate) fn signed_in(federation: Federation) -> Self {
        let machine = Self::with_sandbox(federation);
        machine.call(&["login"]).success();
        machine
    }

    fn installed(home: Home, sandbox: Option<Sandbox>, profile: Value) -> Self {
        home.write_aws_profile(PROFILE);
        let machine = Self { home, sandbox, profile };
        machine.write_config();
        machine
    }

    pub(crate) fn configure(&mut self, key: &str, value: impl Into<Value>) {
        self.profile[key] = value.into();
        self.write_config();
    }

    fn write_config(&self) {
        self.home.write_config_value(&json!({ PROFILE: self.profile }));
    }

    pub(crate) fn redirect_port(&self) -> u16 {
        self.profile["redirect_port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("it has one port")
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("it has a sandbox")
    }

    #[track_caller]
    pub(crate) fn call(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.credential_process(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// `doctor --json`.
    #[track_caller]
    pub(crate) fn doctor(&self, arguments: &[&str]) -> Report {
        Report::read(self.call(&[&["doctor", "--json"], arguments].concat()))
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join(".local/state/claude-code-with-bedrock")
    }

    /// The one file of the state folder with this ending.
    #[track_caller]
    pub(crate) fn state_file(&self, ending: &str) -> PathBuf {
        let entries = fs::read_dir(self.state()).expect("there is a state folder").flatten();
        let found: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(ending)).collect();
        let [file] = found.as_slice() else { panic!("not one file with {ending}: {found:?}") };
        file.clone()
    }

    /// Writes a file into the state folder, which is private.
    pub(crate) fn write_state(&self, name: &str, content: &str) -> PathBuf {
        let path = self.home.write(format!(".local/state/claude-code-with-bedrock/{name}"), content);
        set_mode(&self.state(), 0o700);
        set_mode(&path, 0o600);
        path
    }

    /// Changes the record of the last sign-in.
    pub(crate) fn edit_sign_in(&self, edit: impl FnOnce(&mut Value)) {
        let path = self.state_file(".sign-in.json");
        let text = fs::read(&path).expect("the record can be read");
        let mut record: Value = serde_json::from_slice(&text).expect("the record is JSON");
        edit(&mut record);
        fs::write(path, record.to_string()).expect("the record can be written");
    }
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode of an own file can be set");
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &std::path::Path, _: u32) {}
