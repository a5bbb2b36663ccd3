use std::fmt::Debug;
use std::thread;

/// Each case in a thread of its own: clients wait more than they work. The failures of all are told.
pub(crate) fn in_parallel<T: Debug + Copy + Send + Sync>(
    cases: impl IntoIterator<Item = T>,
    test: impl Fn(T) + Send + Sync,
) {
    let test = &test;
    let failed: Vec<String> = thread::scope(|scope| {
        let started: Vec<_> = cases.into_iter().map(|case| (case, scope.spawn(move || test(case)))).collect();
        let ended = started.into_iter().map(|(case, thread)| (case, thread.join()));
        ended.filter(|(_, result)| result.is_err()).map(|(case, _)| format!("{case:?}")).collect()
    });
    assert!(failed.is_empty(), "failed, see above: {}", failed.join(", "));
}
