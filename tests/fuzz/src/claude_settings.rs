use ccwb_install::{ChangeKind, Document, Entry, Jsonc, Rule, merge, undo};
use serde_json::{Value, json};

use crate::settings_text::without_comments;
use crate::text::assert_printable;

/// Claude Code's settings: our values go in, all others stay, a second time changes nothing, and all of it comes out again.
pub fn claude_settings(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let merged = match merge::<Jsonc>(Some(text), None, &wanted(), |_| Vec::new()) {
        Ok(merged) => merged,
        Err(problem) => return assert_printable(&problem.to_string()),
    };
    let again = merge::<Jsonc>(Some(&merged.text), Some(&merged.remembered), &wanted(), |_| Vec::new());
    let again = again.expect("what was written is read");
    assert_eq!(again.text, merged.text);
    assert_eq!(again.remembered, merged.remembered);
    assert!(again.changes.iter().all(|change| change.kind == ChangeKind::Kept));
    let undone = undo::<Jsonc>(&merged.text, &merged.remembered).expect("what was written is read");
    assert_eq!(undone.text.as_deref(), Some(text));
    let read = Jsonc::parse(&merged.text).expect("what was written is read");
    for Entry { key, value, rule } in wanted() {
        if rule == Rule::Replace {
            assert_eq!(read.get(&key), value);
        }
    }
    let Some(before) = strictly(text) else { return };
    let after = strictly(&merged.text).unwrap_or_else(|| panic!("no strict reader understands {}", merged.text));
    assert_eq!(without_ours(after), without_ours(before.clone()));
    somebody_else_writes(text, &merged, &before);
}

/// Somebody's own setting, put there after ours, stays when ours go, and so does all that was there before.
fn somebody_else_writes(text: &str, merged: &ccwb_install::Merged, before: &Value) {
    let mut edited = Jsonc::parse(&merged.text).expect("what was written is read");
    edited.set(&["zz".to_owned()], &json!([1])).expect("there is room");
    let undone = undo::<Jsonc>(edited.text(), &merged.remembered).expect("what was written is read");
    let undone = undone.text.expect("somebody's setting is left");
    let mut expected = before.clone();
    expected["zz"] = json!([1]);
    assert_eq!(strictly(&undone).as_ref(), Some(&expected), "{text}\n{undone}");
}

fn wanted() -> Vec<Entry> {
    let entry = |key: &[&str], value: Option<Value>, rule| Entry {
        key: key.iter().map(|&name| name.to_owned()).collect(),
        value,
        rule,
    };
    vec![
        entry(&["env", "AWS_REGION"], Some(json!("eu-west-1")), Rule::Replace),
        entry(&["env", "AWS_PROFILE"], None, Rule::Replace),
        entry(&["awsAuthRefresh"], Some(json!("\"/h/a b/cp\" login")), Rule::Replace),
        entry(&["statusLine"], Some(json!({"type": "command", "command": "x"})), Rule::Keep),
    ]
}

fn strictly(text: &str) -> Option<Value> {
    let json = without_comments(text)?;
    // A text without any value is an empty document.
    if json.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        Some(json!({}))
    } else {
        serde_json::from_str(&json).ok()
    }
}

fn without_ours(mut value: Value) -> Value {
    let object = value.as_object_mut().expect("settings are an object");
    object.remove("awsAuthRefresh");
    object.remove("statusLine");
    if let Some(env) = object.get_mut("env").and_then(Value::as_object_mut) {
        env.remove("AWS_REGION");
        env.remove("AWS_PROFILE");
        if env.is_empty() {
            object.remove("env");
        }
    }
    value
}
