//! The clock, as far as this machine's own files tell; `--live` compares it with the provider's.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::span;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::world::World;

pub(in super::super) const NAME: &str = "clock";

/// 2026-01-01: nothing of ours is older.
const EARLIEST: i64 = 1_767_225_600;
/// Seconds that a file may be ahead.
const TOLERATED: i64 = 300;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let newest = case.state.as_ref().and_then(|state| newest_file(state.root()));
    vec![judge(World::now().timestamp(), newest)]
}

fn judge(now: i64, newest: Option<i64>) -> Finding {
    const FIX: &str = "set this machine's clock (turn on automatic time)";
    if now < EARLIEST {
        let what = "it is set to a time before this program was made; no sign-in can work";
        return Finding::failed(NAME, what, FIX);
    }
    match newest.map(|newest| newest - now).filter(|ahead| *ahead > TOLERATED) {
        Some(ahead) => Finding::warning(
            NAME,
            format!("files in the state folder are {} in the future: it was set back", span(ahead)),
            FIX,
        ),
        None => Finding::ok(NAME, "plausible (--live compares it with the provider's)"),
    }
}

/// When the newest file of the folder was written, in Unix seconds.
fn newest_file(folder: &Path) -> Option<i64> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let times = entries.filter_map(|entry| entry.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    times.map(|time| time.as_secs().cast_signed()).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::State;

    #[test]
    fn a_clock_of_another_year_fails_and_one_that_went_back_is_told() {
        let now = EARLIEST + 1_000_000;
        for (now, newest, expected) in [
            (0, None, State::Failed),
            (now, None, State::Ok),
            (now, Some(now + 200), State::Ok),
            (now, Some(now + 4_000), State::Warning),
        ] {
            assert_eq!(judge(now, newest).state, expected);
        }
    }
}
