//! A time limit for calls that may never return: a D-Bus daemon that accepts and never answers hangs its client.

use std::sync::mpsc;
use std::time::Duration;

/// How much longer an answer is waited for that may be here already: a process that was stopped, by Ctrl-Z or with its
/// container, finds its time over and the answer unread.
const LAST_LOOK: Duration = Duration::from_millis(100);

/// Runs `call` on a thread of its own and gives up after `limit`. The thread is left behind; it ends with the process.
pub(crate) fn within<T: Send + 'static>(limit: Duration, call: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .spawn(move || {
            let _ = sender.send(call());
        })
        .ok()?;
    receiver.recv_timeout(limit).or_else(|_| receiver.recv_timeout(LAST_LOOK)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_came_while_the_process_was_stopped_counts() {
        // Nothing has been looked at when the time is over.
        assert_eq!(within(Duration::ZERO, || 7), Some(7));
    }

    #[test]
    fn a_call_that_never_returns_is_given_up() {
        assert_eq!(within(Duration::from_millis(20), || std::thread::sleep(Duration::from_mins(1))), None);
        assert_eq!(within(Duration::from_secs(5), || 7), Some(7));
    }
}
