//! A policy document, parsed. Whatever the evaluator could not honour is refused here.

use serde_json::{Map, Value};
use thiserror::Error;

use super::condition::Condition;

/// A parsed policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its statements; the order has no meaning.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The statement's name, for people.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; `None` in an identity policy.
    pub principals: Option<Principals>,
    /// `Action` or `NotAction`.
    pub actions: Targets,
    /// `Resource` or `NotResource`; `None` in a trust policy.
    pub resources: Option<Targets>,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// Allow or Deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are names")]
pub enum Effect {
    Allow,
    Deny,
}

/// Patterns, or the opposite of patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Any of these.
    In(Vec<String>),
    /// None of these.
    NotIn(Vec<String>),
}

/// Who a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    /// `"*"`.
    Everybody,
    /// Kind (`AWS`, `Federated`, `Service`) and value.
    These(Vec<(String, String)>),
    /// Everybody else than these.
    NotThese(Vec<(String, String)>),
}

/// Why a document is not a policy that can be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: {problem}")]
pub struct PolicyError {
    /// Where in the document, such as `Statement[1].Condition`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl Policy {
    /// Parses a policy document.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let document = serde_json::from_str(text).map_err(|error| fault("document", error.to_string()))?;
        Self::from_json(&document)
    }

    /// Reads a policy document that is JSON already.
    pub fn from_json(document: &Value) -> Result<Self, PolicyError> {
        let object = document.as_object().ok_or_else(|| fault("document", "is not an object"))?;
        only(object, &["Version", "Id", "Statement"], "document")?;
        if object.get("Version").and_then(Value::as_str) != Some("2012-10-17") {
            return Err(fault("Version", "must be 2012-10-17: older policies know no variables"));
        }
        let statements = match object.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().collect(),
            Some(statement @ Value::Object(_)) => vec![statement],
            _ => return Err(fault("Statement", "is missing")),
        };
        let statements = statements.into_iter().enumerate();
        Ok(Self {
            statements: statements.map(|(i, s)| statement(s, &format!("Statement[{i}]"))).collect::<Result<_, _>>()?,
        })
    }
}

fn statement(value: &Value, place: &str) -> Result<Statement, PolicyError> {
    let object = value.as_object().ok_or_else(|| fault(place, "is not an object"))?;
    let known =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    only(object, &known, place)?;
    let effect = match object.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(fault(place, "Effect must be Allow or Deny")),
    };
    let actions = targets(object, "Action", "NotAction", place)?.ok_or_else(|| fault(place, "has no Action"))?;
    Ok(Statement {
        sid: object.get("Sid").and_then(Value::as_str).map(str::to_owned),
        effect,
        principals: principals(object, place)?,
        actions,
        resources: targets(object, "Resource", "NotResource", place)?,
        conditions: match object.get("Condition") {
            None => Vec::new(),
            Some(conditions) => Condition::from_json(conditions, &format!("{place}.Condition"))?,
        },
    })
}

fn targets(object: &Map<String, Value>, yes: &str, no: &str, place: &str) -> Result<Option<Targets>, PolicyError> {
    Ok(match (object.get(yes), object.get(no)) {
        (Some(_), Some(_)) => return Err(fault(place, format!("has both {yes} and {no}"))),
        (Some(value), None) => Some(Targets::In(texts(value, &format!("{place}.{yes}"))?)),
        (None, Some(value)) => Some(Targets::NotIn(texts(value, &format!("{place}.{no}"))?)),
        (None, None) => None,
    })
}

fn principals(object: &Map<String, Value>, place: &str) -> Result<Option<Principals>, PolicyError> {
    let these = |value: &Value, place: &str| match value {
        Value::Object(kinds) => {
            let mut these = Vec::new();
            for (kind, value) in kinds {
                these.extend(texts(value, place)?.into_iter().map(|value| (kind.clone(), value)));
            }
            Ok(these)
        }
        _ => Err(fault(place, "must be \"*\" or an object")),
    };
    Ok(match (object.get("Principal"), object.get("NotPrincipal")) {
        (Some(_), Some(_)) => return Err(fault(place, "has both Principal and NotPrincipal")),
        (Some(Value::String(text)), None) if text == "*" => Some(Principals::Everybody),
        (Some(value), None) => Some(Principals::These(these(value, &format!("{place}.Principal"))?)),
        (None, Some(value)) => Some(Principals::NotThese(these(value, &format!("{place}.NotPrincipal"))?)),
        (None, None) => None,
    })
}

/// One text or a list of texts; numbers and truth values count as their text, as in IAM.
pub(super) fn texts(value: &Value, place: &str) -> Result<Vec<String>, PolicyError> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(fault(place, "must be a text or a list of texts")),
    };
    match value {
        Value::Array(values) if values.is_empty() => Err(fault(place, "is an empty list")),
        Value::Array(values) => values.iter().map(text).collect(),
        single => Ok(vec![text(single)?]),
    }
}

fn only(object: &Map<String, Value>, known: &[&str], place: &str) -> Result<(), PolicyError> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(fault(place, format!("has an unknown element \"{key}\""))),
        None => Ok(()),
    }
}

pub(super) fn fault(place: &str, problem: impl Into<String>) -> PolicyError {
    PolicyError { place: place.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_honoured_is_refused() {
        for (document, expected) in [
            ("[]", "document: is not an object"),
            (r#"{"Version":"2008-10-17","Statement":[]}"#, "Version: must be 2012-10-17"),
            (r#"{"Version":"2012-10-17"}"#, "Statement: is missing"),
            (
                r#"{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"*"}}"#,
                "Statement[0]: Effect must be Allow or Deny",
            ),
            (r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}"#, "Statement[0]: has no Action"),
            (
                r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a","Ressource":"*"}}"#,
                "Statement[0]: has an unknown element \"Ressource\"",
            ),
            (
                r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a","NotAction":"b"}}"#,
                "Statement[0]: has both Action and NotAction",
            ),
            (
                r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a","Condition":{"StringLikely":{"k":"v"}}}}"#,
                "Statement[0].Condition: unknown operator \"StringLikely\"",
            ),
            (
                r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[]}}"#,
                "Statement[0].Action: is an empty list",
            ),
        ] {
            let error = Policy::parse(document).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
