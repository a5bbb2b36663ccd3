//! Every failure as one value: a stable code, one sentence, one next step, an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use ccwb_config::ConfigError;
use ccwb_federation::FederationError;
use ccwb_http::{HttpError, HttpErrorKind};
use ccwb_install::{InstallError, RecordError};
use ccwb_oidc::{IdTokenError, OidcError};
use ccwb_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::codes::{self, Code};
use crate::entra;
use crate::network_hint::network_hint;

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

impl Error {
    pub(crate) fn new(code: &Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.name.to_owned(), exit: code.exit, message: message.into(), hint: hint.into() }
    }

    /// Writes the error to stderr: the code and what happened first, the next step last.
    pub(crate) fn report(&self) -> ExitCode {
        let text = format!("error[{}]: {}\nhint: {}\n", self.code, self.message, self.hint);
        let _ = std::io::stderr().write_all(text.as_bytes());
        ExitCode::from(self.exit)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let (code, hint) = match &error {
            ConfigError::NotFound { .. } | ConfigError::NoHome => (
                codes::CONFIG_NOT_FOUND,
                "run install.sh of the package from your administrator, or set CCWB_CONFIG to its config.json",
            ),
            ConfigError::Unreadable { .. } => (codes::CONFIG_UNREADABLE, "make the file readable for your user"),
            ConfigError::TooLarge { .. } => (codes::CONFIG_TOO_LARGE, "check that CCWB_CONFIG names a config.json"),
            ConfigError::Malformed { .. } => {
                (codes::CONFIG_MALFORMED, "mend the file, or install the package from your administrator again")
            }
            ConfigError::UnknownProfile { .. } => (codes::PROFILE_UNKNOWN, "name one of them with --profile"),
            ConfigError::Key { .. } => {
                (codes::CONFIG_VALUE, "mend this key, or install the package from your administrator again")
            }
        };
        Self::new(code, error.to_string(), hint)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (code, hint) = match &error {
            StoreError::File { .. } => (
                codes::STORE_FILE,
                "free some space or mend the permissions, or set CCWB_STATE_DIR to a folder of your own",
            ),
            StoreError::ForeignFile { .. } => (codes::STORE_FOREIGN, "set CCWB_STATE_DIR to a folder of your own"),
            StoreError::Unavailable { .. } => (
                codes::STORE_UNAVAILABLE,
                "unlock the keyring, or have \"credential_storage\" in config.json set to keyring or session",
            ),
            StoreError::Forgotten { .. } => {
                (codes::STORE_FORGOTTEN, "have \"credential_storage\" in config.json set to session")
            }
        };
        Self::new(code, error.to_string(), hint)
    }
}

impl From<InstallError> for Error {
    fn from(error: InstallError) -> Self {
        let (code, hint) = match error {
            InstallError::Record(RecordError::Store(error)) => return error.into(),
            InstallError::Record(RecordError::Malformed { .. }) => (
                codes::INSTALL_RECORD,
                "remove the record and install again; the copies beside the settings files hold what was there before",
            ),
            InstallError::File(_) => {
                (codes::SETTINGS_FILE, "make the file and its folder writable for your user and try again")
            }
            InstallError::Malformed { .. } => (codes::SETTINGS_MALFORMED, "mend the file and try again"),
        };
        Self::new(code, error.to_string(), hint)
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
        Self::new(codes::NETWORK_SETUP, error.to_string(), hint)
    }
}

impl From<OidcError> for Error {
    fn from(error: OidcError) -> Self {
        let message = error.to_string();
        match error {
            OidcError::Network { source, .. } if source.kind().is_none() => source.into(),
            OidcError::Network { source, .. } => {
                Self::new(network_code(&source, codes::PROVIDER_UNREACHABLE), message, network_hint(Some(&source)))
            }
            OidcError::BadAnswer { .. } => Self::new(
                codes::PROVIDER_ANSWER,
                message,
                "try again in a minute; if it stays, check provider_domain and the oidc_ keys in config.json",
            ),
            OidcError::Refused { refusal, .. } => Self::new(
                codes::PROVIDER_REFUSED,
                message,
                refusal.description.as_deref().and_then(entra::fix).unwrap_or(
                    "show this to your administrator: the application's settings at the provider do not fit",
                ),
            ),
            OidcError::IdToken(reason) => Self::new(
                id_token_code(&reason),
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
            OidcError::ClientCredential(_) => Self::new(
                codes::CLIENT_CREDENTIAL,
                message,
                "check client_certificate_path and client_certificate_key_path in config.json",
            ),
            OidcError::NoPort(_) => Self::new(
                codes::CALLBACK_PORT,
                message,
                "close the program that uses the port, or set REDIRECT_PORT to another port that is registered",
            ),
            OidcError::Store(error) => error.into(),
        }
    }
}

/// Whoever was asked: what a captive portal answers is nobody's fault but the portal's.
fn network_code(error: &HttpError, unreachable: &'static Code) -> &'static Code {
    if error.kind() == Some(HttpErrorKind::Portal) { codes::CAPTIVE_PORTAL } else { unreachable }
}

fn id_token_code(reason: &IdTokenError) -> &'static Code {
    match reason {
        IdTokenError::Malformed(_) => codes::ID_TOKEN_MALFORMED,
        IdTokenError::Algorithm { .. } => codes::ID_TOKEN_ALGORITHM,
        IdTokenError::Key { .. } => codes::ID_TOKEN_KEY,
        IdTokenError::Signature => codes::ID_TOKEN_SIGNATURE,
        IdTokenError::Issuer { .. } => codes::ID_TOKEN_ISSUER,
        IdTokenError::Audience { .. } => codes::ID_TOKEN_AUDIENCE,
        IdTokenError::AuthorizedParty { .. } => codes::ID_TOKEN_AUTHORIZED_PARTY,
        IdTokenError::Expired { .. } => codes::ID_TOKEN_EXPIRED,
        IdTokenError::NotYetValid { .. } => codes::ID_TOKEN_NOT_YET_VALID,
        IdTokenError::Nonce => codes::ID_TOKEN_NONCE,
        IdTokenError::Subject => codes::ID_TOKEN_SUBJECT,
    }
}

impl From<FederationError> for Error {
    fn from(error: FederationError) -> Self {
        let message = error.to_string();
        match error {
            FederationError::Network { source, .. } => {
                let code =
                    source.as_ref().map_or(codes::AWS_UNREACHABLE, |error| network_code(error, codes::AWS_UNREACHABLE));
                Self::new(code, message, network_hint(source.as_ref()))
            }
            FederationError::Refused(_) => Self::new(
                codes::AWS_REFUSED,
                message,
                "show this to your administrator: the role or identity pool does not accept this sign-in",
            ),
            FederationError::BadAnswer { .. } => {
                Self::new(codes::AWS_ANSWER, message, "try again in a minute; a proxy may answer in AWS's place")
            }
        }
    }
}
