//! The administrator's profiles: what `ccwb init` asks, and what `deploy` and `package` are made from.
//!
//! They live in `~/.ccwb`, in the AWS guidance's layout ([`AdminFolder`]). A profile is a JSON file
//! ([`ProfileDocument`]) that is edited value by value, so that every byte that did not change stays as it was. What it
//! means is an [`AdminProfile`]: after it was made no illegal profile exists. [`AdminProfile::user_config`] is the part
//! that users get as config.json.
//!
//! No network, no environment, no clock: a binary hands them in.

mod checks;
mod document;
mod error;
mod folder;
mod keys;
mod migrate;
mod name;
mod parse;
mod profile;
mod questions;
mod reader;
mod stacks;
mod user_config;

pub use document::ProfileDocument;
pub use error::{AdminError, Problem};
pub use folder::{AdminFolder, StoredProfile};
pub use keys::{ADMIN_KEYS, AdminKey, Kind, Origin, find as find_key};
pub use migrate::effective;
pub use name::{BaseName, ProfileName};
pub use profile::{
    AdminProfile, Budget, CustomDomain, FederationKind, Hardening, IdentityCenter, Limits, Models, Monitoring,
    MonitoringMode, Network, OidcSignIn, Packaging, QuotaPlan, SettingsCredentials, SettingsTarget, SignIn, Trust,
    VpcEndpoint,
};
pub use questions::{
    Ask, Choice, Draft, ProviderAddress, QUESTIONS, Question, Section, is_empty, json_schema, reference,
};
pub use stacks::Stack;
pub use user_config::Outputs;
