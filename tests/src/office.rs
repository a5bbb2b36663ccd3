//! A person's machine in a company's network: the provider and AWS have their real names and TLS, and only the gateway leads
//! to them.

use std::path::PathBuf;

use ccwb_sandbox::{Federation, Options, SigningAlgorithm};
use serde_json::Value;
use url::Url;

use crate::gateway::{Gateway, Servers};
use crate::part::Sandbox;
use crate::{Home, LIMIT, Output, run};

/// One home, the sandbox, and the gateway between them.
#[derive(Debug)]
pub struct Office {
    /// The person's machine. Neither a proxy nor a certificate is set.
    pub home: Home,
    /// The provider and AWS.
    pub sandbox: Sandbox,
    /// The way to them.
    pub gateway: Gateway,
    config: Value,
}

impl Office {
    /// In `us-east-1`.
    pub fn new(federation: Federation) -> Self {
        Self::with(federation, |_| {})
    }

    /// With other options of the sandbox.
    ///
    /// # Panics
    ///
    /// If loopback has no free port.
    pub fn with(federation: Federation, set_up: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            auto_approve: true,
            signing_algorithm: SigningAlgorithm::Es256,
            public_idp_url: Some(Url::parse(&format!("https://{}", Gateway::PROVIDER)).expect("an address")),
            ..Options::default()
        };
        set_up(&mut options);
        let sandbox = Sandbox::start_with(options);
        let port = |url: &Url| url.port().expect("the sandbox is on a port of its own");
        let servers = Servers { provider: port(sandbox.idp_url()), aws: port(sandbox.aws_url()) };
        let gateway = Gateway::open(servers);
        let mut config = sandbox.config(federation, "session");
        let profile = config["ClaudeCode"].as_object_mut().expect("a profile is an object");
        profile.retain(|key, _| !["oidc_token_endpoint", "oidc_jwks_uri"].contains(&&**key));
        // The browser has its own way to the provider, here a direct one.
        let authorize = sandbox.idp_url().join("authorize").expect("an address");
        profile.insert("oidc_authorization_endpoint".to_owned(), authorize.as_str().into());
        let office = Self { home: Home::new(), sandbox, gateway, config };
        office.home.write_config_value(&office.config);
        office
    }

    /// Sets a key of the profile.
    pub fn configure(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.config["ClaudeCode"][key] = value.into();
        self.home.write_config_value(&self.config);
        self
    }

    /// A file with the certificate that the gateway's clients have to trust.
    pub fn ca_bundle(&self) -> PathBuf {
        self.home.write("company-root.pem", self.gateway.authority())
    }

    /// As a machine is that somebody has set up: `HTTPS_PROXY` and `AWS_CA_BUNDLE`.
    pub fn set_up(&mut self) -> &mut Self {
        let (proxy, bundle) = (self.gateway.proxy(), self.ca_bundle());
        self.home.set_env("HTTPS_PROXY", proxy).set_env("AWS_CA_BUNDLE", bundle);
        self
    }

    /// `credential-process ARGUMENTS`, to its end.
    ///
    /// # Panics
    ///
    /// If it does not end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// The same with other variables.
    ///
    /// # Panics
    ///
    /// If it does not end.
    #[track_caller]
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = self.home.credential_process(arguments);
        run(command.envs(environment.iter().copied()), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
    }

    /// Takes everything that was stored away: the next call signs in.
    pub fn forget(&self) {
        let _ = std::fs::remove_dir_all(self.state());
    }

    /// Takes the stored credentials away: the next call gets new ones with the stored ID token.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn lose_credentials(&self) {
        self.edit_session(|slots| {
            slots.remove("credentials").expect("they are stored");
        });
    }

    /// Takes the ID token away too: the next call redeems the refresh token.
    ///
    /// # Panics
    ///
    /// If there are no tokens.
    pub fn lose_all_but_the_refresh_token(&self) {
        self.edit_session(|slots| {
            slots.remove("credentials");
            let text = slots["tokens"].as_str().expect("tokens are stored");
            let mut tokens: Value = serde_json::from_str(text).expect("tokens are JSON");
            tokens.as_object_mut().expect("tokens are an object").remove("id_token");
            slots.insert("tokens".to_owned(), tokens.to_string().into());
        });
    }

    /// Where state is on Linux, by default.
    pub fn state(&self) -> PathBuf {
        self.home.path().join(".local/state/claude-code-with-bedrock")
    }

    fn edit_session(&self, edit: impl FnOnce(&mut serde_json::Map<String, Value>)) {
        let path = self.state().join("ClaudeCode.session.json");
        let text = std::fs::read_to_string(&path).expect("there is a session file");
        let mut slots: Value = serde_json::from_str(&text).expect("the session file is JSON");
        edit(slots.as_object_mut().expect("the session file is an object"));
        std::fs::write(path, slots.to_string()).expect("it can be written");
    }
}
