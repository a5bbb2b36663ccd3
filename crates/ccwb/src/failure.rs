//! Every failure as one value: a stable code, what happened, one next step, an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use ccwb_sandbox::SandboxError;
use ccwb_store::StoreError;
use console::style;

/// A failure, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Stable; empty if the person was told already.
    pub(crate) code: String,
    pub(crate) exit: u8,
    pub(crate) message: String,
    /// The command to run, or what to do.
    pub(crate) hint: String,
}

/// Exit codes, one per kind of failure, the same in every program of this project.
pub(crate) mod exit {
    pub(crate) const DONE: u8 = 0;
    pub(crate) const UNEXPECTED: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const CONFIG: u8 = 3;
    pub(crate) const SIGN_IN_FAILED: u8 = 5;
    pub(crate) const AWS: u8 = 7;
    pub(crate) const NETWORK: u8 = 8;
    pub(crate) const STORE: u8 = 9;
}

/// What happened, without the code and the next step.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Failure {
    pub(crate) fn new(code: &str, exit: u8, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.to_owned(), exit, message: message.into(), hint: hint.into() }
    }

    /// An end that needs no more words.
    pub(crate) fn told(exit: u8) -> Self {
        Self::new("", exit, "", "")
    }

    /// The failure of another program of ours, from what it wrote to stderr.
    pub(crate) fn of_program(command: &str, status: std::process::ExitStatus, stderr: &str) -> Self {
        let exit = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(exit::UNEXPECTED);
        let report = stderr.lines().find_map(|line| line.strip_prefix("error[")?.split_once("]: "));
        let hint = stderr.lines().rev().find_map(|line| line.strip_prefix("hint: "));
        if let Some((code, message)) = report {
            return Self::new(code, exit, format!("{command}: {message}"), hint.unwrap_or(TELL_US));
        }
        let said = stderr.lines().last().unwrap_or("it said nothing");
        Self::new("program-failed", exit, format!("{command} ended with {status}: {said}"), TELL_US)
    }

    /// Writes the failure to stderr: the code and what happened first, the next step last.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.code.is_empty() {
            let error = style(format!("error[{}]", self.code)).for_stderr().red().bold();
            let hint = style("hint").for_stderr().cyan().bold();
            let _ = writeln!(std::io::stderr(), "{error}: {}\n{hint}: {}", self.message, self.hint);
        }
        ExitCode::from(self.exit)
    }
}

/// The next step where there is none for the person.
pub(crate) const TELL_US: &str = "this should not happen: please open an issue with these lines";

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new("store-file", exit::STORE, error.to_string(), "free some space or mend the permissions")
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        match &error {
            SandboxError::Listen { port, source, .. } => Self::new(
                "sandbox-port",
                exit::NETWORK,
                format!("{error}: {source}"),
                match port {
                    0 => "check that this computer has its loopback address 127.0.0.1".to_owned(),
                    _ => {
                        "end the other program, or choose other ports with --idp-port and --aws-port (0: any free one)"
                            .to_owned()
                    }
                },
            ),
            _ => Self::new("sandbox", exit::UNEXPECTED, error.to_string(), TELL_US),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn what_a_program_reports_is_passed_on_with_its_exit_code() {
        let stderr = "Opening the browser\nerror[aws-refused]: AWS said no\nhint: show this to your administrator\n";
        let failure = Failure::of_program("credential-process login", ExitStatus::from_raw(7 << 8), stderr);
        assert_eq!((failure.code.as_str(), failure.exit), ("aws-refused", 7));
        assert_eq!(failure.message, "credential-process login: AWS said no");
        assert_eq!(failure.hint, "show this to your administrator");
    }

    #[test]
    fn a_program_that_was_killed_is_a_failure_too() {
        let failure = Failure::of_program("x", ExitStatus::from_raw(9), "");
        assert_eq!((failure.code.as_str(), failure.exit), ("program-failed", 1));
        assert!(failure.message.contains("signal: 9"), "{}", failure.message);
    }
}
