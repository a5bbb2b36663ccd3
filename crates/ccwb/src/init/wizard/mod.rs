//! The conversation: one question after the other, back and forth, then a page to look it all over.

mod ask;
mod look;
mod progress;
mod review;
mod steps;

use ccwb_admin::{AdminFolder, Draft, ProfileName};

use super::{InitArguments, finish, open};
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::Surroundings;

/// Why the conversation does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// The person chose to leave.
    Left,
    /// It cannot go on.
    Failed(Failure),
}

/// What a question led to.
#[derive(Debug)]
pub(crate) enum Reply<T> {
    /// An answer.
    Given(T),
    /// Esc: to the question before.
    Back,
}

/// All that a part of the conversation needs.
pub(crate) struct Talk<'a> {
    pub(crate) draft: Draft,
    pub(crate) folder: &'a AdminFolder,
    pub(crate) screen: &'a Screen,
    pub(crate) surroundings: &'a Surroundings,
    pub(crate) offline: bool,
    /// The issuer whose provider was shown last.
    pub(crate) shown_issuer: Option<String>,
}

pub(crate) async fn run(
    arguments: &InitArguments,
    folder: &AdminFolder,
    screen: &Screen,
    surroundings: &Surroundings,
) -> Result<(), Failure> {
    look::dress(surroundings);
    screen.title(
        "ccwb init",
        "Sets up Claude Code on Amazon Bedrock with your company's sign-in. Nothing happens in AWS yet.",
    );
    screen.blank();
    screen.note("Enter takes what is proposed. Esc goes back. Ctrl-C stops, answers are kept.");
    let name = match name(arguments, folder, screen) {
        Ok(name) => name,
        Err(stop) => return end(stop, None, screen),
    };
    let draft = open(folder, &name)?;
    let mut talk = Talk { draft, folder, screen, surroundings, offline: arguments.offline, shown_issuer: None };
    match talk.converse().await {
        Ok(()) => finish::save(talk.draft, None, arguments, folder, screen, surroundings),
        Err(Stop::Left) => {
            // Who leaves on purpose is not asked to go on next time.
            ccwb_store::private_file::remove(&folder.progress_file(&name))?;
            end(Stop::Left, Some(&name), screen)
        }
        Err(stop) => end(stop, Some(&name), screen),
    }
}

impl Talk<'_> {
    async fn converse(&mut self) -> Result<(), Stop> {
        let resumed = self.resume()?;
        if self.draft.is_new() {
            self.all_sections(resumed).await?;
        }
        self.review().await
    }
}

/// Which profile: the named one, else a choice of those that exist and a new one.
fn name(arguments: &InitArguments, folder: &AdminFolder, screen: &Screen) -> Result<ProfileName, Stop> {
    let failed = |error: ccwb_admin::AdminError| Stop::Failed(error.into());
    if let Some(name) = &arguments.profile {
        return ProfileName::parse(name).map_err(failed);
    }
    let names = folder.list().map_err(failed)?;
    let active = folder.active().map_err(failed)?;
    loop {
        match ask::profile(&names, active.as_ref())? {
            Reply::Given(Some(name)) => return Ok(name),
            Reply::Given(None) => match ask::new_name(&names)? {
                Reply::Given(name) => return Ok(name),
                Reply::Back if names.is_empty() => screen.note("This is the first question; Ctrl-C stops."),
                Reply::Back => {}
            },
            Reply::Back => screen.note("This is the first question; Ctrl-C stops."),
        }
    }
}

fn end(stop: Stop, name: Option<&ProfileName>, screen: &Screen) -> Result<(), Failure> {
    match (stop, name) {
        (Stop::Failed(failure), _) => Err(failure),
        (Stop::Left, _) => {
            screen.note("Nothing was saved.");
            Ok(())
        }
        (Stop::Interrupted, Some(name)) => {
            screen.blank();
            screen.ask("Stopped. Your answers are kept; go on with:");
            screen.copyable(&format!("ccwb init --profile {name}"));
            Err(Failure::told(exit::SIGN_IN_FAILED))
        }
        (Stop::Interrupted, None) => Err(Failure::told(exit::SIGN_IN_FAILED)),
    }
}
