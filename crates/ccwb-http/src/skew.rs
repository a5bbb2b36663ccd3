//! How far this machine's clock is from what servers say.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::HeaderMap;

/// The latest difference, shared by clones of one client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skew(Arc<AtomicI64>);

impl Skew {
    /// Compares a response's `Date` (RFC 9110, section 6.6.1) with the local clock.
    pub(crate) fn measure(&self, headers: &HeaderMap, now: i64) {
        let date = headers.get(http::header::DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
            let server = date.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
            self.0.store(server - now, Ordering::Relaxed);
        }
    }

    /// Seconds to add to the local clock; 0 until a server has said otherwise.
    pub(crate) fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_what_to_add_to_the_local_clock() {
        let skew = Skew::default();
        let headers = HeaderMap::from_iter([(http::header::DATE, "Thu, 01 Jan 2026 00:10:00 GMT".parse().unwrap())]);
        skew.measure(&headers, 1_767_225_600);
        assert_eq!(skew.clone().seconds(), 600);
        skew.measure(&HeaderMap::new(), 0);
        assert_eq!(skew.seconds(), 600);
    }
}
