//! What saving a draft would change, value by value.

use ccwb_admin::{Draft, ProfileDocument};
use serde_json::{Map, Value, json};

use crate::administrator::config::without_secrets;
use crate::screen::Screen;

/// One value that would change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    key: String,
    before: Option<Value>,
    after: Option<Value>,
}

/// The changes against the file as it was read; secrets are named, not shown.
pub(crate) fn of(draft: &Draft) -> Vec<Change> {
    let before = draft.stored.loaded().and_then(|text| ProfileDocument::parse(draft.stored.path(), text).ok());
    between(&before.map(|document| document.written().clone()).unwrap_or_default(), draft.stored.document.written())
}

fn between(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let hidden = [without_secrets(before).1, without_secrets(after).1].concat();
    let shown = |key: &String, values: &Map<String, Value>| {
        let value = values.get(key)?;
        Some(if hidden.contains(key) { Value::from("(not shown)") } else { value.clone() })
    };
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| Change { key: key.clone(), before: shown(key, before), after: shown(key, after) })
        .collect()
}

impl Change {
    pub(crate) fn to_json(&self) -> Value {
        json!({"key": self.key, "before": self.before, "after": self.after})
    }
}

/// For people: `-` what was, `+` what would be.
pub(crate) fn show(changes: &[Change], screen: &Screen) {
    for change in changes {
        for (sign, value) in [('-', &change.before), ('+', &change.after)] {
            if let Some(value) = value {
                screen.difference(sign, &format!("{} = {value}", change.key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_a_change_and_no_secret_is_shown() {
        let map = |value: Value| value.as_object().cloned().unwrap();
        let changes = between(
            &map(json!({"same": 1, "region": "a", "gone": true})),
            &map(json!({"same": 1, "region": "b", "client_secret": "GOCSPX-x"})),
        );
        let keys: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        assert_eq!(keys, ["client_secret", "gone", "region"]);
        assert!(!format!("{changes:?}").contains("GOCSPX"));
        assert_eq!((changes[1].before.clone(), changes[1].after.clone()), (Some(true.into()), None));
    }
}
