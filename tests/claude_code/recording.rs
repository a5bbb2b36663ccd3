//! What Claude Code exports, recorded for the tests of the collector's configuration: `crates/ccwb-deploy/tests/collected`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ccwb_sandbox::{Export, Signal, ToolUse};
use ccwb_tests::part::ClaudeCodeVersion::Newest;
use serde_json::{Map, Value, json};

use crate::support::{Desk, Plan, Way};

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ccwb-deploy/tests/collected/recorded/claude-code.json")
}

/// A working day in four steps: a file is written and changed, it is committed, an API call fails.
fn exports() -> Option<Vec<Export>> {
    let desk = Desk::new(Plan::new(Newest, Way::Hooks).profile(json!({
        "monitoring_enabled": true, "otel_logs": true,
        "otel_resource_attributes": {"department": "platform", "cost_center": "4711"},
    })))?;
    let path = desk.home.path().join("notes.txt").display().to_string();
    let git = "git init -q . && git add notes.txt && git -c user.name=a -c user.email=a@example.com commit -q -m notes";
    let tools = [
        ("Write", json!({"file_path": path, "content": "one\ntwo\nthree\n"})),
        ("Edit", json!({"file_path": path, "old_string": "two", "new_string": "2\n2a"})),
        ("Bash", json!({"command": git, "description": "Commit the notes"})),
    ];
    for (tool, input) in tools {
        desk.sandbox.control().use_tool(ToolUse { tool: tool.to_owned(), input });
    }
    desk.say_with(&["--allowedTools", "Write,Edit,Bash", "--", "write it down and commit it"]).success();
    desk.fault(json!({"endpoint": "bedrock", "status": 400, "body": {"message": "The model cannot be called."}}));
    assert_ne!(desk.say("and again").code, Some(0));
    Some(desk.sandbox.control().exports())
}

/// Each kind of data point and event once, by name and attributes; whatever is of one machine or one day is replaced.
fn scrubbed(exports: &[Export]) -> Value {
    let mut kinds: BTreeMap<String, Value> = BTreeMap::new();
    for export in exports {
        for item in &export.telemetry {
            let attributes: Map<String, Value> =
                item.attributes.iter().map(|(name, value)| (name.clone(), scrub(name, value))).collect();
            let resource: Map<String, Value> =
                item.resource.iter().map(|(name, value)| (name.clone(), scrub(name, value))).collect();
            let telling = ["type", "decision", "tool_name", "event.name"].map(|name| attributes.get(name));
            let key = format!("{:?} {} {telling:?} {:?}", export.signal, item.name, attributes.keys());
            let value = if export.signal == Signal::Logs { item.name.clone().into() } else { item.value.clone() };
            kinds.entry(key).or_insert_with(|| {
                json!({"signal": export.signal, "name": item.name, "unit": item.unit, "value": value,
                       "attributes": attributes, "resource": resource})
            });
        }
    }
    kinds.into_values().collect()
}

fn scrub(name: &str, value: &Value) -> Value {
    match name {
        "session.id" | "user.id" | "prompt.id" | "request_id" | "client_request_id" | "event.timestamp"
        | "host.arch" | "os.version" | "service.version" | "app.version" | "user.account_uuid" | "tool_use_id"
        | "message.uuid" | "message_id" => format!("<{name}>").into(),
        _ => match value {
            Value::String(text) if text.len() > 80 || text.contains('/') => format!("<{name}>").into(),
            other => other.clone(),
        },
    }
}

/// Names and their attributes, without values.
fn shape(recorded: &Value) -> BTreeSet<String> {
    let items = recorded.as_array().expect("a list").iter();
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ");
    items
        .map(|item| {
            format!("{} {}: {} | {}", item["signal"], item["name"], keys(&item["attributes"]), keys(&item["resource"]))
        })
        .collect()
}

#[test]
#[ignore = "needs claude-code"]
fn the_recorded_export_is_what_claude_code_sends() {
    let Some(exports) = exports() else { return };
    let now = scrubbed(&exports);
    #[expect(clippy::disallowed_methods, reason = "the switch for recording it anew")]
    if std::env::var_os("BLESS").is_some() {
        fs::write(file(), format!("{now:#}\n")).expect("it can be written");
    }
    let recorded: Value = serde_json::from_slice(&fs::read(file()).expect("it is there")).expect("it is JSON");
    let gone: Vec<String> = shape(&recorded).difference(&shape(&now)).cloned().collect();
    assert_eq!(gone, [""; 0], "record it anew with BLESS=1, and see what the collector's configuration makes of it");
}
