//! What everybody on a machine can see of a process: its parent, its name and its arguments.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use ccwb_tests::LIMIT;

/// The child of a process that was started with that argument.
pub(crate) fn child_of(parent: u32, argument: &str) -> Option<u32> {
    let processes = fs::read_dir("/proc").expect("Linux has /proc").flatten();
    let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.find(|id| stat(*id).is_some_and(|(_, of)| of == parent) && arguments(*id).contains(argument))
}

/// Whether it is neither gone nor waiting to be reaped.
pub(crate) fn is_alive(id: u32) -> bool {
    stat(id).is_some_and(|(state, _)| state != "Z" && state != "X")
}

/// `S` where it sleeps, as `proc_pid_stat(5)` has it.
pub(crate) fn state_of(id: u32) -> Option<String> {
    Some(stat(id)?.0)
}

/// Its name, which Linux cuts to 15 characters.
pub(crate) fn name_of(id: u32) -> String {
    fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default().trim().to_owned()
}

/// Waits for something that another process is about to do.
#[track_caller]
pub(crate) fn soon<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "it never happened: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn arguments(id: u32) -> String {
    String::from_utf8_lossy(&fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default()).into_owned()
}

/// State and parent. "id (name) state parent ...": the last parenthesis ends the name (`proc_pid_stat(5)`).
fn stat(id: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
