use std::fmt;
use std::process::Command;

use super::server::Server;
use super::{installed, program_on_path, python_program, source};
use crate::Home;

/// A D-Bus session with a Secret Service, alive until dropped.
#[derive(Debug)]
pub struct SecretService {
    _server: Server,
}

/// What a program finds when it asks for the keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretServiceMode {
    /// gnome-keyring, open. Items rest in the home, and a later session finds them.
    Unlocked,
    /// gnome-keyring, its keyring there but locked, and nobody to ask.
    Locked,
    /// gnome-keyring as on a headless machine: nobody ever made a keyring. Reading says "no entry", writing fails.
    NeverUnlocked,
    /// A bus that accepts connections and never answers.
    Dead,
    /// A Secret Service that accepts every secret and keeps none.
    Forgetful,
    /// No bus.
    None,
}

impl fmt::Display for SecretServiceMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unlocked => "unlocked",
            Self::Locked => "locked",
            Self::NeverUnlocked => "never-unlocked",
            Self::Dead => "dead",
            Self::Forgetful => "forgetful",
            Self::None => "none",
        })
    }
}

impl SecretService {
    /// Starts a session for all commands of a home to come; `None` where a part is not installed.
    ///
    /// # Panics
    ///
    /// If it is installed and does not start.
    pub fn start(home: &mut Home, mode: SecretServiceMode) -> Option<Self> {
        home.set_env("XDG_RUNTIME_DIR", home.run());
        let mut hold = home.command("sh");
        hold.args(["-c", "echo \"${DBUS_SESSION_BUS_ADDRESS:-}\" && exec sleep infinity"]);
        let (server, address) = Server::start_with_line(&Self::wrap(&hold, mode)?);
        if address.is_empty() {
            home.remove_env("DBUS_SESSION_BUS_ADDRESS");
        } else {
            home.set_env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        Some(Self { _server: server })
    }

    /// One command in a session that ends with it. It needs throw-away `HOME` and `XDG_RUNTIME_DIR`: one of a [`Home`]'s, with
    /// `XDG_RUNTIME_DIR` set to [`Home::run`].
    pub fn wrap(command: &Command, mode: SecretServiceMode) -> Option<Command> {
        match mode {
            SecretServiceMode::None => {}
            SecretServiceMode::Dead => drop(program_on_path("python3")?),
            SecretServiceMode::Forgetful => drop(python_program("sdk", "python")?),
            _ => drop(program_on_path("gnome-keyring-daemon")?),
        }
        let mut wrapped = Command::new(source("secret-service/with-session"));
        wrapped.arg(mode.to_string()).arg(command.get_program()).args(command.get_args()).env_clear();
        wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        wrapped.env("CCWB_PARTS", installed());
        if let Some(folder) = command.get_current_dir() {
            wrapped.current_dir(folder);
        }
        Some(wrapped)
    }
}
