//! Tests that look into other processes.

use std::env;
use std::process::Command;
use std::thread;

use super::presence::present;
use crate::{LIMIT, run};

/// Runs a test as root: as it is, or once more in a user namespace of its own, whose root may look into what runs there.
///
/// The programs hide what they have in memory from everybody else, also from the debuggers of their own user.
///
/// # Panics
///
/// If the test fails there.
#[track_caller]
pub fn as_root(test: impl FnOnce()) {
    if rustix::process::geteuid().is_root() {
        return test();
    }
    let possible = run(unshare().arg("true"), LIMIT).is_ok_and(|output| output.code == Some(0));
    if !present("root, or a user namespace", possible) {
        return;
    }
    let program = env::current_exe().expect("a running program has a path");
    let name = thread::current().name().expect("a test has a name").to_owned();
    let again = run(unshare().arg(program).args([&*name, "--exact", "--include-ignored"]), 4 * LIMIT);
    let output = again.unwrap_or_else(|overrun| panic!("{overrun}"));
    assert!(output.code == Some(0) && output.stdout.contains("1 passed"), "{output}");
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--"]);
    command
}
