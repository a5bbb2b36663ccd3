//! One row of telemetry, wherever it comes from: the collector's log groups, their Parquet tables, the answer of a query.
//! The names are those of docs/reference/telemetry-data.md.

use std::borrow::Cow;
use std::fmt;

use ccwb_bedrock::{TokenCounts, Usd};
use chrono::NaiveDate;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, de};

use crate::counts::Counts;

/// The columns that are read. All others are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Row<'a> {
    #[serde(borrow)]
    pub(crate) day: Text<'a>,
    #[serde(borrow)]
    pub(crate) time: Text<'a>,
    #[serde(borrow)]
    pub(crate) user_email: Text<'a>,
    #[serde(borrow)]
    pub(crate) user_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) team_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) department: Text<'a>,
    #[serde(borrow)]
    pub(crate) cost_center: Text<'a>,
    #[serde(borrow)]
    pub(crate) project: Text<'a>,
    #[serde(borrow)]
    pub(crate) model: Text<'a>,
    #[serde(borrow)]
    pub(crate) cloud_region: Text<'a>,
    #[serde(borrow)]
    event_name: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,

    // Events, and what queries sum up of them.
    cost_usd: Number,
    input_tokens: Number,
    output_tokens: Number,
    cache_read_tokens: Number,
    cache_creation_tokens: Number,
    cache_creation_1h_tokens: Number,
    requests: Number,
    errors: Number,
    lines_added: Number,
    lines_removed: Number,
    commits: Number,
    pull_requests: Number,
    sessions: Number,
    active_seconds: Number,

    // Metrics: with dots in the log group, with underscores in the table.
    #[serde(alias = "claude_code.token.usage")]
    claude_code_token_usage: Number,
    #[serde(alias = "claude_code.cost.usage")]
    claude_code_cost_usage: Number,
    #[serde(alias = "claude_code.session.count")]
    claude_code_session_count: Number,
    #[serde(alias = "claude_code.commit.count")]
    claude_code_commit_count: Number,
    #[serde(alias = "claude_code.pull_request.count")]
    claude_code_pull_request_count: Number,
    #[serde(alias = "claude_code.lines_of_code.count")]
    claude_code_lines_of_code_count: Number,
    #[serde(alias = "claude_code.active_time.total")]
    claude_code_active_time_total: Number,
    #[serde(alias = "claude_code.code_edit_tool.decision")]
    claude_code_code_edit_tool_decision: Number,
}

/// What a row comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Something that is counted.
    Counts(Box<Counts>),
    /// Telemetry that is not counted here: what tools did, and tokens and cost as metrics, which the events tell again.
    Other,
    /// Tokens of a metric.
    MetricTokens(u64),
}

impl Row<'_> {
    /// The day of the row: that of its arrival, as the table is partitioned, else that of the event by its own clock.
    pub(crate) fn date(&self) -> Option<NaiveDate> {
        let text = if self.day.is_empty() { &self.time } else { &self.day };
        // Cut before parsing: a fraction and an offset do not matter.
        text.0.get(..10)?.parse().ok()
    }

    /// What is counted, `None` if it is no telemetry or has impossible numbers.
    pub(crate) fn meaning(&self) -> Option<Meaning> {
        if self.has_sums() {
            return self.sums().map(Box::new).map(Meaning::Counts);
        }
        match self.event_name.0.strip_prefix("claude_code.").unwrap_or(&self.event_name.0) {
            "api_request" => {
                let mut counts = self.sums()?;
                counts.requests = 1;
                return Some(Meaning::Counts(Box::new(counts)));
            }
            "api_error" => return Some(Meaning::Counts(Box::new(Counts { errors: 1, ..Counts::default() }))),
            "" => {}
            _ => return Some(Meaning::Other),
        }
        self.metric()
    }

    fn has_sums(&self) -> bool {
        let sums = [&self.requests, &self.errors, &self.sessions, &self.lines_added, &self.lines_removed];
        sums.into_iter().any(|number| *number != Number::Missing)
    }

    fn sums(&self) -> Option<Counts> {
        let writes = self.cache_creation_tokens.whole()?;
        // Whoever tells those of an hour counts them among all.
        let hour = self.cache_creation_1h_tokens.whole()?.min(writes);
        Some(Counts {
            requests: self.requests.whole()?,
            errors: self.errors.whole()?,
            tokens: TokenCounts {
                input: self.input_tokens.whole()?,
                output: self.output_tokens.whole()?,
                cache_write_5m: writes - hour,
                cache_write_1h: hour,
                cache_read: self.cache_read_tokens.whole()?,
            },
            claimed: self.cost_usd.usd()?,
            lines_added: self.lines_added.whole()?,
            lines_removed: self.lines_removed.whole()?,
            commits: self.commits.whole()?,
            pull_requests: self.pull_requests.whole()?,
            sessions: self.sessions.whole()?,
            active_ms: self.active_seconds.thousandths()?,
        })
    }

    /// One row of the metrics holds the value of one metric, or of several with the same fields.
    fn metric(&self) -> Option<Meaning> {
        let lines = self.claude_code_lines_of_code_count.whole()?;
        let (lines_added, lines_removed) = if self.kind.0 == "removed" { (0, lines) } else { (lines, 0) };
        let counts = Counts {
            sessions: self.claude_code_session_count.whole()?,
            commits: self.claude_code_commit_count.whole()?,
            pull_requests: self.claude_code_pull_request_count.whole()?,
            lines_added,
            lines_removed,
            active_ms: self.claude_code_active_time_total.thousandths()?,
            ..Counts::default()
        };
        if counts != Counts::default() {
            return Some(Meaning::Counts(Box::new(counts)));
        }
        match self.claude_code_token_usage.whole()? {
            0 => {}
            tokens => return Some(Meaning::MetricTokens(tokens)),
        }
        let is_metric = [
            &self.claude_code_token_usage,
            &self.claude_code_cost_usage,
            &self.claude_code_code_edit_tool_decision,
            &self.claude_code_session_count,
            &self.claude_code_commit_count,
            &self.claude_code_pull_request_count,
            &self.claude_code_lines_of_code_count,
            &self.claude_code_active_time_total,
        ];
        is_metric.into_iter().any(|number| *number != Number::Missing).then_some(Meaning::Other)
    }
}

/// A text, borrowed where it can be. What is not there is empty.
#[derive(Debug, Default)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or nothing")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
            fn visit_bool<E: de::Error>(self, is_true: bool) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(is_true.to_string())))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
            fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A number as JSON has it, or as a text: CSV and Athena know nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Number {
    #[default]
    Missing,
    Whole(u64),
    Real(f64),
    Wrong,
}

impl Number {
    /// A count; nothing is 0. `None` if it is negative, has a fraction or is too large to be counted exactly.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
    fn whole(self) -> Option<u64> {
        match self {
            Self::Missing => Some(0),
            Self::Whole(number) => Some(number),
            // Sums of doubles in a query are doubles.
            Self::Real(number) if (0.0..9_007_199_254_740_992.0).contains(&number) => Some(number.round() as u64),
            Self::Real(_) | Self::Wrong => None,
        }
    }

    /// Seconds as milliseconds.
    fn thousandths(self) -> Option<u64> {
        match self {
            Self::Real(number) => Self::Real(number * 1000.0).whole(),
            other => other.whole()?.checked_mul(1000),
        }
    }

    fn usd(self) -> Option<Usd> {
        match self {
            Self::Missing => Some(Usd::ZERO),
            Self::Whole(number) => Usd::from_pico(1_000_000_000_000).times(number),
            // The shortest decimal that is this double: what was written.
            Self::Real(number) if number >= 0.0 => Usd::parse(&number.to_string()),
            Self::Real(_) | Self::Wrong => None,
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, as such or as a text")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number::Whole(number))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
                Ok(u64::try_from(number).map_or(Number::Wrong, Number::Whole))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number, E> {
                Ok(Number::Real(number))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                Ok(match text.trim() {
                    "" => Number::Missing,
                    text => match text.parse() {
                        Ok(number) => Number::Whole(number),
                        Err(_) => text.parse().map_or(Number::Wrong, Number::Real),
                    },
                })
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Number, E> {
                Ok(Number::Wrong)
            }
            fn visit_unit<E: de::Error>(self) -> Result<Number, E> {
                Ok(Number::Missing)
            }
            fn visit_none<E: de::Error>(self) -> Result<Number, E> {
                Ok(Number::Missing)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
