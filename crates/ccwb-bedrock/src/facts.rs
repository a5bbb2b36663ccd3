//! What a model takes and gives, and how long Bedrock has it.

use serde::Deserialize;

/// How much a model takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Tokens of a prompt and its answer together.
    pub context_window: u64,
    /// Tokens of an answer.
    pub max_output: u64,
    /// Where this comes from.
    pub source: String,
    /// The day of that source, `YYYY-MM-DD`.
    pub as_of: String,
}

/// The days that Bedrock announced for a model, `YYYY-MM-DD`. Anthropic's own platforms have other ones.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// The day of its launch.
    #[serde(default)]
    pub launched: Option<String>,
    /// New customers are not let in any more; it may cost more.
    #[serde(default)]
    pub legacy_since: Option<String>,
    /// It will not end before this day.
    #[serde(default)]
    pub not_before: Option<String>,
    /// Calls fail from this day on.
    #[serde(default)]
    pub end_of_life: Option<String>,
    /// Where this comes from.
    pub source: String,
    /// The day of that source.
    pub as_of: String,
}

/// Bedrock's three states of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Offered.
    Active,
    /// For who uses it already, until its end.
    Legacy,
    /// Calls fail.
    Ended,
}

impl Lifecycle {
    /// The state on a day, `YYYY-MM-DD`, as far as the source announced it.
    pub fn state(&self, day: &str) -> State {
        let reached = |announced: &Option<String>| announced.as_deref().is_some_and(|announced| announced <= day);
        if reached(&self.end_of_life) {
            State::Ended
        } else if reached(&self.legacy_since) {
            State::Legacy
        } else {
            State::Active
        }
    }
}

impl State {
    /// As Bedrock calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Legacy => "legacy",
            Self::Ended => "end of life",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn a_state_follows_the_announced_days() {
        let opus = Catalogue::bundled().model("opus-4-1").and_then(|model| model.lifecycle.as_ref()).unwrap();
        for (day, state) in [
            ("2026-07-07", State::Active),
            ("2026-07-08", State::Legacy),
            ("2027-01-07", State::Legacy),
            ("2027-01-08", State::Ended),
        ] {
            assert_eq!(opus.state(day), state, "{day}");
        }
    }

    #[test]
    fn every_fact_has_a_source_and_a_date() {
        let is_day = |day: &str| {
            day.len() == 10
                && day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
        };
        for model in &Catalogue::bundled().models {
            if let Some(limits) = &model.limits {
                assert!(limits.max_output > 0 && limits.max_output < limits.context_window, "{}", model.id);
                assert!(limits.source.contains("https://") && is_day(&limits.as_of), "{}", model.id);
            }
            if let Some(lifecycle) = &model.lifecycle {
                assert!(lifecycle.source.contains("https://") && is_day(&lifecycle.as_of), "{}", model.id);
                let days =
                    [&lifecycle.launched, &lifecycle.legacy_since, &lifecycle.not_before, &lifecycle.end_of_life];
                let days: Vec<&str> = days.into_iter().flatten().map(String::as_str).collect();
                assert!(!days.is_empty() && days.iter().all(|day| is_day(day)) && days.is_sorted(), "{}", model.id);
            }
        }
    }
}
