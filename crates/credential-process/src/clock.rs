//! This machine's clock against those of the servers.

use ccwb_federation::TOLERATED_SKEW;

/// By how much the clock is wrong, if it matters: `skew` is how many seconds it is behind (negative: ahead).
pub(crate) fn difference(skew: i64, whose: &str) -> Option<String> {
    let direction = if skew > 0 { "behind" } else { "ahead of" };
    (skew.abs() > TOLERATED_SKEW).then(|| format!("this machine's clock is {} {direction} {whose}", span(skew.abs())))
}

/// A span of time in one unit.
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
