//! Every failure as one value: a stable code, one sentence, one next step, an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use ccwb_config::ConfigError;
use ccwb_federation::FederationError;
use ccwb_http::HttpError;
use ccwb_oidc::{IdTokenError, OidcError};
use ccwb_store::StoreError;
use serde::{Deserialize, Serialize};

/// A failure, ready to be shown, recorded and handed from one process to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Error {
    /// Stable; listed in docs/reference/errors.md.
    pub(crate) code: String,
    pub(crate) exit: u8,
    pub(crate) message: String,
    /// The command to run, or what to do.
    pub(crate) hint: String,
}

/// Exit codes, one per kind of failure (docs/reference/errors.md).
pub(crate) mod exit {
    pub(crate) const UNEXPECTED: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const CONFIG: u8 = 3;
    pub(crate) const SIGN_IN_NEEDED: u8 = 4;
    pub(crate) const SIGN_IN_FAILED: u8 = 5;
    pub(crate) const PROVIDER: u8 = 6;
    pub(crate) const AWS: u8 = 7;
    pub(crate) const NETWORK: u8 = 8;
    pub(crate) const STORE: u8 = 9;
}

impl Error {
    pub(crate) fn new(code: &str, exit: u8, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.to_owned(), exit, message: message.into(), hint: hint.into() }
    }

    /// Writes the error to stderr: the code and what happened first, the next step last.
    pub(crate) fn report(&self) -> ExitCode {
        let text = format!("error[{}]: {}\nhint: {}\n", self.code, self.message, self.hint);
        let _ = std::io::stderr().write_all(text.as_bytes());
        ExitCode::from(self.exit)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let (code, hint) = match &error {
            ConfigError::NotFound { .. } | ConfigError::NoHome => (
                "config-not-found",
                "run install.sh of the package from your administrator, or set CCWB_CONFIG to its config.json",
            ),
            ConfigError::Unreadable { .. } => ("config-unreadable", "make the file readable for your user"),
            ConfigError::TooLarge { .. } => ("config-too-large", "check that CCWB_CONFIG names a config.json"),
            ConfigError::Malformed { .. } => {
                ("config-malformed", "mend the file, or install the package from your administrator again")
            }
            ConfigError::UnknownProfile { .. } => ("profile-unknown", "name one of them with --profile"),
            ConfigError::Key { .. } => {
                ("config-value", "mend this key, or install the package from your administrator again")
            }
        };
        Self::new(code, exit::CONFIG, error.to_string(), hint)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (code, hint) = match &error {
            StoreError::File { .. } => {
                ("store-file", "free some space or mend the permissions, or set CCWB_STATE_DIR to a folder of your own")
            }
            StoreError::ForeignFile { .. } => ("store-foreign", "set CCWB_STATE_DIR to a folder of your own"),
            StoreError::Unavailable { .. } => (
                "store-unavailable",
                "unlock the keyring, or have \"credential_storage\" in config.json set to keyring or session",
            ),
            StoreError::Forgotten { .. } => {
                ("store-forgotten", "have \"credential_storage\" in config.json set to session")
            }
        };
        Self::new(code, exit::STORE, error.to_string(), hint)
    }
}

impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        let hint = match &error {
            HttpError::CaBundle { .. } => {
                "mend or unset AWS_CA_BUNDLE, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE"
            }
            HttpError::ProxyAddress { .. } => "set the variable to http://host:port",
            _ => "check the network connection and try again",
        };
        Self::new("network-setup", exit::NETWORK, error.to_string(), hint)
    }
}

impl From<OidcError> for Error {
    fn from(error: OidcError) -> Self {
        let message = error.to_string();
        match error {
            OidcError::Network { source, .. } if source.kind().is_none() => source.into(),
            OidcError::Network { .. } => Self::new(
                "provider-unreachable",
                exit::NETWORK,
                message,
                "check the network connection (VPN, proxy) and try again",
            ),
            OidcError::BadAnswer { .. } => Self::new(
                "provider-answer",
                exit::PROVIDER,
                message,
                "try again in a minute; if it stays, check provider_domain and the oidc_ keys in config.json",
            ),
            OidcError::Refused { .. } => Self::new(
                "provider-refused",
                exit::PROVIDER,
                message,
                "show this to your administrator: the application's settings at the provider do not fit",
            ),
            OidcError::IdToken(reason) => Self::new(
                id_token_code(&reason),
                exit::PROVIDER,
                message,
                match reason {
                    IdTokenError::Expired { .. } | IdTokenError::NotYetValid { .. } => {
                        "set this machine's clock and try again"
                    }
                    _ => {
                        "show this to your administrator: config.json does not fit the provider, or somebody interferes"
                    }
                },
            ),
            OidcError::ClientCredential(_) => {
                Self::new("client-credential", exit::CONFIG, message, "run credential-process --set-client-secret")
            }
            OidcError::NoPort(_) => Self::new(
                "callback-port",
                exit::SIGN_IN_FAILED,
                message,
                "close the program that uses the port, or set REDIRECT_PORT to another port that is registered",
            ),
            OidcError::Store(error) => error.into(),
        }
    }
}

fn id_token_code(reason: &IdTokenError) -> &'static str {
    match reason {
        IdTokenError::Malformed(_) => "id-token-malformed",
        IdTokenError::Algorithm { .. } => "id-token-algorithm",
        IdTokenError::Key { .. } => "id-token-key",
        IdTokenError::Signature => "id-token-signature",
        IdTokenError::Issuer { .. } => "id-token-issuer",
        IdTokenError::Audience { .. } => "id-token-audience",
        IdTokenError::AuthorizedParty { .. } => "id-token-authorized-party",
        IdTokenError::Expired { .. } => "id-token-expired",
        IdTokenError::NotYetValid { .. } => "id-token-not-yet-valid",
        IdTokenError::Nonce => "id-token-nonce",
        IdTokenError::Subject => "id-token-subject",
    }
}

impl From<FederationError> for Error {
    fn from(error: FederationError) -> Self {
        let message = error.to_string();
        match error {
            FederationError::Network { .. } => Self::new(
                "aws-unreachable",
                exit::NETWORK,
                message,
                "check the network connection (VPN, proxy) and try again",
            ),
            FederationError::Refused(_) => Self::new(
                "aws-refused",
                exit::AWS,
                message,
                "show this to your administrator: the role or identity pool does not accept this sign-in",
            ),
            FederationError::BadAnswer { .. } => {
                Self::new("aws-answer", exit::AWS, message, "try again in a minute; a proxy may answer in AWS's place")
            }
        }
    }
}
