//! What a check found, as data.

use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    /// Works, but not as it should, or not for long.
    Warning,
    /// Something does not work.
    Failed,
    /// Not looked at.
    Skipped,
}

/// One result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The check's stable name.
    #[serde(rename = "name")]
    pub(super) check: &'static str,
    pub(super) state: State,
    #[serde(rename = "message")]
    pub(super) what: String,
    /// What to do.
    pub(super) fix: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, state: State::Ok, what: what.into(), fix: None }
    }

    pub(super) fn skipped(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, state: State::Skipped, what: what.into(), fix: None }
    }

    pub(super) fn warning(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, state: State::Warning, what: what.into(), fix: Some(fix.into()) }
    }

    pub(super) fn failed(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, state: State::Failed, what: what.into(), fix: Some(fix.into()) }
    }
}
