//! `data.json` says exactly what the configurations write of a recorded export: nothing less, nothing more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::collector::{Collector, Sender, Token, Written};
use crate::recorded::{Data, items, items_with_a_pull_request, text, texts};

/// Of a person about whom everything is known.
pub(crate) fn written(name: &str) -> Written {
    let data = Data::read();
    let mut claims: Map<String, Value> = Map::new();
    let mut headers = BTreeMap::new();
    for field in data.list("identity") {
        headers.insert(text(&field["header"]), "known".to_owned());
        claims.extend(texts(&field["claims"]).into_iter().map(|claim| (claim, json!("known"))));
    }
    for (claim, value) in [
        ("iss", json!("https://idp.example.com")),
        ("aud", json!("client")),
        ("exp", json!(1)),
        ("tag", json!("claude")),
    ] {
        claims.insert(claim.to_owned(), value);
    }
    let sender = Sender { headers, token: Some(Token { claims, is_genuine: true }) };
    let collector = Collector::new(name, &[("CCWB_CLAIM_PROJECT", "tag")]);
    collector.receive(&sender, &items_with_a_pull_request()).expect("it is accepted")
}

#[test]
fn every_metric_of_claude_code_is_known_and_every_known_one_is_recorded() {
    let data = Data::read();
    let recorded: BTreeMap<String, String> =
        items().into_iter().filter(|item| !item.is_log).map(|item| (item.name, item.unit)).collect();
    let known: BTreeMap<String, String> = data
        .list("metrics")
        .iter()
        .filter(|metric| metric["recorded"] == true)
        .map(|metric| (text(&metric["name"]), text(&metric["unit"])))
        .collect();
    assert_eq!(known, recorded);
}

#[test]
fn log_events_hold_the_fields_that_are_named_and_no_others() {
    let data = Data::read();
    let everywhere: BTreeSet<String> = &data.fields("common") | &data.fields("identity");
    for name in ["verified", "claimed"] {
        let written = written(name);
        let mut metrics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for log in &written.metric_logs {
            let metric = log.keys().find(|field| field.starts_with("claude_code.")).expect("a metric").clone();
            let fields = log.keys().filter(|field| **field != metric && !everywhere.contains(*field)).cloned();
            metrics.entry(metric.clone()).or_default().extend(fields);
            let missing: Vec<&String> = everywhere.iter().filter(|field| !log.contains_key(*field)).collect();
            assert_eq!(missing, [""; 0], "{name} {log:?}");
        }
        let named = |key: &str| -> BTreeMap<String, BTreeSet<String>> {
            let all = data.list(key).iter();
            all.map(|row| (text(&row["name"]), texts(&row["fields"]).into_iter().collect())).collect()
        };
        assert_eq!(metrics, named("metrics"), "{name}");

        let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for log in &written.event_logs {
            let event = text(&log["event_name"]);
            let fields = log.keys().filter(|field| *field != "event_name" && !everywhere.contains(*field)).cloned();
            events.entry(event).or_default().extend(fields);
        }
        assert_eq!(events, named("events"), "{name}");
        assert_eq!(
            data.fields("event_fields").into_iter().filter(|field| field != "event_name").collect::<BTreeSet<_>>(),
            events.into_values().flatten().collect(),
            "{name}"
        );
    }
}

#[test]
fn values_have_the_types_of_their_columns() {
    let columns = Data::read().columns("events");
    for log in written("verified").event_logs {
        for (field, value) in log {
            let good = match columns[&field].as_str() {
                "bigint" => value.is_i64(),
                "double" => value.is_number(),
                // JSON's numbers become texts in a column of texts.
                "string" => value.is_string() || value.is_number(),
                other => panic!("{other}"),
            };
            assert!(good, "{field} is {value}, and its column {}", columns[&field]);
        }
    }
}

#[test]
fn cloudwatch_gets_the_metrics_with_the_dimensions_that_are_named() {
    let data = Data::read();
    let named: BTreeSet<(String, Vec<String>, String)> = data
        .list("metrics")
        .iter()
        .flat_map(|metric| {
            let sets = metric["dimensions"].as_array().expect("a list").iter();
            sets.map(|set| (text(&metric["name"]), texts(set), text(&metric["cloudwatch_unit"])))
        })
        .collect();
    for name in ["verified", "claimed"] {
        assert_eq!(written(name).metrics, named, "{name}");
    }
    let identity = data.fields("identity");
    let people: Vec<_> = named.iter().filter(|(_, set, _)| set.iter().any(|dimension| is_person(dimension))).collect();
    assert!(
        identity.contains("user_email") && people.is_empty(),
        "metrics would cost by the number of people: {people:?}"
    );
}

pub(crate) fn is_person(field: &str) -> bool {
    ["user_email", "user_id", "user_name", "manager", "session_id"].contains(&field)
}
