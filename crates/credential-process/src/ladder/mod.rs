//! The ladder that every command climbs: what is cached, then under the lock a stored ID token, then the refresh token,
//! and only then a sign-in. No rung is tried while one below it would do.

mod goal;
mod quiet;
mod wait;

use std::time::{Duration, Instant};

use ccwb_store::LockGuard;

use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::last_error;
use crate::sign_in;
use crate::world::World;

pub(crate) use goal::{AwsCredentials, Goal, VerifiedIdToken};
pub(crate) use quiet::{client_credential, federate};

/// Whether a browser may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interaction {
    Never,
    /// A program asked: within the sign-in budget.
    Budgeted,
    /// A person asked.
    Person,
}

/// How to climb.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Climb {
    pub(crate) interaction: Interaction,
    pub(crate) limit: Duration,
    /// Sign in whatever is cached.
    pub(crate) force: bool,
}

/// Climbs until there is what was asked for, or a reason why not, which is remembered for those who cannot read it now.
pub(crate) fn climb<G: Goal>(context: &Context<'_>, climb: Climb) -> Result<G::Prize, Error> {
    let result = match (climb.force, G::cached(context)) {
        (false, Ok(Some(prize))) => Ok(prize),
        // A store that cannot be read may still be written; if not, that error is the one to show.
        _ => above::<G>(context, climb),
    };
    if let Err(error) = &result {
        last_error::remember(&context.state.last_error(&context.profile.name), error, World::now().timestamp());
    }
    result
}

/// Renews what can be renewed without a browser, for the holder of the lock.
pub(crate) fn renew(context: &Context<'_>, held: &LockGuard) -> Result<(), Error> {
    quiet::climb::<goal::AwsCredentials>(context, held).map(drop)
}

/// The rungs that need the lock.
fn above<G: Goal>(context: &Context<'_>, climb: Climb) -> Result<G::Prize, Error> {
    context.oidc()?;
    let deadline = Instant::now() + climb.limit;
    let lock = context.lock();
    let (mut force, mut signed_in_ourselves) = (climb.force, false);
    loop {
        if let Some(guard) = lock.try_acquire()? {
            // Somebody may have been here while we came for the lock.
            if !force {
                if let Some(prize) = G::cached(context)? {
                    return Ok(prize);
                }
                if let Some(prize) = quiet::climb::<G>(context, &guard)? {
                    return Ok(prize);
                }
            }
            if climb.interaction == Interaction::Never {
                return Err(sign_in_needed(context));
            }
            if signed_in_ourselves {
                return Err(sign_in_died(context));
            }
            sign_in::start(context, guard, climb.interaction == Interaction::Person)?;
            (force, signed_in_ourselves) = (false, true);
        }
        wait::for_the_holder(context, &lock, climb, deadline)?;
        if !force && let Some(prize) = G::cached(context)? {
            announce_fallback(context);
            return Ok(prize);
        }
        if let Some(failure) = sign_in::failure_since(context, context.world.started) {
            return Err(failure);
        }
    }
}

/// Says once that secrets do not rest where the configuration wants them.
pub(crate) fn announce_fallback(context: &Context<'_>) {
    if let Some(fallback) = context.store.fallback()
        && fallback.since >= context.world.started.timestamp()
    {
        let backend = fallback.backend;
        crate::output::note(&format!("note: {}; the {backend} is used instead", fallback.reason));
    }
}

pub(crate) fn sign_in_needed(context: &Context<'_>) -> Error {
    let message =
        format!("profile \"{}\" needs a sign-in, and this call must not open a browser", context.profile.name);
    Error::new(codes::SIGN_IN_NEEDED, message, format!("run {}", context.command_line(&["login"])))
}

fn sign_in_died(context: &Context<'_>) -> Error {
    Error::new(
        codes::SIGN_IN_DIED,
        "the sign-in ended without a result",
        format!("run {}", context.command_line(&["login"])),
    )
}
