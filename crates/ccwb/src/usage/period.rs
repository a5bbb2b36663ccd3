//! Which days are shown, and which are needed for that.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Days, NaiveDate};

use super::arguments::UsageArguments;
use crate::failure::{Failure, exit};
use crate::surroundings::unix_time;

/// The days of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) today: NaiveDate,
    /// What is shown.
    pub(super) shown: RangeInclusive<NaiveDate>,
    /// What is read: a forecast needs the whole month so far, and four weeks.
    pub(super) read: RangeInclusive<NaiveDate>,
}

const DAYS: u16 = 30;

impl Period {
    pub(super) fn new(arguments: &UsageArguments) -> Result<Self, Failure> {
        let now = DateTime::from_timestamp(unix_time(), 0).unwrap_or_default().date_naive();
        // The made-up company has no other today than its last day.
        let today = if arguments.demo { arguments.until.unwrap_or(now) } else { now };
        Self::of(today, arguments.since, arguments.until, arguments.days)
    }

    fn of(
        today: NaiveDate,
        since: Option<NaiveDate>,
        until: Option<NaiveDate>,
        days: Option<u16>,
    ) -> Result<Self, Failure> {
        let until = until.unwrap_or(today);
        let back = |days: u16| until.checked_sub_days(Days::new(u64::from(days) - 1)).unwrap_or(until);
        let since = since.unwrap_or_else(|| back(days.unwrap_or(DAYS)));
        if since > until {
            let message = format!("the first day {since} is after the last day {until}");
            return Err(Failure::new("usage", exit::USAGE, message, "turn --since and --until around"));
        }
        let month = until.with_day(1).unwrap_or(until);
        Ok(Self { today, shown: since..=until, read: since.min(month).min(back(29))..=until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_shown_and_as_much_is_read_as_a_forecast_needs() {
        let period = Period::of(day("2026-11-19"), None, None, Some(7)).unwrap();
        assert_eq!(period.shown, day("2026-11-13")..=day("2026-11-19"));
        assert_eq!(period.read, day("2026-10-22")..=day("2026-11-19"));
        let period = Period::of(day("2026-11-19"), None, None, None).unwrap();
        assert_eq!(*period.shown.start(), day("2026-10-21"));
        assert!(Period::of(day("2026-11-19"), Some(day("2026-11-20")), None, None).is_err());
    }
}
