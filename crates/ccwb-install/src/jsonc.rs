//! JSON with comments and trailing commas, edited in place (decision record 0020).
//!
//! The parser says where each value begins and ends; every edit is a splice between such places. So what is not ours
//! cannot change: it is never printed anew.

use std::ops::Range;

use jsonc_parser::ast::{self, Object, ObjectProp};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Value};

use crate::document::{Document, Malformed, line_ending};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A JSON object with comments, such as Claude Code's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jsonc {
    /// A byte order mark, if there was one.
    text: String,
    /// Where the JSON begins.
    start: usize,
}

impl Document for Jsonc {
    fn parse(text: &str) -> Result<Self, Malformed> {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        match parse(&text[start..])? {
            None | Some(ast::Value::Object(_)) => Ok(Self { text: text.to_owned(), start }),
            Some(_) => Err(Malformed("it is not a JSON object".to_owned())),
        }
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn get(&self, key: &[String]) -> Option<Value> {
        let root = self.root()?;
        find(&root, key).map(|property| to_value(&property.value))
    }

    fn set(&mut self, key: &[String], value: &Value) -> Result<(), Malformed> {
        self.set_text(key, &Rendered::Value(value))
    }

    fn remove(&mut self, key: &[String]) {
        let Some((name, parents)) = key.split_last() else { return };
        while let Some(removal) = self.removal(parents, name) {
            self.splice(removal);
        }
    }

    fn put_back(&mut self, key: &[String], before: &Self) -> Result<(), Malformed> {
        match before.raw(key) {
            Some(raw) => self.set_text(key, &Rendered::Raw(raw)),
            None => {
                self.remove(key);
                Ok(())
            }
        }
    }

    fn prune(&mut self, key: &[String], before: &Self) {
        for depth in (1..key.len()).rev() {
            let parent = &key[..depth];
            let is_empty = self.get(parent).is_some_and(|value| value.as_object().is_some_and(Map::is_empty));
            let is_bare = self.raw(parent).is_some_and(|raw| raw.trim_matches(['{', '}']).trim().is_empty());
            if is_empty && is_bare && before.get(parent).is_none() {
                self.remove(parent);
            }
        }
    }

    fn is_void(&self) -> bool {
        let rest = self.text[self.start..].trim();
        rest.is_empty()
            || rest
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
                .is_some_and(|inner| inner.trim().is_empty())
    }
}

/// What is to stand as a value.
enum Rendered<'a> {
    Value(&'a Value),
    /// Letter by letter.
    Raw(&'a str),
}

/// Pieces of the text and what is to stand in their place, in ascending order.
type Splices = Vec<(Range<usize>, String)>;

impl Jsonc {
    /// The names in an object, or in the whole, in their order.
    pub(crate) fn names(&self, key: &[String]) -> Vec<String> {
        let Some(root) = self.root() else { return Vec::new() };
        let object =
            if key.is_empty() { Some(&root) } else { find(&root, key).and_then(|found| found.value.as_object()) };
        let names = object
            .into_iter()
            .flat_map(|object| object.properties.iter().map(|property| property.name.as_str().to_owned()));
        names.fold(Vec::new(), |mut names, name| {
            if !names.contains(&name) {
                names.push(name);
            }
            names
        })
    }

    /// The text of a value.
    pub(crate) fn raw(&self, key: &[String]) -> Option<&str> {
        let root = self.root()?;
        let range = find(&root, key)?.value.range();
        Some(&self.json()[range.start..range.end])
    }

    fn json(&self) -> &str {
        &self.text[self.start..]
    }

    /// The object; none in a text that is blank. What was parsed once parses again.
    fn root(&self) -> Option<Object<'_>> {
        match parse(self.json()).ok()?? {
            ast::Value::Object(object) => Some(object),
            _ => None,
        }
    }

    fn splice(&mut self, splices: Splices) {
        for (range, replacement) in splices.into_iter().rev() {
            self.text.replace_range(self.start + range.start..self.start + range.end, &replacement);
        }
    }

    fn set_text(&mut self, key: &[String], value: &Rendered<'_>) -> Result<(), Malformed> {
        if self.root().is_none() {
            self.append_object();
        }
        let Some(root) = self.root() else { return Ok(()) };
        let splices = match place(&root, key)? {
            Place::There(range) => {
                let outer = indentation(self.json(), range.start);
                vec![(range, self.render(value, &outer, false))]
            }
            Place::Missing(object, rest) => self.insertion(object, rest, value),
        };
        self.splice(splices);
        Ok(())
    }

    /// A text without any value gets an empty object at its end.
    fn append_object(&mut self) {
        let newline = line_ending(&self.text);
        if self.json().trim().is_empty() {
            self.text.truncate(self.start);
        } else if !self.text.ends_with('\n') {
            self.text.push_str(newline);
        }
        self.text.push_str("{}");
        self.text.push_str(newline);
    }

    /// A new last property, in the style of the one before it.
    fn insertion(&self, object: &Object<'_>, names: &[String], value: &Rendered<'_>) -> Splices {
        let (json, newline) = (self.json(), line_ending(&self.text));
        // `{"a":1}`, as programs write it.
        let is_tight = object
            .properties
            .last()
            .is_some_and(|last| !json[last.range.start..last.value.start()].ends_with([' ', '\t']));
        let property = |lead: &str, indent: &str, inline: bool| {
            let (name, nested) = (Value::from(names[0].as_str()), &names[1..]);
            let colon = if inline && is_tight { ":" } else { ": " };
            let value = match (value, nested) {
                (value, []) => self.render(value, indent, inline),
                (Rendered::Value(value), nested) => {
                    let value = nested
                        .iter()
                        .rev()
                        .fold((*value).clone(), |value, name| Value::Object(Map::from_iter([(name.clone(), value)])));
                    self.render(&Rendered::Value(&value), indent, inline)
                }
                (Rendered::Raw(raw), nested) => {
                    let open: String =
                        nested.iter().map(|name| format!("{{{}: ", Value::from(name.as_str()))).collect();
                    format!("{open}{raw}{}", "}".repeat(nested.len()))
                }
            };
            format!("{lead}{name}{colon}{value}")
        };
        let Some(last) = object.properties.last() else {
            let outer = indentation(json, object.range.start);
            let indent = format!("{outer}{}", self.unit());
            let after_brace = object.range.start + 1;
            let mut text = property(&format!("{newline}{indent}"), &indent, false);
            if !json[after_brace..object.range.end].contains('\n') {
                text.push_str(newline);
                text.push_str(&outer);
            }
            return vec![(after_brace..after_brace, text)];
        };
        let (end, previous_end) = (last.range.end, previous_end(object, object.properties.len() - 1));
        let comma = comma_after(json, end);
        let anchor = comma.map_or(end, |comma| comma + 1);
        if !json[previous_end..last.range.start].contains('\n') {
            let before = &json[previous_end..last.range.start];
            let lead = match &before[before.trim_end_matches([' ', '\t']).len()..] {
                "" if !is_tight && object.properties.len() == 1 => " ",
                lead => lead,
            };
            let text = property(lead, &indentation(json, last.range.start), true);
            return match comma {
                Some(_) => vec![(anchor..anchor, format!("{text},"))],
                None => vec![(end..end, format!(",{text}"))],
            };
        }
        let indent = indentation(json, last.range.start);
        let text = property(&format!("{newline}{indent}"), &indent, false);
        let anchor = past_comments_of_this_line(json, anchor);
        match comma {
            Some(_) => vec![(anchor..anchor, format!("{text},"))],
            None if anchor == end => vec![(end..end, format!(",{text}"))],
            None => vec![(end..end, ",".to_owned()), (anchor..anchor, text)],
        }
    }

    /// What takes the last property of that name away: with one comma, and with the line it had for itself.
    fn removal(&self, parents: &[String], name: &str) -> Option<Splices> {
        let (json, root) = (self.json(), self.root()?);
        let object = if parents.is_empty() { &root } else { find(&root, parents)?.value.as_object()? };
        let index = object.properties.iter().rposition(|property| property.name.as_str() == name)?;
        let property = &object.properties[index];
        let previous_end = previous_end(object, index);
        let end = property.range.end;
        let start = lead_start(json, previous_end, &(property.range.start..end));
        if object.properties.len() == 1 {
            let (before, after) = (object.range.start + 1, object.range.end - 1);
            let after_comma = comma_after(json, end).map_or(end, |comma| comma + 1);
            if json[before..property.range.start].trim().is_empty() && json[after_comma..after].trim().is_empty() {
                return Some(vec![(before..after, String::new())]);
            }
        }
        let gone = |range: Range<usize>| (range, String::new());
        let before = (index > 0).then(|| comma_after(json, previous_end)).flatten();
        Some(match (comma_after(json, end), before) {
            (Some(comma), _) => vec![gone(start..end), gone(comma..comma + 1)],
            (None, Some(comma)) if comma + 1 == start => vec![gone(comma..end)],
            (None, Some(comma)) => vec![gone(comma..comma + 1), gone(start..end)],
            (None, None) => vec![gone(start..end)],
        })
    }

    /// A value as text that begins at an indentation.
    fn render(&self, value: &Rendered<'_>, indent: &str, inline: bool) -> String {
        let value = match value {
            Rendered::Raw(raw) => return (*raw).to_owned(),
            Rendered::Value(value) => *value,
        };
        if inline || !(value.is_object() || value.is_array()) {
            return value.to_string();
        }
        let (mut bytes, unit) = (Vec::new(), self.unit());
        let formatter = serde_json::ser::PrettyFormatter::with_indent(unit.as_bytes());
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        if serde::Serialize::serialize(value, &mut serializer).is_err() {
            return value.to_string();
        }
        String::from_utf8_lossy(&bytes).replace('\n', &format!("{}{indent}", line_ending(&self.text)))
    }

    /// One step of indentation: that of the first property, else two spaces.
    fn unit(&self) -> String {
        let first = self.root().and_then(|root| root.properties.first().map(|property| property.range.start));
        let found =
            first.filter(|start| self.json()[..*start].contains('\n')).map(|start| indentation(self.json(), start));
        found.filter(|indent| !indent.is_empty()).unwrap_or_else(|| "  ".to_owned())
    }
}

fn parse(json: &str) -> Result<Option<ast::Value<'_>>, Malformed> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(json, &CollectOptions::default(), &options);
    // The parser's own words name line and column, but never quote what is there: it may be a secret.
    parsed.map(|parsed| parsed.value).map_err(|error| {
        let (line, column) = (error.line_display(), error.column_display());
        Malformed(format!("it is not JSON (line {line}, column {column}: {})", error.kind()))
    })
}

enum Place<'o, 'a, 'k> {
    There(Range<usize>),
    /// The innermost object that is there, and the names that are not.
    Missing(&'o Object<'a>, &'k [String]),
}

fn place<'o, 'a, 'k>(root: &'o Object<'a>, key: &'k [String]) -> Result<Place<'o, 'a, 'k>, Malformed> {
    let mut object = root;
    for (depth, name) in key.iter().enumerate() {
        let Some(property) = last_of(object, name) else { return Ok(Place::Missing(object, &key[depth..])) };
        if depth + 1 == key.len() {
            let range = property.value.range();
            return Ok(Place::There(range.start..range.end));
        }
        object = property
            .value
            .as_object()
            .ok_or_else(|| Malformed(format!("\"{}\" is not a JSON object", key[..=depth].join("."))))?;
    }
    Ok(Place::Missing(object, key))
}

fn find<'o, 'a>(root: &'o Object<'a>, key: &[String]) -> Option<&'o ObjectProp<'a>> {
    let (name, parents) = key.split_last()?;
    let mut object = root;
    for parent in parents {
        object = last_of(object, parent)?.value.as_object()?;
    }
    last_of(object, name)
}

/// Of several properties with one name the last one counts (ECMA-262, `JSON.parse`).
fn last_of<'o, 'a>(object: &'o Object<'a>, name: &str) -> Option<&'o ObjectProp<'a>> {
    object.properties.iter().rfind(|property| property.name.as_str() == name)
}

fn to_value(value: &ast::Value<'_>) -> Value {
    match value {
        ast::Value::StringLit(text) => Value::from(text.value.as_ref()),
        ast::Value::NumberLit(number) => serde_json::from_str(number.value).unwrap_or(Value::Null),
        ast::Value::BooleanLit(flag) => Value::from(flag.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => array.elements.iter().map(to_value).collect(),
        ast::Value::Object(object) => {
            let properties = object.properties.iter();
            Value::Object(
                properties.map(|property| (property.name.as_str().to_owned(), to_value(&property.value))).collect(),
            )
        }
    }
}

/// Where what precedes a property ends: the property before it, or the brace.
fn previous_end(object: &Object<'_>, index: usize) -> usize {
    index.checked_sub(1).map_or(object.range.start + 1, |previous| object.properties[previous].range.end)
}

/// The white space at the beginning of the line.
fn indentation(json: &str, at: usize) -> String {
    let line = json[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &json[line..at];
    rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()].to_owned()
}

/// The comma that follows, past white space and comments.
fn comma_after(json: &str, at: usize) -> Option<usize> {
    let next = comments(json, at).1;
    json[next..].starts_with(',').then_some(next)
}

/// The end of the last comment that stands on the rest of this line, if nothing else does.
fn past_comments_of_this_line(json: &str, at: usize) -> usize {
    let on_this_line =
        comments(json, at).0.into_iter().take_while(|comment| !json[at..comment.range.end].contains('\n'));
    let end = on_this_line.last().map_or(at, |comment| comment.range.end);
    if rest_of_line(json, end).trim().is_empty() { end } else { at }
}

/// Where the white space before a property begins: with one line end, unless a comment needs that.
fn lead_start(json: &str, previous_end: usize, property: &Range<usize>) -> usize {
    let blank = json[..property.start].trim_end_matches([' ', '\t']).len().max(previous_end);
    let Some(line) = json[previous_end..blank].strip_suffix('\n') else { return blank };
    let line = previous_end + line.strip_suffix('\r').unwrap_or(line).len();
    let after_comma = comma_after(json, previous_end).filter(|comma| *comma < property.start).map(|comma| comma + 1);
    let between = [Some(previous_end), after_comma].into_iter().flatten().flat_map(|at| comments(json, at).0);
    let follows_a_comment = between.into_iter().any(|comment| comment.is_line && comment.range.end == line);
    let rest = rest_of_line(json, property.end).trim_start();
    let line_goes_on = !rest.strip_prefix(',').unwrap_or(rest).trim().is_empty();
    if follows_a_comment && line_goes_on { blank } else { line }
}

fn rest_of_line(json: &str, at: usize) -> &str {
    json[at..].split('\n').next().unwrap_or_default()
}

struct Comment {
    range: Range<usize>,
    is_line: bool,
}

/// The comments from here on, and where what is neither comment nor white space begins.
fn comments(json: &str, mut at: usize) -> (Vec<Comment>, usize) {
    let mut found = Vec::new();
    loop {
        at += json[at..].len() - json[at..].trim_start().len();
        let rest = &json[at..];
        let (length, is_line) = if rest.starts_with("//") {
            let line = rest.split('\n').next().unwrap_or_default();
            (line.strip_suffix('\r').unwrap_or(line).len(), true)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), false)
        } else {
            return (found, at);
        };
        found.push(Comment { range: at..at + length, is_line });
        at += length;
    }
}

#[cfg(test)]
mod tests;
