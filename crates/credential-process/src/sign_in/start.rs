//! Starting the detached process, if the budget allows it.

use ccwb_store::{LockGuard, private_file};

use super::Wish;
use super::record::{self, Record};
use crate::caller;
use crate::codes;
use crate::context::Context;
use crate::detached;
use crate::error::Error;
use crate::world::World;

/// Starts a sign-in, which takes the lock with it.
pub(crate) fn start(context: &Context<'_>, guard: LockGuard, wish: &Wish, by_person: bool) -> Result<(), Error> {
    let now = World::now();
    let mut record = record::read(context).unwrap_or_default();
    if by_person {
        record.budget.reset();
    } else if let Some(until) = record.budget.closed_until(now.timestamp_millis()) {
        return Err(paused(context, &record, until));
    }
    // What is to be stored must have a place before anybody is asked to sign in.
    private_file::ensure_room(context.state.root(), detached::ROOM)?;
    context.store.ensure_usable()?;
    let record = Record {
        pid: 0,
        started: now.timestamp_millis(),
        deadline: now.timestamp_millis() + i64::try_from(super::LIFE.as_millis()).unwrap_or(i64::MAX),
        by_person,
        who: wish.who.clone(),
        caller: caller::name(),
        issuer: context.signs_in_at()?.to_owned(),
        budget: record.budget,
        ..Record::default()
    };
    record.save(context)?;
    let mut arguments = vec!["__sign-in", "--method", wish.method.name()];
    arguments.extend(by_person.then_some("--by-person"));
    detached::spawn(context, guard, &arguments)
}

fn paused(context: &Context<'_>, record: &Record, until: i64) -> Error {
    let minutes = (until - World::now().timestamp_millis()).max(0) / 60_000 + 1;
    let reason = match &record.failure {
        Some(failure) => format!("the last sign-in failed ({}: {})", failure.code, failure.message),
        None => "several sign-ins were opened and not finished".to_owned(),
    };
    let message = format!("{reason}; no browser is opened for another {minutes} min unless you ask for it");
    Error::new(codes::SIGN_IN_PAUSED, message, format!("run {}", context.command_line(&["login"])))
}
