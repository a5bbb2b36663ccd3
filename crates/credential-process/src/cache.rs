//! What is kept between calls, typed and bound to the identity: a changed configuration finds nothing.

use ccwb_federation::{Credentials, TOLERATED_SKEW};
use ccwb_http::HttpClient;
use ccwb_oidc::IdToken;
use ccwb_store::{Fallback, LockGuard, Slot, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::telemetry;
use crate::world::World;

/// Credentials with less left are not handed out.
const CREDENTIALS_MARGIN: i64 = 30;
/// No two clocks differ by more seconds: dates have years of four digits.
const LARGEST_SKEW: u64 = 10_000 * 366 * 86_400;
/// ID tokens with less left are not used.
const ID_TOKEN_MARGIN: TimeDelta = TimeDelta::seconds(60);

/// The tokens of the last sign-in or refresh.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) id_token: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    /// Whose they are, where no ID token tells.
    pub(crate) person: Option<String>,
    /// The Cognito identity, which saves a call.
    pub(crate) identity_id: Option<String>,
    /// When a person last signed in, in Unix seconds.
    pub(crate) signed_in_at: Option<i64>,
    /// The role allows less than the configuration asks for.
    pub(crate) shortened: bool,
    /// Seconds by which this machine's clock was behind the servers' when the tokens were had.
    pub(crate) skew: i64,
    /// When they were stored, in Unix seconds of this machine's clock; known of stored ones only.
    pub(crate) saved_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    binding: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_id: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_in_at: Option<i64>,
    #[serde(default)]
    shortened: bool,
    #[serde(default)]
    skew: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    saved_at: Option<i64>,
}

impl Tokens {
    /// The ID token, if it can still be used.
    pub(crate) fn usable_id_token(&self, now: DateTime<Utc>) -> Option<IdToken> {
        let now = now + TimeDelta::seconds(self.skew(now));
        self.last_id_token().filter(|token| token.expires() - now > ID_TOKEN_MARGIN)
    }

    /// Seconds by which this machine's clock is behind, as far as is known from then. A clock that was set back since has
    /// been mended.
    pub(crate) fn skew(&self, now: DateTime<Utc>) -> i64 {
        let mended = self.saved_at.is_none_or(|saved_at| now.timestamp() < saved_at);
        if mended || self.skew.abs() <= TOLERATED_SKEW { 0 } else { self.skew }
    }

    /// Who signed in.
    pub(crate) fn person(&self) -> Option<String> {
        self.last_id_token().map(|token| token.person()).or_else(|| self.person.clone())
    }

    /// The ID token, whatever its age.
    pub(crate) fn last_id_token(&self) -> Option<IdToken> {
        IdToken::from_store(self.id_token.as_ref()?)
    }
}

/// Cached credentials that can be handed out.
pub(crate) fn usable_credentials(context: &Context<'_>, now: DateTime<Utc>) -> Result<Option<Credentials>, StoreError> {
    Ok(credentials(context)?
        .filter(|found| seconds_left(found, now) > CREDENTIALS_MARGIN && !clock_was_set_wrong_since(found, now)))
}

/// The clock was right when credentials were stored, and is before that moment now: nobody here knows when they end.
fn clock_was_set_wrong_since(credentials: &Credentials, now: DateTime<Utc>) -> bool {
    let was_right = credentials.skew.abs() <= TOLERATED_SKEW;
    was_right && credentials.issued.is_some_and(|issued| now.timestamp() < issued.saturating_sub(TOLERATED_SKEW))
}

/// Seconds until credentials expire, on a clock that may be wrong. A clock that was set back since they were stored has
/// been mended, if it was wrong then: what was known of it no longer holds.
pub(crate) fn seconds_left(credentials: &Credentials, now: DateTime<Utc>) -> i64 {
    let mended = credentials.issued.is_some_and(|issued| now.timestamp() < issued);
    let expiration = if mended { credentials.expiration } else { credentials.expiration_on_this_clock() };
    expiration - now.timestamp()
}

/// Cached credentials of this identity, whatever their age.
pub(crate) fn credentials(context: &Context<'_>) -> Result<Option<Credentials>, StoreError> {
    let stored = context.store.read(Slot::Credentials)?;
    Ok(stored.and_then(|stored| Credentials::from_stored_json(&stored, context.binding())))
}

/// Cached tokens of this identity; none of them if there are none.
pub(crate) fn tokens(context: &Context<'_>) -> Result<Tokens, StoreError> {
    let stored = context.store.read(Slot::Tokens)?;
    Ok(stored.and_then(|stored| parse(&stored, context.binding())).unwrap_or_default())
}

pub(crate) fn save_credentials(
    context: &Context<'_>,
    credentials: &Credentials,
    now: DateTime<Utc>,
    held: &LockGuard,
) -> Result<Option<Fallback>, StoreError> {
    let stored = credentials.to_stored_json(context.binding(), now.timestamp());
    context.store.write(Slot::Credentials, &stored, now.timestamp(), held)
}

/// Stores tokens with a new ID token, which was verified, and makes the headers of telemetry from it.
pub(crate) fn save_new_id_token(
    context: &Context<'_>,
    client: &HttpClient,
    id_token: &IdToken,
    tokens: &mut Tokens,
    held: &LockGuard,
) -> Result<(), StoreError> {
    tokens.id_token = Some(id_token.raw().clone());
    save_tokens(context, tokens, World::now(), held)?;
    telemetry::write(context, id_token, client.clock_skew(), held);
    Ok(())
}

pub(crate) fn save_tokens(
    context: &Context<'_>,
    tokens: &Tokens,
    now: DateTime<Utc>,
    held: &LockGuard,
) -> Result<Option<Fallback>, StoreError> {
    fn text(secret: Option<&SecretString>) -> Option<std::borrow::Cow<'_, str>> {
        secret.map(|secret| secret.expose_secret().into())
    }
    let wire = Wire {
        binding: context.binding().into(),
        id_token: text(tokens.id_token.as_ref()),
        refresh_token: text(tokens.refresh_token.as_ref()),
        person: tokens.person.as_deref().map(Into::into),
        identity_id: tokens.identity_id.as_deref().map(Into::into),
        signed_in_at: tokens.signed_in_at,
        shortened: tokens.shortened,
        skew: tokens.skew,
        saved_at: Some(now.timestamp()),
    };
    let stored = serde_json::to_string(&wire).unwrap_or_default().into();
    context.store.write(Slot::Tokens, &stored, now.timestamp(), held)
}

fn parse(stored: &SecretString, binding: &str) -> Option<Tokens> {
    let wire: Wire<'_> = serde_json::from_str(stored.expose_secret()).ok()?;
    let is_whole = wire.skew.unsigned_abs() <= LARGEST_SKEW;
    (is_whole && wire.binding == binding).then(|| Tokens {
        id_token: wire.id_token.map(|token| token.into_owned().into()),
        refresh_token: wire.refresh_token.map(|token| token.into_owned().into()),
        person: wire.person.map(std::borrow::Cow::into_owned),
        identity_id: wire.identity_id.map(std::borrow::Cow::into_owned),
        signed_in_at: wire.signed_in_at,
        shortened: wire.shortened,
        skew: wire.skew,
        saved_at: wire.saved_at,
    })
}

#[cfg(test)]
mod tests;
