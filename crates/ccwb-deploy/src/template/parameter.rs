use regex_lite::Regex;
use serde_json::Value;

use super::TemplateError;
use crate::ChoiceError;
use crate::parameters::MAX_PARAMETER_BYTES;

/// A parameter as a template declares it.
#[derive(Clone, Debug)]
pub struct ParameterSpec {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it holds.
    pub kind: ParameterKind,
    /// What it is if nothing is passed.
    pub default: Option<String>,
    allowed_values: Vec<String>,
    pattern: Option<Regex>,
    min: Option<f64>,
    max: Option<f64>,
    max_length: Option<usize>,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text, also `AWS::EC2::VPC::Id` and its like.
    Text,
    /// A number.
    Number,
    /// Texts, separated by commas.
    List,
}

impl ParameterSpec {
    pub(super) fn from_json(name: &str, spec: &Value) -> Result<Self, TemplateError> {
        let kind = match spec["Type"].as_str() {
            Some("Number") => ParameterKind::Number,
            Some(list) if list == "CommaDelimitedList" || list.starts_with("List<") => ParameterKind::List,
            Some(_) => ParameterKind::Text,
            None => return Err(TemplateError(format!("the parameter {name} has no type"))),
        };
        let pattern = match spec["AllowedPattern"].as_str() {
            Some(pattern) => {
                Some(Regex::new(&format!("^(?:{pattern})$")).map_err(|e| TemplateError(format!("{name}: {e}")))?)
            }
            None => None,
        };
        let allowed = spec["AllowedValues"].as_array().into_iter().flatten();
        Ok(Self {
            name: name.to_owned(),
            description: spec["Description"].as_str().unwrap_or_default().trim().to_owned(),
            kind,
            default: text(&spec["Default"]),
            allowed_values: allowed.filter_map(text).collect(),
            pattern,
            min: spec["MinValue"].as_f64(),
            max: spec["MaxValue"].as_f64(),
            max_length: spec["MaxLength"].as_u64().and_then(|length| usize::try_from(length).ok()),
        })
    }

    /// Whether CloudFormation would take the value. Each item of a list must match the pattern.
    pub fn check(&self, value: &str) -> Result<(), ChoiceError> {
        let fail = |problem: String| Err(ChoiceError::new(&self.name, problem));
        if value.len() > MAX_PARAMETER_BYTES {
            return fail(format!("has {} bytes, and CloudFormation takes {MAX_PARAMETER_BYTES}", value.len()));
        }
        if !self.allowed_values.is_empty() && !self.allowed_values.iter().any(|allowed| allowed == value) {
            return fail(format!("\"{value}\" is none of {}", self.allowed_values.join(", ")));
        }
        if self.max_length.is_some_and(|max| value.chars().count() > max) {
            return fail(format!("\"{value}\" is too long"));
        }
        let items =
            if self.kind == ParameterKind::List { value.split(',').map(str::trim).collect() } else { vec![value] };
        if let Some(bad) = items.iter().find(|item| self.pattern.as_ref().is_some_and(|p| !p.is_match(item))) {
            return fail(format!("\"{bad}\" is not of the form that the template takes"));
        }
        if self.kind == ParameterKind::Number {
            let Ok(number) = value.parse::<f64>() else { return fail(format!("\"{value}\" is not a number")) };
            if self.min.is_some_and(|min| number < min) || self.max.is_some_and(|max| number > max) {
                return fail(format!(
                    "{value} is outside of {:?} to {:?}",
                    self.min.unwrap_or(f64::MIN),
                    self.max.unwrap_or(f64::MAX)
                ));
            }
        }
        Ok(())
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_held_against_everything_that_the_template_says() {
        let spec = |json: &Value| ParameterSpec::from_json("P", json).unwrap();
        let list = spec(&json!({"Type": "CommaDelimitedList", "AllowedPattern": "(a[0-9])?"}));
        let number = spec(&json!({"Type": "Number", "MinValue": 3600, "MaxValue": 43200}));
        let choice = spec(&json!({"Type": "String", "AllowedValues": ["true", "false"]}));
        let short = spec(&json!({"Type": "String", "MaxLength": 3}));
        for (spec, value, good) in [
            (&list, "a1,a2", true),
            (&list, "", true),
            (&list, "a1,b2", false),
            (&list, "a1x", false),
            (&number, "3600", true),
            (&number, "3599", false),
            (&number, "43201", false),
            (&number, "an hour", false),
            (&choice, "true", true),
            (&choice, "yes", false),
            (&short, "abc", true),
            (&short, "abcd", false),
            (&choice, &"x".repeat(5000), false),
        ] {
            assert_eq!(spec.check(value).is_ok(), good, "{} {value}", spec.name);
        }
    }
}
