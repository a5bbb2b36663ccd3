//! An export of the real client (`tests/claude_code/recording.rs` records it), and the file that says what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::collector::Item;

pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What was sent.
pub(crate) fn items() -> Vec<Item> {
    let recorded: Value = serde_json::from_str(include_str!("recorded/claude-code.json")).expect("it is JSON");
    let object = |value: &Value| value.as_object().expect("an object").clone();
    recorded
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| Item {
            is_log: item["signal"] == "logs",
            name: item["name"].as_str().expect("a name").to_owned(),
            unit: item["unit"].as_str().unwrap_or_default().to_owned(),
            value: item["value"].clone(),
            attributes: object(&item["attributes"]),
            resource: object(&item["resource"]),
            body: item["value"].clone(),
        })
        .collect()
}

/// The same with what Claude Code sends for a pull request, which a recording without a server cannot have.
pub(crate) fn items_with_a_pull_request() -> Vec<Item> {
    let mut all = items();
    let mut pull_request = all.iter().find(|item| item.name == "claude_code.commit.count").expect("recorded").clone();
    "claude_code.pull_request.count".clone_into(&mut pull_request.name);
    all.push(pull_request);
    all
}

/// `dist-templates/collector/data.json`.
pub(crate) struct Data(pub(crate) Value);

impl Data {
    pub(crate) fn read() -> Self {
        Self(serde_json::from_str(&read("dist-templates/collector/data.json")).expect("it is JSON"))
    }

    pub(crate) fn list(&self, key: &str) -> &[Value] {
        self.0[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
    }

    /// Names of fields in one of its lists.
    pub(crate) fn fields(&self, key: &str) -> BTreeSet<String> {
        self.list(key).iter().map(|field| text(&field["field"])).collect()
    }

    /// Columns of a table of Athena, with their types.
    pub(crate) fn columns(&self, table: &str) -> BTreeMap<String, String> {
        let typed = |key: &str| {
            let all = self.list(key).iter();
            all.map(|field| (text(&field["field"]), field["type"].as_str().unwrap_or("string").to_owned()))
                .collect::<Vec<_>>()
        };
        let own = if table == "metrics" { typed("metric_fields") } else { typed("event_fields") };
        let metrics = self.list("metrics").iter().filter(|_| table == "metrics");
        let metrics = metrics.map(|metric| (text(&metric["name"]).replace('.', "_"), "double".to_owned()));
        typed("common").into_iter().chain(typed("identity")).chain(own).chain(metrics).collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text")).to_owned()
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap_or_else(|| panic!("{value} is a list")).iter().map(text).collect()
}

pub(crate) fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is an object"))
}
