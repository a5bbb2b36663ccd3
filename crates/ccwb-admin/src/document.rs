//! One profile's file, edited value by value: whoever changes one answer changes one value, and every other byte stays.

use std::path::Path;

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObjectProp, CstRootNode};
use serde_json::{Map, Value};

use crate::error::AdminError;
use crate::migrate::effective;
use crate::name::ProfileName;

/// PowerShell and some editors write one; JSON has none (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Names of before, which go when the value gets its name of today.
const OLDER_NAMES: &[(&str, &str)] = &[("provider_domain", "okta_domain"), ("client_id", "okta_client_id")];

/// The text of a profile's file and the values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileDocument {
    text: String,
    values: Map<String, Value>,
}

impl ProfileDocument {
    /// The file of a new profile.
    pub fn new(name: &ProfileName) -> Self {
        let mut document = Self::empty();
        document.set("name", name.as_str());
        document.set("schema_version", "2.0");
        document
    }

    /// A file with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { text: "{}\n".to_owned(), values: Map::new() }
    }

    /// Reads a file's text; `path` is what an error names.
    pub fn parse(path: &Path, text: &str) -> Result<Self, AdminError> {
        let malformed = |problem: String| AdminError::Malformed { path: path.to_owned(), problem };
        match serde_json::from_str(text.trim_start_matches(BYTE_ORDER_MARK)) {
            Ok(Value::Object(values)) => Ok(Self { text: text.to_owned(), values }),
            Ok(_) => Err(malformed("it is not a JSON object".to_owned())),
            Err(error) => Err(malformed(error.to_string())),
        }
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values as they stand in the file.
    pub fn written(&self) -> &Map<String, Value> {
        &self.values
    }

    /// The values that hold, older names and forms translated.
    pub fn values(&self) -> Map<String, Value> {
        effective(self.values.clone())
    }

    /// Gives a key a value. One that holds already changes no byte.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        if !self.values().get(key).is_some_and(|held| same(held, &value)) {
            self.write(key, value);
        }
    }

    /// Gives a key a value in the file, whatever older names say.
    pub(crate) fn set_written(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        if !self.values.get(key).is_some_and(|held| same(held, &value)) {
            self.write(key, value);
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) {
        if self.values.remove(key).is_some() {
            self.edit(|root| {
                while let Some(property) = property(root, key) {
                    property.remove();
                }
            });
        }
    }

    fn write(&mut self, key: &str, value: Value) {
        self.edit(|root| {
            let object = root.object_value_or_set();
            match property(root, key) {
                Some(property) => property.set_value(input(&value)),
                None => {
                    object.append(key, input(&value));
                }
            }
        });
        self.values.insert(key.to_owned(), value);
        for (_, older) in OLDER_NAMES.iter().filter(|(name, _)| *name == key) {
            self.remove(older);
        }
    }

    fn edit(&mut self, change: impl FnOnce(&CstRootNode)) {
        let body = self.text.trim_start_matches(BYTE_ORDER_MARK);
        let mark = &self.text[..self.text.len() - body.len()];
        let root = CstRootNode::parse(body, &ParseOptions::default()).expect("it was read as JSON, which is stricter");
        change(&root);
        self.text = format!("{mark}{root}");
    }
}

/// The property that counts: of several with the same name the last, as for every reader of JSON.
fn property(root: &CstRootNode, key: &str) -> Option<CstObjectProp> {
    let properties = root.object_value()?.properties();
    properties.into_iter().rev().find(|property| property.decoded_name().as_deref() == Some(key))
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(values) => CstInputValue::Array(values.iter().map(input).collect()),
        Value::Object(values) => {
            CstInputValue::Object(values.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}

/// Equal, where 50 and 50.0 are the same number: Python writes either.
fn same(one: &Value, other: &Value) -> bool {
    one == other
        || matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one.to_bits() == other.to_bits())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> ProfileDocument {
        ProfileDocument::parse(Path::new("p.json"), text).unwrap()
    }

    #[test]
    fn a_new_profile_is_json_with_its_name() {
        let document = ProfileDocument::new(&ProfileName::parse("Team-A").unwrap());
        assert_eq!(document.text(), "{\n  \"name\": \"Team-A\",\n  \"schema_version\": \"2.0\"\n}\n");
    }

    #[test]
    fn one_change_changes_one_value_whatever_the_file_looks_like() {
        for (text, expected) in [
            ("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":\"x\"}"),
            ("{\r\n\t\"b\" : [1,\r\n 2],\r\n\t\"u\": {}\r\n}\r\n", "{\r\n\t\"b\" : \"x\",\r\n\t\"u\": {}\r\n}\r\n"),
            ("\u{feff}{\n    \"b\": null\n}", "\u{feff}{\n    \"b\": \"x\"\n}"),
            ("{\"b\": 1, \"b\": 2}", "{\"b\": 1, \"b\": \"x\"}"),
            ("{\"\\u0062\": 1}", "{\"\\u0062\": \"x\"}"),
        ] {
            let mut document = parse(text);
            document.set("b", "x");
            assert_eq!(document.text(), expected);
            assert_eq!(document.written()["b"], "x");
        }
    }

    #[test]
    fn a_value_that_holds_already_changes_no_byte() {
        for (text, key, value) in [
            ("{ \"n\":5e1 }", "n", json!(50)),
            ("{\"n\": 50.0}", "n", json!(50)),
            ("{\"n\": 50}", "n", json!(50.0)),
            ("{\"okta_domain\": \"a.okta.com\"}", "provider_domain", json!("a.okta.com")),
            ("{}", "monitoring_mode", json!("central")),
            ("{\"t\": \"\\u00e9\"}", "t", json!("é")),
        ] {
            let mut document = parse(text);
            document.set(key, value);
            assert_eq!(document.text(), text);
        }
    }

    #[test]
    fn what_is_added_can_be_read_again_and_what_is_removed_is_gone() {
        let mut document = parse("{\n  \"a\": 1\n}\n");
        let odd = json!({"q\"uote": ["back\\slash", "line\nbreak", "tab\t", "\u{1}", "é", 1.5, -2, true, null, {}]});
        document.set("odd", odd.clone());
        let again = parse(document.text());
        assert_eq!(again.written()["odd"], odd);
        document.remove("odd");
        document.remove("never-there");
        assert_eq!(document.text(), "{\n  \"a\": 1\n}\n");
    }

    #[test]
    fn an_older_name_goes_when_its_value_changes() {
        let mut document = parse("{\n  \"okta_domain\": \"a.okta.com\",\n  \"x\": 1\n}");
        document.set("provider_domain", "b.okta.com");
        assert_eq!(document.written().keys().collect::<Vec<_>>(), ["provider_domain", "x"]);
        assert_eq!(parse(document.text()), document);
    }

    #[test]
    fn what_is_not_an_object_is_refused_with_its_place() {
        let error = ProfileDocument::parse(Path::new("/p.json"), "{\n  \"a\": 1,\n}").unwrap_err().to_string();
        assert!(error.contains("/p.json") && error.contains("line 3"), "{error}");
        assert!(ProfileDocument::parse(Path::new("p"), "[]").is_err());
    }
}
