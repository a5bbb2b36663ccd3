use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::aws::roles::Role;
use crate::idp::client::Client;
use crate::idp::shape::ProviderShape;
use crate::idp::user::User;

/// How a sandbox is set up. `Options::default()` is a generic provider on free ports with a login page.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port of the identity provider; 0 takes a free one.
    pub idp_port: u16,
    /// Port of the AWS endpoints; 0 takes a free one.
    pub aws_port: u16,
    /// Where the provider says it is, if something in front of it takes the requests: for TLS, or for a name.
    pub public_idp_url: Option<Url>,
    /// Port of the OTLP receiver; 0 takes a free one.
    pub otlp_port: u16,
    /// Which provider's issuer, paths, claims and quirks to follow.
    pub shape: ProviderShape,
    /// How long what is issued lives.
    pub lifetimes: Lifetimes,
    /// Authorize (and a device code) is answered as if a person had signed in at once, without a page.
    pub auto_approve: bool,
    /// What happens to a refresh token when it is used; `None` follows the shape.
    pub rotation: Option<Rotation>,
    /// How ID tokens are signed.
    pub signing_algorithm: SigningAlgorithm,
    /// Registered clients; empty registers the shape's usual ones. The first is [`crate::Sandbox::client_id`].
    pub clients: Vec<Client>,
    /// Redirect URIs of every client, besides `http://localhost:8400..=8409/callback`.
    pub redirect_uris: Vec<String>,
    /// Who can sign in.
    pub users: Vec<User>,
    /// The AWS account that everything belongs to.
    pub account_id: String,
    /// The region of the identity pool and of the bills; it decides the partition of every ARN.
    pub region: String,
    /// Permission sets of Identity Center, which everybody has in the account.
    pub permission_sets: Vec<String>,
    /// IAM roles; the first one that trusts each principal is the one that configurations name.
    pub roles: Vec<Role>,
}

impl Options {
    /// The part of AWS that the region belongs to, as in ARNs.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.split('-').collect::<Vec<_>>()[..] {
            [_, "gov", ..] => "aws-us-gov",
            ["cn", ..] => "aws-cn",
            ["eusc", ..] => "aws-eusc",
            _ => "aws",
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            idp_port: 0,
            aws_port: 0,
            public_idp_url: None,
            otlp_port: 0,
            shape: ProviderShape::Generic,
            lifetimes: Lifetimes::default(),
            auto_approve: false,
            rotation: None,
            signing_algorithm: SigningAlgorithm::Rs256,
            clients: Vec::new(),
            redirect_uris: Vec::new(),
            users: User::samples(),
            account_id: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            permission_sets: vec!["CcwbPermissionSet".to_owned()],
            roles: Role::samples(),
        }
    }
}

/// How long what the sandbox issues lives.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// `exp` of an ID token. One hour.
    pub id_token: Duration,
    /// `expires_in` of a token response. One hour.
    pub access_token: Duration,
    /// From the sign-in, not from the last use. 30 days.
    pub refresh_token: Duration,
    /// Authorization code. One minute (RFC 6749 section 4.1.2 allows ten).
    pub code: Duration,
    /// Device code. Ten minutes.
    pub device_code: Duration,
    /// Credentials from the identity pool, and the default duration of an STS session. One hour.
    pub aws_credentials: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            id_token: Duration::from_hours(1),
            access_token: Duration::from_hours(1),
            refresh_token: Duration::from_hours(30 * 24),
            code: Duration::from_mins(1),
            device_code: Duration::from_mins(10),
            aws_credentials: Duration::from_hours(1),
        }
    }
}

/// What happens to a refresh token when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rotation {
    /// The same token goes on; no new one is sent (Okta, Auth0, Google and Cognito unless told otherwise).
    Never,
    /// A new one each time; using an old one again revokes the whole family (RFC 9700 section 4.14.2).
    Always,
    /// A new one each time, the old one stays good (Entra).
    Overlapping,
}

/// How ID tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 and a 2048-bit key.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl SigningAlgorithm {
    /// The `alg` name of RFC 7518.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}
