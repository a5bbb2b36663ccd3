//! `ccwb cleanup`: what this project left on this computer, listed before and after.

mod installed;
mod older;
mod traces;

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::traces::{Place, Trace};
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;
use crate::{administrator, consent};

/// `ccwb cleanup`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct CleanupArguments {
    /// Whose packages, unfinished questions and administrator's profile go [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Also the packages of the profile
    #[arg(long)]
    pub(crate) packages: bool,

    /// Also the administrator's profile in ~/.ccwb; what is deployed stays deployed
    #[arg(long)]
    pub(crate) administrator: bool,

    /// Where packages are: PROFILE/TIME/ below it
    #[arg(short, long, value_name = "FOLDER", default_value = "dist")]
    pub(crate) output: PathBuf,

    /// Show what would go, remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Don't ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Report as JSON; needs --yes or --dry-run
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: &CleanupArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    if arguments.json && !arguments.yes && !arguments.dry_run {
        let message = "with --json nobody can be asked";
        return Err(Failure::new("consent-needed", exit::USAGE, message, "add --yes to agree, or --dry-run to look"));
    }
    let screen = if arguments.json { Screen::beside_json() } else { Screen::of_process() };
    let place = Place::of(arguments, surroundings)?;
    let traces = traces::find(&place).await?;
    screen.title("What is here", "Settings of other programs keep everything else that is in them.");
    show(&screen, &traces);
    if traces.is_empty() || arguments.dry_run {
        report(arguments, &traces, &[], &[]);
        return Ok(());
    }
    if !consent::yes(&screen, "Remove this?", arguments.yes).await? {
        return Err(consent::refused());
    }
    let mut problems = Vec::new();
    for trace in &traces {
        match trace.remove(&place).await {
            Ok(()) => screen.done("removed", &trace.what()),
            Err(failure) => {
                screen.failed(&failure.code, &failure.message);
                screen.ask(&failure.hint);
                problems.push(failure);
            }
        }
    }
    let left = traces::find(&place).await?;
    if left.is_empty() {
        screen.line("\n  Nothing is left.");
    } else {
        screen.heading("Left");
        show(&screen, &left);
    }
    report(arguments, &traces, &left, &problems);
    match left.first() {
        None => Ok(()),
        Some(_) => {
            let names: Vec<String> = left.iter().map(Trace::what).collect();
            // What an install of ours had replaced is there again once that is undone.
            let hint = problems.first().map_or("look at what is left, and run ccwb cleanup again", |first| &first.hint);
            Err(Failure::new("something-left", exit::UNEXPECTED, format!("left: {}", names.join(", ")), hint))
        }
    }
}

fn show(screen: &Screen, traces: &[Trace]) {
    if traces.is_empty() {
        screen.ask("Nothing.");
    }
    for trace in traces {
        screen.row(trace.kind(), &trace.what());
        for line in trace.detail().lines() {
            screen.line(format!("      {line}"));
        }
    }
}

fn report(arguments: &CleanupArguments, before: &[Trace], left: &[Trace], problems: &[Failure]) {
    if !arguments.json {
        return;
    }
    let list = |traces: &[Trace]| traces.iter().map(Trace::json).collect::<Vec<Value>>();
    let problems: Vec<Value> =
        problems.iter().map(|failure| json!({"code": failure.code, "message": failure.message})).collect();
    let is_left = if arguments.dry_run { list(before) } else { list(left) };
    let report = json!({"found": list(before), "left": is_left, "problems": problems, "dry_run": arguments.dry_run});
    let _ = writeln!(std::io::stdout(), "{report:#}");
}

/// The administrator's profile that is meant. Who has none has no packages either.
fn profile_name(
    arguments: &CleanupArguments,
    surroundings: &Surroundings,
) -> Result<Option<ccwb_admin::ProfileName>, Failure> {
    let folder = administrator::folder(surroundings)?;
    match folder.choose(arguments.profile.as_deref()) {
        Ok(name) => Ok(Some(name)),
        Err(_) if arguments.profile.is_none() && !arguments.packages && !arguments.administrator => Ok(None),
        Err(error) => Err(error.into()),
    }
}
