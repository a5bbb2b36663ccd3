//! Sign-ins: one that runs, one that died, a pause, and the last failure.

use std::path::Path;
use std::time::Duration;

use super::span;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::foreign;
use crate::context::Context;
use crate::world::World;
use crate::{last_error, sign_in};

pub(super) const RUNNING: &str = "sign-in";
pub(super) const BUDGET: &str = "sign-in-budget";
pub(super) const LAST_ERROR: &str = "last-error";

/// A renewal that runs holds the lock for a moment.
const PATIENCE: Duration = Duration::from_secs(2);
/// A sign-in that died longer ago than this, in milliseconds, is nobody's question any more.
const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

pub(super) fn check_running(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let lock = context.lock();
    let record = sign_in::record(context);
    let now = World::now().timestamp_millis();
    let held = match is_held(context) {
        Ok(held) => held,
        Err(error) => {
            return vec![Finding::failed(RUNNING, error.to_string(), "mend the permissions of the state folder")];
        }
    };
    let found = match record {
        Some(record) if held && record.is_running() => {
            let since = span((now - record.started) / 1000);
            Finding::ok(RUNNING, format!("one waits in the browser since {since} (process {})", record.pid))
        }
        _ if held => held_for_too_long(lock.path()),
        Some(record) if record.finished.is_none() && (0..REMEMBERED).contains(&(now - record.started)) => {
            let (ago, pid) = (span((now - record.started) / 1000), record.pid);
            Finding::warning(
                RUNNING,
                format!("the last one, {ago} ago, was ended from outside (process {pid}) and left no result"),
                format!("run {}", context.command_line(&["login"])),
            )
        }
        _ => Finding::ok(RUNNING, "none is running"),
    };
    vec![found]
}

/// Whether somebody holds the lock for longer than a moment. A lock file that does not exist is not made.
fn is_held(context: &Context<'_>) -> Result<bool, ccwb_store::StoreError> {
    let lock = context.lock();
    if !lock.path().exists() || lock.try_acquire()?.is_some() {
        return Ok(false);
    }
    if sign_in::record(context).is_some_and(|record| record.is_running()) {
        return Ok(true);
    }
    Ok(!lock.waiter()?.wait(PATIENCE)?)
}

fn held_for_too_long(lock: &Path) -> Finding {
    let holder = holder(lock).map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"));
    Finding::warning(
        RUNNING,
        format!("{holder} holds the lock {}, and no sign-in waits", lock.display()),
        "wait a minute; if it stays, end that process",
    )
}

/// The process that took the lock, from Linux's list of locks (`proc_locks(5)`).
#[cfg(target_os = "linux")]
fn holder(lock: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let inode = std::fs::metadata(lock).ok()?.ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (pid, file) = (fields.get(4)?, fields.get(5)?);
        (file.rsplit(':').next() == Some(&inode)).then(|| pid.parse().ok())?
    })
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &Path) -> Option<u32> {
    None
}

pub(super) fn check_budget(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let now = World::now().timestamp_millis();
    let record = sign_in::record(context);
    let closed = record.as_ref().and_then(|record| record.budget.closed_until(now));
    let found = match closed {
        None => Finding::ok(BUDGET, "programs may open a browser"),
        Some(until) => {
            let failure = record.and_then(|record| record.failure);
            let reason = failure.map_or_else(
                || "several sign-ins were opened and not finished".to_owned(),
                |failure| format!("the last sign-in failed ({})", failure.code),
            );
            Finding::warning(
                BUDGET,
                format!("{reason}; programs open no browser for another {}", span((until - now) / 1000)),
                format!("run {}, which ends the pause", context.command_line(&["login"])),
            )
        }
    };
    vec![found]
}

pub(super) fn check_last_error(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let found = match last_error::read(&context.state.last_error(&context.profile.name)) {
        None => Finding::ok(LAST_ERROR, "none since the last success"),
        Some(last) => {
            let ago = span((World::now().timestamp() - last.at).max(0));
            let error = last.error;
            Finding::warning(
                LAST_ERROR,
                format!("{ago} ago: [{}] {}", error.code, foreign(&error.message)),
                foreign(&error.hint),
            )
        }
    };
    vec![found]
}
