//! `docs/reference/telemetry-data.md`, made from `data.json`.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::recorded::{Data, repository, text, texts};

const FILE: &str = "docs/reference/telemetry-data.md";

fn code(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

fn sets(metric: &Value) -> String {
    let sets = metric["dimensions"].as_array().expect("a list").iter();
    let sets = sets.map(|set| match texts(set).as_slice() {
        [] => "none".to_owned(),
        set => format!("`{}`", set.join(" + ")),
    });
    sets.collect::<Vec<_>>().join(", ")
}

fn fields(out: &mut String, rows: &[Value]) {
    out.push_str("| field | type | meaning |\n|---|---|---|\n");
    for row in rows {
        let _ = writeln!(out, "| `{}` | {} | {} |", text(&row["field"]), text(&row["type"]), text(&row["meaning"]));
    }
}

fn page() -> String {
    let data = Data::read();
    let mut out = String::from(
        "# Telemetry: what is stored, and under which names\n\n\
         Made from `dist-templates/collector/data.json` by `BLESS=1 cargo test -p ccwb-deploy --test collected`; the tests hold it\n\
         against a recorded export of Claude Code, the collector's configurations, dashboard, alarms and queries. How it is set up:\n\
         [monitoring](../guides/monitoring.md).\n\n\
         | what Claude Code sends | where it is stored | in Athena |\n|---|---|---|\n\
         | metrics | log group of the metrics stack (`MetricsLogGroupName`), one log event for each set of fields, and CloudWatch metrics in the namespace `ClaudeCode` | table `metrics` |\n\
         | events | log group of the metrics stack (`EventsLogGroupName`), one log event for each, and CloudWatch metrics that filters make | table `events` |\n\n\
         A field is an attribute of OpenTelemetry with `_` for each `.`, and so is a column of Athena. A metric keeps its name in\n\
         CloudWatch and in the log event; its column has `_` for `.`. Whatever is not named here is not stored: no prompt, no\n\
         answer, no command, no path. Both tables are partitioned by `day` (`2026-01-31`, UTC, when it arrived); `time` is by the\n\
         clock of the person's machine.\n\n## In every row\n\n",
    );
    fields(&mut out, data.list("common"));
    out.push_str(
        "\n## Who\n\nFrom the verified ID token (central collector with HTTPS), else from the headers of otel-helper. `custom:<claim>`\n\
         comes before `<claim>` for what a company says about its people. All are texts. Each can be hashed or dropped.\n\n\
         | field | header | claims | without them | meaning |\n|---|---|---|---|---|\n",
    );
    for row in data.list("identity") {
        let _ = writeln!(
            out,
            "| `{}` | `{}` | {} | {} | {} |",
            text(&row["field"]),
            text(&row["header"]),
            or_none(&code(&texts(&row["claims"]))),
            or_none(&text(&row["default"])),
            text(&row["meaning"])
        );
    }
    let _ = write!(
        out,
        "\n## Metrics\n\nSource: <{}>. Dimensions are those of CloudWatch: no one names a person, so that the number of metrics,\n\
         which is what costs, does not grow with the number of people. `service_name` (always `claude-code`) is the total.\n\n\
         | metric | unit | CloudWatch's | column (double) | fields beside those above | dimensions | meaning |\n\
         |---|---|---|---|---|---|---|\n",
        text(&data.0["source"])
    );
    for metric in data.list("metrics") {
        let name = text(&metric["name"]);
        let _ = writeln!(
            out,
            "| `{name}` | {} | {} | `{}` | {} | {} | {} |",
            or_none(&text(&metric["unit"])),
            or_none(&text(&metric["cloudwatch_unit"])),
            name.replace('.', "_"),
            or_none(&code(&texts(&metric["fields"]))),
            sets(metric),
            text(&metric["meaning"])
        );
    }
    out.push('\n');
    fields(&mut out, data.list("metric_fields"));
    out.push_str(
        "\nValues are increases (delta temporality): a sum over a time is what was used in it. The exporter adds `OTelLib`, the name\n\
         of the library that sent; nothing reads it.\n\n## Events\n\n| event (`event_name`) | fields beside those above | meaning |\n|---|---|---|\n",
    );
    for event in data.list("events") {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} |",
            text(&event["name"]),
            code(&texts(&event["fields"])),
            text(&event["meaning"])
        );
    }
    out.push('\n');
    fields(&mut out, data.list("event_fields"));
    out.push_str("\n### Metrics of events\n\n| metric | unit | from | value | dimensions | meaning |\n|---|---|---|---|---|---|\n");
    for metric in data.list("event_metrics") {
        let condition =
            metric["condition"].as_str().map(|condition| format!(" with `{condition}`")).unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{}` | {} | `{}`{condition} | `{}` | {} | {} |",
            text(&metric["name"]),
            text(&metric["cloudwatch_unit"]),
            text(&metric["event"]),
            text(&metric["value"]),
            sets(metric),
            text(&metric["meaning"])
        );
    }
    out
}

#[test]
fn the_reference_is_made_from_the_data_file() {
    let page = page();
    #[expect(clippy::disallowed_methods, reason = "the switch for writing it anew")]
    if std::env::var_os("BLESS").is_some() {
        fs::write(repository(FILE), &page).expect("it can be written");
    }
    let written = fs::read_to_string(repository(FILE)).unwrap_or_default();
    assert!(written == page, "run BLESS=1 cargo test -p ccwb-deploy --test collected");
}
