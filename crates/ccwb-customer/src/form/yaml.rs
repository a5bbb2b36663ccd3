//! YAML as a tree of texts with their lines.
//!
//! Texts, since an account's number is no number: `012345678901` has twelve digits. No anchors, aliases or tags: a form
//! needs none, and they are how small files become large.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::problem::Problem;

/// A value and the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Nothing,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) value: Node,
}

/// Nested deeper than any form.
const DEPTH: usize = 8;

/// The one document of a text.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut events = Events { parser: Parser::new_from_str(text) };
    let mut root = None;
    loop {
        match events.next()? {
            (Event::StreamStart | Event::DocumentEnd | Event::Nothing, _) => {}
            (Event::DocumentStart(_), span) if root.is_some() => {
                return Err(Problem::new(span.start.line(), "", "one form is one document"));
            }
            (Event::DocumentStart(_), _) => {
                let first = events.next()?;
                root = Some(events.node(first, 0)?);
            }
            (Event::StreamEnd, _) => return root.ok_or_else(|| Problem::new(1, "", "the form is empty")),
            (_, span) => return Err(Problem::new(span.start.line(), "", "the form cannot be read here")),
        }
    }
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Problem::new(error.marker().line(), "", error.info())),
            None => Err(Problem::new(1, "", "the form ends in the middle")),
        }
    }

    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Result<Node, Problem> {
        let line = span.start.line();
        let refused = |what: &str| Err(Problem::new(line, "", what));
        if depth > DEPTH {
            return refused("nested too deeply");
        }
        let value = match event {
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                return refused("tags (!) are not taken in a form");
            }
            Event::Alias(_) => return refused("aliases (*) are not taken in a form"),
            Event::Scalar(text, ScalarStyle::Plain, _, None) if matches!(&*text, "" | "~" | "null") => Value::Nothing,
            Event::Scalar(text, ..) => Value::Text(text.trim().to_owned()),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Value::List(items),
                        item => items.push(self.node(item, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => Value::Map(self.entries(depth)?),
            _ => return refused("the form cannot be read here"),
        };
        Ok(Node { line, value })
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<Entry>, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (key, line) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (Event::Scalar(key, ..), span) => (key.into_owned(), span.start.line()),
                (_, span) => return Err(Problem::new(span.start.line(), "", "a key must be a name")),
            };
            if let Some(before) = entries.iter().find(|entry| entry.key == key) {
                return Err(Problem::new(line, &key, format!("is there twice, first in line {}", before.line)));
            }
            let value = self.next()?;
            let mut value = self.node(value, depth + 1)?;
            if value.value == Value::Nothing {
                // A missing value is told where its key is.
                value.line = line;
            }
            entries.push(Entry { line, key, value });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_digits_and_know_their_lines() {
        let Value::Map(entries) = parse("# a form\naccount: 012345678901\n\nb:\n  - x\n  - y\n").unwrap().value else {
            panic!("a map")
        };
        assert_eq!(entries[0].value, Node { line: 2, value: Value::Text("012345678901".to_owned()) });
        let Value::List(items) = &entries[1].value.value else { panic!("a list") };
        assert_eq!(items.iter().map(|item| item.line).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn what_a_form_needs_not_is_refused_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("# nothing\n", 1),
            ("a: 1\na: 2\n", 2),
            ("a: &x 1\nb: *x\n", 2),
            ("a: !!int 1\n", 1),
            ("a: 1\n---\nb: 1\n", 2),
            ("a: 1\nb: [\n", 3),
            ("a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}}\n", 1),
        ] {
            let problem = parse(text).unwrap_err();
            assert_eq!(problem.line, line, "{text:?}: {problem}");
        }
    }
}
