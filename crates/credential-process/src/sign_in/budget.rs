//! The sign-in budget: what keeps a failing sign-in from becoming a storm of browser tabs.
//!
//! A sign-in that failed, was cancelled or found nobody starts a cool-down in which only a person's `login` opens a
//! browser; and programs open at most three windows an hour however their sign-ins end. A success resets both.

use serde::{Deserialize, Serialize};

/// After a sign-in that did not succeed, in milliseconds.
const COOL_DOWN: i64 = 10 * 60 * 1000;
/// After a person's "not now"; the longest pause there is.
const HOUR: i64 = 60 * 60 * 1000;
/// Windows that programs may open in an hour.
const OPENINGS_PER_HOUR: usize = 3;

/// Part of the sign-in record. Times are Unix milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Budget {
    /// When programs opened a browser, within the last hour.
    #[serde(default)]
    openings: Vec<i64>,
    /// Programs open none before this.
    #[serde(default)]
    cool_down_until: i64,
}

impl Budget {
    /// Until when a program may not open a browser; `None` if it may.
    pub(crate) fn closed_until(&self, now: i64) -> Option<i64> {
        // A clock that was set back must not close the budget for longer than its own rules do.
        if now < self.cool_down_until && self.cool_down_until.saturating_sub(now) <= HOUR {
            return Some(self.cool_down_until);
        }
        let recent: Vec<i64> = self.recent(now).collect();
        let first_that_counts = recent.len().checked_sub(OPENINGS_PER_HOUR)?;
        Some(recent[first_that_counts] + HOUR)
    }

    /// A program opens a browser.
    pub(super) fn open(&mut self, now: i64) {
        self.openings = self.recent(now).chain([now]).collect();
    }

    /// A sign-in did not succeed.
    pub(super) fn cool_down(&mut self, now: i64) {
        self.cool_down_until = now + COOL_DOWN;
    }

    /// A person does not want to be asked now.
    pub(super) fn postpone(&mut self, now: i64) {
        self.cool_down_until = now + HOUR;
    }

    /// Whether the last sign-in did not succeed: the next window that a program opens asks first.
    pub(super) fn asks_first(&self) -> bool {
        self.cool_down_until > 0
    }

    /// A sign-in succeeded, or a person wants one.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    fn recent(&self, now: i64) -> impl Iterator<Item = i64> {
        self.openings.iter().copied().filter(move |opening| (0..HOUR).contains(&now.saturating_sub(*opening)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_failure_closes_it_for_ten_minutes_and_a_success_opens_it() {
        let mut budget = Budget::default();
        assert_eq!(budget.closed_until(0), None);
        budget.open(0);
        budget.cool_down(1_000);
        assert_eq!(budget.closed_until(2_000), Some(601_000));
        assert_eq!(budget.closed_until(601_000), None);
        assert!(budget.asks_first());
        budget.postpone(601_000);
        assert_eq!(budget.closed_until(601_001), Some(601_000 + HOUR));
        budget.reset();
        assert_eq!(budget.closed_until(601_001), None);
        assert!(!budget.asks_first());
    }

    #[test]
    fn three_windows_an_hour_are_the_most_that_programs_open() {
        let mut budget = Budget::default();
        for minute in 0..3 {
            assert_eq!(budget.closed_until(minute * 60_000), None);
            budget.open(minute * 60_000);
        }
        assert_eq!(budget.closed_until(180_000), Some(HOUR));
        assert_eq!(budget.closed_until(HOUR), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// The record is a file: anything may be in it.
        #[test]
        fn whatever_is_recorded_closes_it_for_an_hour_at_the_most(
            openings in vec(any::<i64>(), 0..6), cool_down_until: i64, now in 0_i64..253_402_300_800_000,
        ) {
            let budget = Budget { openings, cool_down_until };
            prop_assert!(budget.closed_until(now).is_none_or(|until| now < until && until <= now + HOUR));
            let mut opened = budget.clone();
            opened.open(now);
            prop_assert!(opened.openings.contains(&now));
        }
    }

    #[test]
    fn a_clock_that_was_wrong_does_not_close_it_for_ever() {
        let mut budget = Budget::default();
        budget.open(10 * HOUR);
        budget.cool_down(10 * HOUR);
        assert_eq!(budget.closed_until(0), None);
    }
}
