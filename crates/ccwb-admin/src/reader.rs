//! Reads values one by one and collects everything that is wrong, so that it can be told at once.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::error::Problem;

/// The values of a profile, and what was found wrong with them so far.
pub(crate) struct Reader {
    values: Map<String, Value>,
    problems: RefCell<Vec<Problem>>,
}

impl Reader {
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Self { values, problems: RefCell::default() }
    }

    pub(crate) fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    pub(crate) fn problem(&self, key: &str, problem: impl Into<String>) {
        let problem = Problem { key: key.to_owned(), problem: problem.into() };
        let mut problems = self.problems.borrow_mut();
        if !problems.iter().any(|known| known.key == problem.key) {
            problems.push(problem);
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// A text, trimmed; absent, null and empty are the same.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        match self.present(key)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            other => self.wrong(key, "a text", other),
        }
    }

    /// A text that must have a form; the error is a clause.
    pub(crate) fn checked<T>(&self, key: &str, check: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        check(&self.text(key)?).map_err(|problem| self.problem(key, problem)).ok()
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(&self, key: &str, words: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(key) else { return default };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => *meaning,
            None => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.problem(key, format!("must be {}, but is \"{text}\"", or(&words)));
                default
            }
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.present(key)? {
            Value::Bool(flag) => Some(*flag),
            other => self.wrong(key, "true or false", other),
        }
    }

    /// A whole number inside its limits.
    pub(crate) fn number(&self, key: &str, min: u64, max: u64) -> Option<u64> {
        let value = self.present(key)?;
        let number = value.as_u64().or_else(|| whole(value.as_f64()?));
        match number {
            Some(number) if (min..=max).contains(&number) => Some(number),
            Some(number) => {
                self.problem(key, format!("must be {min} to {max}, but is {number}"));
                None
            }
            None => self.wrong(key, "a whole number", value),
        }
    }

    /// An amount of money or the like: at least 0.
    pub(crate) fn amount(&self, key: &str) -> Option<f64> {
        let value = self.present(key)?;
        match value.as_f64() {
            Some(amount) if amount >= 0.0 => Some(amount),
            _ => self.wrong(key, "a number of at least 0", value),
        }
    }

    /// A list of texts. One text with commas is a list too, as people type it.
    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        match self.present(key) {
            None => Vec::new(),
            Some(Value::Array(values)) if values.iter().all(Value::is_string) => {
                values.iter().filter_map(Value::as_str).map(|text| text.trim().to_owned()).collect()
            }
            Some(Value::String(text)) => {
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
            Some(other) => self.wrong(key, "a list of texts", other).unwrap_or_default(),
        }
    }

    pub(crate) fn object(&self, key: &str) -> Option<Map<String, Value>> {
        match self.present(key)? {
            Value::Object(object) => Some(object.clone()),
            other => self.wrong(key, "an object", other),
        }
    }

    /// The keys of an object as a reader of their own; its problems are named `key.inner`.
    pub(crate) fn nested(&self, key: &str) -> Self {
        Self::new(self.object(key).unwrap_or_default())
    }

    pub(crate) fn adopt(&self, key: &str, nested: Self) {
        for problem in nested.into_problems() {
            self.problem(&format!("{key}.{}", problem.key), problem.problem);
        }
    }

    pub(crate) fn present(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn wrong<T>(&self, key: &str, wanted: &str, found: &Value) -> Option<T> {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "another number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.problem(key, format!("must be {wanted}, but is {found}"));
        None
    }
}

/// Python may have written 43200.0.
fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in the range of whole numbers")]
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
}

/// `a, b or c`.
pub(crate) fn or(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
