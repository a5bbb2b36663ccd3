//! From arguments to an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use ccwb_tests::bench::{Budgets, Figures, Judgement, Verdict};
use ccwb_tests::part;

use crate::arguments::{Arguments, Extent, Wanted};
use crate::build::Build;
use crate::growth::{self, Growth};
use crate::tools::Tools;
use crate::{record, report, subjects};

const BUDGETS: &str = include_str!("budgets.toml");

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    if ["gcc", "strace", "valgrind"].iter().any(|tool| part::program_on_path(tool).is_none()) {
        return ExitCode::from(2);
    }
    let budgets = Budgets::parse(BUDGETS).expect("a test of ccwb-tests has read it");
    let tools = Tools::compile();
    let kept: Vec<_> = arguments.builds.iter().map(|wanted| measured(arguments, &tools, &budgets, wanted)).collect();
    if kept.contains(&false) {
        tell("a budget of tests/bench/budgets.toml is broken");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Reports a build, and says whether it keeps its budgets.
fn measured(arguments: &Arguments, tools: &Tools, budgets: &Budgets, wanted: &Wanted) -> bool {
    let Arguments { extent, runs, .. } = *arguments;
    let build = Build::make(wanted);
    let progress = |what: &str| tell(&format!("{}: {what}", build.name));
    let figures = subjects::measure(tools, &build, (extent > Extent::Check).then_some(runs), &progress);
    let growth = (extent >= Extent::Growth).then(|| Growth::measure(tools, &build, &progress));
    let judgements = judged(budgets, &build.name, &figures, extent);
    let mut parts = vec![report::processes(&figures), report::others(&figures)];
    parts.extend((!judgements.is_empty()).then(|| report::budgets(&judgements)));
    parts.extend(growth.as_ref().map(growth::table));
    let report = format!("The {} build, {}.\n\n{}", build.name, report::machine(), parts.join("\n"));
    say(&format!("\n{report}"));
    if extent == Extent::Record {
        record::write(&build.name, &report, &figures, growth.as_ref());
    }
    !judgements.iter().any(breaks)
}

/// Times are left out of a check; so is the keyring where there is none, which under `CI=true` was a failure before.
fn judged<'a>(budgets: &'a Budgets, build: &str, figures: &Figures, extent: Extent) -> Vec<Judgement<'a>> {
    let mut judgements = budgets.judge(build, figures);
    judgements.retain(|judgement| {
        let is_skipped =
            judgement.verdict == Verdict::NotMeasured && judgement.budget.subject == subjects::SECRET_SERVICE;
        !is_skipped && (judgement.budget.measure.is_exact() || extent > Extent::Check)
    });
    judgements
}

fn breaks(judgement: &Judgement) -> bool {
    matches!(judgement.verdict, Verdict::Broken | Verdict::NotMeasured)
}

fn say(text: &str) {
    // Nobody may be reading.
    let _ = io::stdout().write_all(text.as_bytes());
}

fn tell(what: &str) {
    let _ = writeln!(io::stderr(), "bench: {what}");
}
