//! What was done, for a person or a program.

use std::fmt::Write as _;

use ccwb_install::{Change, ChangeKind, Entry, Form as FileForm, Step, names_a_secret};
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::output;

/// How it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Done,
    /// With diffs.
    DryRun,
    Json {
        dry_run: bool,
    },
}

impl Form {
    pub(super) fn of(dry_run: bool, json: bool) -> Self {
        match (json, dry_run) {
            (true, dry_run) => Self::Json { dry_run },
            (false, true) => Self::DryRun,
            (false, false) => Self::Done,
        }
    }
}

pub(super) struct Report<'a> {
    pub(super) steps: &'a [Step],
    pub(super) notes: &'a [String],
    pub(super) form: Form,
    pub(super) installs: bool,
}

impl Report<'_> {
    pub(super) fn print(&self) -> Result<(), Error> {
        match self.form {
            Form::Json { dry_run } => output::json(&self.to_json(dry_run)),
            Form::Done | Form::DryRun => output::text(&self.to_text()),
        }
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for step in self.steps {
            let _ = writeln!(text, "{}: {}", step.found.path.display(), self.outcome(step));
            for change in &step.changes {
                text.push_str(&line(step.form(), change));
            }
            if self.form == Form::DryRun && step.changes_the_file() {
                let _ = write!(text, "\n{}\n", step.diff());
            }
            for copy in &step.backups {
                let what = if self.installs { "the old file is kept as" } else { "an older copy is left:" };
                if self.form == Form::Done {
                    let _ = writeln!(text, "  {what} {}", copy.display());
                }
            }
        }
        for note in self.notes {
            let _ = writeln!(text, "{note}");
        }
        if self.form == Form::DryRun {
            text.push_str("Nothing was changed (dry run).\n");
        }
        text
    }

    fn outcome(&self, step: &Step) -> &'static str {
        let is_done = self.form == Form::Done;
        match (&step.found.text, &step.text) {
            _ if !step.changes_the_file() && self.installs => "as it should be",
            (None, None) => "gone already",
            _ if !step.changes_the_file() => "nothing to take back",
            (None, _) if is_done => "created",
            (None, _) => "would be created",
            (_, None) if is_done => "removed, as it was not there before",
            (_, None) => "would be removed, as it was not there before",
            _ if is_done => "changed",
            _ => "would be changed",
        }
    }

    fn to_json(&self, dry_run: bool) -> Value {
        let files: Vec<Value> = self
            .steps
            .iter()
            .map(|step| {
                let changes = step.changes.iter().map(|change| {
                    let shown = |value: &Option<Value>| value.as_ref().map(|value| shown(step.form(), &change.key, value));
                    json!({"key": change.key, "change": change.kind, "from": shown(&change.from), "to": shown(&change.to)})
                });
                json!({
                    "path": step.found.path,
                    "changed": step.changes_the_file(),
                    "existed": step.found.text.is_some(),
                    "exists": step.text.is_some(),
                    "changes": changes.collect::<Vec<_>>(),
                    "copies": step.backups,
                    "diff": dry_run.then(|| step.diff()),
                })
            })
            .collect();
        json!({"dry_run": dry_run, "files": files, "notes": self.notes})
    }
}

fn line(form: FileForm, change: &Change) -> String {
    let key = change.key.join(".");
    let value = |value: &Option<Value>| {
        value.as_ref().map_or_else(|| "nothing".to_owned(), |value| shown(form, &change.key, value).to_string())
    };
    let (from, to) = (value(&change.from), value(&change.to));
    match change.kind {
        ChangeKind::Added => format!("  set       {key} = {to}\n"),
        ChangeKind::Replaced => format!("  replaced  {key} = {to} (was {from})\n"),
        ChangeKind::Removed => format!("  removed   {key} (was {from})\n"),
        ChangeKind::Restored => format!("  restored  {key} = {to}\n"),
        ChangeKind::Kept if change.from == change.to => {
            format!("  left      {key} = {from} (changed by somebody else)\n")
        }
        ChangeKind::Kept => format!("  left      {key} = {from} (your own; the package has {to})\n"),
    }
}

/// A value, unless it is a secret of somebody's.
fn shown(form: FileForm, key: &[String], value: &Value) -> Value {
    let is_secret = form == FileForm::AwsCredentials || key.last().is_some_and(|name| names_a_secret(name));
    if is_secret { Value::from("(hidden)") } else { value.clone() }
}

/// The values in the form of their file, for somebody who puts them there by hand.
pub(super) fn by_hand(form: FileForm, entries: &[Entry]) -> String {
    let values = entries.iter().filter_map(|entry| Some((&entry.key, entry.value.as_ref()?)));
    if form != FileForm::ClaudeSettings {
        return values
            .map(|(key, value)| format!("[{}] {} = {}", key[0], key[1], value.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("\n");
    }
    let mut all = Value::Object(Map::new());
    for (key, value) in values {
        let mut place = &mut all;
        for name in key {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = &mut place[name.as_str()];
        }
        *place = value.clone();
    }
    format!("{all:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_set_is_shown_as_a_person_would_write_it() {
        let entry = |key: &[&str]| Entry {
            key: key.iter().map(|&name| name.to_owned()).collect(),
            value: Some(json!("1")),
            rule: ccwb_install::Rule::Replace,
        };
        let text = by_hand(FileForm::ClaudeSettings, &[entry(&["env", "A"]), entry(&["b"])]);
        assert_eq!(text, "{\n  \"b\": \"1\",\n  \"env\": {\n    \"A\": \"1\"\n  }\n}");
    }
}
