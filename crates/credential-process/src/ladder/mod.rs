//! The ladder that every command climbs: what is cached, then under the lock a stored ID token, then the refresh token,
//! and only then a sign-in. No rung is tried while one below it would do.

mod goal;
#[cfg(test)]
mod model;
mod paste;
mod rungs;
mod tell;
mod wait;

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use ccwb_store::{LockFile, LockGuard};

use self::rungs::{Ground, Why};
use crate::context::Context;
use crate::error::Error;
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
    G::check(context)?;
    if called_by_its_own_sign_in(context) {
        return Err(recursive_call());
    }
    let (lock, deadline) = (context.lock(), Instant::now() + climb.limit);
    rungs::climb(&mut Machine::<G> { context, climb, lock, deadline, goal: PhantomData }, climb.force)
}

/// This machine, for one caller.
struct Machine<'a, G> {
    context: &'a Context<'a>,
    climb: Climb<'a>,
    lock: LockFile,
    deadline: Instant,
    goal: PhantomData<G>,
}

impl<G: Goal> Ground for Machine<'_, G> {
    type Prize = G::Prize;
    type Guard = LockGuard;
    type Error = Error;

    fn try_lock(&mut self) -> Result<Option<LockGuard>, Error> {
        Ok(self.lock.try_acquire()?)
    }

    fn cached(&mut self) -> Result<Option<G::Prize>, Error> {
        G::cached(self.context)
    }

    fn failure(&mut self) -> Option<Error> {
        let since = self.context.world.started;
        sign_in::failure_since(self.context, since).or_else(|| renewal::failure_since(self.context, since))
    }

    fn can_renew(&mut self) -> bool {
        renewal::is_possible(self.context)
    }

    fn may_ask(&mut self) -> bool {
        self.climb.interaction != Interaction::Never && !nobody_could_answer(self.context, self.climb)
    }

    fn renew(&mut self, guard: LockGuard) -> Result<(), Error> {
        sign_in::bury(self.context);
        renewal::start(self.context, guard, G::WANTED)
    }

    fn sign_in(&mut self, guard: LockGuard) -> Result<(), Error> {
        sign_in::start(self.context, guard, self.climb.wish, self.climb.interaction == Interaction::Person)
    }

    fn unfinished_sign_in(&mut self) -> Option<i64> {
        sign_in::unfinished(self.context)
    }

    fn somebody_was_asked(&mut self) -> bool {
        sign_in::record(self.context).is_some_and(|record| record.has_news())
    }

    fn wait(&mut self) -> Result<(), Error> {
        wait::for_the_holder(self.context, &self.lock, self.climb, self.deadline)
    }

    fn arrived(&mut self) {
        announce_fallback(self.context);
        announce_clock(self.context);
    }

    fn refusal(&mut self, why: Why) -> Error {
        match why {
            Why::SignInNeeded => sign_in_needed(self.context),
            Why::SignInDied => sign_in_died(self.context),
            Why::TooShortLived => too_short_lived(),
        }
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

fn too_short_lived() -> Error {
    let message = "the sign-in worked, but what it gave expires within a minute";
    let hint = "set this machine's clock, or have the lifetime of ID tokens raised at the identity provider";
    Error::new(codes::TOO_SHORT_LIVED, message, hint)
}

fn sign_in_died(context: &Context<'_>) -> Error {
    Error::new(
        codes::SIGN_IN_DIED,
        "the sign-in ended without a result",
        format!("run {}", context.command_line(&["login"])),
    )
}
