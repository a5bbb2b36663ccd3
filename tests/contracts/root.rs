//! Tests that look into processes as root does.

use std::ffi::OsStr;
use std::process::Command;
use std::{env, thread};

use ccwb_tests::{LIMIT, run};

use crate::skip::skipped;

/// Runs a test as root: as it is, or once more in a user namespace of its own, whose root may look into what runs there.
#[track_caller]
pub(crate) fn as_root(test: impl FnOnce()) {
    if rustix::process::geteuid().is_root() {
        return test();
    }
    if !run(&mut unshare(["true"]), LIMIT).is_ok_and(|output| output.code == Some(0)) {
        return skipped("this user is not root and may not have namespaces");
    }
    let program = env::current_exe().expect("a running program has a path");
    let name = thread::current().name().expect("a test has a name").to_owned();
    let mut again = unshare([program.as_os_str(), name.as_ref(), "--exact".as_ref(), "--include-ignored".as_ref()]);
    let output = run(&mut again, 4 * LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    assert!(output.code == Some(0) && output.stdout.contains("1 passed"), "{output}");
}

fn unshare<A: AsRef<OsStr>>(command: impl IntoIterator<Item = A>) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--"]).args(command);
    unshare
}
