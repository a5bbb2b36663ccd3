//! A child in a group of its own, so that its children end with it.

use std::process::{Child, Command};

/// Puts the child to come at the head of a new group.
#[cfg(unix)]
pub(crate) fn lead(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Kills the child and all in its group, and reaps it.
#[cfg(unix)]
pub(crate) fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // An error means that nobody is left in the group.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.wait();
}

/// Without process groups the child leads nobody.
#[cfg(not(unix))]
pub(crate) fn lead(_command: &mut Command) {}

/// Kills the child alone, and reaps it.
#[cfg(not(unix))]
pub(crate) fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
