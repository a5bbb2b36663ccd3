//! YAML with CloudFormation's short forms (`!Ref x`) as JSON with the long ones (`{"Ref": "x"}`).

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

use super::TemplateError;

pub(super) fn to_json(text: &str) -> Result<Value, TemplateError> {
    let documents = Yaml::load_from_str(text).map_err(|error| TemplateError(error.to_string()))?;
    match documents.as_slice() {
        [document] => json(document),
        others => Err(TemplateError(format!("{} documents instead of one", others.len()))),
    }
}

fn json(node: &Yaml<'_>) -> Result<Value, TemplateError> {
    Ok(match node {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(truth) => Value::Bool(*truth),
            Scalar::Integer(number) => Value::from(*number),
            Scalar::FloatingPoint(number) => Value::from(number.into_inner()),
            Scalar::String(text) => Value::String(text.to_string()),
        },
        Yaml::Sequence(items) => Value::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key.as_str().ok_or_else(|| TemplateError(format!("{key:?} is no text, but a key")))?;
                object.insert(key.to_owned(), json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tag, inner) => long_form(&tag.suffix, json(inner)?),
        // A tag on a plain text arrives here: the text is not resolved further.
        Yaml::Representation(text, _, tag) => match tag {
            Some(tag) => long_form(&tag.suffix, Value::String(text.to_string())),
            None => Value::String(text.to_string()),
        },
        Yaml::Alias(_) | Yaml::BadValue => {
            return Err(TemplateError("CloudFormation takes no aliases".to_owned()));
        }
    })
}

fn long_form(tag: &str, value: Value) -> Value {
    let (name, value) = match tag {
        "Ref" | "Condition" => (tag.to_owned(), value),
        "GetAtt" => {
            let parts = value.as_str().and_then(|text| text.split_once('.')).map(|(a, b)| Value::from(vec![a, b]));
            ("Fn::GetAtt".to_owned(), parts.unwrap_or(value))
        }
        other => (format!("Fn::{other}"), value),
    };
    Value::Object(Map::from_iter([(name, value)]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_forms_become_long_ones() {
        let text = "a: !Ref AWS::Region\nb: !If [C, !Sub 'x-${Y}', !GetAtt R.Arn]\nc: !Not [!Condition D]\nd: '12'\ne: 12\nf: !Join ['', !Ref L]";
        assert_eq!(
            to_json(text).unwrap(),
            json!({
                "a": {"Ref": "AWS::Region"},
                "b": {"Fn::If": ["C", {"Fn::Sub": "x-${Y}"}, {"Fn::GetAtt": ["R", "Arn"]}]},
                "c": {"Fn::Not": [{"Condition": "D"}]},
                "d": "12",
                "e": 12,
                "f": {"Fn::Join": ["", {"Ref": "L"}]},
            })
        );
    }

    #[test]
    fn what_is_not_one_document_of_texts_is_refused() {
        for text in ["a: 1\n---\nb: 2", "[1]: 2", "a: ["] {
            assert!(to_json(text).is_err(), "{text}");
        }
    }
}
