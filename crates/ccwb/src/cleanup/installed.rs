//! An install of ours: undone by the installed program, which remembers what was there before.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use ccwb_install::{InstallFolder, Record, Step, carry_out_undoing};
use tokio::process::Command;

use super::traces::{Place, stuck};
use crate::failure::{Failure, TELL_US, exit};

const FOLDER: &str = "claude-code-with-bedrock";
/// An uninstall revokes tokens at the provider, which may take a while.
const LIMIT: Duration = Duration::from_mins(1);

/// What there is to undo.
#[derive(Debug)]
pub(super) struct Installed {
    folder: PathBuf,
    record: PathBuf,
    /// What undoing it does, in words.
    pub(super) plan: String,
}

impl Installed {
    /// Looks for what an install of ours remembers: in its folder, and of other programs' files.
    pub(super) async fn find(place: &Place) -> Option<Self> {
        let folder = place.home.join(FOLDER);
        let record = place.state.join("install.json");
        if !folder.join(".installed.json").is_file() && !record.is_file() {
            return None;
        }
        let mut installed = Self { folder, record, plan: String::new() };
        installed.plan = match installed.program() {
            Some(program) => installed
                .ask(place, &program, &["uninstall", "--dry-run"])
                .await
                .unwrap_or_else(|failure| failure.message),
            None => installed.plan_without_program(),
        };
        Some(installed)
    }

    pub(super) fn what(&self) -> String {
        self.folder.display().to_string()
    }

    pub(super) async fn uninstall(&self, place: &Place) -> Result<(), Failure> {
        match self.program() {
            Some(program) => self.ask(place, &program, &["uninstall"]).await.map(drop),
            None => self.undo_without_program(),
        }
    }

    fn program(&self) -> Option<PathBuf> {
        let program = self.folder.join(format!("credential-process{}", std::env::consts::EXE_SUFFIX));
        program.is_file().then_some(program)
    }

    /// Runs the installed program in the person's own environment: it is theirs.
    async fn ask(&self, place: &Place, program: &Path, arguments: &[&str]) -> Result<String, Failure> {
        // Windows does not remove a program that runs: a copy does the work.
        let copy = cfg!(windows).then(|| tempfile::tempdir().map_err(|error| stuck(program, &error))).transpose()?;
        let running = match &copy {
            Some(folder) => {
                let copy = folder.path().join("credential-process.exe");
                std::fs::copy(program, &copy).map_err(|error| stuck(program, &error))?;
                copy
            }
            None => program.to_owned(),
        };
        let mut command = Command::new(running);
        command.args(arguments).arg("--installed").arg(&self.folder).current_dir(&place.home);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let name = format!("credential-process {}", arguments.join(" "));
        let output = tokio::time::timeout(LIMIT, command.output()).await.map_err(|_| {
            Failure::new("program-failed", exit::UNEXPECTED, format!("{name} took longer than a minute"), TELL_US)
        })?;
        let output = output.map_err(|error| stuck(program, &error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(Failure::of_program(&name, output.status, &text(&output.stderr))),
        }
    }

    /// The program is gone, and what it remembers is not.
    fn plan_without_program(&self) -> String {
        let steps = self.steps().unwrap_or_default();
        let diffs: String = steps.iter().map(Step::diff).collect();
        let removal = InstallFolder::new(self.folder.clone()).plan_removal().unwrap_or_default();
        let lines = removal.removed.iter().map(|name| format!("removed {name}\n"));
        diffs + &lines.collect::<String>()
    }

    fn undo_without_program(&self) -> Result<(), Failure> {
        let mut steps = self.steps()?;
        carry_out_undoing(&mut steps, &self.record).map_err(|error| stuck(&self.record, &error))?;
        InstallFolder::new(self.folder.clone()).remove().map(drop).map_err(|error| stuck(&self.folder, &error))
    }

    fn steps(&self) -> Result<Vec<Step>, Failure> {
        let record = Record::load(&self.record).map_err(|error| stuck(&self.record, &error))?;
        let step = |(path, known): (&PathBuf, _)| Step::uninstall(path, known).map_err(|error| stuck(path, &error));
        record.files.iter().map(step).collect()
    }
}
