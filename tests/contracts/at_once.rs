//! Jobs that mostly wait, side by side.

use std::thread;

/// What a job has to complain about, one line each.
pub(crate) type Complaints = Vec<String>;

/// Runs all jobs at once and demands that none complains.
#[track_caller]
pub(crate) fn assert_all<J>(jobs: impl IntoIterator<Item = J>)
where
    J: FnOnce() -> Complaints + Send + 'static,
{
    let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
    let complaints: Complaints = threads.into_iter().flat_map(|thread| thread.join().expect("no job panics")).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
