//! Processes of our own that outlive their caller, and the lock that goes with them.
//!
//! SDKs kill a credential process when their patience ends, at any moment. What must not be lost half-way (a sign-in, a
//! refresh token that is being redeemed) runs in a process of its own session that holds the lock; the process that the
//! SDK started only waits.

use std::process::{Command, Stdio};

use ccwb_store::{LockGuard, private_file};

use crate::codes;
use crate::context::Context;
use crate::error::Error;

/// Room for what such a process stores, in bytes.
pub(crate) const ROOM: usize = 96 * 1024;

/// How long a process that was started may take to come for its lock.
#[cfg(not(unix))]
const START: std::time::Duration = std::time::Duration::from_secs(5);

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
    let child = command.spawn().map_err(|error| {
        let message = format!("could not start {}: {error}", context.world.executable.display());
        Error::new(codes::UNEXPECTED, message, "install the package from your administrator again")
    })?;
    until_it_holds_the_lock(context, child);
    Ok(())
}

/// It got the lock with its standard input.
#[cfg(unix)]
fn until_it_holds_the_lock(_: &Context<'_>, _: std::process::Child) {}

/// The caller goes on to wait for the lock: it must not find it free before the child has taken it.
#[cfg(not(unix))]
fn until_it_holds_the_lock(context: &Context<'_>, mut child: std::process::Child) {
    let (lock, until) = (context.lock(), std::time::Instant::now() + START);
    while std::time::Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
        match lock.try_acquire() {
            Ok(Some(free)) => drop(free),
            _ => return,
        }
        std::thread::sleep(std::time::Duration::from_millis(15));
    }
}

#[cfg(windows)]
fn without_a_console(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
    keep_our_pipes();
}

/// A child on Windows inherits every handle that may be inherited, and those that the caller gave to this process may.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the standard library has no stable way to start a child without them")]
fn keep_our_pipes() {
    use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
    use windows_sys::Win32::System::Console::{GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE};
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: plain calls without pointers to our memory; a stream that is missing makes the second one fail.
        unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
    }
}

/// On Unix the child makes a session of its own ([`take_over`]).
#[cfg(not(windows))]
fn without_a_console(_: &mut Command) {}

/// In the child: leaves the caller's session, whose signals and whose terminal's end are not for it, and takes the lock
/// over.
#[cfg(unix)]
pub(crate) fn take_over(context: &Context<'_>) -> Result<LockGuard, Error> {
    let _ = rustix::process::setsid();
    private_file::remove_leftovers(context.state.root());
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
    private_file::remove_leftovers(context.state.root());
    let lock = context.lock();
    let until = std::time::Instant::now() + START;
    while std::time::Instant::now() < until {
        if let Some(guard) = lock.try_acquire()? {
            return Ok(guard);
        }
        std::thread::sleep(std::time::Duration::from_millis(7));
    }
    let message = "another process took the lock";
    Err(Error::new(codes::LOCK_HELD, message, format!("run {}", context.command_line(&["login"]))))
}
