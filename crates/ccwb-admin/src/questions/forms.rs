//! Answers as text, both ways.

use serde_json::{Map, Number, Value};

use super::{Ask, Draft, Question, is_empty};
use crate::reader::or;

impl Question {
    /// An answer as people read and type it.
    pub fn show(&self, value: &Value) -> String {
        match (self.ask, value) {
            (_, Value::Null) => String::new(),
            (Ask::Flag, Value::Bool(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
            (Ask::Seconds { .. }, Value::Number(number)) => number.as_u64().map_or_else(String::new, duration),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Array(values)) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
            (Ask::Pairs { .. }, Value::Object(pairs)) => {
                pairs.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect::<Vec<_>>().join(", ")
            }
            (_, other) => other.to_string(),
        }
    }

    /// An answer for a list of answers: a choice by its label, nothing by what it means.
    pub fn describe(&self, value: &Value, draft: &Draft) -> String {
        if matches!(self.ask, Ask::Choice { .. })
            && let Some(choice) = self.choices(draft).into_iter().find(|choice| choice.value == *value)
        {
            return choice.label;
        }
        match (is_empty(value), self.unset) {
            (false, _) => self.show(value),
            (true, "") => "–".to_owned(),
            (true, unset) => unset.to_owned(),
        }
    }

    /// What was typed, or given as `--set key=text`. The error is a sentence that says what is wanted.
    pub fn parse(&self, text: &str, draft: &Draft) -> Result<Value, String> {
        let text = text.trim();
        if text.is_empty() {
            return self.check(&Value::Null, draft);
        }
        let value = match self.ask {
            Ask::Text { .. } | Ask::Secret => text.into(),
            Ask::Choice { .. } => {
                let choices = self.choices(draft);
                let meant = choices.iter().find(|choice| self.show(&choice.value) == text || choice.label == text);
                match meant {
                    Some(choice) => choice.value.clone(),
                    None => serde_json::from_str(text).ok().filter(Value::is_object).unwrap_or_else(|| text.into()),
                }
            }
            Ask::Flag => match text.to_ascii_lowercase().as_str() {
                "yes" | "y" | "true" | "on" => true.into(),
                "no" | "n" | "false" | "off" => false.into(),
                _ => return Err(format!("Answer yes or no, not \"{text}\"")),
            },
            Ask::Number { .. } => text
                .replace(['_', ' '], "")
                .parse::<u64>()
                .map_err(|_| format!("\"{text}\" is not a whole number"))?
                .into(),
            Ask::Seconds { .. } => seconds(text)?.into(),
            Ask::Amount => amount(text)?,
            Ask::List { .. } => parts(text).map(Value::from).collect::<Vec<_>>().into(),
            Ask::Pairs { .. } => pairs(text)?,
            Ask::Ports => ports(text)?,
        };
        self.check(&value, draft)
    }

    /// A value that was given as such (TOML), or was parsed; the result is the form in which it is kept.
    pub fn check(&self, value: &Value, draft: &Draft) -> Result<Value, String> {
        if is_empty(value) {
            return if self.required { Err("This is needed".to_owned()) } else { Ok(Value::Null) };
        }
        let wrong = |wanted: &str| Err(format!("It must be {wanted}"));
        let within = |number: u64, min: u64, max: u64| match (min..=max).contains(&number) {
            true => Ok(value.clone()),
            false => Err(format!("It must be {min} to {max}, not {number}")),
        };
        match (self.ask, value) {
            (Ask::Text { check, .. }, Value::String(text)) => check(text.trim(), draft).map(Value::from),
            (Ask::Secret, Value::String(_)) | (Ask::Flag, Value::Bool(_)) => Ok(value.clone()),
            (Ask::Choice { other, .. }, value) => {
                let choices = self.choices(draft);
                if choices.iter().any(|choice| choice.value == *value) || draft.value(self.key).as_ref() == Some(value)
                {
                    return Ok(value.clone());
                }
                other(value).map(|()| value.clone()).map_err(|problem| match problem.is_empty() {
                    false => problem,
                    true => {
                        let words: Vec<String> = choices.iter().map(|choice| self.show(&choice.value)).collect();
                        let words: Vec<&str> = words.iter().map(String::as_str).collect();
                        format!("It must be {}, not {}", or(&words), self.show(value))
                    }
                })
            }
            (Ask::Number { min, max } | Ask::Seconds { min, max }, Value::Number(number)) => match number.as_u64() {
                Some(number) => within(number, min, max),
                None => wrong("a whole number"),
            },
            (Ask::Seconds { .. }, Value::String(text)) => self.check(&seconds(text)?.into(), draft),
            (Ask::Amount, Value::Number(number)) if number.as_f64().is_some_and(|amount| amount >= 0.0) => {
                Ok(value.clone())
            }
            (Ask::Amount, _) => wrong("a number of at least 0"),
            (Ask::List { check }, Value::Array(values)) => {
                match values.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                    Some(texts) => texts.into_iter().try_for_each(check).map(|()| value.clone()),
                    None => wrong("a list of texts"),
                }
            }
            (Ask::List { check }, Value::String(text)) => parts(text)
                .map(|part| check(part).map(|()| Value::from(part)))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::from),
            (Ask::Pairs { check }, Value::Object(pairs)) => pairs
                .iter()
                .try_for_each(|(name, value)| match value.as_str() {
                    Some(text) => check(name, text),
                    None => Err(format!("\"{name}\" must be a text")),
                })
                .map(|()| value.clone()),
            (Ask::Ports, Value::Number(_) | Value::Array(_)) => check_ports(value),
            (Ask::Text { .. } | Ask::Secret, _) => wrong("a text"),
            (Ask::Flag, _) => wrong("true or false"),
            (Ask::Number { .. } | Ask::Seconds { .. }, _) => wrong("a whole number"),
            (Ask::List { .. }, _) => wrong("a list of texts"),
            (Ask::Pairs { .. }, _) => wrong("a table of texts"),
            (Ask::Ports, _) => wrong("a port or a list of ports"),
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn pairs(text: &str) -> Result<Value, String> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("\"{part}\" is not of the form name=value"))?;
        Ok((name.trim().to_owned(), Value::from(value.trim())))
    };
    parts(text).map(pair).collect::<Result<Map<_, _>, String>>().map(Value::Object)
}

fn ports(text: &str) -> Result<Value, String> {
    let port = |part: &str| part.parse::<u64>().map_err(|_| format!("\"{part}\" is not a port"));
    let ports = parts(text).map(port).collect::<Result<Vec<_>, _>>()?;
    Ok(match ports.as_slice() {
        [only] => (*only).into(),
        _ => ports.into(),
    })
}

/// From 1024 on: below, a program needs rights that it should not have.
fn check_ports(value: &Value) -> Result<Value, String> {
    let good = |port: &Value| port.as_u64().is_some_and(|port| (1024..=65_535).contains(&port));
    let all = match value {
        // The guidance's "not set".
        Value::Number(number) if number.as_u64() == Some(0) => true,
        Value::Array(ports) => ports.iter().all(good),
        port => good(port),
    };
    if all { Ok(value.clone()) } else { Err("A port is a number from 1024 to 65535".to_owned()) }
}

/// `43200`, `12h`, `90m`, `1h30m`.
fn seconds(text: &str) -> Result<u64, String> {
    let bad = || format!("\"{text}\" is not a time: type 12h, 90m or 43200");
    let (mut total, mut number) = (0_u64, String::new());
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(bad()),
        };
        let count: u64 = std::mem::take(&mut number).parse().map_err(|_| bad())?;
        total = count.checked_mul(unit).and_then(|seconds| total.checked_add(seconds)).ok_or_else(bad)?;
    }
    if number.is_empty() {
        return Ok(total);
    }
    number.parse::<u64>().ok().and_then(|rest| total.checked_add(rest)).ok_or_else(bad)
}

fn duration(seconds: u64) -> String {
    match seconds {
        0 => "0".to_owned(),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => seconds.to_string(),
    }
}

fn amount(text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('$').replace(['_', ' '], "");
    if let Ok(whole) = text.parse::<u64>() {
        return Ok(whole.into());
    }
    text.parse::<f64>()
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or_else(|| format!("\"{text}\" is not an amount"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [("43200", 43_200), ("12h", 43_200), ("90m", 5_400), ("1h30m", 5_400), ("45s", 45)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for bad in ["h", "12 days", "-1", "99999999999999999999h"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
        for (number, text) in [(43_200, "12h"), (5_400, "90m"), (3_601, "3601")] {
            assert_eq!(duration(number), text);
            assert_eq!(seconds(text), Ok(number));
        }
    }

    #[test]
    fn one_port_is_a_number_and_several_are_a_list() {
        assert_eq!(ports("8400"), Ok(8400.into()));
        assert_eq!(ports("8400, 8401"), Ok(vec![8400, 8401].into()));
        assert!(ports("x").is_err());
        for bad in [80, 70_000] {
            assert!(check_ports(&bad.into()).is_err());
        }
    }

    #[test]
    fn pairs_need_an_equals_sign() {
        assert_eq!(pairs("a=1, b = x=y").unwrap(), serde_json::json!({"a": "1", "b": "x=y"}));
        assert!(pairs("a").is_err());
    }
}
