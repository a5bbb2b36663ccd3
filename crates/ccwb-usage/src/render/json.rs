//! A report as JSON. Amounts are numbers with all their digits; one that is not known is null.

use std::collections::BTreeMap;

use ccwb_bedrock::Usd;
use serde::Serialize;

use crate::forecast::Forecast;
use crate::number::{exact, exact_or_null};
use crate::report::{Dimension, Line, Report};

#[derive(Serialize)]
struct Json<'a> {
    since: String,
    until: String,
    source: &'a str,
    names_people: bool,
    total: JsonLine<'a>,
    by_day: Vec<JsonLine<'a>>,
    by_user: Vec<JsonLine<'a>>,
    by_team: Vec<JsonLine<'a>>,
    by_model: Vec<JsonLine<'a>>,
    by_region: Vec<JsonLine<'a>>,
    /// The last seven whole days beside the seven before.
    trend: Option<f64>,
    forecast: Option<&'a Forecast>,
    prices: Vec<JsonPrice<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct JsonLine<'a> {
    #[serde(flatten)]
    names: BTreeMap<&'static str, &'a str>,
    #[serde(serialize_with = "exact_or_null")]
    cost_usd: Option<Usd>,
    unpriced_tokens: u64,
    #[serde(serialize_with = "exact")]
    claude_code_cost_usd: Usd,
    requests: u64,
    errors: u64,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_tokens: Option<u64>,
    cache_creation_tokens: Option<u64>,
    cache_share: Option<f64>,
    people: usize,
    sessions: u64,
    lines_added: u64,
    lines_removed: u64,
    commits: u64,
    pull_requests: u64,
    active_seconds: u64,
}

#[derive(Serialize)]
struct JsonPrice<'a> {
    model: &'a str,
    /// Null if no price is known.
    price: Option<PerMillion<'a>>,
}

#[derive(Serialize)]
struct PerMillion<'a> {
    #[serde(serialize_with = "exact")]
    input: Usd,
    #[serde(serialize_with = "exact")]
    output: Usd,
    #[serde(serialize_with = "exact")]
    cache_write_5m: Usd,
    #[serde(serialize_with = "exact")]
    cache_write_1h: Usd,
    #[serde(serialize_with = "exact")]
    cache_read: Usd,
    regional: bool,
    source: &'a str,
    as_of: &'a str,
}

/// The whole report.
pub fn json(report: &Report) -> String {
    let lines = |dimension: Dimension| report.lines(dimension).iter().map(|line| row(&[dimension], line)).collect();
    let price = |price: &ccwb_bedrock::Price| PerMillion {
        input: per_million(price.input),
        output: per_million(price.output),
        cache_write_5m: per_million(price.cache_write_5m),
        cache_write_1h: per_million(price.cache_write_1h),
        cache_read: per_million(price.cache_read),
        regional: price.is_regional,
        source: price.source,
        as_of: price.as_of,
    };
    let json = Json {
        since: report.days.start().to_string(),
        until: report.days.end().to_string(),
        source: &report.source,
        names_people: report.knows_people,
        total: row(&[], &report.total),
        by_day: lines(Dimension::Day),
        by_user: lines(Dimension::User),
        by_team: lines(Dimension::Team),
        by_model: lines(Dimension::Model),
        by_region: lines(Dimension::Region),
        trend: report.trend,
        forecast: report.forecast.as_ref(),
        prices: report
            .prices
            .iter()
            .map(|(model, known)| JsonPrice { model, price: known.as_ref().map(price) })
            .collect(),
        notes: &report.notes,
    };
    serde_json::to_string_pretty(&json).unwrap_or_default()
}

/// One table.
pub fn lines_json(by: &[Dimension], lines: &[Line]) -> String {
    let rows: Vec<JsonLine<'_>> = lines.iter().map(|line| row(by, line)).collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

fn row<'a>(by: &[Dimension], line: &'a Line) -> JsonLine<'a> {
    let counts = &line.counts;
    let told = |count: u64| line.tokens().map(|_| count);
    JsonLine {
        names: by.iter().map(|dimension| dimension.name()).zip(line.names.iter().map(String::as_str)).collect(),
        cost_usd: line.cost.amount(),
        unpriced_tokens: line.cost.unpriced_tokens,
        claude_code_cost_usd: counts.claimed,
        requests: counts.requests,
        errors: counts.errors,
        input_tokens: told(counts.tokens.input),
        output_tokens: told(counts.tokens.output),
        cache_read_tokens: told(counts.tokens.cache_read),
        cache_creation_tokens: told(counts.tokens.cache_write()),
        cache_share: counts.cache_share(),
        people: line.people,
        sessions: counts.sessions,
        lines_added: counts.lines_added,
        lines_removed: counts.lines_removed,
        commits: counts.commits,
        pull_requests: counts.pull_requests,
        active_seconds: counts.active_ms / 1000,
    }
}

/// A price of the table, in dollars.
pub(super) fn per_million(micro: u64) -> Usd {
    Usd::from_pico(i128::from(micro) * 1_000_000)
}
