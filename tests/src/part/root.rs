//! Tests that look into other processes.

#[cfg(target_os = "linux")]
use std::process::Command;

#[cfg(target_os = "linux")]
use super::presence::present;
#[cfg(target_os = "linux")]
use crate::{LIMIT, run};

/// Runs a test as root: as it is, or once more in a user namespace of its own, whose root may look into what runs there.
///
/// The programs hide what they have in memory from everybody else, also from the debuggers of their own user.
///
/// # Panics
///
/// If the test fails there.
#[cfg(target_os = "linux")]
#[track_caller]
pub fn as_root(test: impl FnOnce()) {
    if rustix::process::geteuid().is_root() {
        return test();
    }
    let possible = run(unshare().arg("true"), LIMIT).is_ok_and(|output| output.code == Some(0));
    if !present("root, or a user namespace", possible) {
        return;
    }
    let program = std::env::current_exe().expect("a running program has a path");
    let name = std::thread::current().name().expect("a test has a name").to_owned();
    let again = run(unshare().arg(program).args([&*name, "--exact", "--include-ignored"]), 4 * LIMIT);
    let output = again.unwrap_or_else(|overrun| panic!("{overrun}"));
    assert!(output.code == Some(0) && output.stdout.contains("1 passed"), "{output}");
}

#[cfg(target_os = "linux")]
fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--"]);
    command
}

/// Elsewhere nothing is hidden that a test looks at.
#[cfg(not(target_os = "linux"))]
pub fn as_root(test: impl FnOnce()) {
    test();
}
