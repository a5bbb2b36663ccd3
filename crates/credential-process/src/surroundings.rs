//! What kind of machine this is, as far as signing in goes: is there a browser, and is there a person?

use std::io::IsTerminal;

use crate::sign_in::Method;
use crate::world::World;

/// Where this program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A browser can be opened.
    Desktop,
    /// The same, on the Windows side of the machine.
    Wsl,
    /// In VS Code's remote side, where nobody says how to open a browser: an extension, not a terminal.
    VsCodeRemote,
    /// Over SSH: the person's browser is on another machine.
    Ssh,
    /// In a container (Codespaces, dev containers, Gitpod).
    Container,
    /// Linux without a display.
    NoDisplay,
}

impl Place {
    pub(crate) fn of(world: &World) -> Self {
        Self::detect(|name| world.var(name), std::env::consts::OS)
    }

    /// By environment and operating system; the first rule that fits holds.
    fn detect<'v>(var: impl Fn(&str) -> Option<&'v str>, os: &str) -> Self {
        let any = |names: &[&str]| names.iter().any(|name| var(name).is_some());
        match var("BROWSER") {
            Some("none" | "false") => return Self::NoDisplay,
            // Somebody says how a browser is opened here: a person, VS Code's remote server, a Codespace.
            Some(_) => return Self::Desktop,
            None => {}
        }
        let over_ssh = any(&["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]);
        let in_wsl = any(&["WSL_DISTRO_NAME", "WSL_INTEROP"]);
        let in_a_container =
            any(&["CODESPACES", "REMOTE_CONTAINERS", "DEVCONTAINER", "REMOTE_CONTAINERS_IPC", "GITPOD_WORKSPACE_ID"]);
        // The remote side has this socket; VS Code on the machine itself has not.
        let in_vs_code = any(&["VSCODE_IPC_HOOK_CLI"]) || (over_ssh && var("TERM_PROGRAM") == Some("vscode"));
        if in_vs_code && !in_wsl {
            Self::VsCodeRemote
        } else if over_ssh {
            Self::Ssh
        } else if in_a_container {
            Self::Container
        } else if in_wsl {
            Self::Wsl
        } else if os != "linux" || any(&["DISPLAY", "WAYLAND_DISPLAY"]) {
            Self::Desktop
        } else {
            Self::NoDisplay
        }
    }

    pub(crate) fn has_browser(self) -> bool {
        matches!(self, Self::Desktop | Self::Wsl)
    }

    /// What `auto` means here, with a provider that announces device codes or not.
    pub(crate) fn method(self, device_codes: bool) -> Method {
        match (self.has_browser(), device_codes) {
            (true, _) => Method::Browser,
            (false, true) => Method::Device,
            (false, false) => Method::Paste,
        }
    }
}

/// Whether a message can reach a person now: on standard error, or past a caller that swallows it.
pub(crate) fn person_can_read() -> bool {
    std::io::stderr().is_terminal() || terminal().is_some()
}

/// The terminal of this session, whatever became of the standard streams.
pub(crate) fn terminal() -> Option<std::fs::File> {
    let path = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };
    // Whether a handle is a console, Windows tells only those who may read from it.
    std::fs::OpenOptions::new().read(cfg!(windows)).write(true).open(path).ok().filter(IsTerminal::is_terminal)
}

/// The command that brings the callback port of this machine to the person's own.
pub(crate) fn ssh_forward(world: &World, port: u16) -> Option<String> {
    let user = world.first_var(&["USER", "LOGNAME"]);
    forward_command(world.var("SSH_CONNECTION")?, user, port)
}

/// From `SSH_CONNECTION`: client address, client port, server address, server port.
fn forward_command(connection: &str, user: Option<&str>, port: u16) -> Option<String> {
    let connection: Vec<&str> = connection.split_whitespace().collect();
    let [_, _, server, server_port] = connection.as_slice() else { return None };
    let option = if *server_port == "22" { String::new() } else { format!("-p {server_port} ") };
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    Some(format!("ssh {option}-L {port}:127.0.0.1:{port} {user}{server}"))
}

/// Whether this process has all rights, which browsers refuse to run with.
pub(crate) fn is_root() -> bool {
    #[cfg(unix)]
    {
        rustix::process::geteuid().is_root()
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// Whether a file or folder belongs to the user with this number.
pub(crate) fn belongs_to(path: &std::path::Path, user: Option<&str>) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let owner = std::fs::metadata(path).map(|found| found.uid()).ok();
        owner.is_some() && owner == user.and_then(|user| user.parse().ok())
    }
    #[cfg(not(unix))]
    {
        let _ = (path, user);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSH: (&str, &str) = ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    const X11: (&str, &str) = ("DISPLAY", ":0");
    const FORWARDED_X11: (&str, &str) = ("DISPLAY", "localhost:10.0");
    const HELPER: (&str, &str) = ("BROWSER", "/home/u/.vscode-server/bin/0/bin/helpers/browser.sh");
    const VS_CODE_SOCKET: (&str, &str) = ("VSCODE_IPC_HOOK_CLI", "/run/user/1000/vscode-ipc-0.sock");
    const VS_CODE_TERMINAL: (&str, &str) = ("TERM_PROGRAM", "vscode");
    const WSL: (&str, &str) = ("WSL_DISTRO_NAME", "Ubuntu");

    /// What each kind of machine has in its environment, what it is taken for, and how a person signs in there.
    #[test]
    fn every_kind_of_machine_has_its_way_to_sign_in() {
        use Method::{Browser, Device, Paste};
        type Environment = &'static [(&'static str, &'static str)];
        let table: &[(&str, Environment, &str, Place, [Method; 2])] = &[
            ("a desktop on X11", &[X11], "linux", Place::Desktop, [Browser; 2]),
            ("a desktop on Wayland", &[("WAYLAND_DISPLAY", "wayland-0")], "linux", Place::Desktop, [Browser; 2]),
            ("a Mac", &[], "macos", Place::Desktop, [Browser; 2]),
            ("Windows", &[], "windows", Place::Desktop, [Browser; 2]),
            ("a server's console", &[], "linux", Place::NoDisplay, [Paste, Device]),
            ("a person who wants none", &[X11, ("BROWSER", "none")], "linux", Place::NoDisplay, [Paste, Device]),
            ("a person who says which", &[("BROWSER", "w3m -F:lynx")], "linux", Place::Desktop, [Browser; 2]),
            ("SSH", &[SSH], "linux", Place::Ssh, [Paste, Device]),
            ("SSH, of which a wrapper left little", &[("SSH_TTY", "/dev/pts/0")], "linux", Place::Ssh, [Paste, Device]),
            ("SSH to a Mac", &[("SSH_CLIENT", "192.0.2.1 5 22")], "macos", Place::Ssh, [Paste, Device]),
            ("SSH with X11 forwarded", &[SSH, FORWARDED_X11], "linux", Place::Ssh, [Paste, Device]),
            ("SSH into WSL", &[SSH, WSL], "linux", Place::Ssh, [Paste, Device]),
            ("VS Code here, its terminal", &[X11, VS_CODE_TERMINAL], "linux", Place::Desktop, [Browser; 2]),
            (
                "VS Code Remote over SSH, its terminal",
                &[SSH, VS_CODE_TERMINAL, VS_CODE_SOCKET, HELPER],
                "linux",
                Place::Desktop,
                [Browser; 2],
            ),
            (
                "VS Code Remote over SSH, an extension",
                &[SSH, VS_CODE_SOCKET],
                "linux",
                Place::VsCodeRemote,
                [Paste, Device],
            ),
            (
                "VS Code Remote over SSH, a terminal without its helper",
                &[SSH, VS_CODE_TERMINAL],
                "linux",
                Place::VsCodeRemote,
                [Paste, Device],
            ),
            (
                "a dev container, its terminal",
                &[("REMOTE_CONTAINERS", "true"), VS_CODE_SOCKET, HELPER],
                "linux",
                Place::Desktop,
                [Browser; 2],
            ),
            ("a dev container", &[("REMOTE_CONTAINERS", "true")], "linux", Place::Container, [Paste, Device]),
            ("a Codespace, its terminal", &[("CODESPACES", "true"), HELPER], "linux", Place::Desktop, [Browser; 2]),
            ("a Codespace over SSH", &[("CODESPACES", "true")], "linux", Place::Container, [Paste, Device]),
            ("Gitpod", &[("GITPOD_WORKSPACE_ID", "a-b-c")], "linux", Place::Container, [Paste, Device]),
            ("WSL", &[WSL], "linux", Place::Wsl, [Browser; 2]),
            ("WSL with a display of its own", &[WSL, X11], "linux", Place::Wsl, [Browser; 2]),
            ("VS Code Remote in WSL, an extension", &[WSL, VS_CODE_SOCKET], "linux", Place::Wsl, [Browser; 2]),
            ("VS Code Remote in WSL, its terminal", &[WSL, HELPER], "linux", Place::Desktop, [Browser; 2]),
        ];
        for (what, environment, os, place, [without, with]) in table {
            let var = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            let found = Place::detect(var, os);
            assert_eq!(found, *place, "{what}");
            assert_eq!((found.method(false), found.method(true)), (*without, *with), "{what}");
        }
    }

    #[test]
    fn the_tunnel_is_the_exact_command_for_this_connection() {
        let exact = |connection, user| forward_command(connection, user, 8401);
        assert_eq!(
            exact("192.0.2.1 50000 192.0.2.2 22", Some("alice")).as_deref(),
            Some("ssh -L 8401:127.0.0.1:8401 alice@192.0.2.2")
        );
        assert_eq!(
            exact("192.0.2.1 50000 2001:db8::2 2222", None).as_deref(),
            Some("ssh -p 2222 -L 8401:127.0.0.1:8401 2001:db8::2")
        );
        assert_eq!(exact("UNKNOWN", Some("alice")), None);
    }
}
