//! Answers without a terminal: a TOML file, `--set`, and flags. All of them name keys of the profile.

use std::io::Read as _;
use std::path::Path;

use ccwb_admin::{ADMIN_KEYS, Ask, Draft, Kind, QUESTIONS, Question, find_key};
use serde_json::{Map, Value};

use super::InitArguments;
use crate::failure::{Failure, exit};

/// Keys inside `monitoring_config` that no question asks for.
const MONITORING_CONFIG: &[&str] = &[
    "create_vpc",
    "vpc_cidr",
    "subnet1_cidr",
    "subnet2_cidr",
    "nat_for_each_zone",
    "task_subnet_ids",
    "allowed_cidr",
    "alb_verifies_tokens",
    "certificate_arn",
];

/// Something that is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) key: String,
    pub(crate) problem: String,
}

/// What was given, in the order in which it counts: a later one wins.
pub(crate) fn given(arguments: &InitArguments) -> Result<Vec<(String, Value)>, Failure> {
    let mut answers = Vec::new();
    if let Some(path) = &arguments.from {
        flatten(file(path)?, &mut answers);
    }
    for (key, value) in arguments.named() {
        answers.push((key.to_owned(), Value::String(value)));
    }
    for assignment in &arguments.set {
        let (key, value) = assignment.split_once('=').ok_or_else(|| {
            let message = format!("--set {assignment}: there is no =");
            Failure::new("usage", exit::USAGE, message, "write --set KEY=VALUE, such as --set aws_region=eu-central-1")
        })?;
        answers.push((key.trim().to_owned(), Value::String(value.to_owned())));
    }
    let unknown: Vec<String> = answers.iter().filter_map(|(key, _)| unknown(key)).collect();
    if unknown.is_empty() {
        return Ok(answers);
    }
    let hint = "docs/reference/ccwb-init.md has all keys, ccwb init --json-schema too";
    Err(Failure::new("unknown-key", exit::USAGE, unknown.join("; "), hint))
}

/// Puts answers into the draft, each in the form in which it is kept. Everything that is wrong is told.
pub(crate) fn apply(draft: &mut Draft, answers: &[(String, Value)]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    // A question's check may look at what stands before it in the table.
    let place = |key: &str| QUESTIONS.iter().position(|question| question.key == key).unwrap_or(usize::MAX);
    let mut last: Map<String, Value> = Map::new();
    for (key, value) in answers {
        last.insert(key.clone(), value.clone());
    }
    let mut ordered: Vec<(String, Value)> = last.into_iter().collect();
    ordered.sort_by_key(|(key, _)| place(key));
    for (key, value) in ordered {
        if let Err(problem) = answer(draft, &key, &value) {
            complaints.push(Complaint { key, problem });
        }
    }
    complaints
}

/// Proposes what was not said, and names what has to be.
pub(crate) fn complete(draft: &mut Draft) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for question in QUESTIONS.iter().filter(|question| !matches!(question.ask, Ask::Secret)) {
        if !(question.applies)(draft) || draft.says(question.key) {
            continue;
        }
        let proposed = question.proposed(draft);
        match question.check(&proposed, draft) {
            Ok(value) => draft.answer(question, value),
            Err(_) => complaints.push(Complaint {
                key: question.key.to_owned(),
                problem: format!("is missing: {} {}", question.prompt, question.help),
            }),
        }
    }
    if let Some(secret) =
        QUESTIONS.iter().find(|question| matches!(question.ask, Ask::Secret) && question.is_missing(draft))
    {
        complaints.push(Complaint {
            key: secret.key.to_owned(),
            problem: "is missing: put it into the variable CCWB_CLIENT_SECRET".to_owned(),
        });
    }
    complaints
}

fn answer(draft: &mut Draft, key: &str, value: &Value) -> Result<(), String> {
    if key == "client_secret" {
        return Err("a secret does not belong into a file or an argument: put it into CCWB_CLIENT_SECRET".to_owned());
    }
    if key == "name" {
        let same = value.as_str() == Some(draft.name().as_str());
        return if same { Ok(()) } else { Err(format!("is not \"{}\": --profile names the profile", draft.name())) };
    }
    if let Some(question) = Question::find(key) {
        // Text may be what somebody typed after --set, or a text of TOML: either is read as in the wizard.
        let value = match value {
            Value::String(text) => question.parse(text, draft),
            value => question.check(value, draft),
        };
        let value = value.map_err(|problem| lower(&problem))?;
        draft.answer(question, value);
        return Ok(());
    }
    let kind = find_key(key.split('.').next().unwrap_or(key)).map(|key| key.kind);
    let value = match (kind, value) {
        (Some(kind), Value::String(text)) if !key.contains('.') => of_kind(kind, text)?,
        (_, Value::String(text)) if key.ends_with(".create_vpc") => of_kind(Kind::Flag, text)?,
        (_, value) => value.clone(),
    };
    draft.put(key, value);
    Ok(())
}

/// A text as a value of that type.
fn of_kind(kind: Kind, text: &str) -> Result<Value, String> {
    let wrong = || format!("must be a {}, but is \"{text}\"", kind.words());
    match kind {
        Kind::Text => Ok(text.into()),
        Kind::List => Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()),
        Kind::TextOrObject if !text.trim_start().starts_with('{') => Ok(text.into()),
        _ => serde_json::from_str(text).map_err(|_| wrong()),
    }
}

fn file(path: &Path) -> Result<Map<String, Value>, Failure> {
    let shown = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let mut text = String::new();
    let read = match path == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text).map(drop),
        false => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.map_err(|error| {
        Failure::new("answers-unreadable", exit::CONFIG, format!("could not read {shown}: {error}"), "check the path")
    })?;
    toml::from_str::<Map<String, Value>>(&text).map_err(|error| {
        // Its first line only: the rest shows the text, which may hold anything.
        let place = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
        let place = place.map(|line| format!(", line {line}")).unwrap_or_default();
        let message = format!("{shown}{place}: {}", error.message());
        Failure::new("answers-malformed", exit::CONFIG, message, "mend it: key = \"value\", one a line (TOML)")
    })
}

/// `[monitoring_config] vpc_id = ..` is `monitoring_config.vpc_id`; other tables are values.
fn flatten(values: Map<String, Value>, answers: &mut Vec<(String, Value)>) {
    for (key, value) in values {
        match value {
            Value::Object(inner) if key == "monitoring_config" => {
                answers.extend(inner.into_iter().map(|(inner, value)| (format!("{key}.{inner}"), value)));
            }
            value => answers.push((key, value)),
        }
    }
}

/// The complaint about a key that does not exist, with the one that may be meant.
fn unknown(key: &str) -> Option<String> {
    let inner = |key: &str| MONITORING_CONFIG.iter().any(|known| key == format!("monitoring_config.{known}"));
    if Question::find(key).is_some() || find_key(key).is_some() || inner(key) {
        return None;
    }
    let similarity = |known: &&str| strsim::jaro_winkler(known, key);
    let known = ADMIN_KEYS.iter().map(|key| key.name).chain(QUESTIONS.iter().map(|question| question.key));
    let best = known.max_by(|one, other| similarity(one).total_cmp(&similarity(other)));
    let meant =
        best.filter(|best| similarity(best) > 0.8).map(|best| format!("; did you mean {best}?")).unwrap_or_default();
    Some(format!("there is no key {key}{meant}"))
}

/// A sentence as a clause.
pub(crate) fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_the_one_that_is_meant() {
        assert_eq!(unknown("aws_region"), None);
        assert_eq!(unknown("monitoring_config.vpc_cidr"), None);
        assert_eq!(unknown("aws_regoin").unwrap(), "there is no key aws_regoin; did you mean aws_region?");
        assert_eq!(
            unknown("provider-domain").unwrap(),
            "there is no key provider-domain; did you mean provider_domain?"
        );
        assert_eq!(unknown("zzz").unwrap(), "there is no key zzz");
    }
}
