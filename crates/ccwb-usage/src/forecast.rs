//! What a month will have cost at its end: weekday means of the last four weeks, with an 80 % prediction interval.
//!
//! Each day that is left is expected to cost what that weekday cost on average in the last 28 whole days. How far days were
//! from the mean of their weekday (the pooled standard deviation of these residuals, with 7 means taken from n days: n - 7
//! degrees of freedom) says how far off the sum may be: the variance of a sum of independent days, plus that of the means
//! themselves. The interval is expectation ± t · √variance, t of Student's distribution for 80 %.
//!
//! It knows nothing of holidays and of growth: while a rollout grows, the expectation is too low, and the interval wide.

use ccwb_bedrock::Usd;
use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde::Serialize;

use crate::number::exact;

/// Days that are looked back.
const WINDOW: u64 = 28;
/// Whole days that are needed: each weekday once, and as many again, so that there is a spread.
const LEAST_DAYS: usize = 14;

/// What a month comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// `YYYY-MM`.
    pub month: String,
    /// The day that is not over, `YYYY-MM-DD`.
    pub today: String,
    /// The last day of the month.
    pub end: String,
    /// What it has cost so far.
    #[serde(serialize_with = "exact")]
    pub so_far: Usd,
    /// What is expected in all at its end.
    #[serde(serialize_with = "exact")]
    pub expected: Usd,
    /// The lower end of the 80 % interval.
    #[serde(serialize_with = "exact")]
    pub low: Usd,
    /// Its upper end.
    #[serde(serialize_with = "exact")]
    pub high: Usd,
    /// Whole days that it rests on.
    pub from_days: usize,
    /// What it is called.
    pub method: &'static str,
}

/// The method's name.
pub const METHOD: &str = "weekday means of the last 28 whole days, 80 % prediction interval (Student's t)";

/// Forecasts the month of `today` from the cost of each day; days without one cost nothing. `first` is the first day that is
/// known of: what was before is not nothing, but unknown. `None` with less than 14 whole days.
///
/// `today` itself is not over: the larger of what it has cost and what is expected of it counts.
pub fn forecast(cost: impl Fn(NaiveDate) -> Usd, first: NaiveDate, today: NaiveDate) -> Option<Forecast> {
    let month_begin = today.with_day(1)?;
    let month_end = month_begin.checked_add_months(Months::new(1))?.pred_opt()?;
    let begin = first.max(today.checked_sub_days(Days::new(WINDOW))?);
    let past: Vec<(usize, f64)> =
        begin.iter_days().take_while(|day| *day < today).map(|day| (weekday(day), cost(day).approximate())).collect();
    if past.len() < LEAST_DAYS {
        return None;
    }
    let mut means = [(0.0, 0.0); 7];
    for (weekday, cost) in &past {
        let (sum, count) = &mut means[*weekday];
        *sum += cost;
        *count += 1.0;
    }
    let mean = |weekday: usize| means[weekday].0 / f64::max(means[weekday].1, 1.0);
    let squares: f64 = past.iter().map(|(weekday, cost)| (cost - mean(*weekday)).powi(2)).sum();
    let degrees = past.len() - 7;
    #[expect(clippy::cast_precision_loss, reason = "at most 21")]
    let variance = squares / degrees as f64;

    let so_far: Usd = month_begin.iter_days().take_while(|day| *day <= today).map(&cost).sum();
    let (mut rest, mut left) = (0.0, [0.0; 7]);
    for day in today.iter_days().take_while(|day| *day <= month_end) {
        let expected = mean(weekday(day));
        if day == today {
            rest += (expected - cost(today).approximate()).max(0.0);
        } else {
            rest += expected;
        }
        left[weekday(day)] += 1.0;
    }
    // Each day spreads by itself; the error of a weekday's mean repeats on each of them.
    let spread: f64 =
        (0..7).map(|day| variance * (left[day] + left[day] * left[day] / f64::max(means[day].1, 1.0))).sum();
    let half = student_80(degrees) * spread.sqrt();
    let plus = |dollars: f64| so_far + dollars_of(dollars);
    Some(Forecast {
        month: today.format("%Y-%m").to_string(),
        today: today.to_string(),
        end: month_end.to_string(),
        so_far,
        expected: plus(rest),
        // What was spent is spent.
        low: plus((rest - half).max(0.0)),
        high: plus(rest + half),
        from_days: past.len(),
        method: METHOD,
    })
}

fn weekday(day: NaiveDate) -> usize {
    day.weekday().num_days_from_monday() as usize
}

#[expect(clippy::cast_possible_truncation, reason = "to the cent, and far from the limits")]
fn dollars_of(dollars: f64) -> Usd {
    Usd::from_pico((dollars * 100.0).round() as i128 * 10_000_000_000)
}

/// The 90th percentile of Student's t distribution by degrees of freedom, 7 to 21.
fn student_80(degrees: usize) -> f64 {
    const FROM_7: [f64; 15] =
        [1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325, 1.323];
    FROM_7.get(degrees.saturating_sub(7)).copied().unwrap_or(1.282)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn weekdays(day: NaiveDate) -> Usd {
        Usd::parse(if weekday(day) < 5 { "100" } else { "10" }).unwrap()
    }

    #[test]
    fn a_regular_month_is_foretold_to_the_cent() {
        let today = day("2026-11-15");
        let forecast = forecast(|day| if day < today { weekdays(day) } else { Usd::ZERO }, day("2026-10-01"), today);
        let forecast = forecast.unwrap();
        let month: Usd = day("2026-11-01").iter_days().take(30).map(weekdays).sum();
        assert_eq!((forecast.expected, forecast.low, forecast.high), (month, month, month));
        assert_eq!((forecast.month.as_str(), forecast.from_days), ("2026-11", 28));
    }

    #[test]
    fn too_few_days_are_no_ground_for_a_forecast() {
        assert_eq!(forecast(weekdays, day("2026-11-02"), day("2026-11-15")), None);
        assert!(forecast(weekdays, day("2026-11-01"), day("2026-11-15")).is_some());
    }

    #[test]
    fn what_was_spent_today_is_not_forgotten_when_it_is_more_than_usual() {
        let today = day("2026-11-30");
        let cost = |day| if day == today { Usd::parse("5000").unwrap() } else { weekdays(day) };
        let forecast = forecast(cost, day("2026-10-01"), today).unwrap();
        assert_eq!(forecast.expected, forecast.so_far);
    }

    #[test]
    fn about_four_in_five_months_end_within_the_interval() {
        let (mut random, mut within) = (Random::new(1), 0);
        let (first, today, end) = (day("2026-10-01"), day("2026-11-12"), day("2026-11-30"));
        for _ in 0..500 {
            let costs: Vec<Usd> = first
                .iter_days()
                .take_while(|day| *day <= end)
                .map(|day| {
                    let mean = weekdays(day).approximate();
                    dollars_of((mean * (1.0 + 0.3 * random.normal())).max(0.0))
                })
                .collect();
            let cost = |day: NaiveDate| costs[usize::try_from((day - first).num_days()).unwrap()];
            let known = |day: NaiveDate| if day < today { cost(day) } else { Usd::ZERO };
            let forecast = forecast(known, first, today).unwrap();
            let truth: Usd = day("2026-11-01").iter_days().take(30).map(cost).sum();
            within += u32::from((forecast.low..=forecast.high).contains(&truth));
        }
        assert!((370..=450).contains(&within), "{within} of 500");
    }
}
