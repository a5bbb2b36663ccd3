//! One table as CSV (RFC 4180).

use crate::report::{Dimension, Line};

/// The header and every line. A cost that is not known is empty.
pub fn csv(by: &[Dimension], lines: &[Line]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let columns = [
        "cost_usd",
        "unpriced_tokens",
        "claude_code_cost_usd",
        "requests",
        "errors",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_creation_tokens",
        "people",
        "sessions",
        "lines_added",
        "lines_removed",
        "commits",
        "pull_requests",
        "active_seconds",
    ];
    let header = by.iter().map(|dimension| dimension.name()).chain(columns);
    let mut written = writer.write_record(header);
    for line in lines {
        let counts = &line.counts;
        let told = |count: u64| line.tokens().map(|_| count.to_string()).unwrap_or_default();
        let tokens = [
            counts.requests.to_string(),
            counts.errors.to_string(),
            told(counts.tokens.input),
            told(counts.tokens.output),
            told(counts.tokens.cache_read),
            told(counts.tokens.cache_write()),
        ];
        let numbers = [
            line.people as u64,
            counts.sessions,
            counts.lines_added,
            counts.lines_removed,
            counts.commits,
            counts.pull_requests,
            counts.active_ms / 1000,
        ];
        let names = line.names.iter().map(|name| harmless(name));
        let cost = line.cost.amount().map(|amount| amount.exact()).unwrap_or_default();
        let money = [cost, line.cost.unpriced_tokens.to_string(), counts.claimed.exact()];
        let record = names.chain(money).chain(tokens).chain(numbers.iter().map(ToString::to_string));
        written = written.and_then(|()| writer.write_record(record));
    }
    debug_assert!(written.is_ok(), "memory takes everything");
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A name that no spreadsheet takes for a formula (OWASP, CSV injection): who sends telemetry chooses it.
pub(super) fn harmless(name: &str) -> String {
    let is_formula = name.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{name}") } else { name.to_owned() }
}
