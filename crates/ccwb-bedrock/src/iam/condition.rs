//! The `Condition` element.

use serde_json::Value;

use super::pattern::{arn_matches, matches};
use super::place_and_time::{Moment, Network};
use super::policy::{PolicyError, fault, texts};
use super::request::Request;

/// One key compared with values by one operator. Several values are alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// How the values of the request are compared.
    pub operator: Operator,
    /// The opposite is asked for (`StringNotEquals`).
    pub negated: bool,
    /// `...IfExists`: also true if the request has no such key.
    pub if_exists: bool,
    /// For keys with several values.
    pub quantifier: Option<Quantifier>,
    /// The context key.
    pub key: String,
    /// What it is compared with.
    pub values: Vec<String>,
}

/// What compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of IAM's own operators")]
pub enum Operator {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    NumericEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    Bool,
    ArnLike,
    IpAddress,
    DateEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Null,
}

/// `ForAnyValue:` and `ForAllValues:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one value of the request matches; false without the key.
    Any,
    /// Every value of the request matches; true without the key.
    All,
}

/// Name, operator, whether it negates. `ArnEquals` behaves as `ArnLike`.
const OPERATORS: &[(&str, Operator, bool)] = &[
    ("StringEquals", Operator::StringEquals, false),
    ("StringNotEquals", Operator::StringEquals, true),
    ("StringEqualsIgnoreCase", Operator::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Operator::StringEqualsIgnoreCase, true),
    ("StringLike", Operator::StringLike, false),
    ("StringNotLike", Operator::StringLike, true),
    ("NumericEquals", Operator::NumericEquals, false),
    ("NumericNotEquals", Operator::NumericEquals, true),
    ("NumericLessThan", Operator::NumericLessThan, false),
    ("NumericLessThanEquals", Operator::NumericLessThanEquals, false),
    ("NumericGreaterThan", Operator::NumericGreaterThan, false),
    ("NumericGreaterThanEquals", Operator::NumericGreaterThanEquals, false),
    ("Bool", Operator::Bool, false),
    ("ArnEquals", Operator::ArnLike, false),
    ("ArnLike", Operator::ArnLike, false),
    ("ArnNotEquals", Operator::ArnLike, true),
    ("ArnNotLike", Operator::ArnLike, true),
    ("IpAddress", Operator::IpAddress, false),
    ("NotIpAddress", Operator::IpAddress, true),
    ("DateEquals", Operator::DateEquals, false),
    ("DateNotEquals", Operator::DateEquals, true),
    ("DateLessThan", Operator::DateLessThan, false),
    ("DateLessThanEquals", Operator::DateLessThanEquals, false),
    ("DateGreaterThan", Operator::DateGreaterThan, false),
    ("DateGreaterThanEquals", Operator::DateGreaterThanEquals, false),
    ("Null", Operator::Null, false),
];

impl Condition {
    pub(super) fn from_json(conditions: &Value, place: &str) -> Result<Vec<Self>, PolicyError> {
        let operators = conditions.as_object().ok_or_else(|| fault(place, "is not an object"))?;
        let mut all = Vec::new();
        for (name, keys) in operators {
            let (quantifier, rest) = match name.split_once(':') {
                Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
                Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
                _ => (None, name.as_str()),
            };
            let (base, if_exists) = match rest.strip_suffix("IfExists") {
                Some(base) => (base, true),
                None => (rest, false),
            };
            let known = OPERATORS.iter().find(|(known, ..)| *known == base);
            let &(_, operator, negated) = known.ok_or_else(|| fault(place, format!("unknown operator \"{name}\"")))?;
            let keys = keys.as_object().ok_or_else(|| fault(place, format!("{name} is not an object")))?;
            for (key, values) in keys {
                let values = texts(values, &format!("{place}.{name}.{key}"))?;
                if values.iter().any(|value| value.contains("${")) {
                    return Err(fault(place, format!("policy variables are not evaluated ({key})")));
                }
                if let Some(value) = values.iter().find(|value| !operator.takes(value)) {
                    return Err(fault(place, format!("{name} cannot be compared with \"{value}\" ({key})")));
                }
                all.push(Self { operator, negated, if_exists, quantifier, key: key.clone(), values });
            }
        }
        Ok(all)
    }

    /// Whether the condition holds for a request.
    pub fn holds(&self, request: &Request) -> bool {
        let actual = request.context(&self.key);
        if self.operator == Operator::Null {
            return self.values.iter().any(|wanted| wanted.eq_ignore_ascii_case(&actual.is_none().to_string()));
        }
        let Some(actual) = actual else {
            // Negated operators hold without the key: what is not there does not equal.
            return self.if_exists
                || self.quantifier == Some(Quantifier::All)
                || (self.negated && self.quantifier.is_none());
        };
        let one = |value: &String| self.values.iter().any(|wanted| self.compares(value, wanted)) != self.negated;
        match self.quantifier {
            Some(Quantifier::All) => actual.iter().all(one),
            // Without a quantifier a key has one value; several are taken as "any", for the negated ones as "all".
            None if self.negated => actual.iter().all(one),
            Some(Quantifier::Any) | None => actual.iter().any(one),
        }
    }

    fn compares(&self, actual: &str, wanted: &str) -> bool {
        let numbers = |holds: fn(&f64, &f64) -> bool| match (actual.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(actual), Ok(wanted)) => holds(&actual, &wanted),
            _ => false,
        };
        let dates = |holds: fn(&Moment, &Moment) -> bool| match (Moment::parse(actual), Moment::parse(wanted)) {
            (Some(actual), Some(wanted)) => holds(&actual, &wanted),
            _ => false,
        };
        match self.operator {
            Operator::StringEquals => actual == wanted,
            Operator::StringEqualsIgnoreCase => actual.to_lowercase() == wanted.to_lowercase(),
            Operator::StringLike => matches(wanted, actual),
            Operator::NumericEquals => numbers(|actual, wanted| actual.total_cmp(wanted).is_eq()),
            Operator::NumericLessThan => numbers(f64::lt),
            Operator::NumericLessThanEquals => numbers(f64::le),
            Operator::NumericGreaterThan => numbers(f64::gt),
            Operator::NumericGreaterThanEquals => numbers(f64::ge),
            Operator::Bool => actual.eq_ignore_ascii_case(wanted),
            Operator::ArnLike => arn_matches(wanted, actual),
            Operator::IpAddress => match (Network::parse(actual), Network::parse(wanted)) {
                (Some(actual), Some(wanted)) => wanted.contains(&actual),
                _ => false,
            },
            Operator::DateEquals => dates(Moment::eq),
            Operator::DateLessThan => dates(Moment::lt),
            Operator::DateLessThanEquals => dates(Moment::le),
            Operator::DateGreaterThan => dates(Moment::gt),
            Operator::DateGreaterThanEquals => dates(Moment::ge),
            Operator::Null => false,
        }
    }
}

impl Operator {
    /// Whether a value in a policy can be compared that way at all. A typing error there must not become "never".
    fn takes(self, value: &str) -> bool {
        match self {
            Self::IpAddress => Network::parse(value).is_some(),
            Self::DateEquals
            | Self::DateLessThan
            | Self::DateLessThanEquals
            | Self::DateGreaterThan
            | Self::DateGreaterThanEquals => Moment::parse(value).is_some(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(conditions: &Value, request: &Request) -> bool {
        Condition::from_json(conditions, "c").unwrap().iter().all(|condition| condition.holds(request))
    }

    fn with(key: &str, values: &[&str]) -> Request {
        Request::new("a:B", "*").with_all(key, values.iter().copied())
    }

    #[test]
    fn each_operator_compares_as_documented() {
        for (condition, actual, expected) in [
            (json!({"StringEquals": {"k": ["a", "b"]}}), "b", true),
            (json!({"StringEquals": {"k": "a*"}}), "ab", false),
            (json!({"StringNotEquals": {"k": ["a", "b"]}}), "b", false),
            (json!({"StringNotEquals": {"k": ["a", "b"]}}), "c", true),
            (json!({"StringEqualsIgnoreCase": {"k": "ABC"}}), "abc", true),
            (json!({"StringLike": {"k": "a*"}}), "ab", true),
            (json!({"StringNotLike": {"k": "a*"}}), "ab", false),
            (json!({"NumericLessThan": {"k": 3600}}), "3599", true),
            (json!({"NumericLessThan": {"k": 3600}}), "3600", false),
            (json!({"NumericLessThanEquals": {"k": "3600"}}), "3600", true),
            (json!({"NumericGreaterThan": {"k": "1"}}), "x", false),
            (json!({"Bool": {"k": "false"}}), "False", true),
            (json!({"Bool": {"k": true}}), "false", false),
            (json!({"ArnLike": {"k": "arn:aws:iam::*:role/*"}}), "arn:aws:iam::1:role/a", true),
            (json!({"IpAddress": {"k": ["198.51.100.0/24", "203.0.113.7"]}}), "198.51.100.255", true),
            (json!({"IpAddress": {"k": "198.51.100.0/24"}}), "198.51.101.0", false),
            (json!({"NotIpAddress": {"k": ["198.51.100.0/24", "203.0.113.7"]}}), "203.0.113.7", false),
            (json!({"IpAddress": {"k": "2001:db8::/32"}}), "2001:db8:1::1", true),
            (json!({"IpAddress": {"k": "0.0.0.0/0"}}), "::1", false),
            (json!({"DateLessThan": {"k": "2026-12-01T00:00:00Z"}}), "2026-11-30T23:59:59Z", true),
            (json!({"DateLessThan": {"k": "2026-12-01T00:00:00Z"}}), "2026-12-01T00:00:00Z", false),
            (json!({"DateGreaterThanEquals": {"k": "2026-12-01"}}), "2026-12-01T00:00:00Z", true),
            (json!({"DateGreaterThan": {"k": "1764547200"}}), "2025-12-01T00:00:01Z", true),
            (json!({"Null": {"k": "true"}}), "x", false),
            (json!({"Null": {"k": "false"}}), "x", true),
        ] {
            assert_eq!(holds(&condition, &with("K", &[actual])), expected, "{condition} {actual}");
        }
    }

    #[test]
    fn a_missing_key_fails_positive_operators_and_satisfies_negated_ones() {
        let without = Request::new("a:B", "*");
        for (condition, expected) in [
            (json!({"StringEquals": {"k": "a"}}), false),
            (json!({"StringLike": {"k": "*"}}), false),
            (json!({"StringEqualsIfExists": {"k": "a"}}), true),
            (json!({"StringNotEquals": {"k": "a"}}), true),
            (json!({"Bool": {"k": "false"}}), false),
            (json!({"BoolIfExists": {"k": "false"}}), true),
            (json!({"Null": {"k": "true"}}), true),
            (json!({"ForAnyValue:StringLike": {"k": "*"}}), false),
            (json!({"ForAnyValue:StringNotEquals": {"k": "a"}}), false),
            (json!({"ForAllValues:StringLike": {"k": "a"}}), true),
        ] {
            assert_eq!(holds(&condition, &without), expected, "{condition}");
        }
    }

    #[test]
    fn quantifiers_look_at_one_or_at_all_values() {
        let request = with("k", &["authenticated", "company.okta.com"]);
        assert!(holds(&json!({"ForAnyValue:StringLike": {"k": "authenticated"}}), &request));
        assert!(!holds(&json!({"ForAllValues:StringLike": {"k": "authenticated"}}), &request));
        assert!(holds(&json!({"ForAllValues:StringLike": {"k": ["authenticated", "company.*"]}}), &request));
        assert!(!holds(&json!({"ForAnyValue:StringEquals": {"k": "unauthenticated"}}), &request));
    }

    #[test]
    fn all_operators_and_all_keys_must_hold() {
        let request = with("k", &["a"]).with("l", "b");
        assert!(holds(&json!({"StringEquals": {"k": "a", "l": "b"}}), &request));
        assert!(!holds(&json!({"StringEquals": {"k": "a", "l": "c"}}), &request));
        assert!(!holds(&json!({"StringEquals": {"k": "a"}, "StringLike": {"l": "c"}}), &request));
    }

    #[test]
    fn a_value_that_cannot_be_compared_is_refused() {
        for conditions in [
            json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/33"}}),
            json!({"NotIpAddress": {"aws:SourceIp": "the office"}}),
            json!({"DateLessThan": {"aws:CurrentTime": "2026-13-01T00:00:00Z"}}),
            json!({"DateLessThan": {"aws:CurrentTime": "tomorrow"}}),
        ] {
            assert!(Condition::from_json(&conditions, "c").is_err(), "{conditions}");
        }
    }

    #[test]
    fn a_policy_variable_is_refused_and_not_compared_as_text() {
        assert!(Condition::from_json(&json!({"StringEquals": {"k": "${aws:username}"}}), "c").is_err());
    }
}
