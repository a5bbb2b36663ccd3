//! What one should know to read a report.

use ccwb_bedrock::{Prices, Usd};

use super::{Line, Report};
use crate::aggregate::Aggregate;
use crate::number::{grouped, short};

pub(super) fn notes(report: &Report, aggregate: &Aggregate) -> Vec<String> {
    let mut notes = Vec::new();
    let tally = aggregate.tally();
    for line in report.by_model.iter().filter(|line| line.cost.unpriced_tokens > 0) {
        notes.push(format!(
            "No price is known for {}: its {} tokens are in no sum of money.",
            line.name(),
            short(line.cost.unpriced_tokens)
        ));
    }
    for line in outliers(&report.by_user) {
        notes.push(format!(
            "{} stands out with {} ({} requests); ask whether that is meant.",
            line.name(),
            line.cost.text(),
            grouped(line.counts.requests)
        ));
    }
    if report.prices.values().flatten().any(|price| price.is_regional) {
        let rule = Prices::bundled().regional();
        notes.push(format!(
            "Models that are not called through a global profile cost {} % more in these figures: they are called at a regional \
             endpoint. Claude Code itself reckons {} without it.",
            rule.percent, report.total.counts.claimed
        ));
    }
    if report.total.counts.tokens.cache_write_5m > 0 {
        notes.push(
            "Tokens written to the cache are priced as held for five minutes where telemetry does not say for how long."
                .to_owned(),
        );
    }
    if !report.prices.is_empty() {
        notes.push(format!("Days are UTC. Prices are as of {}.", Prices::bundled().as_of()));
    }
    if !report.knows_people && !aggregate.is_empty() {
        notes.push("This source names no people. Analytics does: ccwb deploy analytics.".to_owned());
    }
    let events: u64 = aggregate.cells().map(|(_, counts)| counts.tokens.total()).sum();
    let metrics = tally.metric_tokens;
    if metrics > 0 && events.abs_diff(metrics) > events / 50 {
        notes.push(format!(
            "Metrics tell of {} tokens and events of {}: one of the two was lost in part. Figures are those of events.",
            short(metrics),
            short(events)
        ));
    }
    if let Some(first) = tally.first_unreadable {
        notes.push(format!(
            "{} of {} rows could not be read; the first is row {first}.",
            grouped(tally.unreadable),
            grouped(tally.rows)
        ));
    }
    notes
}

/// People who cost far more than the others do: a modified z-score above 3.5 of the logarithm of their cost (Iglewicz and
/// Hoaglin, 1993), and more than three times the median. Nobody stands out among fewer than eight.
fn outliers(users: &[Line]) -> Vec<&Line> {
    let logs: Vec<(f64, &Line)> = users
        .iter()
        .filter(|line| line.cost.known > Usd::ZERO)
        .map(|line| (line.cost.known.approximate().ln(), line))
        .collect();
    if logs.len() < 8 {
        return Vec::new();
    }
    let middle = median(logs.iter().map(|(log, _)| *log).collect());
    let spread = median(logs.iter().map(|(log, _)| (log - middle).abs()).collect());
    let stands_out = |log: f64| 0.6745 * (log - middle) > 3.5 * spread.max(0.05) && log - middle > 3_f64.ln();
    logs.into_iter().filter(|(log, _)| stands_out(*log)).map(|(_, line)| line).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle.wrapping_sub(1)), values.get(middle)) {
        (Some(below), Some(above)) if values.len().is_multiple_of(2) => f64::midpoint(*below, *above),
        (_, Some(value)) => *value,
        _ => 0.0,
    }
}
