//! A person's machine on which somebody has signed in, with one build of the programs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use ccwb_sandbox::{Federation, Lifetimes, LoggedRequest, Options, SigningAlgorithm};
use ccwb_tests::part::{Sandbox, SecretService, SecretServiceMode};
use ccwb_tests::{Home, Program, SessionFile};
use serde_json::{Value, json};

use crate::build::Build;
use crate::tools::Call;

pub(crate) const PROFILE: &str = "ClaudeCode";

/// config.json of a moment ago is not trusted to be the same; an installed one is older (`ConfigStamp` of ccwb-config).
const SETTLED: Duration = Duration::from_secs(4);

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
    config: Value,
    configured: Instant,
    service: Option<SecretService>,
}

impl Stage {
    /// Nobody has signed in yet; session storage.
    pub(crate) fn new(build: &Build) -> Self {
        Self::with(build, |_| {})
    }

    /// With other options of the sandbox.
    pub(crate) fn with(build: &Build, set_up: impl FnOnce(&mut Options)) -> Self {
        // Longer than a bench takes: no renewal ahead of need.
        let day = Duration::from_hours(24);
        let mut options = Options {
            auto_approve: true,
            signing_algorithm: SigningAlgorithm::Es256,
            lifetimes: Lifetimes { id_token: day, aws_credentials: day, ..Lifetimes::default() },
            ..Options::default()
        };
        set_up(&mut options);
        let sandbox = Sandbox::start_with(options);
        let mut home = Home::new();
        home.set_envs(sandbox.environment());
        let mut config = sandbox.config(Federation::Cognito, "session")[PROFILE].clone();
        // Endpoints come from discovery.
        for name in ["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"] {
            config.as_object_mut().expect("a profile is an object").remove(name);
        }
        let mut stage = Self { home, sandbox, config, configured: Instant::now(), service: None };
        stage.write_profiles(1);
        for program in [Program::CredentialProcess, Program::OtelHelper] {
            fs::copy(build.path(program), stage.installed(program)).expect("a program that can be copied");
        }
        stage
    }

    /// With a session bus and gnome-keyring on it; none where that is not installed.
    pub(crate) fn with_secret_service(build: &Build) -> Option<Self> {
        let mut stage = Self::new(build);
        stage.service = Some(SecretService::start(&mut stage.home, SecretServiceMode::Unlocked)?);
        come_first(&stage.home);
        stage.config["credential_storage"] = "keyring".into();
        stage.write_profiles(1);
        Some(stage)
    }

    /// Somebody signs in, and the log of requests is empty again.
    pub(crate) fn signed_in(self) -> Self {
        thread::sleep(SETTLED.saturating_sub(self.configured.elapsed()));
        self.credentials().answer(&self.home);
        self.sandbox.control().clear_requests();
        self
    }

    /// Writes config.json with so many profiles, ours in their midst; before the sign-in.
    pub(crate) fn write_profiles(&mut self, count: usize) {
        let name = |index| if index == count / 2 { PROFILE.to_owned() } else { format!("Profile{index:04}") };
        let profiles = (0..count).map(|index| (name(index), self.config.clone()));
        self.home.write_config_value(&json!({ "profiles": profiles.collect::<serde_json::Map<_, _>>() }));
        self.configured = Instant::now();
    }

    /// As an SDK calls it.
    pub(crate) fn credentials(&self) -> Call {
        self.call(Program::CredentialProcess, &["--profile", PROFILE])
    }

    pub(crate) fn call(&self, program: Program, arguments: &[&str]) -> Call {
        Call::new(self.installed(program), arguments)
    }

    /// Where the installer puts it. Not where it was built: the C library reads the list of mapped files at every start, and a
    /// longer path is a longer list.
    fn installed(&self, program: Program) -> PathBuf {
        self.home.path().join("claude-code-with-bedrock").join(program.to_string())
    }

    pub(crate) fn session_file(&self) -> PathBuf {
        self.state_file("session.json")
    }

    /// A keyring that did not answer in time is left alone for a while: what is measured then is something else.
    pub(crate) fn has_given_its_keyring_up(&self) -> bool {
        self.state_file("storage.json").exists()
    }

    fn state_file(&self, name: &str) -> PathBuf {
        self.home.path().join(".local/state/claude-code-with-bedrock").join(format!("{PROFILE}.{name}"))
    }

    /// Only the refresh token is good.
    pub(crate) fn expire_all_but_the_refresh_token(&self) {
        SessionFile(self.session_file()).expire_all_but_the_refresh_token();
        self.sandbox.control().clear_requests();
    }

    /// Requests since the log was emptied, at the provider and at AWS.
    pub(crate) fn requests(&self) -> (usize, usize) {
        let is_aws =
            |request: &LoggedRequest| ["cognito:", "sts:"].iter().any(|service| request.endpoint.starts_with(service));
        let (aws, provider): (Vec<_>, Vec<_>) = self.sandbox.control().requests().into_iter().partition(is_aws);
        (provider.len(), aws.len())
    }
}

/// Bus and keyring at real-time priority, where that is allowed, as their callers are: what is measured is how long they take, not
/// how long others of a busy machine do.
fn come_first(home: &Home) {
    let theirs = format!("HOME={}\0", home.path().display());
    for process in fs::read_dir("/proc").expect("Linux has it").flatten() {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        if environment.windows(theirs.len()).any(|part| part == theirs.as_bytes()) {
            let id = process.file_name();
            let _ = Command::new("chrt").args(["--all-tasks", "--fifo", "--pid", "1"]).arg(id).output();
        }
    }
}
