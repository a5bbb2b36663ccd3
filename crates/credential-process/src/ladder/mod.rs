//! The ladder that every command climbs: what is cached, then under the lock a stored ID token, then the refresh token,
//! and only then a sign-in. No rung is tried while one below it would do.

mod goal;
mod paste;
mod tell;
mod wait;

use std::time::{Duration, Instant};

use ccwb_store::LockGuard;

use crate::context::Context;
use crate::error::Error;
use crate::renewal::Wanted;
use crate::sign_in::Wish;
use crate::surroundings::{self, Place};
use crate::world::World;
use crate::{browser, cache, clock, codes, last_error, renewal, sign_in};

pub(crate) use goal::{AwsCredentials, Goal, VerifiedIdToken};

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
pub(crate) struct Climb<'w> {
    pub(crate) interaction: Interaction,
    pub(crate) limit: Duration,
    /// Sign in whatever is cached.
    pub(crate) force: bool,
    /// How to sign in, if it comes to that.
    pub(crate) wish: &'w Wish,
}

/// Climbs until there is what was asked for, or a reason why not, which is remembered for those who cannot read it now.
pub(crate) fn climb<G: Goal>(context: &Context<'_>, climb: Climb<'_>) -> Result<G::Prize, Error> {
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

/// The rungs that need the lock, each in a process that outlives this one. This one waits.
fn above<G: Goal>(context: &Context<'_>, climb: Climb<'_>) -> Result<G::Prize, Error> {
    context.oidc()?;
    if called_by_its_own_sign_in(context) {
        return Err(recursive_call());
    }
    let deadline = Instant::now() + climb.limit;
    let lock = context.lock();
    let mut tried = Tried { renewal: climb.force, sign_in: false };
    loop {
        if let Some(guard) = lock.try_acquire()? {
            // Somebody may have been here while we came for the lock, and succeeded or failed for us too.
            if !climb.force
                && let Some(prize) = G::cached(context)?
            {
                return Ok(prize);
            }
            if let Some(failure) = failure(context) {
                return Err(failure);
            }
            tried.start_next(context, guard, climb, G::WANTED)?;
        }
        let waited_for = sign_in::unfinished(context);
        wait::for_the_holder(context, &lock, climb, deadline)?;
        let failure = failure(context).or_else(|| {
            let died = waited_for.is_some() && sign_in::unfinished(context) == waited_for;
            // One that had asked nobody yet is begun again, by whoever has not begun it: it may have died with its caller.
            let asked = tried.sign_in || sign_in::record(context).is_some_and(|record| record.has_news());
            (died && asked).then(|| sign_in_died(context))
        });
        if (!climb.force || (tried.sign_in && failure.is_none()))
            && let Some(prize) = G::cached(context)?
        {
            announce_fallback(context);
            announce_clock(context);
            return Ok(prize);
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
}

/// The failure of whatever ended since this process was started: everybody who waited for it gets the same.
fn failure(context: &Context<'_>) -> Option<Error> {
    let since = context.world.started;
    sign_in::failure_since(context, since).or_else(|| renewal::failure_since(context, since))
}

/// What this process has started. Each is started once: if it ends without a word, it was killed.
struct Tried {
    renewal: bool,
    sign_in: bool,
}

impl Tried {
    fn start_next(
        &mut self,
        context: &Context<'_>,
        guard: LockGuard,
        climb: Climb<'_>,
        wanted: Wanted,
    ) -> Result<(), Error> {
        if !self.renewal && renewal::is_possible(&cache::tokens(context).unwrap_or_default()) {
            self.renewal = true;
            sign_in::bury(context);
            return renewal::start(context, guard, wanted);
        }
        if climb.interaction == Interaction::Never || nobody_could_answer(context, climb) {
            return Err(sign_in_needed(context));
        }
        if self.sign_in {
            // A second window would bring no more than the first.
            let message = "the sign-in worked, but what it gave expires within a minute";
            let hint = "set this machine's clock, or have the lifetime of ID tokens raised at the identity provider";
            return Err(Error::new(codes::TOO_SHORT_LIVED, message, hint));
        }
        self.sign_in = true;
        sign_in::start(context, guard, climb.wish, climb.interaction == Interaction::Person)
    }
}

/// The program that opens the browser wants credentials for that: it would wait for the sign-in, which waits for it.
fn called_by_its_own_sign_in(context: &Context<'_>) -> bool {
    let opened_by = context.world.var(browser::OPENED_BY).and_then(|id| id.parse::<u32>().ok());
    // Whatever was started from that browser has the variable too, for as long as it lives.
    opened_by.is_some_and(|id| sign_in::record(context).is_some_and(|record| record.pid == id))
        && sign_in::is_running(context)
}

fn recursive_call() -> Error {
    let message =
        "this is a recursive call: the command that opens the browser runs this program, which waits for the browser";
    let hint = "have BROWSER name a browser, not a command that needs AWS credentials of this profile";
    Error::new(codes::RECURSIVE_CALL, message, hint)
}

/// A program asks, no browser can be opened here, and there is no terminal on which a person could be told what to do.
fn nobody_could_answer(context: &Context<'_>, climb: Climb<'_>) -> bool {
    climb.interaction == Interaction::Budgeted
        && !Place::of(context.world).has_browser()
        && !surroundings::person_can_read()
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

/// Says with each new result that the clock is wrong: what was worked out here, other programs get wrong.
fn announce_clock(context: &Context<'_>) {
    let skew = cache::tokens(context).map_or(0, |tokens| tokens.skew(World::now()));
    if let Some(difference) = clock::difference(skew, "the servers'") {
        crate::output::note(&format!("note: {difference}; this was corrected here, set the clock for the others"));
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
