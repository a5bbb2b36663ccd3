//! As much of the OpenTelemetry Transformation Language as the configurations use.
//! <https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/ottl>

use regex_lite::Regex;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::collector::Item;

#[derive(Clone, Debug)]
enum Expression {
    Literal(Value),
    List(Vec<Expression>),
    Path(String, Option<String>),
    Call(String, Vec<Expression>),
    Index(Box<Expression>, usize),
    Not(Box<Expression>),
    Both(Box<Expression>, Box<Expression>),
    Either(Box<Expression>, Box<Expression>),
    Equal(Box<Expression>, Box<Expression>, bool),
}

/// A condition of the filter processor.
pub(crate) fn holds(condition: &str, item: &Item) -> bool {
    let mut parser = Parser::new(condition);
    let expression = parser.condition();
    parser.end();
    truth(&evaluate(&expression, item, &Map::new()))
}

/// The statements of a transform processor, one after the other.
pub(crate) fn transform(statements: &[String], item: &mut Item) {
    let mut cache = Map::new();
    for statement in statements {
        let mut parser = Parser::new(statement);
        let call = parser.operand();
        let condition = parser.word("where").then(|| parser.condition());
        parser.end();
        let holds = condition.is_none_or(|condition| truth(&evaluate(&condition, item, &cache)));
        if holds {
            execute(&call, item, &mut cache);
        }
    }
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| panic!("{value} is no condition"))
}

fn execute(call: &Expression, item: &mut Item, cache: &mut Map<String, Value>) {
    let Expression::Call(name, arguments) = call else { panic!("{call:?} is no statement") };
    match (name.as_str(), arguments.as_slice()) {
        ("set", [target, value]) => {
            let value = evaluate(value, item, cache);
            // "If the value resolves to nil, the target is unchanged."
            if !value.is_null() {
                let Expression::Path(path, key) = target else { panic!("{target:?} cannot be set") };
                match (path.as_str(), key) {
                    ("attributes", Some(key)) => drop(item.attributes.insert(key.clone(), value)),
                    ("cache", Some(key)) => drop(cache.insert(key.clone(), value)),
                    ("body", None) => item.body = value,
                    other => panic!("{other:?} cannot be set here"),
                }
            }
        }
        ("keep_keys", [Expression::Path(path, None), Expression::List(keys)]) if path == "attributes" => {
            let keys: Vec<Value> = keys.iter().map(|key| evaluate(key, item, cache)).collect();
            item.attributes.retain(|name, _| keys.iter().any(|key| key == name));
        }
        ("delete_matching_keys", [Expression::Path(path, None), pattern]) if path == "attributes" => {
            let pattern = regex(&evaluate(pattern, item, cache));
            item.attributes.retain(|name, _| !pattern.is_match(name));
        }
        ("replace_all_patterns", [Expression::Path(path, None), mode, pattern, replacement])
            if path == "attributes" =>
        {
            assert_eq!(evaluate(mode, item, cache), "key");
            let (pattern, replacement) = (regex(&evaluate(pattern, item, cache)), evaluate(replacement, item, cache));
            let replacement = replacement.as_str().expect("a text");
            let renamed = item.attributes.iter();
            item.attributes = renamed
                .map(|(name, value)| (pattern.replace_all(name, replacement).into_owned(), value.clone()))
                .collect();
        }
        other => panic!("{other:?} is not known here"),
    }
}

fn evaluate(expression: &Expression, item: &Item, cache: &Map<String, Value>) -> Value {
    let of = |inner: &Expression| evaluate(inner, item, cache);
    match expression {
        Expression::Literal(value) => value.clone(),
        Expression::List(items) => items.iter().map(of).collect(),
        Expression::Path(path, key) => match (path.as_str(), key) {
            ("attributes", Some(key)) => item.attributes.get(key).cloned().unwrap_or_default(),
            ("attributes", None) => Value::Object(item.attributes.clone()),
            ("resource.attributes", Some(key)) => item.resource.get(key).cloned().unwrap_or_default(),
            ("cache", Some(key)) => cache.get(key).cloned().unwrap_or_default(),
            ("name", None) => json!(item.name),
            ("time", None) => json!("<time>"),
            other => panic!("{other:?} is not known here"),
        },
        Expression::Index(list, index) => of(list).get(*index).cloned().unwrap_or_default(),
        Expression::Not(inner) => json!(!truth(&of(inner))),
        Expression::Both(one, other) => json!(truth(&of(one)) && truth(&of(other))),
        Expression::Either(one, other) => json!(truth(&of(one)) || truth(&of(other))),
        Expression::Equal(one, other, equal) => json!((of(one) == of(other)) == *equal),
        Expression::Call(name, arguments) => {
            let values: Vec<Value> = arguments.iter().map(of).collect();
            let text = |index: usize| {
                values[index]
                    .as_str()
                    .unwrap_or_else(|| panic!("{name} takes a text, not {}", values[index]))
                    .to_owned()
            };
            let number = |index: usize| usize::try_from(values[index].as_u64().expect("a number")).expect("small");
            match name.as_str() {
                "IsMatch" => json!(values[0].as_str().is_some_and(|value| regex(&values[1]).is_match(value))),
                "ToLowerCase" => json!(text(0).to_lowercase()),
                "SHA256" => json!(Sha256::digest(text(0)).iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
                "Substring" => json!(&text(0)[number(1)..number(1) + number(2)]),
                "Split" => text(0).split(text(1).as_str()).collect(),
                "Concat" => {
                    let parts = values[0].as_array().expect("a list").iter().map(|part| part.as_str().expect("a text"));
                    json!(parts.collect::<Vec<_>>().join(&text(1)))
                }
                "Int" => match &values[0] {
                    Value::String(text) => text.parse::<i64>().map_or(Value::Null, Value::from),
                    number => number.clone(),
                },
                "FormatTime" => json!("2026-01-31T12:00:00Z"),
                other => panic!("the function {other} is not known here"),
            }
        }
    }
}

fn regex(pattern: &Value) -> Regex {
    Regex::new(pattern.as_str().expect("a text")).expect("a regular expression")
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.trim() }
    }

    fn end(&self) {
        assert_eq!(self.rest, "", "something is left");
    }

    fn condition(&mut self) -> Expression {
        let mut left = self.conjunction();
        while self.word("or") {
            left = Expression::Either(Box::new(left), Box::new(self.conjunction()));
        }
        left
    }

    fn conjunction(&mut self) -> Expression {
        let mut left = self.comparison();
        while self.word("and") {
            left = Expression::Both(Box::new(left), Box::new(self.comparison()));
        }
        left
    }

    fn comparison(&mut self) -> Expression {
        if self.word("not") {
            return Expression::Not(Box::new(self.comparison()));
        }
        let left = self.operand();
        for (sign, equal) in [("==", true), ("!=", false)] {
            if self.sign(sign) {
                return Expression::Equal(Box::new(left), Box::new(self.operand()), equal);
            }
        }
        left
    }

    fn operand(&mut self) -> Expression {
        if self.rest.starts_with('"') {
            return Expression::Literal(Value::String(self.text()));
        }
        if self.sign("[") {
            return Expression::List(self.until("]"));
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        assert!(!word.is_empty(), "an operand is missing before {}", self.rest);
        self.rest = rest.trim_start();
        if let Ok(number) = word.parse::<i64>() {
            return Expression::Literal(json!(number));
        }
        if word == "nil" {
            return Expression::Literal(Value::Null);
        }
        if self.sign("(") {
            let call = Expression::Call(word.to_owned(), self.until(")"));
            return match self.key() {
                Some(index) => Expression::Index(Box::new(call), index.parse().expect("a position")),
                None => call,
            };
        }
        Expression::Path(word.to_owned(), self.key())
    }

    /// `["name"]` or `[0]`.
    fn key(&mut self) -> Option<String> {
        if !self.sign("[") {
            return None;
        }
        let key = if self.rest.starts_with('"') {
            self.text()
        } else {
            let (digits, rest) = self.rest.split_once(']').expect("an index ends");
            self.rest = &self.rest[self.rest.len() - rest.len() - 1..];
            digits.trim().to_owned()
        };
        assert!(self.sign("]"), "a key ends before {}", self.rest);
        Some(key)
    }

    fn until(&mut self, end: &str) -> Vec<Expression> {
        let mut items = Vec::new();
        while !self.sign(end) {
            items.push(self.operand());
            assert!(self.sign(",") || self.rest.starts_with(end), "a comma is missing before {}", self.rest);
        }
        items
    }

    fn text(&mut self) -> String {
        let (text, rest) = self.rest[1..].split_once('"').expect("a text ends");
        assert!(!text.contains('\\'), "escapes are not known here: {text}");
        self.rest = rest.trim_start();
        text.to_owned()
    }

    fn sign(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '(');
        match self.rest.strip_prefix(word).filter(|rest| ends(rest)) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}
