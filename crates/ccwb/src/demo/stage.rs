//! What the demo plays on: the real program, the sandbox, the throw-away home.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use ccwb_sandbox::Sandbox;
use tokio::process::Command;

use crate::choices::Storage;
use crate::failure::{Failure, TELL_US, exit};
use crate::home::Home;
use crate::surroundings::Surroundings;

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) program: PathBuf,
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
    pub(crate) storage: Storage,
    pub(crate) surroundings: Surroundings,
}

impl Stage {
    pub(crate) fn new(
        program: PathBuf,
        sandbox: Sandbox,
        home: Home,
        storage: Storage,
        surroundings: Surroundings,
    ) -> Self {
        Self { program, sandbox, home, storage, surroundings }
    }

    /// A program that runs in the throw-away home, sees nothing of the person's environment, and ends with the demo.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.home.sealed_environment(&self.surroundings, self.storage == Storage::Keyring))
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        // Ctrl-C in the terminal is for the demo, which ends what it started in its own order.
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    /// credential-process with these arguments.
    pub(crate) fn credential_process(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.program);
        command.args(["--profile", self.home.profile()]).args(arguments);
        command
    }

    /// Runs credential-process; a failure of it is ours.
    pub(crate) async fn ask(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let name = format!("credential-process {}", arguments.join(" "));
        run(&name, self.credential_process(arguments)).await
    }
}

/// What a program wrote.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a program of ours to its end.
pub(crate) async fn run(name: &str, mut command: Command) -> Result<Said, Failure> {
    let output = command.output().await.map_err(|error| not_started(name, &error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = Said { stdout: text(&output.stdout), stderr: text(&output.stderr) };
    if output.status.success() { Ok(said) } else { Err(Failure::of_program(name, output.status, &said.stderr)) }
}

pub(crate) fn not_started(name: &str, error: &std::io::Error) -> Failure {
    Failure::new("program-not-started", exit::UNEXPECTED, format!("could not start {name}: {error}"), TELL_US)
}

/// Something worked, but not as it should have.
pub(crate) fn unexpected(message: impl Into<String>) -> Failure {
    Failure::new("demo-unexpected", exit::UNEXPECTED, message, TELL_US)
}
