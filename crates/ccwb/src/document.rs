//! Files that an administrator writes: YAML, JSON (which is YAML) or TOML, by their names.

use std::io::Read as _;
use std::path::Path;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::failure::{Failure, exit};

/// The text of a file; `-` is standard input.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text).map(drop),
        false => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.map(|()| text).map_err(|error| {
        let message = format!("could not read {}: {error}", shown(path));
        Failure::new("file-unreadable", exit::CONFIG, message, "check the path")
    })
}

/// What a file says.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = text(path)?;
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let value = if is_toml { toml::from_str(&text).map_err(|error| error.message().to_owned()) } else { yaml(&text) };
    value.and_then(|value: Value| serde_json::from_value(value).map_err(|error| error.to_string())).map_err(|problem| {
        let hint = "mend the file: its form is in docs/guides/policies.md and docs/guides/cost.md";
        Failure::new("file-malformed", exit::CONFIG, format!("{}: {problem}", shown(path)), hint)
    })
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

fn yaml(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    match documents.as_slice() {
        [document] => json(document),
        others => Err(format!("{} documents instead of one", others.len())),
    }
}

fn json(node: &Yaml<'_>) -> Result<Value, String> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => Value::Bool(*truth),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => Value::String(text.to_string()),
        Yaml::Sequence(items) => Value::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key.as_str().ok_or("a key is no text")?;
                object.insert(key.to_owned(), json(value)?);
            }
            Value::Object(object)
        }
        _ => return Err("tags and aliases are not taken".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_json_and_toml_say_the_same() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("a.yaml", "teams:\n  a: {people: 3, models: [opus]}\n"),
            ("a.json", r#"{"teams": {"a": {"people": 3, "models": ["opus"]}}}"#),
            ("a.toml", "[teams.a]\npeople = 3\nmodels = [\"opus\"]\n"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            assert_eq!(
                read::<Value>(&path).unwrap(),
                json!({"teams": {"a": {"people": 3, "models": ["opus"]}}}),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        for text in ["a: [", "a: *b", "1: 2", "a: 1\n---\nb: 2"] {
            std::fs::write(&path, text).unwrap();
            let failure = read::<Value>(&path).unwrap_err();
            assert_eq!((failure.code.as_str(), failure.exit), ("file-malformed", exit::CONFIG), "{text}");
        }
        assert_eq!(read::<Value>(&folder.path().join("none")).unwrap_err().code, "file-unreadable");
    }
}
