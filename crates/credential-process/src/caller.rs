//! Who called: shown to a person who is asked to sign in by a program.

use crate::context::Context;
use crate::sign_in;

/// The name of the program that called, past the shells in between, where the system tells.
#[cfg(target_os = "linux")]
pub(crate) fn name() -> Option<String> {
    const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "credential-proce"];
    let mut id = rustix::process::getppid()?.as_raw_nonzero().get();
    for _ in 0..4 {
        // "id (name) state parent ...": the name may hold anything, its last parenthesis ends it (proc_pid_stat(5)).
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        if !SHELLS.contains(&name) {
            return Some(ccwb_http::printable(name));
        }
        id = rest.split_whitespace().nth(1)?.parse().ok()?;
    }
    None
}

/// Elsewhere it is not known.
#[cfg(not(target_os = "linux"))]
pub(crate) fn name() -> Option<String> {
    None
}

/// Who started the sign-in that runs.
pub(crate) fn of_this_sign_in(context: &Context<'_>) -> Option<String> {
    sign_in::record(context)?.caller
}

/// This computer's name.
pub(crate) fn computer() -> String {
    #[cfg(unix)]
    {
        ccwb_http::printable(&rustix::system::uname().nodename().to_string_lossy())
    }
    #[cfg(not(unix))]
    {
        "this one".to_owned()
    }
}
