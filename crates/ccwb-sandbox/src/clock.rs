use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

/// The sandbox's time: the system's, plus what tests moved it by. Both ends of a sandbox (provider and AWS) share one.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        system_time() + Duration::seconds(self.offset_seconds.load(Ordering::Relaxed))
    }

    /// Seconds since the epoch, as JWT claims and AWS JSON want them.
    pub(crate) fn epoch(&self) -> i64 {
        self.now().timestamp()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "to its clients the sandbox is the outside world, which has its own clock"
)]
fn system_time() -> DateTime<Utc> {
    DateTime::<Utc>::from(std::time::SystemTime::now())
}

/// A configured lifetime as the signed duration that date arithmetic needs; absurdly long ones count as a century.
pub(crate) fn span(lifetime: std::time::Duration) -> Duration {
    Duration::from_std(lifetime).unwrap_or(Duration::MAX).min(Duration::days(36_500))
}
