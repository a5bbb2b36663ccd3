//! Telemetry beside the bill: for a terminal, as JSON, as CSV.

use std::fmt::Write as _;

use ccwb_bedrock::Usd;
use serde::Serialize;

use super::csv::harmless;
use super::terminal::{Look, fitted, width, wrapped};
use crate::number::exact;
use crate::reconcile::{Pair, Reconciliation};

/// For a terminal.
pub fn reconciliation_terminal(reconciliation: &Reconciliation, look: Look, top: usize) -> String {
    let mut out = format!("{}\n", look.bold("Telemetry beside the bill"));
    for (label, amount) in [
        ("Telemetry", reconciliation.telemetry),
        ("Billed", reconciliation.billed),
        ("Difference", reconciliation.difference()),
    ] {
        let _ = writeln!(out, "  {}{:>14}", look.dim(&format!("{label:<26}")), amount.to_string());
    }
    let _ = writeln!(out, "\n{}", look.bold("What the difference is made of"));
    if reconciliation.causes.is_empty() {
        let _ = writeln!(out, "  nothing: both agree");
    }
    for cause in &reconciliation.causes {
        let mut lines = wrapped(&cause.detail, look.width.saturating_sub(46)).into_iter();
        let first = lines.next().unwrap_or_default();
        if look.width < 100 {
            let _ = writeln!(out, "  {:<26}{:>14}", cause.kind.title(), cause.amount.to_string());
            for line in wrapped(&cause.detail, look.width.saturating_sub(4)) {
                let _ = writeln!(out, "    {}", look.dim(&line));
            }
            continue;
        }
        let _ = writeln!(out, "  {:<26}{:>14}  {}", cause.kind.title(), cause.amount.to_string(), look.dim(&first));
        for line in lines {
            let _ = writeln!(out, "{:44}{}", "", look.dim(&line));
        }
    }
    for (title, pairs) in reconciliation.tables() {
        out.push('\n');
        // Days all, as they are in order; people and teams the first.
        let top = if title == "Day" || top == 0 { pairs.len() } else { top };
        pairs_table(&mut out, title, pairs, look, top);
    }
    if !reconciliation.notes.is_empty() {
        out.push('\n');
    }
    for note in &reconciliation.notes {
        for (index, line) in wrapped(note, look.width.saturating_sub(4)).into_iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if index == 0 { "  - " } else { "    " });
        }
    }
    out
}

fn pairs_table(out: &mut String, title: &str, pairs: &[Pair], look: Look, top: usize) {
    let room = look.width.saturating_sub(2 + 3 * 14 + 2 + 15).clamp(10, 36);
    let name = pairs.iter().take(top).map(|pair| width(&pair.name)).max().unwrap_or(0).clamp(10, room);
    let head = format!("{:>14}{:>14}{:>14}  Remark", "Telemetry", "Billed", "Difference");
    let _ = writeln!(out, "  {}{}", look.bold(&fitted(title, name)), look.dim(&head));
    let row = |out: &mut String, pair: &Pair, remark: &str| {
        let amounts =
            [pair.telemetry, pair.billed, pair.difference()].map(|amount| format!("{:>14}", amount.to_string()));
        let line = format!("  {}{}  {}", fitted(&pair.name, name), amounts.concat(), look.dim(remark));
        let _ = writeln!(out, "{}", line.trim_end());
    };
    for pair in pairs.iter().take(top) {
        row(out, pair, pair.remark());
    }
    if let Some(rest) = pairs.get(top..).filter(|rest| !rest.is_empty()) {
        let sum = |of: fn(&Pair) -> Usd| rest.iter().map(of).sum();
        let others = Pair {
            name: format!("{} others", rest.len()),
            telemetry: sum(|pair| pair.telemetry),
            billed: sum(|pair| pair.billed),
            is_billed: true,
        };
        row(out, &others, "");
    }
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(serialize_with = "exact")]
    telemetry_usd: Usd,
    #[serde(serialize_with = "exact")]
    billed_usd: Usd,
    #[serde(serialize_with = "exact")]
    difference_usd: Usd,
    causes: Vec<JsonCause<'a>>,
    by_day: Vec<JsonPair<'a>>,
    by_user: Vec<JsonPair<'a>>,
    by_team: Vec<JsonPair<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct JsonCause<'a> {
    cause: &'static str,
    #[serde(serialize_with = "exact")]
    usd: Usd,
    detail: &'a str,
}

#[derive(Serialize)]
struct JsonPair<'a> {
    name: &'a str,
    #[serde(serialize_with = "exact")]
    telemetry_usd: Usd,
    #[serde(serialize_with = "exact")]
    billed_usd: Usd,
    #[serde(serialize_with = "exact")]
    difference_usd: Usd,
    remark: &'static str,
}

/// As JSON.
pub fn reconciliation_json(reconciliation: &Reconciliation) -> String {
    let json = Json {
        telemetry_usd: reconciliation.telemetry,
        billed_usd: reconciliation.billed,
        difference_usd: reconciliation.difference(),
        causes: reconciliation
            .causes
            .iter()
            .map(|cause| JsonCause { cause: cause.kind.name(), usd: cause.amount, detail: &cause.detail })
            .collect(),
        by_day: reconciliation.by_day.iter().map(json_pair).collect(),
        by_user: reconciliation.by_user.iter().map(json_pair).collect(),
        by_team: reconciliation.by_team.iter().map(json_pair).collect(),
        notes: &reconciliation.notes,
    };
    serde_json::to_string_pretty(&json).unwrap_or_default()
}

fn json_pair(pair: &Pair) -> JsonPair<'_> {
    JsonPair {
        name: &pair.name,
        telemetry_usd: pair.telemetry,
        billed_usd: pair.billed,
        difference_usd: pair.difference(),
        remark: pair.remark(),
    }
}

/// As CSV: causes, days, people and teams one below the other, told apart by the first column.
pub fn reconciliation_csv(reconciliation: &Reconciliation) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut written = writer.write_record(["of", "name", "telemetry_usd", "billed_usd", "difference_usd", "remark"]);
    for cause in &reconciliation.causes {
        let amount = cause.amount.exact();
        written =
            written.and_then(|()| writer.write_record(["cause", cause.kind.name(), "", "", &amount, &cause.detail]));
    }
    for (title, pairs) in reconciliation.tables() {
        for pair in pairs {
            let amounts = [pair.telemetry, pair.billed, pair.difference()].map(Usd::exact);
            let [telemetry, billed, difference] = &amounts;
            let (of, name) = (title.to_lowercase(), harmless(&pair.name));
            written =
                written.and_then(|()| writer.write_record([&of, &name, telemetry, billed, difference, pair.remark()]));
        }
    }
    debug_assert!(written.is_ok(), "memory takes everything");
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
