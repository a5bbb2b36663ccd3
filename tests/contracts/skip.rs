//! Tests that need something of the machine say why they did not run.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use ccwb_tests::{Home, LIMIT, run};

/// Says that a test did not run; whether it is missed is for the reader of the log.
pub(crate) fn skipped(reason: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(io::stdout(), "skipped: {reason} [{test}]");
}

/// Whether this user can have mounts of its own, which end with the last process that sees them.
pub(crate) fn can_mount(home: &Home) -> bool {
    let mut probe = home.command("unshare");
    probe.args(["-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
    cfg!(target_os = "linux")
        && Path::new("/usr/bin/unshare").exists()
        && run(&mut probe, LIMIT).is_ok_and(|output| output.code == Some(0))
}

/// `sh -c SCRIPT` where it may mount.
pub(crate) fn mounting(home: &Home, script: &str) -> Command {
    let mut command = home.command("unshare");
    command.args(["-Urm", "sh", "-euc", script]);
    command
}

/// Whether a program is on the `PATH`.
pub(crate) fn has_program(name: &str) -> bool {
    let home = Home::new();
    let mut command = home.command("sh");
    command.args(["-c", "command -v \"$0\"", name]);
    run(&mut command, LIMIT).is_ok_and(|output| output.code == Some(0))
}
