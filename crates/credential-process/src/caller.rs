//! Who called: shown to a person who is asked to sign in by a program.

use crate::context::Context;
use crate::sign_in;
use crate::world::World;

/// What stands between a program and the one that it runs; Linux cuts names to 15 characters.
#[cfg(unix)]
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "fish", "credential-proc", "credential-process"];

/// The name of the program that called, past the shells in between, where the system tells.
#[cfg(target_os = "linux")]
pub(crate) fn name() -> Option<String> {
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

/// By `ps`, whose `comm` is a path on macOS.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn name() -> Option<String> {
    use std::process::{Command, Stdio};
    let mut id = rustix::process::getppid()?.as_raw_nonzero().get();
    for _ in 0..4 {
        let mut ps = Command::new("/bin/ps");
        ps.args(["-o", "ppid=,comm=", "-p", &id.to_string()]);
        let output = ps.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let line = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let (parent, path) = line.split_once(' ')?;
        let name = path.trim().rsplit('/').next()?.trim_start_matches('-');
        if !SHELLS.contains(&name) {
            return Some(ccwb_http::printable(name));
        }
        id = parent.parse().ok()?;
    }
    None
}

/// On Windows it is not known.
#[cfg(not(unix))]
pub(crate) fn name() -> Option<String> {
    None
}

/// Who started the sign-in that runs.
pub(crate) fn of_this_sign_in(context: &Context<'_>) -> Option<String> {
    sign_in::record(context)?.caller
}

/// This computer's name.
pub(crate) fn computer(world: &World) -> String {
    #[cfg(unix)]
    {
        let _ = world;
        ccwb_http::printable(&rustix::system::uname().nodename().to_string_lossy())
    }
    #[cfg(not(unix))]
    {
        ccwb_http::printable(world.var("COMPUTERNAME").unwrap_or("this one"))
    }
}
