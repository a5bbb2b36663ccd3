//! What kind of machine this is, as far as signing in goes: is there a browser, and is there a person?

use std::io::IsTerminal;

use crate::world::World;

/// Where this program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A browser can be opened.
    Desktop,
    /// Over SSH: the person's browser is on another machine.
    Ssh,
    /// In a container (Codespaces, dev containers).
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
        if any(&["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]) {
            Self::Ssh
        } else if any(&[
            "CODESPACES",
            "REMOTE_CONTAINERS",
            "DEVCONTAINER",
            "REMOTE_CONTAINERS_IPC",
            "GITPOD_WORKSPACE_ID",
        ]) {
            Self::Container
        } else if os != "linux" || any(&["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "WSL_INTEROP"]) {
            Self::Desktop
        } else {
            Self::NoDisplay
        }
    }

    pub(crate) fn has_browser(self) -> bool {
        self == Self::Desktop
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
    // client address, client port, server address, server port
    let connection: Vec<&str> = world.var("SSH_CONNECTION")?.split_whitespace().collect();
    let [_, _, server, server_port] = connection.as_slice() else { return None };
    let option = if *server_port == "22" { String::new() } else { format!("-p {server_port} ") };
    let user = world.first_var(&["USER", "LOGNAME"]).map(|user| format!("{user}@")).unwrap_or_default();
    Some(format!("ssh {option}-L {port}:127.0.0.1:{port} {user}{server}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_told_apart() {
        for (environment, os, expected) in [
            (&[("DISPLAY", ":0")] as &[(&str, &str)], "linux", Place::Desktop),
            (&[("WAYLAND_DISPLAY", "wayland-0")], "linux", Place::Desktop),
            (&[], "linux", Place::NoDisplay),
            (&[], "macos", Place::Desktop),
            (&[], "windows", Place::Desktop),
            (&[("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")], "linux", Place::Ssh),
            (&[("SSH_TTY", "/dev/pts/0"), ("DISPLAY", "localhost:10.0")], "linux", Place::Ssh),
            (&[("SSH_CLIENT", "x")], "macos", Place::Ssh),
            (&[("SSH_CONNECTION", "x"), ("BROWSER", "/vscode/helpers/browser.sh")], "linux", Place::Desktop),
            (&[("CODESPACES", "true")], "linux", Place::Container),
            (&[("CODESPACES", "true"), ("BROWSER", "/x/browser.sh")], "linux", Place::Desktop),
            (&[("REMOTE_CONTAINERS", "true")], "linux", Place::Container),
            (&[("WSL_DISTRO_NAME", "Ubuntu")], "linux", Place::Desktop),
            (&[("DISPLAY", ":0"), ("BROWSER", "none")], "linux", Place::NoDisplay),
        ] {
            let var = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            assert_eq!(Place::detect(var, os), expected, "{environment:?} on {os}");
        }
    }
}
