//! Processes of our own that outlive their caller, and the lock that goes with them.
//!
//! SDKs kill a credential process when their patience ends, at any moment. What must not be lost half-way (a sign-in, a
//! refresh token that is being redeemed) runs in a process of its own session that holds the lock; the process that the
//! SDK started only waits.

use std::process::{Command, Stdio};

use ccwb_store::LockGuard;

use crate::codes;
use crate::context::Context;
use crate::error::Error;

/// Room for what such a process stores, in bytes.
pub(crate) const ROOM: usize = 96 * 1024;

/// Starts this program again with these arguments and hands it the lock: on Unix as its standard input, so that there
/// is no moment in which nobody holds it.
pub(crate) fn spawn(context: &Context<'_>, guard: LockGuard, arguments: &[&str]) -> Result<(), Error> {
    let mut command = Command::new(&context.world.executable);
    command.args(["--profile", &context.profile.name]).args(arguments);
    if cfg!(unix) {
        command.stdin(Stdio::from(guard.into_file()));
    } else {
        // A Windows lock belongs to its process: the child takes it anew.
        guard.release();
        command.stdin(Stdio::null());
    }
    // The caller's pipes must not be kept open: SDKs read them to their end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    without_a_console(&mut command);
    command.spawn().map(drop).map_err(|error| {
        let message = format!("could not start {}: {error}", context.world.executable.display());
        Error::new(codes::UNEXPECTED, message, "install the package from your administrator again")
    })
}

#[cfg(windows)]
fn without_a_console(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

/// On Unix the child makes a session of its own ([`take_over`]).
#[cfg(not(windows))]
fn without_a_console(_: &mut Command) {}

/// In the child: leaves the caller's session, whose signals and whose terminal's end are not for it, and takes the lock
/// over.
#[cfg(unix)]
pub(crate) fn take_over(context: &Context<'_>) -> Result<LockGuard, Error> {
    let _ = rustix::process::setsid();
    let inherited = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3);
    let adopted = inherited.map_err(std::io::Error::from).and_then(|file| LockGuard::adopt(file.into()));
    adopted.map_err(|error| {
        let message = format!("this command is started by the program itself only, with the lock ({error})");
        Error::new(codes::USAGE, message, format!("run {}", context.command_line(&["login"])))
    })
}

/// In the child: takes the lock that its parent freed for it.
#[cfg(not(unix))]
pub(crate) fn take_over(context: &Context<'_>) -> Result<LockGuard, Error> {
    let lock = context.lock();
    for _ in 0..50 {
        if let Some(guard) = lock.try_acquire()? {
            return Ok(guard);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let message = "another process took the lock";
    Err(Error::new(codes::LOCK_HELD, message, format!("run {}", context.command_line(&["login"]))))
}
