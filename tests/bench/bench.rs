//! From arguments to an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use ccwb_tests::bench::{Budgets, Figures, Judgement, Verdict};
use ccwb_tests::part;

use crate::arguments::Arguments;
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
    let mut is_good = true;
    for wanted in &arguments.builds {
        let build = Build::make(wanted);
        let progress = |what: &str| tell(&format!("{}: {what}", build.name));
        let runs = (!arguments.check).then_some(arguments.runs);
        let figures = subjects::measure(&tools, &build, runs, &progress);
        let judgements = judged(&budgets, &build.name, &figures, arguments.check);
        is_good &= !judgements.iter().any(breaks);
        let mut text = format!("\n## Build: {}\n", build.name);
        for part in [report::processes(&figures), report::others(&figures), report::budgets(&judgements)] {
            text += &format!("\n{part}");
        }
        let growth = (!arguments.check && !arguments.no_growth).then(|| Growth::measure(&tools, &build, &progress));
        if let Some(growth) = &growth {
            text += &format!("\n{}", growth::table(growth));
        }
        say(&text);
        if arguments.record {
            record::write(&build.name, &text, &figures, growth.as_ref());
        }
    }
    match is_good {
        true => ExitCode::SUCCESS,
        false => {
            tell("a budget of tests/bench/budgets.toml is broken");
            ExitCode::FAILURE
        }
    }
}

fn judged<'a>(budgets: &'a Budgets, build: &str, figures: &Figures, check: bool) -> Vec<Judgement<'a>> {
    let mut judgements = budgets.judge(build, figures);
    judgements.retain(|judgement| {
        let is_skipped =
            judgement.verdict == Verdict::NotMeasured && judgement.budget.subject == subjects::SECRET_SERVICE;
        !is_skipped && (judgement.budget.measure.is_exact() || !check)
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
