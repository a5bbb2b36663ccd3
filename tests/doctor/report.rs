//! What `doctor --json` said.

use ccwb_tests::Output;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) output: Output,
    pub(crate) checks: Vec<Check>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

impl Report {
    /// Also demands what holds of every report: the exit code counts the failures, what is wrong has a fix, and nothing is on
    /// stderr.
    #[track_caller]
    pub(crate) fn read(output: Output) -> Self {
        let value = output.json();
        let text = |check: &Value, key: &str| check[key].as_str().map(str::to_owned);
        let checks: Vec<Check> = value["checks"]
            .as_array()
            .unwrap_or_else(|| panic!("no checks: {output}"))
            .iter()
            .map(|check| Check {
                name: text(check, "name").expect("a check has a name"),
                state: text(check, "state").expect("a check has a state"),
                message: text(check, "message").expect("a check has a message"),
                fix: text(check, "fix"),
            })
            .collect();
        let report = Self { output, checks };
        assert_eq!(report.output.stderr, "");
        let failed = report.with("failed").count();
        assert_eq!(value["failed"], failed, "{report:?}");
        assert_eq!(report.output.code, i32::try_from(failed).ok(), "{report:?}");
        for check in &report.checks {
            let wrong = ["failed", "warning"].contains(&check.state.as_str());
            assert_eq!(wrong, check.fix.is_some(), "{check:?}");
            assert!(!check.message.is_empty(), "{check:?}");
        }
        report
    }

    pub(crate) fn with<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Check> {
        self.checks.iter().filter(move |check| check.state == state)
    }

    /// Failures and warnings, as `state name`.
    pub(crate) fn problems(&self) -> Vec<String> {
        let wrong = self.checks.iter().filter(|check| ["failed", "warning"].contains(&check.state.as_str()));
        wrong.map(|check| format!("{} {}", check.state, check.name)).collect()
    }

    #[track_caller]
    pub(crate) fn check(&self, name: &str) -> &Check {
        self.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }
}
