//! Waiting for each other, and for nobody.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Waits for something that another process is about to do.
///
/// # Panics
///
/// If it does not happen within 20 s.
#[track_caller]
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Checks every case in a thread of its own, which is named after the case: so is the panic of one that fails.
///
/// # Panics
///
/// If a case does.
pub fn each_case<T: Send>(cases: impl IntoIterator<Item = (String, T)>, check: impl Fn(T) + Sync) {
    let check = &check;
    thread::scope(|scope| {
        for (name, case) in cases {
            let thread = thread::Builder::new().name(name).spawn_scoped(scope, move || check(case));
            thread.expect("a thread can be started");
        }
    });
}

/// Crowds of processes, and tests that measure time, run one after the other.
pub fn alone_on_the_machine() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "the clock of the test run enters here")]
pub fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
