use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request of an exporter, decoded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// When it came, RFC 3339, by the sandbox's clock.
    pub time: String,
    /// What it carried.
    pub signal: Signal,
    /// Every header, its name in lower case. Instead of a bearer token it is said whose ID token it was.
    pub headers: BTreeMap<String, String>,
    /// Data points, log records or spans.
    pub telemetry: Vec<Telemetry>,
}

/// The kinds of telemetry, as the last part of their path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// `/v1/metrics`
    Metrics,
    /// `/v1/logs`
    Logs,
    /// `/v1/traces`
    Traces,
}

/// One data point of a metric, one log record, or one span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Telemetry {
    /// The metric, the event (else the text of the log record), or the span.
    pub name: String,
    /// The data point's value, a histogram's sum, or the log record's body; null for a span.
    pub value: Value,
    /// What the metric is measured in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Of this point, record or span.
    pub attributes: BTreeMap<String, Value>,
    /// Attributes of the resource that it comes from.
    pub resource: BTreeMap<String, Value>,
}

impl Export {
    pub(crate) fn new(
        now: DateTime<Utc>,
        signal: Signal,
        headers: BTreeMap<String, String>,
        telemetry: Vec<Telemetry>,
    ) -> Self {
        Self { time: now.to_rfc3339_opts(SecondsFormat::Millis, true), signal, headers, telemetry }
    }
}

/// The newest exports: a demo may run for days.
#[derive(Debug, Default)]
pub(crate) struct Exports(VecDeque<Export>);

const CAPACITY: usize = 1_000;

impl Exports {
    pub(crate) fn push(&mut self, export: Export) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(export);
    }

    pub(crate) fn all(&self) -> Vec<Export> {
        self.0.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
