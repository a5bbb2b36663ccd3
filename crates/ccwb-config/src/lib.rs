//! `config.json` of Claude Code with Amazon Bedrock: from the wire format to checked domain types.
//!
//! The file is the one that the AWS guidance (v1 to v2.5.2) writes, in both of its layouts, with all its keys and
//! legacy names. After [`Config::profile`] an illegal profile cannot exist: every address is HTTPS (or loopback), every
//! ARN, region and identity pool id has its AWS form, and the way to sign in is one [`AuthMode`].
//!
//! The library never reads the environment: a binary hands in what it read as [`Places`].

mod auth;
mod claude;
mod document;
mod error;
mod federation;
mod fields;
mod identity;
mod issuer;
mod keys;
mod oidc;
mod places;
mod profile;
mod provider;
mod stamp;
mod telemetry;
mod web_address;

pub use auth::{AuthMode, IdentityCenterProfile, SecondRole, WebIdentityProfile};
pub use claude::ClaudeChoices;
pub use document::{Config, MAX_CONFIG_BYTES};
pub use error::ConfigError;
pub use federation::{AssumeRole, Federation, FederationTarget};
pub use identity::IdentityDigest;
pub use keys::{KEYS, Key};
pub use oidc::{ClientAuth, ExplicitEndpoints, OidcProfile};
pub use places::{Places, StateDir};
pub use profile::{DEFAULT_PROFILE, Monitoring, Profile, Quota, QuotaFailMode, Storage, file_stem};
pub use provider::ProviderType;
pub use stamp::ConfigStamp;
pub use telemetry::{
    Bearer, HeaderPolicy, HeaderRule, PlainHttp, TAG_HEADER, TELEMETRY_HEADERS, TRUNCATED_HEADER, Telemetry,
    plain_http, telemetry_binding,
};
pub use web_address::WebAddress;
