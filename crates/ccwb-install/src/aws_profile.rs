//! `[profile P]` in AWS's config file, and keys for the same profile in the credentials file.

use serde_json::Value;

use crate::aws_ini::AwsIni;
use crate::document::{Document as _, Key};
use crate::merge::{Entry, Rule};
use crate::quote::{System, credential_process};

/// What SDKs take before `credential_process`, so that it would never be asked (botocore's order of providers).
const OTHER_SOURCES: &[&str] = &[
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
    "sso_registration_scopes",
    "login_session",
];

/// Keys, and what the AWS guidance wrote beside them.
const STATIC_KEYS: &[&str] =
    &["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token", "x-expiration"];

/// The section of a profile in the config file: ours are `credential_process` and `region`; of the rest only what would
/// come before them goes.
pub fn config_entries(
    system: System,
    profile: &str,
    program: &str,
    region: &str,
    remove_static_keys: bool,
) -> Vec<Entry> {
    let entry = |name: &str, value: Option<Value>| Entry { key: key(profile, name), value, rule: Rule::Replace };
    let command = credential_process(system, program, &["--profile", profile]);
    let keys = if remove_static_keys { STATIC_KEYS } else { &[] };
    let gone = OTHER_SOURCES.iter().chain(keys).map(|name| entry(name, None));
    [entry("credential_process", Some(command.into())), entry("region", Some(region.into()))]
        .into_iter()
        .chain(gone)
        .collect()
}

/// The keys of a profile in the credentials file, to be taken away.
pub fn credentials_entries(profile: &str) -> Vec<Entry> {
    STATIC_KEYS.iter().map(|name| Entry { key: key(profile, name), value: None, rule: Rule::Replace }).collect()
}

/// What stands in the credentials file for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaticKeys {
    /// Nothing that SDKs would take.
    None,
    /// The placeholder of an older version: every call with it fails.
    Expired,
    /// Credentials of an older version.
    OfOlderVersion,
    /// Somebody's keys.
    Foreign,
}

impl StaticKeys {
    /// Looks for them.
    pub fn of(credentials: &AwsIni, profile: &str) -> Self {
        match credentials.value(profile, "aws_access_key_id") {
            None => Self::None,
            Some("EXPIRED") => Self::Expired,
            Some(_) if credentials.value(profile, "x-expiration").is_some() => Self::OfOlderVersion,
            Some(_) => Self::Foreign,
        }
    }
}

/// What of an older install stands in the profiles of the config file: nothing to go back to.
pub fn stale(config: &AwsIni, profiles: &[String]) -> Vec<Key> {
    let of_older_install = |profile: &&String| {
        config.value(profile, "credential_process").is_some_and(|command| {
            command.contains("claude-code-with-bedrock") && command.contains("credential-process")
        })
    };
    let found = profiles.iter().filter(of_older_install);
    found
        .flat_map(|profile| ["credential_process", "region"].map(|name| key(profile, name)))
        .filter(|key| config.get(key).is_some())
        .collect()
}

/// The same for the credentials file: the placeholder, and credentials that nobody but an older version wrote.
pub fn stale_keys(credentials: &AwsIni, profiles: &[String]) -> Vec<Key> {
    let is_stale = |profile: &&String| {
        matches!(StaticKeys::of(credentials, profile), StaticKeys::Expired | StaticKeys::OfOlderVersion)
    };
    let found = profiles.iter().filter(is_stale);
    found.flat_map(|profile| STATIC_KEYS.iter().map(|name| key(profile, name))).collect()
}

fn key(profile: &str, name: &str) -> Key {
    vec![profile.to_owned(), name.to_owned()]
}
