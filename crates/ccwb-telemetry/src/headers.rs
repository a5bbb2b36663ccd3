//! From claims to headers, with where each value came from.

use std::borrow::Cow;

use ccwb_config::{HeaderPolicy, HeaderRule, Profile, ProviderType, TAG_HEADER, TELEMETRY_HEADERS, TRUNCATED_HEADER};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::claims::{left_out, principal_tags, values};
use crate::hash::{Hasher, user_id};
use crate::table::{EMAIL, Entry, From, TABLE};
use crate::value::{Encoded, encode, encode_list};

/// Names and values together, in bytes, without the bearer token: half of what the strictest proxies take for all headers
/// (8 kB), so that the token has the other.
const TOTAL: usize = 4096;

/// One header: what is sent, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row<'a> {
    /// Its name, in lower case.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Its value; `None` if it is not sent.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    /// What the value was taken from; `None` if nothing that was looked for is there.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Cow<'a, str>>,
    /// What was looked for, where nothing is there.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Cow<'a, str>>,
    /// `keep`, `drop` or `hash`.
    #[serde(borrow)]
    pub policy: Cow<'a, str>,
    /// The value, or the whole header, was too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// All headers of a person.
#[derive(Debug)]
pub struct Headers {
    /// In the order in which they are sent.
    pub rows: Vec<Row<'static>>,
    /// Claims that the provider left out of the token because there was too much in them.
    pub left_out: Vec<String>,
}

impl Headers {
    /// Makes the headers of somebody who is known by a name alone: the one of the session that IAM Identity Center made.
    pub fn of_name(name: &str, profile: &Profile) -> Self {
        let claims = ["sub", "email"].map(|claim| (claim.to_owned(), Value::from(name)));
        Self::from_claims(&claims.into_iter().collect(), profile)
    }

    /// Makes the headers. The claims must be those of a verified ID token of this profile.
    pub fn from_claims(claims: &Map<String, Value>, profile: &Profile) -> Self {
        let maker = Maker { claims, profile, hasher: Hasher::new(profile) };
        let mut rows: Vec<Row<'static>> = TABLE.iter().map(|entry| maker.of_table(entry)).collect();
        let own = |rule: &&HeaderRule| {
            !TELEMETRY_HEADERS.contains(&rule.header.as_str()) && !rule.header.starts_with(TAG_HEADER)
        };
        rows.extend(profile.telemetry.rules.iter().filter(own).map(|rule| maker.row(&rule.header, None, "", "")));
        rows.extend(maker.tags());
        fit(&mut rows);
        Self { rows, left_out: left_out(claims) }
    }
}

/// A value before the policy: what it is and where it is from.
struct Found {
    values: Vec<String>,
    from: String,
}

struct Maker<'a> {
    claims: &'a Map<String, Value>,
    profile: &'a Profile,
    hasher: Hasher,
}

impl Maker<'_> {
    fn of_table(&self, entry: &Entry) -> Row<'static> {
        let (found, looked_for) = match &entry.from {
            From::Claims(names) => (self.first(names, false), names.join(", ")),
            From::Organisational(names) => (self.first(names, true), format!("{} or custom:...", names.join(", "))),
            From::SubjectDigest(names) => (self.first(names, false).map(digested), names.join(", ")),
            From::NameOrLocalPart(names) => (self.first(names, false).or_else(|| self.local_part()), names.join(", ")),
            From::Provider => (self.provider(), "a known identity provider".to_owned()),
            From::ProjectTag => {
                let key = &self.profile.cost_attribution_tag_key;
                (self.project(key), format!("principal tag {key}"))
            }
        };
        self.row(entry.header, found, &looked_for, entry.default)
    }

    /// A header by its rule: the rule's claims come first, its default replaces the usual one.
    fn row(&self, header: &str, usual: Option<Found>, looked_for: &str, default: &str) -> Row<'static> {
        let rule = self.profile.telemetry.rule(header);
        let policy = self.profile.telemetry.policy(header);
        let ruled: Vec<&str> = rule.into_iter().flat_map(|rule| &rule.claims).map(String::as_str).collect();
        let found = self.first(&ruled, false).or(usual);
        let missing = found.is_none().then(|| {
            let all: Vec<&str> = ruled.into_iter().chain([looked_for]).filter(|name| !name.is_empty()).collect();
            all.join(", ")
        });
        let encoded = match &found {
            Some(found) if policy == HeaderPolicy::Hash => {
                encode_list(&found.values.iter().map(|value| self.hasher.hash(value)).collect::<Vec<_>>())
            }
            Some(found) => encode_list(&found.values),
            // A default says nothing about the person, and is worth nothing hashed.
            None => encode(rule.and_then(|rule| rule.default.as_deref()).unwrap_or(default)),
        };
        row(header, encoded, found.map(|found| found.from), missing.filter(|names| !names.is_empty()), policy)
    }

    /// The first of several claims that has a value.
    fn first(&self, names: &[&str], custom: bool) -> Option<Found> {
        let forms = |name: &&str| {
            let of_the_pool = custom.then(|| format!("custom:{name}"));
            of_the_pool.into_iter().chain([(*name).to_owned()])
        };
        names.iter().flat_map(forms).find_map(|from| {
            let values = values(self.claims, &from);
            (!values.is_empty()).then_some(Found { values, from })
        })
    }

    fn local_part(&self) -> Option<Found> {
        let address = self.first(EMAIL, false)?;
        let (local, _) = address.values.first()?.split_once('@')?;
        let values = vec![local.to_owned()];
        (!local.is_empty()).then(|| Found { values, from: format!("{}, before the @", address.from) })
    }

    fn provider(&self) -> Option<Found> {
        let provider = self.profile.oidc()?.provider;
        let known = provider != ProviderType::Generic;
        known.then(|| Found { values: vec![provider.name().to_owned()], from: "iss".to_owned() })
    }

    fn project(&self, key: &str) -> Option<Found> {
        let value = principal_tags(self.claims).remove(key).filter(|value| !value.trim().is_empty())?;
        Some(Found { values: vec![value], from: format!("principal tag {key}") })
    }

    /// Every principal tag: the guidance's collector reads `x-tag-...` and nothing else of them. Of two keys that make
    /// the same name, the first counts.
    fn tags(&self) -> Vec<Row<'static>> {
        let mut rows: Vec<Row<'static>> = Vec::new();
        for (key, value) in principal_tags(self.claims) {
            let header = tag_header(&key);
            if value.trim().is_empty() || rows.iter().any(|row| row.name == header) {
                continue;
            }
            let found = Found { values: vec![value], from: format!("principal tag {key}") };
            rows.push(self.row(&header, Some(found), "", ""));
        }
        rows
    }
}

fn digested(found: Found) -> Found {
    Found { values: found.values.iter().take(1).map(|subject| user_id(subject)).collect(), ..found }
}

/// A tag's key may hold spaces and any script; a header's name may not.
fn tag_header(key: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = key.trim().chars().take(128).map(|c| safe(c.to_ascii_lowercase())).collect();
    format!("{TAG_HEADER}{name}")
}

fn row(
    name: &str,
    Encoded { text, cut }: Encoded,
    from: Option<String>,
    missing: Option<String>,
    policy: HeaderPolicy,
) -> Row<'static> {
    let sent = policy != HeaderPolicy::Drop && !text.is_empty();
    Row {
        name: name.to_owned().into(),
        value: sent.then_some(text.into()),
        from: from.map(Into::into),
        missing: missing.map(Into::into),
        policy: policy.name().into(),
        cut: sent && cut,
    }
}

/// Leaves out what is over the limit for all headers, from the end, and says which were cut or left out.
fn fit(rows: &mut Vec<Row<'static>>) {
    // Room for the header that says so: its name, and a value of the longest kind.
    const MARKER: usize = 256 + TRUNCATED_HEADER.len();
    let mut left = TOTAL - MARKER;
    for row in rows.iter_mut() {
        let Some(value) = &row.value else { continue };
        match left.checked_sub(row.name.len() + value.len()) {
            Some(rest) => left = rest,
            None => (row.value, row.cut) = (None, true),
        }
    }
    let cut: Vec<String> = rows.iter().filter(|row| row.cut).map(|row| row.name.to_string()).collect();
    if !cut.is_empty() {
        let names = encode_list(&cut);
        rows.push(row(TRUNCATED_HEADER, names, Some("what was cut".to_owned()), None, HeaderPolicy::Keep));
    }
}

#[cfg(test)]
mod tests;
