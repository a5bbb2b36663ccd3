//! Who listens on a port, where the system tells: Linux's `/proc`, elsewhere on Unix `lsof`.

use std::fmt;

/// Somebody with a listening socket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells of other users"))]
pub(crate) enum Owner {
    Process {
        name: String,
        id: u32,
    },
    /// One of several sign-ins of this program, which hide their sockets from their own user.
    SignIn,
    /// A process that this user may not look at.
    User(u32),
}

impl Owner {
    /// By its name, which Linux cuts to 15 characters and lsof to 9.
    pub(crate) fn is_this_program(&self) -> bool {
        match self {
            Self::Process { name, .. } => name.len() >= 9 && "credential-process".starts_with(name.as_str()),
            Self::SignIn => true,
            Self::User(_) => false,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { name, id } => write!(f, "{name} (process {id})"),
            Self::SignIn => f.write_str("another sign-in of credential-process"),
            Self::User(id) => write!(f, "a program of another user (user {id})"),
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) fn owner_of(port: u16) -> Option<Owner> {
    let listening = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .find_map(|table| listener(&table, port))?;
    let found = process_with(&format!("socket:[{}]", listening.inode)).or_else(|| hidden_process_of(listening.user));
    Some(found.unwrap_or(Owner::User(listening.user)))
}

#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq, Eq)]
struct Listening {
    user: u32,
    inode: u64,
}

/// A row in state 0A (LISTEN) of the table (`proc_net_tcp(5)`): local address second, user eighth, inode tenth.
#[cfg(target_os = "linux")]
fn listener(table: &str, port: u16) -> Option<Listening> {
    let port = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let listens = *fields.get(3)? == "0A" && fields.get(1)?.ends_with(&port);
        let listening = Listening { user: fields.get(7)?.parse().ok()?, inode: fields.get(9)?.parse().ok()? };
        listens.then_some(listening)
    })
}

#[cfg(target_os = "linux")]
fn process_with(socket: &str) -> Option<Owner> {
    all_processes()
        .filter(|id| {
            let files = files_of(*id).into_iter().flatten().flatten();
            files.into_iter().any(|file| std::fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == socket))
        })
        .find_map(process)
}

/// By elimination: a process of this user that hides its open files, as this program itself does. Where there are several,
/// sign-ins of ours come first, whose trade it is to listen.
#[cfg(target_os = "linux")]
fn hidden_process_of(user: u32) -> Option<Owner> {
    if user != rustix::process::getuid().as_raw() {
        return None;
    }
    let hidden = all_processes().filter(|id| user_of(*id) == Some(user) && files_of(*id).is_err());
    let (sign_ins, others): (Vec<u32>, Vec<u32>) = hidden.partition(|id| is_sign_in(*id));
    match (&sign_ins[..], &others[..]) {
        ([only], _) | ([], [only]) => process(*only),
        ([], _) => None,
        _ => Some(Owner::SignIn),
    }
}

/// Arguments can be read by everybody.
#[cfg(target_os = "linux")]
fn is_sign_in(id: u32) -> bool {
    let arguments = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    arguments.split(|byte| *byte == 0).any(|argument| argument == b"__sign-in")
        && process(id).is_some_and(|owner| owner.is_this_program())
}

/// `Uid:` in `proc_pid_status(5)`, the real one first. The owner of the file would be root.
#[cfg(target_os = "linux")]
fn user_of(id: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    ids.split_whitespace().next()?.parse().ok()
}

#[cfg(target_os = "linux")]
fn process(id: u32) -> Option<Owner> {
    let name = std::fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    Some(Owner::Process { name: ccwb_http::printable(&name), id })
}

#[cfg(target_os = "linux")]
fn all_processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

#[cfg(target_os = "linux")]
fn files_of(id: u32) -> std::io::Result<std::fs::ReadDir> {
    std::fs::read_dir(format!("/proc/{id}/fd"))
}

/// `lsof -F` prints one field a line: `p<process>`, `c<command>`.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn owner_of(port: u16) -> Option<Owner> {
    use std::process::{Command, Stdio};
    let mut command = Command::new("lsof");
    command.args(["-nP", &format!("-iTCP:{port}"), "-sTCP:LISTEN", "-Fpc"]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let field = |kind| text.lines().find_map(|line| line.strip_prefix(kind)).map(ccwb_http::printable);
    Some(Owner::Process { name: field('c')?, id: field('p')?.parse().ok()? })
}

#[cfg(windows)]
pub(crate) fn owner_of(_: u16) -> Option<Owner> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_read_from_the_table_and_a_connection_is_none() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:20D0 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 111 1 0\n   \
            1: 0100007F:20D0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1 0\n";
        assert_eq!(listener(table, 8400), Some(Listening { user: 1000, inode: 222 }));
        assert_eq!(listener(table, 8401), None);
    }

    #[test]
    fn our_own_socket_is_ours() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let owner = owner_of(listener.local_addr().unwrap().port()).unwrap();
        assert!(matches!(owner, Owner::Process { id, .. } if id == std::process::id()), "{owner}");
    }
}
