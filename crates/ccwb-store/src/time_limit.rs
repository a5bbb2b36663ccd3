//! A time limit for calls that may never return: a D-Bus daemon that accepts and never answers hangs its client.

use std::sync::mpsc;
use std::time::Duration;

/// Runs `call` on a thread of its own and gives up after `limit`. The thread is left behind; it ends with the process.
pub(crate) fn within<T: Send + 'static>(limit: Duration, call: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .spawn(move || {
            let _ = sender.send(call());
        })
        .ok()?;
    receiver.recv_timeout(limit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_never_returns_is_given_up() {
        assert_eq!(within(Duration::from_millis(20), || std::thread::sleep(Duration::from_mins(1))), None);
        assert_eq!(within(Duration::from_secs(5), || 7), Some(7));
    }
}
