//! How far this machine's clock is from what servers say.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::HeaderMap;

/// The latest difference, shared by clones of one client.
#[derive(Clone, Debug)]
pub(crate) struct Skew(Arc<AtomicI64>);

/// No server has been asked yet.
const UNKNOWN: i64 = i64::MIN;

impl Default for Skew {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(UNKNOWN)))
    }
}

impl Skew {
    /// Compares a response's `Date` (RFC 9110, section 6.6.1) with the local clock.
    pub(crate) fn measure(&self, headers: &HeaderMap, now: i64) {
        let date = headers.get(http::header::DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
            let server = date.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
            self.0.store(server - now, Ordering::Relaxed);
        }
    }

    /// What an earlier process measured holds until a server is asked.
    pub(crate) fn assume(&self, seconds: i64) {
        // It may have been measured meanwhile.
        let _ = self.0.compare_exchange(UNKNOWN, seconds, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Seconds to add to the local clock; `None` until a server was asked.
    pub(crate) fn known(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|seconds| *seconds != UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_what_to_add_to_the_local_clock() {
        let skew = Skew::default();
        assert_eq!(skew.known(), None);
        skew.assume(5);
        assert_eq!(skew.known(), Some(5));
        let headers = HeaderMap::from_iter([(http::header::DATE, "Thu, 01 Jan 2026 00:10:00 GMT".parse().unwrap())]);
        skew.measure(&headers, 1_767_225_600);
        assert_eq!(skew.clone().known(), Some(600));
        skew.measure(&HeaderMap::new(), 0);
        skew.assume(7);
        assert_eq!(skew.known(), Some(600));
    }
}
