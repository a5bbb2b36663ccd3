use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use ccwb_sandbox::{Federation, LoggedRequest, Options, SigningAlgorithm};
use ccwb_tests::part::{ClaudeCode, ClaudeCodeVersion, Clock, Island, Sandbox};
use ccwb_tests::{FakeBrowser, Home, Output, Program, Running, Terminal, run, start};
use serde_json::{Value, json};

use super::session::Session;
use super::settings::{self, Way};
use super::wait::eventually;

/// What a [`Desk`] is to be like.
pub(crate) struct Plan {
    pub(crate) version: ClaudeCodeVersion,
    pub(crate) way: Way,
    pub(crate) browser: FakeBrowser,
    pub(crate) sandbox: Box<dyn FnOnce(&mut Options)>,
    pub(crate) profile: Value,
}

impl Plan {
    /// A browser that signs in by itself, a provider that says yes.
    pub(crate) fn new(version: ClaudeCodeVersion, way: Way) -> Self {
        Self { version, way, browser: FakeBrowser::SignsIn, sandbox: Box::new(|_| {}), profile: json!({}) }
    }

    pub(crate) fn browser(mut self, browser: FakeBrowser) -> Self {
        self.browser = browser;
        self
    }

    pub(crate) fn sandbox(mut self, set_up: impl FnOnce(&mut Options) + 'static) -> Self {
        self.sandbox = Box::new(set_up);
        self
    }

    /// Keys of config.json, besides the usual ones.
    pub(crate) fn profile(mut self, keys: Value) -> Self {
        self.profile = keys;
        self
    }
}

/// The desk of a person who types `claude`: a home with the product installed and Claude Code configured, and a network in
/// which there is only the sandbox.
///
/// When it is dropped it has been proven that nothing there tried to reach anybody else.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
    way: Way,
    client: ClaudeCode,
    island: Island,
    clock: Clock,
    ahead: Cell<Duration>,
}

/// Much longer than any answer takes: the slowest sign-in is one of 150 s.
const LIMIT: Duration = Duration::from_mins(4);

impl Desk {
    /// `None` where a part is missing.
    pub(crate) fn new(plan: Plan) -> Option<Self> {
        let client = ClaudeCode::find(plan.version)?;
        let mut options =
            Options { auto_approve: true, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() };
        (plan.sandbox)(&mut options);
        let sandbox = Sandbox::start_with(options);
        let mut home = Home::new();
        home.use_browser(plan.browser);
        let clock = Clock::in_home(&home)?;
        let ports = [sandbox.idp_url(), sandbox.aws_url(), sandbox.otlp_url()].map(|url| url.port().expect("its own"));
        let island = Island::with_ports(&home, &ports)?;
        let desk = Self { sandbox, home, way: plan.way, client, island, clock, ahead: Cell::default() };
        desk.install(&plan.profile);
        Some(desk)
    }

    /// `claude -p PROMPT`, to its end.
    #[track_caller]
    pub(crate) fn say(&self, prompt: &str) -> Output {
        self.say_with(&[prompt])
    }

    /// `claude -p ARGUMENTS`, to its end.
    #[track_caller]
    pub(crate) fn say_with(&self, arguments: &[&str]) -> Output {
        run(self.claude().arg("-p").args(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// `claude -p PROMPT`, started; ended when the result is dropped.
    pub(crate) fn start(&self, prompt: &str) -> Running {
        start(self.claude().args(["-p", prompt]))
    }

    /// Waits until Claude Code has run credential-process so many times more than it had.
    #[track_caller]
    pub(crate) fn wait_for_calls(&self, before: usize, more: usize) {
        eventually("Claude Code asks for credentials", || self.calls().len() >= before + more);
    }

    /// `claude` in a terminal, when it is ready for a prompt.
    pub(crate) fn session(&self) -> Session<'_> {
        Session::new(Terminal::open(&self.home, &self.claude(), (110, 50)))
    }

    /// Time passes for everybody: for the client and its children, and for the provider and AWS.
    pub(crate) fn wait(&self, time: Duration) {
        self.ahead.set(self.ahead.get() + time);
        self.clock.set(self.ahead.get());
        self.sandbox.control().advance_clock(i64::try_from(time.as_secs()).expect("a short time"));
    }

    /// `credential-process ARGUMENTS` as the person would type it, in the same network and at the same time.
    pub(crate) fn credential_process(&self, arguments: &[&str]) -> Output {
        let mut command = self.in_time();
        command.envs(self.sandbox.environment());
        command.arg(Program::CredentialProcess.path()).args(arguments);
        run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// A scripted fault, as JSON (`ccwb_sandbox::Fault`).
    pub(crate) fn fault(&self, fault: Value) {
        let fault = serde_json::from_value(fault).expect("it has a fault's form");
        self.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    }

    /// `ccwb demo` where `claude` is on the path.
    pub(crate) fn demo(&self) -> Output {
        let folder = self.client.program().parent().expect("a file is in a folder");
        let path = format!("{}:/usr/bin:/bin", folder.display());
        let mut command = self.island.command(&self.home, Program::Ccwb.path());
        command.args(["demo", "--no-browser"]).env("PATH", path);
        run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// How often a browser was opened.
    pub(crate) fn openings(&self) -> usize {
        self.home.openings().len()
    }

    /// With which arguments Claude Code has run credential-process, except for the status line.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.calls_file()).unwrap_or_default();
        calls.lines().filter(|call| !call.contains("statusline")).map(str::to_owned).collect()
    }

    /// Every request to the provider and AWS, by endpoint.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.sandbox.control().requests().into_iter().map(|request| request.endpoint).collect()
    }

    /// Requests that were refused.
    pub(crate) fn refused(&self) -> Vec<LoggedRequest> {
        let mut requests = self.sandbox.control().requests();
        requests.retain(|request| request.status >= 400);
        requests
    }

    /// `claude`, with nothing in its environment but what every login shell has, the fake browser and, if that is the way,
    /// `AWS_PROFILE`.
    fn claude(&self) -> Command {
        let mut command = self.in_time();
        if self.way == Way::Profile {
            command.arg("AWS_PROFILE=ClaudeCode");
        }
        command.arg(self.client.program());
        command
    }

    /// `env` with the movable clock, waiting for a program.
    fn in_time(&self) -> Command {
        let mut command = self.island.command(&self.home, "env");
        for (name, value) in self.clock.environment() {
            let mut assignment = std::ffi::OsString::from(format!("{name}="));
            assignment.push(value);
            command.arg(assignment);
        }
        command
    }

    /// With the product's own command, except that a script counts the calls.
    fn install(&self, keys: &Value) {
        let mut config = self.sandbox.config(Federation::Cognito, "session");
        let profile = config["ClaudeCode"].as_object_mut().expect("a profile");
        // Discovery finds them.
        profile.retain(|name, _| {
            !["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"].contains(&&**name)
        });
        profile.extend(keys.as_object().cloned().unwrap_or_default());
        profile.insert("status_line".to_owned(), true.into());
        profile.insert("otel_collector_endpoint".to_owned(), self.sandbox.otlp_url().as_str().into());
        self.home.write_config_value(&config);
        settings::install(&self.home, &self.sandbox, self.way);
        settings::be_known(&self.home);
        let (real, calls) = (Program::CredentialProcess.path(), self.calls_file());
        let script = format!("#!/bin/sh\necho \"$*\" >>'{}'\nexec '{}' \"$@\"\n", calls.display(), real.display());
        let program = self.home.write_script("claude-code-with-bedrock/credential-process", &script);
        for file in [".claude/settings.json", ".aws/config"] {
            let path = self.home.path().join(file);
            let installed = fs::read_to_string(&path).expect("it was installed");
            let counted = installed.replace(&*real.to_string_lossy(), &program.to_string_lossy());
            assert_ne!(counted, installed, "{file} names the program");
            fs::write(path, counted).expect("the home can be written");
        }
    }

    fn calls_file(&self) -> PathBuf {
        self.home.root().join("calls")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_eq!(self.island.attempts_to_leave(), 0, "something tried to reach the world outside");
        }
    }
}
