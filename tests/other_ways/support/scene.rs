use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ccwb_sandbox::{Options, SigningAlgorithm};
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, Running, SessionFile, now, run, start};
use chrono::TimeDelta;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

const PROFILE: &str = "ClaudeCode";

/// One person's machine, and a sandbox whose AWS it uses.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
    config: Value,
}

impl Scene {
    /// With a profile of the sandbox's Identity Center, which approves by itself.
    pub(crate) fn of_identity_center() -> Self {
        Self::with(|_| {}, |sandbox| sandbox.identity_center_json("session")[PROFILE].clone())
    }

    /// With a profile that hands on what the machine has, on a machine that is no instance.
    pub(crate) fn of_the_machine() -> Self {
        let mut scene = Self::with(|_| {}, |_| json!({"sso_enabled": false, "aws_region": "us-east-1"}));
        scene.home.set_env("AWS_EC2_METADATA_DISABLED", "true");
        scene
    }

    pub(crate) fn with(set_up: impl FnOnce(&mut Options), profile: impl FnOnce(&Sandbox) -> Value) -> Self {
        let mut options =
            Options { auto_approve: true, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() };
        set_up(&mut options);
        let sandbox = Sandbox::start_with(options);
        let mut home = Home::new();
        home.set_envs(sandbox.environment());
        let config = profile(&sandbox);
        let mut scene = Self { home, sandbox, config };
        scene.configure(|_| {});
        scene
    }

    pub(crate) fn configure(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.config);
        self.home.write_config_value(&json!({ PROFILE: self.config }));
    }

    /// `[profile portal]` in `~/.aws/config`, for other programs: the same portal, account and permission set.
    pub(crate) fn write_portal_profile(&self) {
        let center = &self.config;
        let text = |key: &str| center[key].as_str().expect("a text");
        self.home.write(
            ".aws/config",
            &format!(
                "[profile portal]\nsso_start_url = {}\nsso_region = us-east-1\nsso_account_id = {}\nsso_role_name = {}\n",
                text("idc_start_url"),
                text("idc_account_id"),
                text("idc_permission_set_name")
            ),
        );
    }

    #[track_caller]
    pub(crate) fn call(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.credential_process(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        start(&mut self.home.credential_process(arguments))
    }

    #[track_caller]
    pub(crate) fn all_at_once(&self, count: usize, arguments: &[&str]) -> Vec<Output> {
        let started: Vec<_> = (0..count).map(|_| self.start(arguments)).collect();
        started.into_iter().map(|running| running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))).collect()
    }

    pub(crate) fn count(&self, endpoint: &str) -> usize {
        self.sandbox.control().count(endpoint)
    }

    pub(crate) fn fault(&self, fault: Value) {
        let fault = serde_json::from_value(fault).expect("it has a fault's form");
        self.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    }

    /// Whom AWS took the last caller for.
    #[track_caller]
    pub(crate) fn caller(&self) -> String {
        let requests = self.sandbox.control().requests();
        let last = requests.iter().rfind(|request| request.endpoint == "sts:GetCallerIdentity");
        last.unwrap_or_else(|| panic!("nobody asked: {requests:?}")).parameters["arn"].clone()
    }

    /// The one file of `~/.aws/sso/cache`.
    #[track_caller]
    pub(crate) fn session_path(&self) -> PathBuf {
        let files = self.session_files();
        let [file] = files.as_slice() else { panic!("not one session: {files:?}") };
        file.clone()
    }

    pub(crate) fn session_files(&self) -> Vec<PathBuf> {
        let folder = self.home.path().join(".aws/sso/cache");
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    }

    #[track_caller]
    pub(crate) fn session(&self) -> Value {
        serde_json::from_slice(&fs::read(self.session_path()).expect("a file")).expect("JSON")
    }

    /// Lets `expiresAt` or `registrationExpiresAt` pass.
    pub(crate) fn expire_session(&self, key: &str) {
        let mut session = self.session();
        session[key] = (now() - TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        fs::write(self.session_path(), session.to_string()).expect("it can be written");
    }

    pub(crate) fn stored(&self) -> SessionFile {
        SessionFile(self.state().join(format!("{PROFILE}.session.json")))
    }

    pub(crate) fn state(&self) -> PathBuf {
        let base = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" };
        self.home.path().join(base).join("claude-code-with-bedrock")
    }

    fn sign_ins(&self) -> Vec<Value> {
        let files = fs::read_dir(self.state()).into_iter().flatten().flatten().map(|entry| entry.path());
        let records = files.filter(|path| path.to_string_lossy().ends_with(".sign-in.json"));
        records.filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok()).collect()
    }
}

/// A sign-in that nobody finishes does not outlive its test.
impl Drop for Scene {
    fn drop(&mut self) {
        let until = Instant::now() + Duration::from_millis(200);
        while Instant::now() < until && self.sign_ins().iter().any(|record| record["finished"].is_null()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        for record in self.sign_ins().iter().filter(|record| record["finished"].is_null()) {
            let id = record["pid"].as_i64().and_then(|id| i32::try_from(id).ok()).filter(|id| *id > 1);
            if let Some(id) = id.and_then(Pid::from_raw) {
                let _ = kill_process(id, Signal::KILL);
            }
        }
    }
}
