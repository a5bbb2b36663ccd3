use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::source;
use crate::process_group;

/// The slowest part takes 2 s on an idle machine.
const START_LIMIT: Duration = Duration::from_mins(1);

/// How long a server may tidy up; then it is killed.
const END_LIMIT: Duration = Duration::from_secs(3);

/// A server that lives until it is dropped, and no longer than the test run.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    /// Its end of file tells `until-eof` that nobody needs the server any more.
    alive: Option<ChildStdin>,
    errors: File,
}

impl Server {
    /// Starts `command` and waits for the first line that it prints.
    pub(super) fn start_with_line(command: &Command) -> (Self, String) {
        let mut server = Self::spawn(command);
        let stdout = server.child.stdout.take().expect("stdout is a pipe");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            let mut line = String::new();
            let _ = reader.read_line(&mut line);
            let _ = sender.send(line);
            let _ = std::io::copy(&mut reader, &mut std::io::sink());
        });
        match receiver.recv_timeout(START_LIMIT) {
            Ok(line) if line.ends_with('\n') => (server, line.trim_end().to_owned()),
            line => panic!("{} did not start: {line:?}\n{}", command.get_program().display(), server.errors()),
        }
    }

    /// Starts `command` and waits until somebody accepts connections on the port.
    pub(super) fn start_on_port(command: &Command, port: u16) -> Self {
        let mut server = Self::spawn(command);
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let name = command.get_program().display();
            assert!(Instant::now() < deadline, "{name} did not start:\n{}", server.errors());
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn spawn(command: &Command) -> Self {
        let errors = tempfile::tempfile().expect("the temporary folder can be written");
        let mut wrapped = Command::new(source("until-eof"));
        wrapped.arg(command.get_program()).args(command.get_args()).env_clear();
        wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        process_group::lead(&mut wrapped);
        let mut child = wrapped
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.try_clone().expect("an open file can be shared"))
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", command.get_program().display()));
        let alive = child.stdin.take();
        Self { child, alive, errors }
    }

    fn errors(&mut self) -> String {
        let mut text = String::new();
        let _ = self.errors.rewind();
        let _ = self.errors.read_to_string(&mut text);
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.alive.take());
        let deadline = Instant::now() + END_LIMIT;
        while Instant::now() < deadline {
            // `until-eof` ends last: when it has, there is nobody left to kill.
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        process_group::kill(&mut self.child);
    }
}
