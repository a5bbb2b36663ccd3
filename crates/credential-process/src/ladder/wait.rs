//! Waiting for whoever holds the lock: a renewal, or a sign-in of this or another process.

use std::time::{Duration, Instant};

use ccwb_store::LockFile;

use super::{Climb, Interaction, paste, tell};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::sign_in::{self, Record};

/// How often the sign-in's record is looked at for something to tell the person.
const LOOK: Duration = Duration::from_millis(100);

/// Waits until the lock is free; an error when the caller's time is over.
pub(super) fn for_the_holder(
    context: &Context<'_>,
    lock: &LockFile,
    climb: Climb,
    deadline: Instant,
) -> Result<(), Error> {
    let waiter = lock.waiter()?;
    let mut told = climb.interaction == Interaction::Never;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // Until the person knows where to sign in there is something to look for; after that there is not.
        if waiter.wait(if told { left } else { left.min(LOOK) })? {
            return Ok(());
        }
        if deadline <= Instant::now() {
            return Err(time_over(context, climb));
        }
        if let Some(record) = sign_in::record(context).filter(Record::has_news) {
            let by_person = climb.interaction == Interaction::Person;
            tell::tell(context, &record, by_person);
            if let (true, Some(port)) = (by_person, record.port) {
                paste::listen(port);
            }
            told = true;
        }
    }
}

fn time_over(context: &Context<'_>, climb: Climb) -> Error {
    let seconds = climb.limit.as_secs();
    let login = format!("run {}", context.command_line(&["login"]));
    if sign_in::is_running(context) {
        let code = match climb.interaction {
            Interaction::Never => codes::SIGN_IN_RUNNING,
            Interaction::Budgeted | Interaction::Person => codes::SIGN_IN_UNFINISHED,
        };
        let message =
            format!("the sign-in in your browser was not finished within {seconds} seconds; it goes on there");
        return Error::new(code, message, format!("finish it in the browser and try again, or {login}"));
    }
    let message =
        format!("another process has held the lock for {seconds} seconds ({})", context.lock().path().display());
    Error::new(codes::LOCK_HELD, message, "end the other credential-process and try again")
}
