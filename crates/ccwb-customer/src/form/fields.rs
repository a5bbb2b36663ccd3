//! The keys of one mapping, with every mistake noted and none the end.

use super::problem::Problem;
use super::yaml::{Entry, Node, Value};
use crate::model::nearest;

/// What has been found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, line: usize, key: &str, what: impl Into<String>) {
        self.0.push(Problem::new(line, key, what));
    }
}

/// A mapping of which all keys are known.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// `contact.` or nothing.
    prefix: &'static str,
    line: usize,
    entries: &'a [Entry],
}

/// A text and its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
}

impl<'a> Fields<'a> {
    /// The mapping at a node; other keys than the known are problems.
    pub(super) fn new(node: &'a Node, prefix: &'static str, known: &[&str], problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            let what = format!("must be a mapping of {}", known.join(", "));
            problems.add(node.line, prefix.trim_end_matches('.'), what);
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            problems.add(entry.line, &format!("{prefix}{}", entry.key), unknown(&entry.key, known));
        }
        Some(Self { prefix, line: node.line, entries })
    }

    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (entry.value.value != Value::Nothing).then_some(&entry.value)
    }

    pub(super) fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// The text of a key that may be absent.
    pub(super) fn text(&self, key: &str, problems: &mut Problems) -> Option<Text<'a>> {
        let node = self.node(key)?;
        let Value::Text(text) = &node.value else {
            problems.add(node.line, &self.name(key), "must be a text");
            return None;
        };
        let what = match text {
            text if text.is_empty() => "is empty",
            text if text.chars().any(char::is_control) => "must not hold control characters",
            text if text.chars().count() > 2_048 => "is too long",
            text => return Some(Text { line: node.line, text }),
        };
        problems.add(node.line, &self.name(key), what);
        None
    }

    /// The text of a key that must be there.
    pub(super) fn required(&self, key: &str, problems: &mut Problems) -> Option<Text<'a>> {
        self.must_have(key, problems).then(|| self.text(key, problems)).flatten()
    }

    /// Whether a key has a value; if not, that is a problem.
    pub(super) fn must_have(&self, key: &str, problems: &mut Problems) -> bool {
        let is_there = self.node(key).is_some();
        if !is_there {
            let line = self.entries.iter().find(|entry| entry.key == key).map_or(self.line, |entry| entry.line);
            problems.add(line, &self.name(key), "is missing");
        }
        is_there
    }
}

fn unknown(key: &str, known: &[&str]) -> String {
    let plain: String = key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    if ["secret", "password", "token", "apikey", "sessiontoken"].iter().any(|word| plain.contains(word))
        && plain != "tokens"
    {
        return "no secret belongs into a form: ccwb customer add asks for it, or reads it from standard input"
            .to_owned();
    }
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("is no key of a form; did you mean {near}?"),
        None => format!("is no key of a form; known are {}", known.join(", ")),
    }
}
