//! `ccwb test`: what a user lives through with a package, in a throw-away home.

mod calls;
mod checks;
mod fail_over;
mod stage;
mod subject;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::checks::Rehearsal;
use self::stage::Stage;
use self::subject::Subject;
use crate::demo::visit::Visitor;
use crate::failure::Failure;
use crate::interrupt;
use crate::row::{Outcome, Table};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

pub(crate) use calls::{model_call, one_token, run as run_calls};

/// `ccwb test`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct TestArguments {
    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// The package: its folder or its archive [default: the newest of the profile]
    #[arg(long, value_name = "PATH")]
    pub(crate) package: Option<PathBuf>,

    /// Try it without AWS and without the identity provider: a sandbox plays both, and approves the sign-in by itself
    ///
    /// The programs are those of the package, or those beside ccwb where there is none; config.json is the sandbox's.
    #[arg(long)]
    pub(crate) sandbox: bool,

    /// Also ask a model for one token in each region, which costs that much
    #[arg(long)]
    pub(crate) api: bool,

    /// Regions that people call models from [default: that of the package]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) region: Vec<String>,

    /// Where packages are: PROFILE/TIME/ below it
    #[arg(short, long, value_name = "FOLDER", default_value = "dist")]
    pub(crate) output: PathBuf,

    /// Don't wait for Enter before the browser opens
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// As JSON; what is under way is written to standard error
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: &TestArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let screen = if arguments.json { Screen::beside_json() } else { Screen::of_process() };
    let subject = Subject::of(arguments, &screen, surroundings).await?;
    let visitor = Visitor::new(arguments.sandbox, surroundings)?;
    introduce(&screen, &subject);
    let stage = Stage::new(&subject, surroundings)?;
    let mut rehearsal = Rehearsal {
        arguments,
        subject: &subject,
        stage: &stage,
        visitor,
        screen: &screen,
        executable: surroundings.executable(),
        table: Table::new(&screen),
    };
    let interrupted = tokio::select! {
        () = rehearsal.run() => None,
        () = interrupt::requested() => Some(interrupt::failure("ccwb test")),
    };
    let table = rehearsal.table;
    let closed = stage.close(&subject.config.name).await;
    if let Some(failure) = interrupted {
        screen.blank();
        return Err(failure);
    }
    closed?;
    if arguments.json {
        let mut report = table.json();
        report["profile"] = subject.config.name.as_str().into();
        report["package"] = json!(subject.origin);
        report["sandbox"] = arguments.sandbox.into();
        Screen::of_process().line(format!("{report:#}"));
    } else {
        screen.blank();
        screen.line(format!("  {}", console::style(table.summary()).bold()));
    }
    verdict(&table)
}

fn introduce(screen: &Screen, subject: &Subject) {
    screen.title(
        &format!("A user's first day with the package of {}", subject.config.name),
        "In a throw-away home, removed at the end. Nothing of your own is read or changed.",
    );
    screen.row("package", &subject.origin.display().to_string());
    if let Some(sandbox) = &subject.sandbox {
        screen.row("identity provider", &format!("{} (sandbox)", sandbox.issuer()));
        screen.row("AWS", &format!("{} (sandbox)", sandbox.aws_url()));
    }
    screen.blank();
}

/// The exit code is that of the first failure.
fn verdict(table: &Table<'_>) -> Result<(), Failure> {
    let failed: Vec<&str> = table.failures().map(|row| row.check.as_str()).collect();
    let Some(first) = table.failures().next() else { return Ok(()) };
    let of = table.count(Outcome::Passed) + failed.len();
    let message = format!("{} of {of} checks failed: {}", failed.len(), failed.join(", "));
    Err(Failure::new("test-failed", first.exit, message, first.hint.clone().unwrap_or_default()))
}
