//! Telemetry from CloudWatch metrics, where there is no analytics stack. No metric names a person, and none tells of a team
//! and a model at once: so models have tokens and a price, teams and regions only requests and what Claude Code reckons.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ccwb_bedrock::{TokenCounts, Usd};
use chrono::{DateTime, NaiveDate, NaiveTime};
use serde_json::{Value, json};

use super::client::{AwsError, Client, Service};
use crate::aggregate::{Aggregate, Sample};
use crate::counts::Counts;

/// The namespace of the collector's metrics.
const NAMESPACE: &str = "ClaudeCode";

/// What metrics told beside what went into the aggregate.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Teams.
    pub teams: Vec<Marginal>,
    /// Regions.
    pub regions: Vec<Marginal>,
}

/// What one team or region did, whatever the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marginal {
    /// Its name.
    pub name: String,
    /// Requests, and the cost as Claude Code reckons it, by day.
    pub days: BTreeMap<NaiveDate, (u64, Usd)>,
}

/// A metric with its dimensions, in the order in which they came.
type Series = (String, BTreeMap<String, String>);

/// Reads these days: models go into the aggregate, teams and regions are the answer.
pub async fn from_metrics(
    client: &Client,
    days: &RangeInclusive<NaiveDate>,
    aggregate: &mut Aggregate,
) -> Result<Metrics, AwsError> {
    let mut series = list(client).await?;
    series.retain(is_wanted);
    let mut metrics = Metrics::default();
    // 500 queries a call is the limit, and a call's answer is read up to a megabyte.
    for chunk in series.chunks(100) {
        for ((name, dimensions), day, value) in values(client, chunk, days).await? {
            add(aggregate, &mut metrics, name, dimensions, day, value);
        }
    }
    Ok(metrics)
}

fn is_wanted((name, dimensions): &Series) -> bool {
    let has =
        |names: &[&str]| dimensions.len() == names.len() && names.iter().all(|name| dimensions.contains_key(*name));
    match name.as_str() {
        "claude_code.token.usage" => has(&["model", "type"]),
        "claude_code.api.requests" => has(&["model"]) || has(&["team_id"]) || has(&["cloud_region"]),
        "claude_code.cost.usage" => has(&["model"]) || has(&["team_id"]) || has(&["cloud_region"]),
        "claude_code.api.errors" => has(&["model"]),
        "claude_code.lines_of_code.count" => has(&["type"]),
        "claude_code.active_time.total" => has(&["type"]),
        "claude_code.session.count" | "claude_code.commit.count" | "claude_code.pull_request.count" => {
            has(&["service_name"])
        }
        _ => false,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sums of counts")]
fn add(
    aggregate: &mut Aggregate,
    metrics: &mut Metrics,
    name: &str,
    dimensions: &BTreeMap<String, String>,
    day: NaiveDate,
    value: f64,
) {
    let whole = value.max(0.0).round() as u64;
    let usd = || Usd::parse(&value.max(0.0).to_string()).unwrap_or_default();
    for (dimension, marginals) in [("team_id", &mut metrics.teams), ("cloud_region", &mut metrics.regions)] {
        let Some(named) = dimensions.get(dimension) else { continue };
        let place = marginals.iter().position(|marginal| marginal.name == *named).unwrap_or_else(|| {
            marginals.push(Marginal { name: named.clone(), days: BTreeMap::new() });
            marginals.len() - 1
        });
        if let Some(marginal) = marginals.get_mut(place) {
            let (requests, cost) = marginal.days.entry(day).or_default();
            match name {
                "claude_code.api.requests" => *requests += whole,
                _ => *cost += usd(),
            }
        }
        return;
    }
    let mut counts = Counts::default();
    let kind = dimensions.get("type").map_or("", String::as_str);
    match (name, kind) {
        ("claude_code.token.usage", "input") => counts.tokens = TokenCounts { input: whole, ..counts.tokens },
        ("claude_code.token.usage", "output") => counts.tokens = TokenCounts { output: whole, ..counts.tokens },
        ("claude_code.token.usage", "cacheRead") => counts.tokens = TokenCounts { cache_read: whole, ..counts.tokens },
        ("claude_code.token.usage", "cacheCreation") => {
            counts.tokens = TokenCounts { cache_write_5m: whole, ..counts.tokens };
        }
        ("claude_code.api.requests", _) => counts.requests = whole,
        ("claude_code.api.errors", _) => counts.errors = whole,
        ("claude_code.cost.usage", _) => counts.claimed = usd(),
        ("claude_code.lines_of_code.count", "removed") => counts.lines_removed = whole,
        ("claude_code.lines_of_code.count", _) => counts.lines_added = whole,
        ("claude_code.active_time.total", _) => counts.active_ms = whole.saturating_mul(1000),
        ("claude_code.session.count", _) => counts.sessions = whole,
        ("claude_code.commit.count", _) => counts.commits = whole,
        ("claude_code.pull_request.count", _) => counts.pull_requests = whole,
        _ => return,
    }
    let model = dimensions.get("model").map(String::as_str);
    aggregate.add(&Sample { day, user: "", team: "", model, region: "", counts });
}

async fn list(client: &Client) -> Result<Vec<Series>, AwsError> {
    let (mut series, mut token) = (Vec::new(), None::<String>);
    loop {
        let mut wanted = json!({"Namespace": NAMESPACE});
        if let Some(token) = &token {
            wanted["NextToken"] = json!(token);
        }
        let page = client.call(Service::CloudWatch, "ListMetrics", &wanted).await?;
        for metric in array(&page["Metrics"]) {
            let name = metric["MetricName"].as_str().unwrap_or_default().to_owned();
            let dimensions = array(&metric["Dimensions"])
                .iter()
                .filter_map(|dimension| {
                    Some((dimension["Name"].as_str()?.to_owned(), dimension["Value"].as_str()?.to_owned()))
                })
                .collect();
            series.push((name, dimensions));
        }
        match page["NextToken"].as_str().filter(|next| !next.is_empty()) {
            Some(next) => token = Some(next.to_owned()),
            None => return Ok(series),
        }
    }
}

/// Every value of some metrics, day by day.
async fn values<'a>(
    client: &Client,
    series: &'a [Series],
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<((&'a str, &'a BTreeMap<String, String>), NaiveDate, f64)>, AwsError> {
    let queries: Vec<Value> = series
        .iter()
        .enumerate()
        .map(|(index, (name, dimensions))| {
            let dimensions: Vec<Value> =
                dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
            let metric = json!({"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions});
            json!({"Id": format!("m{index}"), "MetricStat": {"Metric": metric, "Period": 86_400, "Stat": "Sum"}})
        })
        .collect();
    let second = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp();
    let end = second(days.end().succ_opt().unwrap_or(*days.end()));
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let mut wanted = json!({"MetricDataQueries": queries, "StartTime": second(*days.start()), "EndTime": end, "ScanBy": "TimestampAscending"});
        if let Some(token) = &token {
            wanted["NextToken"] = json!(token);
        }
        let page = client.call(Service::CloudWatch, "GetMetricData", &wanted).await?;
        for result in array(&page["MetricDataResults"]) {
            let index = result["Id"].as_str().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            let Some((name, dimensions)) = index.and_then(|index| series.get(index)) else { continue };
            for (time, value) in array(&result["Timestamps"]).iter().zip(array(&result["Values"])) {
                if let (Some(day), Some(value)) = (day_of(time), value.as_f64()) {
                    found.push(((name.as_str(), dimensions), day, value));
                }
            }
        }
        match page["NextToken"].as_str().filter(|next| !next.is_empty()) {
            Some(next) => token = Some(next.to_owned()),
            None => return Ok(found),
        }
    }
}

/// A time as the protocol has it (seconds) or as some stand-ins do (RFC 3339).
#[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
fn day_of(time: &Value) -> Option<NaiveDate> {
    match time {
        Value::Number(seconds) => Some(DateTime::from_timestamp(seconds.as_f64()? as i64, 0)?.date_naive()),
        Value::String(text) => text.get(..10)?.parse().ok(),
        _ => None,
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
