use ccwb_sandbox::{Federation, LoggedRequest, Options, SigningAlgorithm};
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, Running, run, start};
use serde_json::{Value, json};

use super::Credentials;

/// One person's machine and one sandbox that it is configured for.
///
/// The provider is found by discovery, signs with ES256 and approves by itself; refresh tokens rotate, and the reuse of
/// an old one revokes its family.
#[derive(Debug)]
pub(crate) struct Journey {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
    config: Value,
}

/// The name of the profile.
const PROFILE: &str = "ClaudeCode";

impl Journey {
    /// Through the identity pool, with session storage.
    pub(crate) fn new() -> Self {
        Self::with(Federation::Cognito, |_| {})
    }

    /// With other options of the sandbox.
    pub(crate) fn with(federation: Federation, set_up: impl FnOnce(&mut Options)) -> Self {
        let mut options =
            Options { auto_approve: true, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() };
        set_up(&mut options);
        let sandbox = Sandbox::start_with(options);
        let mut home = Home::new();
        home.set_envs(sandbox.environment());
        let config = sandbox.config(federation, "session")[PROFILE].clone();
        let mut journey = Self { home, sandbox, config };
        journey.configure(|profile| {
            let names = ["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"];
            profile.as_object_mut().expect("a profile is an object").retain(|name, _| !names.contains(&&**name));
        });
        journey
    }

    /// Somebody has signed in, and the request log is empty again.
    pub(crate) fn signed_in(federation: Federation, set_up: impl FnOnce(&mut Options)) -> Self {
        let journey = Self::with(federation, set_up);
        journey.sign_in();
        journey
    }

    /// Somebody has signed in a while ago: all has expired but the refresh token.
    pub(crate) fn with_a_refresh_token_alone(federation: Federation) -> Self {
        let journey = Self::signed_in(federation, |_| {});
        journey.expire_all_but_the_refresh_token();
        journey
    }

    /// The first call, in the browser.
    #[track_caller]
    pub(crate) fn sign_in(&self) -> Credentials {
        let credentials = Credentials::of(&self.call(&[]));
        self.forget_requests();
        credentials
    }

    /// Changes the profile and writes config.json, in the flat layout.
    pub(crate) fn configure(&mut self, change: impl FnOnce(&mut Value)) -> &mut Self {
        change(&mut self.config);
        self.home.write_config_value(&json!({ PROFILE: self.config }));
        self
    }

    /// Writes config.json in the layout with `profiles`.
    pub(crate) fn write_nested_config(&self) {
        self.home.write_config_value(&json!({"profiles": { PROFILE: self.config }, "version": "2.0"}));
    }

    /// `credential-process ARGUMENTS`, to its end.
    #[track_caller]
    pub(crate) fn call(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.credential_process(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// `otel-helper ARGUMENTS`, to its end.
    #[track_caller]
    pub(crate) fn otel_helper(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.otel_helper(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// `credential-process ARGUMENTS`, started.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        start(&mut self.home.credential_process(arguments))
    }

    /// Every request since the log was emptied, by endpoint, oldest first.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.sandbox.control().requests().into_iter().map(|request| request.endpoint).collect()
    }

    /// The newest request to an endpoint.
    #[track_caller]
    pub(crate) fn request(&self, endpoint: &str) -> LoggedRequest {
        let newest = self.sandbox.control().requests().into_iter().rfind(|request| request.endpoint == endpoint);
        newest.unwrap_or_else(|| panic!("no {endpoint} in {:?}", self.requests()))
    }

    pub(crate) fn forget_requests(&self) {
        self.sandbox.control().clear_requests();
    }

    /// A scripted fault, as JSON (`ccwb_sandbox::Fault`).
    pub(crate) fn fault(&self, fault: Value) {
        let fault = serde_json::from_value(fault).expect("it has a fault's form");
        self.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    }

    /// How often a browser was opened.
    pub(crate) fn openings(&self) -> usize {
        self.home.openings().len()
    }
}
