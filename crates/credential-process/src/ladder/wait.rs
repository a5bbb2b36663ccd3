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
/// A browser that fails does so within this time.
const BROWSER_MAY_FAIL: Duration = Duration::from_secs(5);

/// Waits until the lock is free; an error when the caller's time is over.
pub(super) fn for_the_holder(
    context: &Context<'_>,
    lock: &LockFile,
    climb: Climb<'_>,
    deadline: Instant,
) -> Result<(), Error> {
    let waiter = lock.waiter()?;
    let mut teller = Teller::new(climb.interaction);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if waiter.wait(if teller.is_done() { left } else { left.min(LOOK) })? {
            return Ok(());
        }
        if deadline <= Instant::now() {
            return Err(time_over(context, climb));
        }
        teller.look(context);
    }
}

/// Tells the person where to sign in as soon as that is known, and once more if the browser turns out not to open.
struct Teller {
    by_person: bool,
    told: bool,
    look_until: Option<Instant>,
}

impl Teller {
    fn new(interaction: Interaction) -> Self {
        let silent = interaction == Interaction::Never;
        Self { by_person: interaction == Interaction::Person, told: silent, look_until: silent.then(Instant::now) }
    }

    fn is_done(&self) -> bool {
        self.look_until.is_some_and(|until| until <= Instant::now())
    }

    fn look(&mut self, context: &Context<'_>) {
        if self.is_done() {
            return;
        }
        let Some(record) = sign_in::record(context).filter(Record::has_news) else { return };
        let failed = record.browser_failure.is_some();
        if self.told && !failed {
            return;
        }
        tell::tell(context, &record, self.by_person);
        if let (false, true, Some(port)) = (self.told, self.by_person, record.port) {
            paste::listen(port);
        }
        self.told = true;
        // After the failure of the browser there is no more news.
        self.look_until = Some(Instant::now() + if failed { Duration::ZERO } else { BROWSER_MAY_FAIL });
    }
}

fn time_over(context: &Context<'_>, climb: Climb<'_>) -> Error {
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
    let message = format!("the renewal of the credentials was not finished within {seconds} seconds; it goes on");
    Error::new(
        codes::RENEWAL_UNFINISHED,
        message,
        "try again in a moment; if it stays, check the network connection (VPN, proxy)",
    )
}
