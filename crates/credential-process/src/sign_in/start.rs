//! Starting the detached process and handing it the lock.

use std::process::{Command, Stdio};

use ccwb_store::{LockGuard, private_file};

use super::record::{self, Record};
use crate::codes;
use crate::context::Context;
use crate::error::Error;
use crate::world::World;

/// Room for what a sign-in yields, in bytes.
const ROOM: usize = 96 * 1024;

/// Starts a sign-in. The lock goes with it: on Unix as the child's standard input, so that there is no moment in which
/// nobody holds it.
pub(crate) fn start(context: &Context<'_>, guard: LockGuard, by_person: bool) -> Result<(), Error> {
    let now = World::now();
    let mut record = record::read(context).unwrap_or_default();
    if by_person {
        record.budget.reset();
    } else if let Some(until) = record.budget.closed_until(now.timestamp_millis()) {
        return Err(paused(context, &record, until));
    }
    // What is to be stored must have a place before anybody is asked to sign in.
    private_file::ensure_room(context.state.root(), ROOM)?;
    let record = Record {
        pid: 0,
        started: now.timestamp_millis(),
        deadline: now.timestamp_millis() + i64::try_from(super::LIFE.as_millis()).unwrap_or(i64::MAX),
        by_person,
        issuer: context.oidc()?.issuer.to_string(),
        budget: record.budget,
        ..Record::default()
    };
    record.save(context)?;
    spawn(context, guard, by_person)
}

fn spawn(context: &Context<'_>, guard: LockGuard, by_person: bool) -> Result<(), Error> {
    let mut command = Command::new(&context.world.executable);
    command.args(["--profile", &context.profile.name, "__sign-in"]);
    if by_person {
        command.arg("--by-person");
    }
    if cfg!(unix) {
        command.stdin(Stdio::from(guard.into_file()));
    } else {
        // A Windows lock belongs to its process: the child takes it anew.
        guard.release();
        command.stdin(Stdio::null());
    }
    // The caller's pipes must not be kept open: SDKs read them to their end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    detach(&mut command);
    command.spawn().map(drop).map_err(|error| {
        Error::new(
            codes::UNEXPECTED,
            format!("could not start the sign-in: {error}"),
            "install the package from your administrator again",
        )
    })
}

/// On Windows a process group of its own and no console; on Unix the child makes a session of its own (`process`).
fn detach(command: &mut Command) {
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
    }
    #[cfg(not(windows))]
    let _ = command;
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
