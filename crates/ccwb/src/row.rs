//! One check of many, and what they come to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::screen::Screen;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// It could not be told, or was not asked for.
    Skipped,
}

/// A check that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) check: String,
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// The failure's stable code; empty if there is none.
    pub(crate) code: String,
    /// What the program ends with if this is its first failure.
    pub(crate) exit: u8,
}

impl Row {
    pub(crate) fn of(check: &str, result: Result<String, Failure>) -> Self {
        match result {
            Ok(detail) => Self::plain(check, Outcome::Passed, detail),
            Err(failure) => Self {
                hint: Some(failure.hint),
                code: failure.code,
                exit: failure.exit,
                ..Self::plain(check, Outcome::Failed, failure.message)
            },
        }
    }

    pub(crate) fn skipped(check: &str, reason: impl Into<String>) -> Self {
        Self::plain(check, Outcome::Skipped, reason.into())
    }

    fn plain(check: &str, outcome: Outcome, detail: String) -> Self {
        Self { check: check.to_owned(), outcome, detail, hint: None, code: String::new(), exit: 0 }
    }

    fn json(&self) -> Value {
        let code = Some(&self.code).filter(|code| !code.is_empty());
        json!({"check": self.check, "outcome": self.outcome, "detail": self.detail, "code": code, "hint": self.hint})
    }
}

/// All checks, in the order in which they were made. Each is shown at once: some take a while.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    screen: &'a Screen,
    rows: Vec<Row>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(screen: &'a Screen) -> Self {
        Self { screen, rows: Vec::new() }
    }

    /// Adds a check and shows it; whether it did not fail.
    pub(crate) fn add(&mut self, row: Row) -> bool {
        match row.outcome {
            Outcome::Passed => self.screen.done(&row.check, &row.detail),
            Outcome::Failed => self.screen.failed(&row.check, &row.detail),
            Outcome::Skipped => self.screen.skipped(&row.check, &row.detail),
        }
        if let Some(hint) = row.hint.as_ref().filter(|_| row.outcome == Outcome::Failed) {
            self.screen.ask(hint);
        }
        let is_good = row.outcome != Outcome::Failed;
        self.rows.push(row);
        is_good
    }

    pub(crate) fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == outcome).count()
    }

    pub(crate) fn failures(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.outcome == Outcome::Failed)
    }

    /// `9 passed, 1 failed, 2 skipped`.
    pub(crate) fn summary(&self) -> String {
        let count = |outcome| self.count(outcome);
        format!(
            "{} passed, {} failed, {} skipped",
            count(Outcome::Passed),
            count(Outcome::Failed),
            count(Outcome::Skipped)
        )
    }

    /// The counts and every check.
    pub(crate) fn json(&self) -> Value {
        json!({
            "passed": self.count(Outcome::Passed),
            "failed": self.count(Outcome::Failed),
            "skipped": self.count(Outcome::Skipped),
            "checks": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::exit;

    #[test]
    fn a_failure_keeps_its_code_its_hint_and_its_exit_code() {
        let screen = Screen::beside_json();
        let mut table = Table::new(&screen);
        assert!(table.add(Row::of("one", Ok("fine".to_owned()))));
        assert!(table.add(Row::skipped("two", "not asked for")));
        assert!(!table.add(Row::of("three", Err(Failure::new("aws-refused", exit::AWS, "no", "ask")))));
        assert_eq!(table.summary(), "1 passed, 1 failed, 1 skipped");
        assert_eq!(table.failures().next().map(|row| row.exit), Some(exit::AWS));
        assert_eq!(table.json()["checks"][2]["code"], "aws-refused");
        assert_eq!(table.json()["checks"][0]["code"], Value::Null);
    }
}
