//! A Bedrock API key: a bearer token, which Bedrock's own clients take and nobody else. It rests in the keyring, and goes into
//! the environment of one program at a time (`run`), never into a file of settings.
//!
//! Source: Amazon Bedrock User Guide, "API keys": `AWS_BEARER_TOKEN_BEDROCK`; keys of up to 12 hours are signed URLs.

use std::io::{IsTerminal, Read as _};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::lasting_key::{self, not_one};
use crate::clock::span;
use crate::codes;
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::output::note;
use crate::world::World;

/// What AWS SDKs and Claude Code read the key from.
pub(crate) const VARIABLE: &str = "AWS_BEARER_TOKEN_BEDROCK";
/// A key that is a signed URL begins so, base64 and all.
const SHORT_TERM: &str = "bedrock-api-key-";
/// From this age on a key without an end is too old.
const OLD: i64 = 90;
const BETTER: &str = "A long-term Bedrock API key is meant for trying things out, and works for whoever has it. Better ways store none: \
                      signing in, the machine's own role, a token of CI (docs/guides/other-ways-in.md).";

#[derive(Serialize, Deserialize)]
struct Stored {
    value: String,
    since: i64,
}

impl Stored {
    fn is_short_term(&self) -> bool {
        self.value.starts_with(SHORT_TERM)
    }

    /// When a short-term key ends, if it says so.
    fn expires(&self) -> Option<DateTime<Utc>> {
        expiry(self.value.strip_prefix(SHORT_TERM)?)
    }

    /// Enough to tell it from another, and no more.
    fn beginning(&self) -> String {
        let start: String = self.value.chars().take(if self.is_short_term() { SHORT_TERM.len() } else { 8 }).collect();
        format!("{start}…")
    }

    fn in_words(&self) -> String {
        let (now, kind) = (World::now(), if self.is_short_term() { "short-term" } else { "long-term" });
        let age = span(now.timestamp() - self.since);
        let end = match self.expires() {
            Some(end) if end > now => format!(", good for another {}", span((end - now).num_seconds())),
            Some(end) => format!(", expired {} ago", span((now - end).num_seconds())),
            None => String::new(),
        };
        format!("{} ({kind}), stored {age} ago{end}", self.beginning())
    }
}

/// As `credential_process` and `export` are asked: AWS credentials are what this profile has not.
pub(super) fn credentials<T>(context: &Context<'_>) -> Result<T, Error> {
    let message = format!(
        "profile \"{}\" has a Bedrock API key, which is a bearer token: no AWS credentials can be made of it",
        context.profile.name
    );
    let hint = format!(
        "run {}, which hands the key to the program as {VARIABLE}",
        context.command_line(&["run", "--", "claude"])
    );
    Err(Error::new(codes::BEARER_ONLY, message, hint))
}

/// The key, to be handed to a program; not one that has expired.
pub(crate) fn bearer(context: &Context<'_>) -> Result<SecretString, Error> {
    let stored = stored(context)?;
    match stored.expires() {
        Some(end) if end <= World::now() => {
            let message =
                format!("the short-term Bedrock API key expired {} ago", span((World::now() - end).num_seconds()));
            let hint =
                format!("get a new one from the Bedrock console, and run {}", context.command_line(&["key", "set"]));
            Err(Error::new(codes::KEY_EXPIRED, message, hint))
        }
        _ => Ok(stored.value.into()),
    }
}

fn stored(context: &Context<'_>) -> Result<Stored, Error> {
    let stored = lasting_key::read(&lasting_key::store(context, KeyringManners::Quick))?;
    stored.ok_or_else(|| lasting_key::missing(context, "Bedrock API key"))
}

/// `key set`.
pub(super) fn set(context: &Context<'_>) -> Result<(), Error> {
    let value = read().map_err(|error| {
        let message = format!("could not read the key: {error}");
        Error::new(codes::USAGE, message, "run this in a terminal, or pipe the key into it")
    })?;
    let stored = Stored { value: value.expose_secret().to_owned(), since: World::now().timestamp() };
    let hint = "give the key as the Bedrock console shows it (ABSK..., or bedrock-api-key-...)";
    if value.expose_secret().starts_with("AKIA") {
        return Err(not_one("an access key of an IAM user, not a Bedrock API key", hint));
    }
    if !(16..=8_192).contains(&stored.value.len()) || !stored.value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(not_one("no Bedrock API key", hint));
    }
    if !stored.is_short_term() {
        note(BETTER);
    }
    let held = lasting_key::lock(context)?;
    lasting_key::write(&lasting_key::store(context, KeyringManners::Person), &stored, &held)?;
    note(&format!("Stored in the OS keyring: {}.", stored.in_words()));
    note(&format!("Start Claude Code with it: {}", context.command_line(&["run", "--", "claude"])));
    Ok(())
}

fn read() -> std::io::Result<SecretString> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Bedrock API key (not shown): ")?.trim().into());
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(64 * 1024).read_to_string(&mut text)?;
    Ok(text.trim().into())
}

/// `key show`.
pub(super) fn show(context: &Context<'_>) -> Result<(String, Value), Error> {
    let stored = stored(context)?;
    let value = json!({
        "kind": if stored.is_short_term() { "bedrock-api-key-short-term" } else { "bedrock-api-key" },
        "begins": stored.beginning(),
        "age_days": (World::now().timestamp() - stored.since) / 86_400,
        "expires": stored.expires().map(|end| end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
    });
    Ok((format!("Bedrock API key {}", stored.in_words()), value))
}

/// For `status` and `doctor`.
pub(super) fn health(context: &Context<'_>) -> Result<(String, Option<String>), Error> {
    let stored = stored(context)?;
    let set = || format!("run {}", context.command_line(&["key", "set"]));
    let fix = match stored.expires() {
        Some(end) if end <= World::now() => Some(format!("it has expired: {} with a new one", set())),
        None if (World::now().timestamp() - stored.since) / 86_400 >= OLD => {
            Some(format!("it was stored more than {OLD} days ago: {} with a new one", set()))
        }
        _ => None,
    };
    Ok((stored.in_words(), fix))
}

/// `X-Amz-Date` and `X-Amz-Expires` of the signed URL in a short-term key.
fn expiry(encoded: &str) -> Option<DateTime<Utc>> {
    use base64::Engine as _;
    use base64::engine::DecodePaddingMode;
    use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&base64::alphabet::STANDARD, config).decode(encoded).ok()?;
    let address = url::Url::parse(&format!("https://{}", String::from_utf8(decoded).ok()?)).ok()?;
    let parameter =
        |name: &str| address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let signed = NaiveDateTime::parse_from_str(&parameter("X-Amz-Date")?, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
    signed.checked_add_signed(TimeDelta::try_seconds(parameter("X-Amz-Expires")?.parse().ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_short_term_key_is_in_the_url_that_it_is() {
        use base64::Engine as _;
        let url = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Date=20260101T000000Z&X-Amz-Expires=43200&X-Amz-Signature=ab";
        let key = base64::engine::general_purpose::STANDARD.encode(url);
        assert_eq!(expiry(&key).unwrap().to_rfc3339(), "2026-01-01T12:00:00+00:00");
        for other in ["", "%", "aGVsbG8=", &key[..40]] {
            assert_eq!(expiry(other), None, "{other}");
        }
    }
}
