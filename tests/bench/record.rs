//! Figures, curves and history in docs/development.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use ccwb_tests::bench::{Figures, Measure, svg};
use chrono::{DateTime, Utc};

use crate::build::workspace;
use crate::growth::Growth;
use crate::subjects::{SECRET_SERVICE, SESSION};

/// The columns of the history after date, version, commit and build.
fn columns() -> [(String, Measure); 9] {
    [
        (SESSION, Measure::TimeRatio),
        (SESSION, Measure::Instructions),
        (SESSION, Measure::PeakMemory),
        (SECRET_SERVICE, Measure::TimeRatio),
        (SECRET_SERVICE, Measure::Instructions),
        ("otel-helper", Measure::TimeRatio),
        ("otel-helper", Measure::Instructions),
        ("credential-process", Measure::Size),
        ("otel-helper", Measure::Size),
    ]
    .map(|(subject, measure)| (subject.to_owned(), measure))
}

/// The report and the curves replace those of the build before; the history gets a row.
pub(crate) fn write(build: &str, report: &str, figures: &Figures, growth: Option<&Growth>) {
    let file = |name: &str| folder().join(name);
    fs::write(file(&format!("{build}.md")), format!("# Figures of {}\n\n{report}", today()))
        .expect("docs can be written");
    if let Some(growth) = growth {
        for (name, charts) in [("callers", growth.of_callers()), ("input", growth.of_input())] {
            fs::write(file(&format!("{build}-{name}.svg")), svg(&charts)).expect("docs can be written");
        }
    }
    let mut row = vec![today(), env!("CARGO_PKG_VERSION").to_owned(), commit(), build.to_owned()];
    row.extend(columns().iter().map(|(subject, measure)| {
        figures.get(subject, *measure).map_or(String::new(), |it| format!("{}", (it * 100.0).round() / 100.0))
    }));
    let mut history = OpenOptions::new().append(true).open(file("history.csv")).expect("it is in the repository");
    writeln!(history, "{}", row.join(",")).expect("docs can be written");
}

fn folder() -> PathBuf {
    workspace().join("docs/development/benchmarks")
}

#[expect(clippy::disallowed_methods, reason = "the clock of the bench enters here")]
fn today() -> String {
    DateTime::<Utc>::from(SystemTime::now()).format("%Y-%m-%d").to_string()
}

fn commit() -> String {
    let git = Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(workspace()).output();
    git.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
