//! Runs a command the way an SDK does: both streams through pipes, done when it has exited *and* both pipes are at their end.
//!
//! So a detached child that holds on to its parent's stdout shows as an [`Overrun`], as it would hang a real caller.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process_group;

/// Enough for any command on a slow and busy machine; a test about speed says its own.
pub const LIMIT: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(2);

/// Runs a command to its end.
///
/// # Errors
///
/// [`Overrun`] if it is not done within `limit`; its process group has been killed then.
///
/// # Panics
///
/// If it cannot be started.
pub fn run(command: &mut Command, limit: Duration) -> Result<Output, Overrun> {
    start(command).wait(limit)
}

/// Starts a command, to be waited for later; several at once make a race.
///
/// # Panics
///
/// If it cannot be started.
pub fn start(command: &mut Command) -> Running {
    process_group::lead(command);
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", command.get_program().display()));
    let stdout = Stream::read(child.stdout.take().expect("stdout is a pipe"));
    let stderr = Stream::read(child.stderr.take().expect("stderr is a pipe"));
    Running { child, started, stdout, stderr }
}

/// What a command said and how it ended.
#[derive(Clone, Debug)]
pub struct Output {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// From the start until exit and the end of both pipes.
    pub elapsed: Duration,
}

impl Output {
    /// The output of a command that did its job.
    ///
    /// # Panics
    ///
    /// If its exit code is not 0.
    #[expect(clippy::return_self_not_must_use, reason = "also called for its assertion alone")]
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }

    /// Its standard output as JSON.
    ///
    /// # Panics
    ///
    /// If it is no JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr, elapsed } = self;
        write!(formatter, "exit code {code:?} after {elapsed:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// A command was not done within its limit.
#[derive(Clone, Debug)]
pub struct Overrun {
    /// Whether the command itself had exited, and only somebody it left behind held its pipes.
    pub exited: bool,
    /// What it had written so far.
    pub so_far: Output,
}

impl fmt::Display for Overrun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.exited { "exited, but somebody still holds its pipes" } else { "did not end" };
        write!(formatter, "the command {what}: {}", self.so_far)
    }
}

impl std::error::Error for Overrun {}

/// A started command. Dropped without [`Running::wait`], its process group is killed.
#[derive(Debug)]
pub struct Running {
    child: Child,
    started: Instant,
    stdout: Stream,
    stderr: Stream,
}

impl Running {
    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to standard error so far.
    pub fn stderr_so_far(&self) -> String {
        self.stderr.text()
    }

    /// Waits for exit and the end of both pipes; `limit` counts from the start of the command.
    ///
    /// # Errors
    ///
    /// [`Overrun`] if it is not done by then; its process group has been killed.
    ///
    /// # Panics
    ///
    /// If the operating system cannot say how it is.
    pub fn wait(mut self, limit: Duration) -> Result<Output, Overrun> {
        loop {
            let exit = self.child.try_wait().expect("the state of an own child is known");
            let output = |code| Output {
                code,
                stdout: self.stdout.text(),
                stderr: self.stderr.text(),
                elapsed: self.started.elapsed(),
            };
            if let Some(status) = exit
                && self.stdout.ended()
                && self.stderr.ended()
            {
                return Ok(output(status.code()));
            }
            if self.started.elapsed() >= limit {
                return Err(Overrun { exited: exit.is_some(), so_far: output(exit.and_then(|status| status.code())) });
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let done = matches!(self.child.try_wait(), Ok(Some(_))) && self.stdout.ended() && self.stderr.ended();
        if !done {
            process_group::kill(&mut self.child);
        }
    }
}

/// One pipe, read in the background.
#[derive(Debug)]
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                sink.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..length]);
            }
        });
        Self { bytes, reader }
    }

    fn ended(&self) -> bool {
        self.reader.is_finished()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn code_and_both_streams_are_captured() {
        let output = run(&mut sh("echo out; echo err >&2; exit 7"), LIMIT).expect("it ends");
        assert_eq!((output.code, &*output.stdout, &*output.stderr), (Some(7), "out\n", "err\n"));
    }

    #[test]
    fn more_than_a_pipe_holds_is_captured() {
        let output = run(&mut sh("head -c 300000 /dev/zero"), LIMIT).expect("it ends");
        assert_eq!(output.stdout.len(), 300_000);
    }

    #[test]
    fn a_command_that_does_not_end_is_killed_with_its_children() {
        let overrun = run(&mut sh("sleep 300 & echo $!; wait"), Duration::from_millis(300)).expect_err("it sleeps");
        assert!(!overrun.exited);
        let child = overrun.so_far.stdout.trim().to_owned();
        let deadline = Instant::now() + LIMIT;
        while run(&mut sh(&format!("kill -0 {child}")), LIMIT).expect("kill ends").code == Some(0) {
            assert!(Instant::now() < deadline, "process {child} is still there");
            thread::sleep(PAUSE);
        }
    }

    #[test]
    fn a_child_left_behind_that_holds_stdout_is_an_overrun() {
        let overrun = run(&mut sh("sleep 300 & echo done"), Duration::from_millis(300)).expect_err("stdout is held");
        assert!(overrun.exited, "{overrun}");
        assert_eq!(overrun.so_far.stdout, "done\n");
    }
}
