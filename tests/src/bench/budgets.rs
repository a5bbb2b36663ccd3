use serde::Deserialize;

use super::{Figures, Measure};

/// The budget file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    budgets: Vec<Budget>,
}

/// One row: what one subject may take of one measure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// As the bench names it.
    pub subject: String,
    /// What is held to the limit.
    pub measure: Measure,
    /// The most that it may be, in the measure's unit: bytes, milliseconds, instructions.
    pub limit: f64,
    /// The build that it holds for, if not the one that is released.
    #[serde(default = "released")]
    pub build: String,
    /// The figure of the AWS guidance's Go program, for comparison.
    pub guidance: Option<String>,
    /// The limit is not reached yet.
    pub missed: Option<Missed>,
}

/// What is enforced while a limit is not reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missed {
    /// No worse than this.
    pub at_most: f64,
    /// Why it is missed.
    pub why: String,
}

fn released() -> String {
    "static".to_owned()
}

/// A row and what became of it.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// The row.
    pub budget: &'a Budget,
    /// What was measured.
    pub figure: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// What becomes of a budget. A time is never [`Verdict::Broken`]: it says more of the machine than of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the limit.
    Kept,
    /// Within the limit, but the file still says that it is missed.
    Reached,
    /// Above the limit, as the file says, and no worse than it says; or a time above its limit.
    Missed,
    /// Above what is enforced.
    Broken,
    /// The row has no figure: it would never fail.
    NotMeasured,
}

impl Budgets {
    /// The text of a budget file.
    ///
    /// # Errors
    ///
    /// If a row has not its form, or names a measure that does not exist.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Every row for this build.
    pub fn judge<'a>(&'a self, build: &str, figures: &Figures) -> Vec<Judgement<'a>> {
        let rows = self.budgets.iter().filter(|budget| budget.build == build);
        rows.map(|budget| {
            let figure = figures.get(&budget.subject, budget.measure);
            Judgement { budget, figure, verdict: budget.judge(figure) }
        })
        .collect()
    }
}

impl Budget {
    fn judge(&self, figure: Option<f64>) -> Verdict {
        let Some(figure) = figure else { return Verdict::NotMeasured };
        match &self.missed {
            Some(_) if figure <= self.limit => Verdict::Reached,
            None if figure <= self.limit => Verdict::Kept,
            _ if !self.measure.is_exact() => Verdict::Missed,
            Some(missed) if figure <= missed.at_most => Verdict::Missed,
            _ => Verdict::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        budgets = [
            { subject = "cached", measure = "instructions", limit = 600_000 },
            { subject = "cached", measure = "time-ratio", limit = 0.8, guidance = "4.8 ×" },
            { subject = "cached", measure = "time-ratio", limit = 1.6, build = "dynamic" },
            { subject = "cached", measure = "peak-memory", limit = 4e6, missed = { at_most = 5e6, why = "tables" } },
        ]
    "#;

    fn verdicts(build: &str, figures: &[(Measure, f64)]) -> Vec<Verdict> {
        let mut measured = Figures::default();
        for (measure, figure) in figures {
            measured.set("cached", *measure, *figure);
        }
        let budgets = Budgets::parse(FILE).expect("a budget file");
        budgets.judge(build, &measured).iter().map(|judgement| judgement.verdict).collect()
    }

    #[test]
    fn one_instruction_too_many_breaks_a_budget() {
        let with = |instructions| verdicts("static", &[(Measure::Instructions, instructions)])[0];
        assert_eq!(with(600_000.0), Verdict::Kept);
        assert_eq!(with(600_001.0), Verdict::Broken);
    }

    #[test]
    fn a_time_above_its_budget_is_told_and_breaks_nothing() {
        let with = |ratio| verdicts("static", &[(Measure::TimeRatio, ratio)])[1];
        assert_eq!((with(0.7), with(9.0)), (Verdict::Kept, Verdict::Missed));
    }

    #[test]
    fn a_budget_that_is_known_to_be_missed_may_not_get_worse_and_says_when_it_is_reached() {
        let with = |bytes| verdicts("static", &[(Measure::PeakMemory, bytes)])[2];
        assert_eq!((with(4.5e6), with(5.1e6), with(3.9e6)), (Verdict::Missed, Verdict::Broken, Verdict::Reached));
    }

    #[test]
    fn a_row_without_a_figure_is_no_success() {
        assert_eq!(verdicts("static", &[]), [Verdict::NotMeasured; 3]);
    }

    #[test]
    fn a_row_holds_for_its_build_alone() {
        assert_eq!(verdicts("dynamic", &[(Measure::TimeRatio, 1.5)]), [Verdict::Kept]);
    }

    #[test]
    fn a_row_with_a_slip_is_refused() {
        for slip in [FILE.replace("limit", "limits"), FILE.replace("peak-memory", "peak")] {
            Budgets::parse(&slip).expect_err("a slip");
        }
    }

    #[test]
    fn the_budget_file_of_the_project_can_be_read() {
        Budgets::parse(include_str!("../../bench/budgets.toml")).expect("a budget file");
    }
}
