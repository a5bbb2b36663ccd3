//! What a sign-in can fail with, sorted by whose fault it is.

use ccwb_http::HttpError;
use ccwb_store::StoreError;

/// A sign-in, a refresh or a look-up that failed.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider was not reached.
    #[error("the identity provider could not be reached ({what}): {source}")]
    Network {
        /// Which request.
        what: &'static str,
        /// Why.
        source: HttpError,
    },
    /// The provider answered something that is not an answer (a captive portal's page, a 500, broken JSON).
    #[error("the identity provider's answer cannot be used ({what}): {problem}")]
    BadAnswer {
        /// Which request.
        what: &'static str,
        /// What is wrong; never the body.
        problem: String,
    },
    /// The provider refused.
    #[error("the identity provider refused ({what}): {refusal}")]
    Refused {
        /// Which request.
        what: &'static str,
        /// What it said.
        refusal: ProviderRefusal,
    },
    /// The provider's ID token was refused by us.
    #[error("the ID token was refused: {0}")]
    IdToken(#[from] IdTokenError),
    /// The client's own secret, certificate or key is missing or cannot be used.
    #[error("{0}")]
    ClientCredential(String),
    /// None of the redirect ports could be had.
    #[error("no port for the sign-in's answer: {0}")]
    NoPort(String),
    /// Something of ours on disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An error answer of the provider (RFC 6749, sections 4.1.2.1 and 5.2), without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRefusal {
    /// `error`.
    pub error: String,
    /// `error_description`.
    pub description: Option<String>,
}

impl ProviderRefusal {
    /// `invalid_grant`: the code or refresh token that was sent is no longer good.
    pub fn is_invalid_grant(&self) -> bool {
        self.error == "invalid_grant"
    }
}

impl std::fmt::Display for ProviderRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.description {
            Some(description) => write!(f, "{}: {description}", self.error),
            None => f.write_str(&self.error),
        }
    }
}

/// Why an ID token was refused. Each reason has its own code in the reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a signed JWT with a claims object.
    #[error("it is not a signed JWT ({0})")]
    Malformed(&'static str),
    /// `alg` is none, a MAC, or nothing that the provider announces.
    #[error("its signature algorithm {found} is not one that the provider announces ({allowed})")]
    Algorithm {
        /// `alg`.
        found: String,
        /// What would have been accepted.
        allowed: String,
    },
    /// No key of the provider fits.
    #[error("the provider publishes no key that fits it (key id {key_id})")]
    Key {
        /// `kid`.
        key_id: String,
    },
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// `iss` is somebody else.
    #[error("its issuer is {found}, expected {expected}")]
    Issuer {
        /// `iss`.
        found: String,
        /// The issuer of the configuration.
        expected: String,
    },
    /// `aud` does not hold our client.
    #[error("its audience is {found}, expected {expected}")]
    Audience {
        /// `aud`.
        found: String,
        /// Our client id.
        expected: String,
    },
    /// `azp` is another client, or is missing where there are several audiences.
    #[error("its authorized party is {found}, expected {expected}")]
    AuthorizedParty {
        /// `azp`.
        found: String,
        /// Our client id.
        expected: String,
    },
    /// `exp` has passed.
    #[error("it expired {seconds_ago} seconds ago")]
    Expired {
        /// Since when.
        seconds_ago: i64,
    },
    /// `iat` or `nbf` is in the future.
    #[error("it is not valid for another {seconds} seconds; is this machine's clock right?")]
    NotYetValid {
        /// For how long.
        seconds: i64,
    },
    /// `nonce` is missing or that of another sign-in.
    #[error("its nonce is not that of this sign-in")]
    Nonce,
    /// `sub` is missing, or another than before a refresh.
    #[error("its subject is missing or is another person's")]
    Subject,
}
