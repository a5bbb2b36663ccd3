//! `ccwb usage`: who uses what, and what it costs.

mod arguments;
mod period;
pub(crate) mod source;

use std::io::Write as _;
use std::path::Path;

use ccwb_bedrock::Prices;
use ccwb_usage::reconcile::Reconciliation;
use ccwb_usage::render::{self, Look};
use ccwb_usage::{Dimension, Question, Report, group};
use console::Term;

pub(crate) use self::arguments::UsageArguments;
use self::source::Found;
use crate::failure::{Failure, exit};
use crate::screen::{Screen, remark};
use crate::surroundings::Surroundings;

pub(crate) async fn run(arguments: &UsageArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let found = source::find(arguments, surroundings).await?;
    let prices = Prices::bundled();
    let report = report(&found, prices);
    let reconciliation =
        found.bill.as_ref().map(|bill| Reconciliation::new(&found.aggregate, prices, found.period.shown.clone(), bill));
    if let Some(file) = &arguments.html {
        // A page has room for everybody, unless somebody asks for less.
        let top = if arguments.top == TOP { 0 } else { arguments.top };
        write(file, &render::html(&report, reconciliation.as_ref(), top))?;
        remark(&format!("wrote {}", file.display()));
    }
    let screen = Screen::of_process();
    if found.aggregate.is_empty() {
        remark(&format!("{}: nothing was used from {} to {}", found.source, report.days.start(), report.days.end()));
    }
    screen.raw(&answer(arguments, &found, &report, reconciliation.as_ref(), look(surroundings)));
    Ok(())
}

/// Rows of a table unless told otherwise.
const TOP: usize = 10;

fn report(found: &Found, prices: &Prices) -> Report {
    let known_since = found.aggregate.days().map_or(*found.period.read.start(), |days| *days.start());
    let question = Question {
        days: found.period.shown.clone(),
        today: found.period.today,
        known_since,
        source: found.source.clone(),
    };
    let mut report = Report::new(&found.aggregate, prices, question);
    if let Some(metrics) = &found.metrics {
        report.with_metrics(metrics);
    }
    report
}

/// What goes to standard output.
fn answer(
    arguments: &UsageArguments,
    found: &Found,
    report: &Report,
    reconciliation: Option<&Reconciliation>,
    look: Look,
) -> String {
    if let Some(reconciliation) = reconciliation {
        return match (arguments.json, arguments.csv) {
            (true, _) => line(render::reconciliation_json(reconciliation)),
            (_, true) => render::reconciliation_csv(reconciliation),
            _ => render::reconciliation_terminal(reconciliation, look, arguments.top),
        };
    }
    let by: Vec<Dimension> = arguments.by.iter().map(|by| by.dimension()).collect();
    if by.is_empty() && !arguments.csv {
        return if arguments.json { line(render::json(report)) } else { render::overview(report, look, arguments.top) };
    }
    let by = if by.is_empty() { vec![Dimension::Day] } else { by };
    let lines = match by.as_slice() {
        [dimension] => report.lines(*dimension).to_vec(),
        _ => group(&found.aggregate, Prices::bundled(), report.days.clone(), &by),
    };
    match (arguments.json, arguments.csv) {
        (true, _) => line(render::lines_json(&by, &lines)),
        (_, true) => render::csv(&by, &lines),
        // Days are in order: the first ten say nothing.
        _ => render::table(&by, &lines, look, if by.contains(&Dimension::Day) { 0 } else { arguments.top }),
    }
}

fn line(mut text: String) -> String {
    text.push('\n');
    text
}

/// What this terminal can show. In a pipe everything is plain.
fn look(surroundings: &Surroundings) -> Look {
    let term = Term::stdout();
    if !term.is_term() {
        return Look::PLAIN;
    }
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| surroundings.text(name)).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    let knows_unicode = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
    Look {
        width: term.size_checked().map_or(80, |(_, columns)| usize::from(columns)).clamp(40, 160),
        blocks: knows_unicode && surroundings.text("TERM") != Some("dumb"),
        colours: console::colors_enabled(),
    }
}

/// Who used what is nobody else's business on this computer: the file is the person's own, and whole or not there.
fn write(file: &Path, page: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let message = format!("could not write {}: {error}", file.display());
        Failure::new("usage-file", exit::STORE, message, "choose a place that can be written with --html")
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    temporary.write_all(page.as_bytes()).map_err(failed)?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}
