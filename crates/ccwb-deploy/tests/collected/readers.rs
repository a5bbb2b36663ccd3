//! Dashboards, alarms and queries read nothing that is not there, and every metric is read by one of them.

use std::collections::BTreeSet;

use ccwb_deploy::{
    AlarmChoices, AnalyticsChoices, CollectorChoices, DashboardChoices, Environment, LogGroups, MetricsChoices,
    Parameters, Resolved, Stack,
};
use regex_lite::Regex;
use serde_json::Value;

use crate::recorded::{Data, text, texts};
use crate::telemetry;

const REGION: &str = "eu-central-1";

pub(crate) fn log_groups() -> LogGroups {
    telemetry::log_groups(REGION)
}

pub(crate) fn collector_choices() -> CollectorChoices {
    telemetry::collector(REGION)
}

fn resolved(stack: Stack, parameters: &Parameters) -> Resolved {
    let environment = Environment { account: "123456789012".into(), region: REGION.into() };
    stack.template().resolve(parameters, &environment).expect("the template can be worked out")
}

fn dashboard() -> Value {
    let parameters = DashboardChoices { log_groups: log_groups() }.parameters().expect("it can be deployed");
    let stack = resolved(Stack::Dashboard, &parameters);
    let body = text(&stack.of_kind("AWS::CloudWatch::Dashboard").next().expect("a dashboard")["DashboardBody"]);
    serde_json::from_str(&body).expect("the body is JSON")
}

fn alarms() -> Resolved {
    let choices = AlarmChoices {
        emails: vec!["ops@company.com".to_owned()],
        log_groups: log_groups(),
        collector: Some(("app/l/1".to_owned(), "targetgroup/t/1".to_owned())),
        daily_cost_usd: 100,
    };
    resolved(Stack::Alarms, &choices.parameters().expect("it can be deployed"))
}

fn analytics() -> Resolved {
    let choices = AnalyticsChoices {
        base_name: "acme-1".to_owned(),
        log_groups: log_groups(),
        retention_days: 90,
        buffer_seconds: 0,
        permissions_boundary: None,
    };
    resolved(Stack::Analytics, &choices.parameters().expect("it can be deployed"))
}

type Read = BTreeSet<(String, Vec<String>)>;

/// Metrics and dimensions that there are: of metrics, and of filters on events.
fn produced() -> Read {
    let data = Data::read();
    let rows = data.list("metrics").iter().chain(data.list("event_metrics"));
    rows.flat_map(|metric| {
        let sets = metric["dimensions"].as_array().expect("a list").iter();
        sets.map(|set| {
            let mut set = texts(set);
            set.sort();
            (text(&metric["name"]), set)
        })
    })
    .collect()
}

/// Metrics of ours that the dashboard's widgets read.
fn read_by_dashboard() -> Read {
    let search = Regex::new(r#"SEARCH\('\{([^}]*)\} MetricName="([^"]*)"'"#).expect("a pattern");
    let mut all = Read::new();
    for widget in dashboard()["widgets"].as_array().into_iter().flatten() {
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            let parts = metric.as_array().expect("a metric is a list");
            if let Some(expression) = parts[0]["expression"].as_str() {
                for found in search.captures_iter(expression).filter(|found| found[1].starts_with("ClaudeCode")) {
                    let mut dimensions: Vec<String> = found[1].split(',').skip(1).map(str::to_owned).collect();
                    dimensions.sort();
                    all.insert((found[2].to_owned(), dimensions));
                }
            } else if parts[0] == "ClaudeCode" {
                let names: Vec<&str> = parts[1..].iter().filter_map(Value::as_str).collect();
                let mut dimensions: Vec<String> = names[1..].iter().step_by(2).map(|name| (*name).to_owned()).collect();
                dimensions.sort();
                all.insert((names[0].to_owned(), dimensions));
            }
        }
    }
    all
}

fn read_by_alarms() -> Read {
    let stack = alarms();
    let ours = stack.of_kind("AWS::CloudWatch::Alarm").filter(|alarm| alarm["Namespace"] == "ClaudeCode");
    ours.map(|alarm| {
        let dimensions = alarm["Dimensions"].as_array().into_iter().flatten();
        (text(&alarm["MetricName"]), dimensions.map(|dimension| text(&dimension["Name"])).collect())
    })
    .collect()
}

#[test]
fn dashboard_and_alarms_read_metrics_that_are_made_and_every_metric_is_read() {
    let (produced, dashboard, alarms) = (produced(), read_by_dashboard(), read_by_alarms());
    assert!(dashboard.len() > 15 && alarms.len() == 3, "{dashboard:?} {alarms:?}");
    let read: Read = dashboard.union(&alarms).cloned().collect();
    assert_eq!(read.difference(&produced).collect::<Vec<_>>(), Vec::<&(String, Vec<String>)>::new());
    let names = |set: &Read| set.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
    assert_eq!(names(&produced).difference(&names(&read)).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn filters_make_the_metrics_of_events_that_are_named() {
    let stack = resolved(Stack::Metrics, &MetricsChoices { retention_days: 90 }.parameters().unwrap());
    let mut made = BTreeSet::new();
    let fields = Data::read().fields("event_fields");
    let everywhere = &Data::read().fields("common") | &Data::read().fields("identity");
    let selector = Regex::new(r"\$\.([a-z_]+)").unwrap();
    for filter in stack.of_kind("AWS::Logs::MetricFilter") {
        let transformation = &filter["MetricTransformations"][0];
        let dimensions = transformation["Dimensions"].as_array().into_iter().flatten();
        let dimensions: Vec<String> = dimensions.map(|dimension| text(&dimension["Key"])).collect();
        let whole = format!("{} {transformation}", text(&filter["FilterPattern"]));
        for field in selector.captures_iter(&whole) {
            assert!(fields.contains(&field[1]) || everywhere.contains(&field[1]), "{whole}");
        }
        assert!(made.insert((text(&transformation["MetricName"]), dimensions, text(&transformation["Unit"]))));
    }
    let data = Data::read();
    let named: BTreeSet<_> = data
        .list("event_metrics")
        .iter()
        .flat_map(|metric| {
            let sets = metric["dimensions"].as_array().unwrap().iter();
            sets.map(|set| (text(&metric["name"]), texts(set), text(&metric["cloudwatch_unit"])))
        })
        .collect();
    assert_eq!(made, named);
}

/// Names in a query that are neither words of the language nor names that the query itself gives.
fn unknown_names(query: &str, words: &[&str], known: &BTreeSet<String>) -> Vec<String> {
    let without_texts = Regex::new(r#""[^"]*"|'[^']*'"#).expect("a pattern").replace_all(query, "").into_owned();
    let given = Regex::new(r"(?i)\bas\s+([a-z0-9_]+)").expect("a pattern");
    let given: BTreeSet<String> = given.captures_iter(&without_texts).map(|found| found[1].to_owned()).collect();
    let names = Regex::new(r"[A-Za-z_][A-Za-z0-9_]*").expect("a pattern");
    let names = names.find_iter(&without_texts).map(|found| found.as_str().to_owned());
    names
        .filter(|name| !known.contains(name) && !given.contains(name))
        .filter(|name| !words.contains(&name.to_ascii_lowercase().as_str()))
        .collect()
}

#[test]
fn log_queries_of_the_dashboard_read_fields_that_are_written() {
    const WORDS: &[&str] = &[
        "source",
        "filter",
        "stats",
        "by",
        "sort",
        "desc",
        "limit",
        "as",
        "in",
        "count",
        "count_distinct",
        "sum",
        "avg",
        "max",
        "pct",
        "bin",
        "d",
    ];
    let known: BTreeSet<String> = Data::read().columns("events").into_keys().collect();
    let dashboard = dashboard();
    let queries: Vec<String> = dashboard["widgets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|widget| widget["type"] == "log")
        .map(|widget| text(&widget["properties"]["query"]))
        .collect();
    assert!(queries.len() > 5);
    for query in &queries {
        assert_eq!(unknown_names(query, WORDS, &known), [""; 0], "{query}");
        assert!(query.starts_with(&format!("SOURCE '{}' | ", log_groups().events_name)), "{query}");
    }
    assert_eq!(unknown_names("filter colour = 1", WORDS, &known), ["colour"], "the test can fail");
}

#[test]
fn tables_have_the_columns_that_are_named_and_queries_read_no_others() {
    const WORDS: &[&str] = &[
        "select",
        "from",
        "where",
        "and",
        "group",
        "order",
        "by",
        "desc",
        "as",
        "count",
        "sum",
        "distinct",
        "case",
        "when",
        "then",
        "end",
        "in",
        "is",
        "not",
        "null",
        "full",
        "join",
        "on",
        "max",
        "count_if",
        "nullif",
        "approx_percentile",
        "date_format",
        "current_date",
        "interval",
        "day",
        "events",
        "metrics",
        "m",
        "e",
    ];
    let (stack, data) = (analytics(), Data::read());
    let mut known = BTreeSet::new();
    for table in ["metrics", "events"] {
        let found = stack.of_kind("AWS::Glue::Table").find(|found| found["TableInput"]["Name"] == table).expect(table);
        let columns = found["TableInput"]["StorageDescriptor"]["Columns"].as_array().unwrap().iter();
        let columns = columns.map(|column| (text(&column["Name"]), text(&column["Type"]))).collect();
        assert_eq!(data.columns(table), columns, "{table}");
        known.extend(data.columns(table).into_keys());
    }
    let queries: Vec<&Value> = stack.of_kind("AWS::Athena::NamedQuery").collect();
    assert!(queries.len() >= 12, "{}", queries.len());
    for query in queries {
        let query = text(&query["QueryString"]);
        assert_eq!(unknown_names(&query, WORDS, &known), [""; 0], "{query}");
    }
}

#[test]
fn firehose_writes_where_the_tables_look() {
    let stack = analytics();
    for stream in stack.of_kind("AWS::KinesisFirehose::DeliveryStream") {
        let destination = &stream["ExtendedS3DestinationConfiguration"];
        let table = text(&destination["DataFormatConversionConfiguration"]["SchemaConfiguration"]["TableName"]);
        assert_eq!(text(&destination["Prefix"]), format!("{table}/day=!{{timestamp:yyyy-MM-dd}}/"));
        let table = stack.of_kind("AWS::Glue::Table").find(|found| found["TableInput"]["Name"] == table).unwrap();
        let template = text(&table["TableInput"]["Parameters"]["storage.location.template"]);
        let name = text(&table["TableInput"]["Name"]);
        assert_eq!(template, format!("s3://bucket/{name}/day=${{day}}/"));
    }
    for subscription in stack.of_kind("AWS::Logs::SubscriptionFilter") {
        assert_eq!(text(&subscription["FilterPattern"]), "{ $.service_name = \"claude-code\" }");
    }
}
