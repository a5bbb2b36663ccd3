//! The JSON schema of `--from` files and profiles, and the page of the reference: made from the tables.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Ask, Draft, QUESTIONS, Question, Section};
use crate::folder::AdminFolder;
use crate::keys::{ADMIN_KEYS, Kind, Origin};
use crate::name::ProfileName;

/// What a profile, and a file for `ccwb init --from`, may hold (JSON Schema 2020-12).
pub fn json_schema() -> Value {
    let mut properties: Map<String, Value> = ADMIN_KEYS
        .iter()
        .map(|key| {
            let mut schema = of_kind(key.kind);
            schema["description"] = key.meaning.into();
            (key.name.to_owned(), schema)
        })
        .collect();
    let draft = any_draft();
    for question in QUESTIONS {
        let title = json!(question.prompt);
        match question.key.split_once('.') {
            Some((outer, inner)) => {
                let mut schema = of_ask(question, &draft);
                schema["title"] = title;
                schema["description"] = question.hint().into();
                properties[outer]["properties"][inner] = schema;
            }
            None => {
                let schema = &mut properties[question.key];
                schema["title"] = title;
                let more = of_ask(question, &draft);
                for (name, value) in more.as_object().into_iter().flatten().filter(|(name, _)| *name != "type") {
                    schema[name] = value.clone();
                }
            }
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An administrator's profile of ccwb",
        "type": "object",
        "properties": properties,
    })
}

/// The page docs/reference/ccwb-init.md.
pub fn reference() -> String {
    let draft = any_draft();
    let mut page = "\
# ccwb init: questions and keys

Made from the code; do not edit. What to do with it: [the administrator's guide](../guides/administrator.md).

A key is the same in the profile's file (`~/.ccwb/profiles/NAME.json`), in a file for `ccwb init --from FILE.toml`, and for
`--set KEY=VALUE`. `outer.inner` is a key inside a table. Lists are separated by commas in `--set`.

## Questions

\"needed\": there has to be an answer where the question applies. \"proposed\": for a new profile.
"
    .to_owned();
    for section in Section::ALL {
        let _ =
            write!(page, "\n### {}\n\n| key | question | answer | proposed |\n|---|---|---|---|\n", section.title());
        for question in QUESTIONS.iter().filter(|question| question.section == section) {
            let needed = if question.required { ", needed" } else { "" };
            let proposed = question.show(&(question.suggest)(&draft));
            let proposed = if proposed.is_empty() { String::new() } else { format!("`{proposed}`") };
            let _ = writeln!(
                page,
                "| `{}` | {} {}. | {}{needed} | {proposed} |",
                question.key,
                question.prompt,
                question.hint().replace('|', "\\|"),
                form(question, &draft),
            );
        }
    }
    page.push_str(
        "\n## Keys\n\nAll keys of a profile. Those of the guidance keep its names and meanings. \"ours\" are new: the guidance's \
         `ccwb` drops\nthem when it saves a profile. Keys that are not here stay in a profile, but `--from` refuses them.\n\n\
         | key | type | whose | meaning |\n|---|---|---|---|\n",
    );
    for key in ADMIN_KEYS {
        let whose = if key.origin == Origin::Ours { "ours" } else { "guidance" };
        let _ =
            writeln!(page, "| `{}` | {} | {whose} | {} |", key.name, key.kind.words(), key.meaning.replace('|', "\\|"));
    }
    page
}

fn any_draft() -> Draft {
    let name = ProfileName::parse(ccwb_config::DEFAULT_PROFILE).expect("it has the form of a name");
    Draft::new(AdminFolder::new(std::path::PathBuf::new()).create(&name))
}

fn form(question: &Question, draft: &Draft) -> String {
    match question.ask {
        Ask::Text { .. } => "text".to_owned(),
        Ask::Secret => "never in a file or an argument: asked, or `CCWB_CLIENT_SECRET`".to_owned(),
        Ask::Flag => "true or false".to_owned(),
        Ask::Number { max: u64::MAX, .. } => "number".to_owned(),
        Ask::Number { min, max } => format!("number, {min} to {max}"),
        Ask::Seconds { min, max } => format!("seconds, {min} to {max}, or `12h`, `90m`"),
        Ask::Amount => "amount".to_owned(),
        Ask::List { .. } => "list".to_owned(),
        Ask::Pairs { .. } => "table of texts".to_owned(),
        Ask::Ports => "port or list of ports".to_owned(),
        Ask::Choice { .. } => match question.key {
            "cross_region_profile" => "a prefix that exists in the region's partition".to_owned(),
            "selected_model" => "a model's id".to_owned(),
            "telemetry_headers" => "table: a header such as x-user-email is `keep`, `drop` or `hash`".to_owned(),
            _ => {
                let words = question.choices(draft).into_iter().map(|choice| choice.value);
                let words = words.filter(|value| !value.is_null()).map(|value| format!("`{}`", question.show(&value)));
                words.collect::<Vec<_>>().join(", ")
            }
        },
    }
}

fn of_ask(question: &Question, draft: &Draft) -> Value {
    match question.ask {
        Ask::Text { .. } | Ask::Secret => json!({"type": "string"}),
        Ask::Flag => json!({"type": "boolean"}),
        Ask::Number { min, max: u64::MAX } => json!({"type": "integer", "minimum": min}),
        Ask::Number { min, max } | Ask::Seconds { min, max } => json!({"minimum": min, "maximum": max}),
        Ask::Amount => json!({"minimum": 0}),
        Ask::List { .. } => json!({"type": "array", "items": {"type": "string"}}),
        Ask::Pairs { .. } => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Ask::Ports => json!({}),
        // What there is to choose from depends on other answers, or may be an id of tomorrow.
        Ask::Choice { .. } if ["cross_region_profile", "selected_model"].contains(&question.key) => json!({}),
        Ask::Choice { .. } => {
            let values: Vec<Value> = question.choices(draft).into_iter().map(|choice| choice.value).collect();
            if values.iter().all(Value::is_string) { json!({"enum": values}) } else { json!({}) }
        }
    }
}

fn of_kind(kind: Kind) -> Value {
    // The guidance writes null where there is no value.
    match kind {
        Kind::Text => json!({"type": ["string", "null"]}),
        Kind::Flag => json!({"type": ["boolean", "null"]}),
        Kind::Number => json!({"type": ["integer", "null"]}),
        Kind::Amount => json!({"type": ["number", "null"]}),
        Kind::List => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        Kind::Objects => json!({"type": ["array", "null"], "items": {"type": "object"}}),
        Kind::Texts => json!({"type": ["object", "null"], "additionalProperties": {"type": "string"}}),
        Kind::Object => json!({"type": ["object", "null"]}),
        Kind::Ports => json!({"type": ["integer", "array", "null"], "items": {"type": "integer"}}),
        Kind::TextOrObject => json!({"type": ["string", "object", "null"]}),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The pages in docs/reference are made from the tables. To make them again: `BLESS=1 cargo test -p ccwb-admin`.
    fn is_current(file: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(file);
        #[expect(clippy::disallowed_methods, reason = "a test's own switch")]
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{file} is out of date: BLESS=1 cargo test -p ccwb-admin");
    }

    #[test]
    fn the_reference_is_current() {
        is_current("ccwb-init.md", &reference());
        is_current("ccwb-profile.schema.json", &format!("{:#}\n", json_schema()));
    }
}
