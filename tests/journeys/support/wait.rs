use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ccwb_tests::{LIMIT, Output};
use chrono::{DateTime, Utc};

use super::Journey;

/// Waits for something that another process is about to do.
#[track_caller]
pub(crate) fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Starts the same command so many times without waiting, and waits for them all.
#[track_caller]
pub(crate) fn all_at_once(journey: &Journey, count: usize, arguments: &[&str]) -> Vec<Output> {
    let started: Vec<_> = (0..count).map(|_| journey.start(arguments)).collect();
    started.into_iter().map(|running| running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))).collect()
}

/// Checks every case in a thread of its own, which is named after the case: so is the panic of one that fails.
pub(crate) fn each_case<T: Send>(cases: impl IntoIterator<Item = (String, T)>, check: impl Fn(T) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for (name, case) in cases {
            let thread = thread::Builder::new().name(name).spawn_scoped(scope, move || check(case));
            thread.expect("a thread can be started");
        }
    });
}

/// Crowds of processes, and tests that measure time, run one after the other.
pub(crate) fn alone_on_the_machine() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "the clock of the test run enters here")]
pub(crate) fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
