use ccwb_tests::{LIMIT, Output};

use super::Journey;

/// Starts the same command so many times without waiting, and waits for them all.
#[track_caller]
pub(crate) fn all_at_once(journey: &Journey, count: usize, arguments: &[&str]) -> Vec<Output> {
    let started: Vec<_> = (0..count).map(|_| journey.start(arguments)).collect();
    started.into_iter().map(|running| running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))).collect()
}
