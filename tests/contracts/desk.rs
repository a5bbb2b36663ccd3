//! A person's machine, and the provider and AWS that it knows.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ccwb_sandbox::{Federation, Options, SigningAlgorithm};
use ccwb_tests::part::Sandbox;
use ccwb_tests::{Home, LIMIT, Output, run};
use serde_json::{Map, Value, json};

pub(crate) const PROFILE: &str = "ClaudeCode";

/// A home with a config.json for a sandbox. Endpoints come from discovery, so that discovery can fail.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) home: Home,
    pub(crate) sandbox: Sandbox,
    config: Value,
}

/// A provider that approves by itself; ES256 keys are made at once.
pub(crate) fn options() -> Options {
    Options { auto_approve: true, signing_algorithm: SigningAlgorithm::Es256, ..Options::default() }
}

impl Desk {
    /// Session storage, through the identity pool.
    pub(crate) fn new() -> Self {
        Self::with(options(), Federation::Cognito)
    }

    /// Session storage, through STS.
    pub(crate) fn direct() -> Self {
        Self::with(options(), Federation::Direct)
    }

    pub(crate) fn with(options: Options, federation: Federation) -> Self {
        let (mut home, sandbox) = (Home::new(), Sandbox::start_with(options));
        home.set_envs(sandbox.environment());
        let mut config = sandbox.config(federation, "session");
        let profile = config[PROFILE].as_object_mut().expect("a profile is an object");
        profile.retain(|key, _| {
            !["oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_jwks_uri"].contains(&&**key)
        });
        home.write_config_value(&config);
        Self { home, sandbox, config }
    }

    /// The one profile of config.json.
    pub(crate) fn profile(&self) -> &Map<String, Value> {
        self.config[PROFILE].as_object().expect("a profile is an object")
    }

    /// Sets a key of the profile; null removes it.
    pub(crate) fn configure(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.config[PROFILE][key] = value.into();
        self.home.write_config_value(&self.config);
        self
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.home.credential_process(arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        finish(&mut self.command(arguments))
    }

    /// With a debug line for everything that has one.
    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        finish(self.command(arguments).envs(environment.iter().copied()))
    }

    /// After a first sign-in, whose window does not count.
    #[track_caller]
    pub(crate) fn signed_in(self) -> Self {
        self.run(&["login"]).success();
        self.forget_traffic();
        self
    }

    pub(crate) fn forget_traffic(&self) {
        self.sandbox.control().clear_requests();
        let _ = fs::remove_file(self.home.root().join("browser-openings"));
    }

    /// How many windows were opened since the last [`Desk::forget_traffic`].
    pub(crate) fn windows(&self) -> usize {
        self.home.openings().len()
    }

    /// Where state is on Linux, by default.
    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join(".local/state/claude-code-with-bedrock")
    }

    pub(crate) fn session_file(&self) -> PathBuf {
        self.state().join(format!("{PROFILE}.session.json"))
    }

    /// What is stored under `credentials` or `tokens`.
    pub(crate) fn stored(&self, slot: &str) -> Value {
        let text = fs::read_to_string(self.session_file()).expect("there is a session file");
        let slots: Value = serde_json::from_str(&text).expect("the session file is JSON");
        slots[slot].as_str().map_or(Value::Null, |slot| serde_json::from_str(slot).expect("a slot is JSON"))
    }

    pub(crate) fn stored_text(&self, slot: &str, key: &str) -> String {
        self.stored(slot)[key].as_str().unwrap_or_else(|| panic!("no {key} in {slot}")).to_owned()
    }

    /// The next call must get new credentials: from the stored ID token.
    pub(crate) fn lose_credentials(&self) {
        self.edit_session(|slots| drop(slots.remove("credentials")));
    }

    /// The next call must get new credentials: from the refresh token.
    pub(crate) fn lose_credentials_and_id_token(&self) {
        let mut tokens = self.stored("tokens");
        tokens.as_object_mut().expect("tokens are an object").remove("id_token");
        self.lose_credentials();
        self.edit_session(|slots| drop(slots.insert("tokens".into(), tokens.to_string().into())));
    }

    /// Cached credentials end then.
    pub(crate) fn set_expiration(&self, expiration: &str) {
        let mut credentials = self.stored("credentials");
        credentials["Expiration"] = expiration.into();
        self.edit_session(|slots| drop(slots.insert("credentials".into(), credentials.to_string().into())));
    }

    /// The next call must ask the provider for its metadata and keys.
    pub(crate) fn lose_provider(&self) {
        fs::remove_file(self.state().join(format!("{PROFILE}.provider.json"))).expect("the provider was cached");
    }

    fn edit_session(&self, edit: impl FnOnce(&mut Map<String, Value>)) {
        let text = fs::read_to_string(self.session_file()).expect("there is a session file");
        let mut slots: Value = serde_json::from_str(&text).expect("the session file is JSON");
        edit(slots.as_object_mut().expect("the session file is an object"));
        fs::write(self.session_file(), slots.to_string()).expect("the session file can be written");
    }
}

#[track_caller]
pub(crate) fn finish(command: &mut Command) -> Output {
    run(command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

/// The keys of `{"Version":1,...}` in their order, and nothing after the line.
#[track_caller]
pub(crate) fn assert_credentials(output: &Output) {
    let line = output.stdout.strip_suffix('\n').unwrap_or_else(|| panic!("no line end: {output}"));
    assert!(!line.contains('\n'), "{output}");
    let order = [
        "{\"Version\":1,\"AccessKeyId\":\"",
        "\",\"SecretAccessKey\":\"",
        "\",\"SessionToken\":\"",
        "\",\"Expiration\":\"",
    ];
    let mut rest = line;
    for key in order {
        let (_, after) = rest.split_once(key).unwrap_or_else(|| panic!("no {key} where it should be: {output}"));
        rest = after;
    }
    let expiration = rest.strip_suffix("\"}").unwrap_or_else(|| panic!("{output}"));
    assert_eq!((expiration.len(), expiration.ends_with('Z')), (20, true), "{output}");
}

/// A profile that is complete without any sandbox.
pub(crate) fn plain_profile() -> Value {
    json!({
        "provider_domain": "idp.example.test",
        "client_id": "client-1",
        "identity_pool_id": "us-east-1:11111111-2222-3333-4444-555555555555",
    })
}
