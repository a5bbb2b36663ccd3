//! What telemetry tells about a person: the administrator's rules for each header, and for the bearer token.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::{Host, Url};

use crate::error::ConfigError;
use crate::fields::Fields;
use crate::identity::{FieldHash, IdentityDigest};
use crate::profile::{Profile, Storage};

/// The headers that are sent without a rule, principal tags excepted (`x-tag-<key>`). `ccwb-telemetry` says which claims
/// they come from; a rule for any other header must say so itself.
pub const TELEMETRY_HEADERS: &[&str] = &[
    "x-user-email",
    "x-user-id",
    "x-user-name",
    "x-department",
    "x-team-id",
    "x-cost-center",
    "x-organization",
    "x-location",
    "x-role",
    "x-manager",
    "x-project",
];

/// How the headers of principal tags begin.
pub const TAG_HEADER: &str = "x-tag-";

/// Names the headers that were cut or left out; no rule may touch it.
pub const TRUNCATED_HEADER: &str = "x-truncated";

/// What config.json says about the headers of telemetry.
#[derive(Clone, Debug)]
pub struct Telemetry {
    /// `monitoring_enabled` is false in so many words. Packages of the guidance do not write that key, so that its
    /// absence says nothing.
    pub off: bool,
    /// Whether the ID token goes along.
    pub bearer: Bearer,
    /// Rules, sorted by header.
    pub rules: Vec<HeaderRule>,
    /// Makes hashes of this company's values useless to anyone who does not know it.
    pub hash_salt: Option<SecretString>,
}

/// When the ID token is sent to the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// Never.
    Never,
    /// Over HTTPS, as the guidance does; not kept in a file where the keyring is to hold secrets.
    OverHttps,
    /// Over HTTPS, and over HTTP to this machine.
    Asked,
}

/// The administrator's word on one header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRule {
    /// The header, in lower case; `x-tag-*` is every principal tag without a rule of its own.
    pub header: String,
    /// What happens to its value.
    pub policy: HeaderPolicy,
    /// Claims that are looked at before the usual ones.
    pub claims: Vec<String>,
    /// What is sent where no claim is there; empty sends no such header.
    pub default: Option<String>,
}

/// What happens to a header's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderPolicy {
    /// It is sent.
    Keep,
    /// The header is not sent.
    Drop,
    /// A keyed hash is sent: equal values stay equal, and nobody reads them.
    Hash,
}

impl HeaderPolicy {
    /// The value in config.json.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Drop => "drop",
            Self::Hash => "hash",
        }
    }
}

impl Telemetry {
    pub(crate) fn from_fields(fields: &Fields<'_>, storage: Storage) -> Result<Self, ConfigError> {
        Ok(Self {
            off: fields.flag("monitoring_enabled")? == Some(false),
            bearer: bearer(fields, storage)?,
            rules: rules(fields)?,
            hash_salt: fields.text("telemetry_hash_salt")?.map(SecretString::from),
        })
    }

    /// The rule for a header.
    pub fn rule(&self, header: &str) -> Option<&HeaderRule> {
        self.rules.iter().find(|rule| rule.header == header)
    }

    /// The policy for a header: its own, for a principal tag else that of all, else keep.
    pub fn policy(&self, header: &str) -> HeaderPolicy {
        let of_all_tags = || self.rule(&format!("{TAG_HEADER}*")).filter(|_| header.starts_with(TAG_HEADER));
        self.rule(header).or_else(of_all_tags).map_or(HeaderPolicy::Keep, |rule| rule.policy)
    }
}

/// What a header file is bound to: the identity, and everything that decides over what is sent. A file that was written
/// under other rules has another binding.
pub fn telemetry_binding(profile: &Profile) -> String {
    let telemetry = &profile.telemetry;
    let mut hash = FieldHash::default();
    hash.field("telemetry").field(IdentityDigest::of(profile).as_str()).field(profile.storage.name());
    hash.field(&profile.cost_attribution_tag_key).field(if telemetry.off { "off" } else { "on" });
    hash.field(match telemetry.bearer {
        Bearer::Never => "never",
        Bearer::OverHttps => "https",
        Bearer::Asked => "asked",
    });
    hash.field(telemetry.hash_salt.as_ref().map_or("", |salt| salt.expose_secret()));
    for rule in &telemetry.rules {
        hash.field(&rule.header).field(rule.policy.name());
        hash.field(&rule.claims.len().to_string());
        for claim in &rule.claims {
            hash.field(claim);
        }
        hash.field(if rule.default.is_some() { "default" } else { "" });
        hash.field(rule.default.as_deref().unwrap_or_default());
    }
    hash.finish()
}

/// Whether an address is plain HTTP, and if so, whether to this machine.
pub fn plain_http(address: &str) -> Option<PlainHttp> {
    let url = Url::parse(address.trim()).ok().filter(|url| url.scheme() == "http")?;
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    Some(if loopback { PlainHttp::ToThisMachine } else { PlainHttp::OverTheNetwork })
}

/// Where unencrypted HTTP goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// To a loopback address.
    ToThisMachine,
    /// Past anybody who listens.
    OverTheNetwork,
}

fn bearer(fields: &Fields<'_>, storage: Storage) -> Result<Bearer, ConfigError> {
    let key = "telemetry_bearer";
    let plain = fields.text("otel_collector_endpoint")?.and_then(|endpoint| plain_http(&endpoint));
    let sidecar = fields.text("monitoring_mode")?.as_deref() == Some("sidecar");
    match fields.flag(key)? {
        Some(true) if plain == Some(PlainHttp::OverTheNetwork) => Err(fields.error(
            key,
            "must not be true where otel_collector_endpoint starts with http://: anybody on the way could read the token",
        )),
        Some(true) => Ok(Bearer::Asked),
        // A sidecar on this machine asks for no token, and a token is worth an AWS session to whoever reads it.
        None if plain.is_none() && !sidecar && storage == Storage::Session => Ok(Bearer::OverHttps),
        Some(false) | None => Ok(Bearer::Never),
    }
}

fn rules(fields: &Fields<'_>) -> Result<Vec<HeaderRule>, ConfigError> {
    let key = "telemetry_headers";
    let Some(value) = fields.present(key) else { return Ok(Vec::new()) };
    let Value::Object(headers) = value else { return Err(fields.wrong_type(key, "an object of headers", value)) };
    let inner = fields.nested(key, headers);
    headers.iter().map(|(header, value)| rule(&inner, &format!("{key}.{header}"), header, value)).collect()
}

fn rule(fields: &Fields<'_>, key: &str, header: &str, value: &Value) -> Result<HeaderRule, ConfigError> {
    check_name(header).map_err(|problem| fields.error(key, problem))?;
    let rule = match value {
        Value::String(_) => {
            HeaderRule { header: header.to_owned(), policy: policy(fields, key)?, claims: Vec::new(), default: None }
        }
        Value::Object(object) => from_object(fields, key, header, object)?,
        other => return Err(fields.wrong_type(key, "keep, drop, hash or an object", other)),
    };
    let is_tag = header.starts_with(TAG_HEADER);
    if is_tag && !(rule.claims.is_empty() && rule.default.is_none()) {
        return Err(fields.error(key, "takes keep, drop or hash only: its value is the principal tag's"));
    }
    // A header that is misspelt must not look as if it were dropped.
    if !is_tag && !TELEMETRY_HEADERS.contains(&header) && rule.claims.is_empty() && rule.default.is_none() {
        let known = TELEMETRY_HEADERS.join(", ");
        return Err(
            fields.error(key, format!("is a header of your own, so it needs claims or a default; known are {known}"))
        );
    }
    Ok(rule)
}

fn from_object(
    fields: &Fields<'_>,
    key: &str,
    header: &str,
    object: &Map<String, Value>,
) -> Result<HeaderRule, ConfigError> {
    let inner = fields.nested(key, object);
    if let Some(unknown) = object.keys().find(|name| !["policy", "claims", "default"].contains(&name.as_str())) {
        return Err(
            fields.error(&format!("{key}.{unknown}"), "is not known here; there are policy, claims and default")
        );
    }
    let policy_key = format!("{key}.policy");
    Ok(HeaderRule {
        header: header.to_owned(),
        policy: if inner.present(&policy_key).is_some() { policy(&inner, &policy_key)? } else { HeaderPolicy::Keep },
        claims: claims(&inner, &format!("{key}.claims"))?,
        default: inner.text_or_empty(&format!("{key}.default"))?,
    })
}

fn policy(fields: &Fields<'_>, key: &str) -> Result<HeaderPolicy, ConfigError> {
    match fields.required(&[key])?.as_str() {
        "keep" => Ok(HeaderPolicy::Keep),
        "drop" => Ok(HeaderPolicy::Drop),
        "hash" => Ok(HeaderPolicy::Hash),
        other => Err(fields.error(key, format!("must be keep, drop or hash, but is \"{other}\""))),
    }
}

fn claims(fields: &Fields<'_>, key: &str) -> Result<Vec<String>, ConfigError> {
    match fields.present(key) {
        None => Ok(Vec::new()),
        Some(Value::String(name)) => Ok(vec![name.clone()]),
        Some(Value::Array(names)) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned).ok_or_else(|| fields.wrong_type(key, "a list of texts", name)))
            .collect(),
        Some(other) => Err(fields.wrong_type(key, "a text or a list of texts", other)),
    }
}

/// Lower case, as they are sent, and `x-`: nothing here may replace what HTTP or a proxy goes by.
fn check_name(header: &str) -> Result<(), &'static str> {
    const LONGEST: usize = 64;
    let rest = header.strip_suffix('*').filter(|rest| *rest == TAG_HEADER).unwrap_or(header);
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    if !header.starts_with("x-") || header.len() > LONGEST || header.len() < 3 || !rest.bytes().all(known) {
        return Err("is not the name of a header: x- and at most 62 lower-case letters, digits, -, _ and .");
    }
    if header == TRUNCATED_HEADER {
        return Err("is set by the program itself, where it had to cut a value");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::Config;

    fn profile(changes: &Value) -> Result<Profile, String> {
        let mut values = json!({
            "provider_domain": "a.okta.com", "client_id": "c", "identity_pool_id": "us-east-1:aa",
        });
        for (key, value) in changes.as_object().unwrap() {
            values[key] = value.clone();
        }
        let config = Config::from_text(Path::new("config.json"), json!({ "P": values }).to_string());
        config.profile("P").map_err(|error| error.to_string())
    }

    fn telemetry(changes: &Value) -> Telemetry {
        profile(changes).unwrap().telemetry
    }

    #[test]
    fn a_rule_is_a_word_or_an_object() {
        let telemetry = telemetry(&json!({"telemetry_headers": {
            "x-user-email": "hash",
            "x-team-id": {"claims": ["groups"], "default": "core"},
            "x-division": {"claims": "division", "policy": "hash"},
            "x-tag-*": "drop", "x-tag-project": "keep",
        }}));
        assert_eq!(telemetry.policy("x-user-email"), HeaderPolicy::Hash);
        assert_eq!(telemetry.policy("x-department"), HeaderPolicy::Keep);
        assert_eq!(telemetry.policy("x-tag-team"), HeaderPolicy::Drop);
        assert_eq!(telemetry.policy("x-tag-project"), HeaderPolicy::Keep);
        assert_eq!(telemetry.rule("x-team-id").unwrap().default.as_deref(), Some("core"));
        assert_eq!(telemetry.rule("x-division").unwrap().claims, ["division"]);
    }

    #[test]
    fn a_bad_rule_is_named_with_file_profile_and_key() {
        for (rules, message) in [
            (json!([]), "config.json: profile \"P\": telemetry_headers: must be an object of headers, but is a list"),
            (json!({"x-user-emial": "drop"}), "telemetry_headers.x-user-emial: is a header of your own"),
            (json!({"x-user-email": "remove"}), "telemetry_headers.x-user-email: must be keep, drop or hash"),
            (json!({"X-User-Email": "drop"}), "telemetry_headers.X-User-Email: is not the name of a header"),
            (json!({"x-a\nb": {"default": "1"}}), "is not the name of a header"),
            (json!({"authorization": "drop"}), "telemetry_headers.authorization: is not the name of a header"),
            (json!({"x-truncated": "drop"}), "is set by the program itself"),
            (json!({"x-role": 1}), "telemetry_headers.x-role: must be keep, drop, hash or an object, but is a number"),
            (json!({"x-role": {"polcy": "drop"}}), "telemetry_headers.x-role.polcy: is not known here"),
            (json!({"x-role": {"policy": "no"}}), "telemetry_headers.x-role.policy: must be keep, drop or hash"),
            (json!({"x-role": {"claims": [1]}}), "telemetry_headers.x-role.claims: must be a list of texts"),
            (json!({"x-tag-*": {"default": "x"}}), "telemetry_headers.x-tag-*: takes keep, drop or hash only"),
        ] {
            let error = profile(&json!({ "telemetry_headers": rules })).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn the_token_goes_along_by_itself_only_over_https_and_where_a_file_holds_it_anyway() {
        let bearer = |changes: &Value| telemetry(changes).bearer;
        assert_eq!(bearer(&json!({})), Bearer::OverHttps);
        assert_eq!(bearer(&json!({"otel_collector_endpoint": "https://otel.example.com"})), Bearer::OverHttps);
        for never in [
            json!({"telemetry_bearer": false}),
            json!({"credential_storage": "keyring"}),
            json!({"monitoring_mode": "sidecar"}),
            json!({"otel_collector_endpoint": "http://localhost:4318"}),
            json!({"otel_collector_endpoint": "http://otel.example.com"}),
        ] {
            assert_eq!(bearer(&never), Bearer::Never, "{never}");
        }
        for asked in [
            json!({"telemetry_bearer": true, "credential_storage": "keyring"}),
            json!({"telemetry_bearer": true, "otel_collector_endpoint": "http://127.0.0.1:4318"}),
        ] {
            assert_eq!(bearer(&asked), Bearer::Asked, "{asked}");
        }
        let error = profile(&json!({"telemetry_bearer": true, "otel_collector_endpoint": "http://otel.example.com"}));
        assert!(error.unwrap_err().contains("telemetry_bearer: must not be true where"));
    }

    #[test]
    fn whatever_decides_over_the_headers_changes_the_binding() {
        let bindings: std::collections::BTreeSet<String> = [
            json!({}),
            json!({"client_id": "d"}),
            json!({"telemetry_bearer": false}),
            json!({"telemetry_bearer": true}),
            json!({"telemetry_hash_salt": "s"}),
            json!({"cost_attribution_tag_key": "Team"}),
            json!({"monitoring_enabled": false}),
            json!({"telemetry_headers": {"x-role": "drop"}}),
            json!({"telemetry_headers": {"x-role": "hash"}}),
            json!({"telemetry_headers": {"x-role": {"claims": ["a"]}}}),
            json!({"telemetry_headers": {"x-role": {"claims": ["a", "b"]}}}),
            json!({"telemetry_headers": {"x-role": {"default": ""}}}),
            json!({"telemetry_headers": {"x-role": {"default": "a"}}}),
        ]
        .into_iter()
        .map(|changes| telemetry_binding(&profile(&changes).unwrap()))
        .collect();
        assert_eq!(bindings.len(), 13);
        let same = |changes: &Value| telemetry_binding(&profile(changes).unwrap());
        assert_eq!(same(&json!({})), same(&json!({"selected_model": "m", "redirect_port": 9})));
    }
}
