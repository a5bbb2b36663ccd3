use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::thread;

use super::presence::present;
use super::server::Server;
use super::{program_on_path, source};
use crate::Home;

/// A network of its own (a Linux network namespace) that has loopback and nothing else: no address outside can be reached
/// from there, and whoever tries is counted. Some ports of the test's own loopback can be reached.
///
/// Needs root, or a system that lets everybody have namespaces. What runs there is started with [`Island::command`].
#[derive(Debug)]
pub struct Island {
    _server: Server,
    pid: String,
    privileges: Privileges,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Privileges {
    Root,
    /// Those of one's own user namespace.
    Own,
}

impl Island {
    /// Makes one on which `ports` lead to those of the same number here. Its sockets are in the home.
    ///
    /// # Panics
    ///
    /// If it can be made and does not start.
    pub fn with_ports(home: &Home, ports: &[u16]) -> Option<Self> {
        let python = program_on_path("python3")?;
        let privileges = Privileges::here();
        if !present("a network namespace", privileges.suffice(home)) {
            return None;
        }
        let mut command = home.command("unshare");
        command.args(privileges.to_unshare()).arg("--").arg(python).arg(source("island/relay.py"));
        for port in ports {
            let socket = home.run().join(format!("port-{port}"));
            serve(UnixListener::bind(&socket).expect("the home can be written"), *port);
            command.arg(format!("{port}={}", socket.display()));
        }
        let (server, pid) = Server::start_with_line(&command);
        Some(Self { _server: server, pid, privileges })
    }

    /// A command in this home and in this network.
    pub fn command(&self, home: &Home, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = home.command("nsenter");
        command.args(["--target", &self.pid, "--net"]);
        if self.privileges == Privileges::Own {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--").arg(program);
        command
    }

    /// How often something there tried to reach an address that is not there: a connection, or a question to a name server.
    ///
    /// # Panics
    ///
    /// If the kernel does not say.
    pub fn attempts_to_leave(&self) -> u64 {
        let read =
            |file: &str| fs::read_to_string(format!("/proc/{}/net/{file}", self.pid)).expect("the island exists");
        // RFC 4293: packets that were discarded because there was no route for them.
        in_columns(&read("snmp"), "Ip:", "OutNoRoutes") + in_lines(&read("snmp6"), "Ip6OutNoRoutes")
    }
}

impl Privileges {
    fn here() -> Self {
        if rustix::process::geteuid().is_root() { Self::Root } else { Self::Own }
    }

    fn to_unshare(self) -> &'static [&'static str] {
        match self {
            Self::Root => &["--net"],
            Self::Own => &["--net", "--map-root-user"],
        }
    }

    /// Some systems give a user namespace that may not do anything.
    fn suffice(self, home: &Home) -> bool {
        let mut command = home.command("unshare");
        command.args(self.to_unshare()).args(["--", "unshare", "--net", "true"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

/// The outer half of the way from the island: a Unix socket that leads to a port of this loopback.
fn serve(listener: UnixListener, port: u16) {
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || lead_to(&connection, port));
        }
    });
}

/// Errors are those of a connection that somebody broke, which is what the other side sees too.
fn lead_to(near: &UnixStream, port: u16) -> io::Result<()> {
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let (far_too, near_too) = (far.try_clone()?, near.try_clone()?);
    thread::spawn(move || {
        carry(&near_too, &far_too);
        far_too.shutdown(Shutdown::Write)
    });
    carry(&far, near);
    near.shutdown(Shutdown::Write)
}

/// Piece by piece: `io::copy` would wait for more of a stream that somebody reads event by event.
fn carry(mut from: impl Read, mut to: impl Write) {
    let mut piece = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
}

/// `/proc/net/snmp`: a line with names, then one with numbers, each behind the protocol.
fn in_columns(text: &str, protocol: &str, name: &str) -> u64 {
    let mut lines = text.lines().filter(|line| line.starts_with(protocol)).map(str::split_whitespace);
    let (names, mut numbers) = (lines.next().expect("names"), lines.next().expect("numbers"));
    let column = names.into_iter().position(|column| column == name).expect("the kernel counts it");
    numbers.nth(column).and_then(|number| number.parse().ok()).expect("a number")
}

/// `/proc/net/snmp6`: a name and a number in each line. Empty where there is no IPv6.
fn in_lines(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or(0, |number| number.trim().parse().expect("a number"))
}
