//! One profile's keys, read one by one so that an error can name the key.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::ConfigError;

/// The keys and values of one profile.
pub(crate) struct Fields<'a> {
    path: &'a Path,
    profile: String,
    values: Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(path: &'a Path, profile: &str, values: Map<String, Value>) -> Self {
        Self { path, profile: profile.to_owned(), values }
    }

    /// The keys of an object inside the profile, named `key.inner`.
    pub(crate) fn nested(&self, key: &str, object: &Map<String, Value>) -> Self {
        let values = object.iter().map(|(inner, value)| (format!("{key}.{inner}"), value.clone()));
        Self { path: self.path, profile: self.profile.clone(), values: values.collect() }
    }

    pub(crate) fn profile(&self) -> &str {
        &self.profile
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// A path; one that is relative begins in the folder of the file.
    pub(crate) fn beside_the_file(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// The error for a key of this profile.
    pub(crate) fn error(&self, key: &str, problem: impl Into<String>) -> ConfigError {
        ConfigError::Key {
            path: PathBuf::from(self.path),
            profile: self.profile.clone(),
            key: key.to_owned(),
            problem: problem.into(),
        }
    }

    /// A text, trimmed; absent, null and empty are the same.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, ConfigError> {
        match self.present(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Some(other) => Err(self.wrong_type(key, "a text", other)),
        }
    }

    /// The first of several names that has a text, with that name.
    pub(crate) fn text_of<'k>(&self, keys: &[&'k str]) -> Result<Option<(&'k str, String)>, ConfigError> {
        for key in keys {
            if let Some(text) = self.text(key)? {
                return Ok(Some((key, text)));
            }
        }
        Ok(None)
    }

    /// A text that must be there.
    pub(crate) fn required(&self, keys: &[&str]) -> Result<String, ConfigError> {
        match self.text_of(keys)? {
            Some((_, text)) => Ok(text),
            None => Err(self.error(keys[0], "is missing")),
        }
    }

    /// A text that keeps the difference between absent (`None`) and empty.
    pub(crate) fn text_or_empty(&self, key: &str) -> Result<Option<String>, ConfigError> {
        match self.present(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(other) => Err(self.wrong_type(key, "a text", other)),
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, ConfigError> {
        match self.present(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong_type(key, "true or false", other)),
        }
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<u64>, ConfigError> {
        match self.present(key) {
            None => Ok(None),
            Some(value) => {
                value.as_u64().map(Some).ok_or_else(|| self.wrong_type(key, "a whole number of at least 0", value))
            }
        }
    }

    /// A value of any form, for the few keys that allow several; null counts as absent.
    pub(crate) fn present(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn wrong_type(&self, key: &str, wanted: &str, found: &Value) -> ConfigError {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.error(key, format!("must be {wanted}, but is {found}"))
    }
}
