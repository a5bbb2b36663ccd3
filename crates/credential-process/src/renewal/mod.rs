//! Renewal: the rungs that no person notices, in a detached process that holds the lock. A caller that is killed while a
//! refresh token is being redeemed takes nothing with it.

mod ahead;
mod quiet;
mod rungs;

pub(crate) use ahead::ahead_of_need;
pub(crate) use rungs::{Means, climb as climb_quietly};

use ccwb_config::AuthMode;
use ccwb_store::{LockGuard, private_file};
use chrono::{DateTime, Utc};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::cache::{self, Tokens};
use crate::context::Context;
use crate::error::Error;
use crate::other_ways::identity_center;
use crate::world::World;
use crate::{detached, last_error, other_ways};

/// What a renewal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wanted {
    Credentials,
    IdToken,
}

/// How the latest renewal failed. A renewal that worked leaves none.
#[derive(Serialize, Deserialize)]
struct Failure {
    error: Error,
    /// Unix milliseconds.
    at: i64,
    /// Whose: another holder of the profile may fare better.
    binding: String,
}

/// Whether there is anything to renew with.
pub(crate) fn is_possible(context: &Context<'_>) -> bool {
    match &context.profile.auth {
        AuthMode::IdentityCenter(center) => identity_center::can_renew(context, center),
        _ => quiet::is_possible(&cache::tokens(context).unwrap_or_default()),
    }
}

/// Whether that will last beyond what is there now.
pub(crate) fn goes_on(context: &Context<'_>, tokens: &Tokens) -> bool {
    match &context.profile.auth {
        AuthMode::IdentityCenter(center) => identity_center::renews(context, center),
        _ => tokens.refresh_token.is_some(),
    }
}

/// Starts a renewal, which takes the lock with it. What it yields must have a place before a token is spent.
pub(crate) fn start(context: &Context<'_>, guard: LockGuard, wanted: Wanted) -> Result<(), Error> {
    private_file::ensure_room(context.state.root(), detached::ROOM)?;
    let wanted = match wanted {
        Wanted::Credentials => "credentials",
        Wanted::IdToken => "id-token",
    };
    detached::spawn(context, guard, &["__renew", "--wanted", wanted])
}

/// The detached process.
pub(crate) fn run(context: &Context<'_>, wanted: Wanted) -> Result<(), Error> {
    let held = detached::take_over(context)?;
    let result = match &context.profile.auth {
        AuthMode::Oidc(_) => quiet::climb(context, wanted, &held),
        AuthMode::IdentityCenter(center) => identity_center::renew(context, center, &held),
        _ => other_ways::renew(context, &held),
    };
    remember(context, result.as_ref().err());
    if result.is_ok() {
        last_error::forget(&context.state.last_error(&context.profile.name));
    }
    held.release();
    result
}

/// Tells those who wait how it failed, or that it did not.
pub(crate) fn remember(context: &Context<'_>, error: Option<&Error>) {
    // Waiters that find neither a result nor a failure look for the rungs themselves.
    let _ = match error {
        None => private_file::remove(&failure_file(context)),
        Some(error) => {
            let binding = context.binding().to_owned();
            let failure = Failure { error: error.clone(), at: World::now().timestamp_millis(), binding };
            private_file::write(&failure_file(context), &serde_json::to_vec(&failure).unwrap_or_default())
        }
    };
}

/// The failure of a renewal that ended after `since`: every waiter gets the same.
pub(crate) fn failure_since(context: &Context<'_>, since: DateTime<Utc>) -> Option<Error> {
    let bytes = private_file::read(&failure_file(context)).ok()??;
    let failure: Failure = serde_json::from_slice(&bytes).ok()?;
    let time = since.timestamp_millis()..=World::now().timestamp_millis();
    (time.contains(&failure.at) && failure.binding == context.binding()).then_some(failure.error)
}

fn failure_file(context: &Context<'_>) -> std::path::PathBuf {
    context.state.renewal_failure(&context.profile.name, &context.identity)
}
