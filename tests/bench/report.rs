//! What was found, as Markdown that can be read in a terminal too.

use std::fs;
use std::num::NonZero;
use std::thread;

use ccwb_tests::Program;
use ccwb_tests::bench::{Figures, Judgement, Measure, Verdict};

use crate::subjects::{self, HELLO};
use crate::waiters;

const COLUMNS: [Measure; 7] = [
    Measure::Time,
    Measure::Instructions,
    Measure::PeakMemory,
    Measure::SystemCalls,
    Measure::Threads,
    Measure::Children,
    Measure::Sockets,
];

/// What the times depend on.
pub(crate) fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("on {cores} cores of {}", name.map_or(std::env::consts::ARCH, |(_, name)| name))
}

/// Every process: each figure, and how often it is that of the C hello-world.
pub(crate) fn processes(figures: &Figures) -> String {
    let mut rows = vec![["whole process".to_owned()].into_iter().chain(COLUMNS.map(|it| it.to_string())).collect()];
    for subject in subjects::processes() {
        let cells = COLUMNS.map(|measure| cell(figures, subject, measure));
        rows.push([subject.to_owned()].into_iter().chain(cells).collect());
    }
    aligned(&rows)
}

/// What is not of one process.
pub(crate) fn others(figures: &Figures) -> String {
    let mut rows = vec![vec!["what".to_owned(), "figure".to_owned()]];
    let sizes = [Program::CredentialProcess, Program::OtelHelper].map(|it| (it.to_string(), Measure::Size));
    let requests = [Measure::ProviderRequests, Measure::AwsRequests, Measure::Connections]
        .map(|measure| (subjects::RENEWAL.to_owned(), measure));
    let waiters = [waiters::SIGN_IN, waiters::RENEWAL].map(|it| (it.to_owned(), Measure::Time));
    for (subject, measure) in sizes.into_iter().chain(requests).chain(waiters) {
        if let Some(figure) = figures.get(&subject, measure) {
            rows.push(vec![format!("{subject}: {measure}"), measure.show(figure)]);
        }
    }
    aligned(&rows)
}

/// Every budget and what became of it.
pub(crate) fn budgets(judgements: &[Judgement]) -> String {
    let head = ["", "subject", "measure", "figure", "budget", "guidance's Go program"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    for Judgement { budget, figure, verdict } in judgements {
        let show = |figure| budget.measure.show(figure);
        let limit = match &budget.missed {
            Some(missed) if *verdict != Verdict::Reached => {
                format!("{}, for now {}: {}", show(budget.limit), show(missed.at_most), missed.why)
            }
            _ => show(budget.limit),
        };
        let figure = figure.map_or("–".to_owned(), show);
        let guidance = budget.guidance.clone().unwrap_or_default();
        let measure = budget.measure.to_string();
        rows.push(vec![word(*verdict).to_owned(), budget.subject.clone(), measure, figure, limit, guidance]);
    }
    aligned(&rows)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "ok",
        Verdict::Reached => "reached: take `missed` out",
        Verdict::Missed => "missed",
        Verdict::Broken => "BROKEN",
        Verdict::NotMeasured => "NOT MEASURED",
    }
}

fn cell(figures: &Figures, subject: &str, measure: Measure) -> String {
    let Some(figure) = figures.get(subject, measure) else { return "–".to_owned() };
    let ratio = match measure {
        Measure::Threads | Measure::Children | Measure::Sockets => None,
        // Measured in turns, so better than a ratio of two medians.
        Measure::Time => figures.get(subject, Measure::TimeRatio),
        _ => figures.get(HELLO, measure).map(|hello| figure / hello),
    };
    let ratio = ratio.map(|ratio| format!(" ({ratio:.2} ×)")).unwrap_or_default();
    measure.show(figure) + &ratio
}

/// A table in Markdown; the first row is the head.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!(" {cell:width$} "));
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|");
    let body: String = rows[1..].iter().map(line).collect();
    format!("{}|{rule}|\n{body}", line(&rows[0]))
}
