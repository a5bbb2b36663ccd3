use std::path::PathBuf;

use ccwb_tests::part::{Chromium, Moto, OidcProvider, Tls};
use ccwb_tests::{Home, LIMIT, Output, Running, free_port, run, start};
use serde_json::{Value, json};

/// The role that moto takes for one of its own.
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/ClaudeCode";

/// A person's machine between the certified provider, a real Chromium, and moto as AWS.
pub(crate) struct Stage {
    pub(crate) provider: OidcProvider,
    pub(crate) moto: Moto,
    pub(crate) home: Home,
    redirect_port: u16,
}

impl Stage {
    /// `None` where a part is not installed.
    pub(crate) fn set() -> Option<Self> {
        Self::set_with(Tls::Off)
    }

    pub(crate) fn set_with(tls: Tls) -> Option<Self> {
        let (provider, moto, mut home) = (OidcProvider::start_with(tls)?, Moto::start()?, Home::new());
        home.set_env("AWS_ENDPOINT_URL", moto.endpoint());
        Some(Self { provider, moto, home, redirect_port: free_port() })
    }

    /// Writes the configuration of the public client with the role above; `changes` are keys to set, or to take away with
    /// null.
    pub(crate) fn configure(&self, changes: &Value) {
        let mut profile = json!({
            "provider_domain": self.provider.issuer().split("://").last(),
            "provider_type": "generic",
            "oidc_issuer_url": self.provider.issuer(),
            "client_id": OidcProvider::PUBLIC_CLIENT,
            "aws_region": "us-east-1",
            "credential_storage": "session",
            "redirect_port": self.redirect_port,
            "federation_type": "direct",
            "federated_role_arn": ROLE,
        });
        let fields = profile.as_object_mut().expect("it is an object");
        fields.extend(changes.as_object().cloned().unwrap_or_default());
        fields.retain(|_, value| !value.is_null());
        self.home.write_config_value(&json!({ "ClaudeCode": profile }));
    }

    /// The browser of the commands to come.
    pub(crate) fn use_browser(&mut self, chromium: &Chromium) {
        self.home.set_envs(chromium.as_browser_env());
    }

    /// `credential-process ARGUMENTS`, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run(&mut self.home.credential_process(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    pub(crate) fn start(&self) -> Running {
        start(&mut self.home.credential_process(&[]))
    }

    /// Everything that the product keeps beside the keyring.
    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join(".local/state/claude-code-with-bedrock")
    }

    /// The stored value `credentials` or `tokens` of `credential_storage: session`.
    pub(crate) fn stored(&self, slot: &str) -> Value {
        let stored = self.session_file()[slot].as_str().map(str::to_owned);
        serde_json::from_str(&stored.expect("it is stored")).expect("what is stored is JSON")
    }

    /// Takes the stored credentials away, as time would.
    pub(crate) fn lose_credentials(&self) {
        let mut file = self.session_file();
        file.as_object_mut().expect("it is an object").remove("credentials").expect("they are stored");
        std::fs::write(self.session_path(), file.to_string()).expect("the state folder can be written");
    }

    pub(crate) fn session_path(&self) -> PathBuf {
        self.state().join("ClaudeCode.session.json")
    }

    fn session_file(&self) -> Value {
        let text = std::fs::read_to_string(self.session_path()).expect("the session file is there");
        serde_json::from_str(&text).expect("the session file is JSON")
    }
}
