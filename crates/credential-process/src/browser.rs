//! Opening the person's browser.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::surroundings::{self, Place};
use crate::world::World;

/// How long an opener is watched: one that fails says so within moments, one that works may run as long as the browser.
const WATCHED: Duration = Duration::from_millis(1_500);

/// Tells whatever runs because of a sign-in which one that is, by its process id. See [`crate::ladder`].
pub(crate) const OPENED_BY: &str = "CCWB_OPENED_BY";

/// What opens an address: commands that are tried in order.
#[derive(Debug)]
pub(crate) struct Opener {
    commands: Vec<Command>,
}

impl Opener {
    /// For this machine. Nothing a browser says reaches our output, and none of our AWS variables reach a browser.
    pub(crate) fn new(world: &World, address: &str) -> Self {
        let mut commands = commands(world, address);
        for command in &mut commands {
            for name in world.names_starting_with("AWS_") {
                command.env_remove(name);
            }
            command.env(OPENED_BY, std::process::id().to_string());
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        }
        Self { commands }
    }

    /// Tries them; the error is what to tell the person. May take a moment for each.
    pub(crate) fn open(self) -> Result<(), String> {
        let mut reason = "no program to open it with was found".to_owned();
        for mut command in self.commands {
            match start(&mut command) {
                Ok(()) => return Ok(()),
                Err(error) => reason = format!("{}: {error}", command.get_program().to_string_lossy()),
            }
        }
        if surroundings::is_root() {
            reason.push_str("; most browsers refuse to run as root");
        }
        Err(reason)
    }
}

/// The programs that would be tried on this machine.
pub(crate) fn programs(world: &World) -> Vec<std::path::PathBuf> {
    commands(world, "https://localhost/").iter().map(|command| command.get_program().into()).collect()
}

fn commands(world: &World, address: &str) -> Vec<Command> {
    match (world.var("BROWSER"), Place::of(world)) {
        (Some("none" | "false"), _) => Vec::new(),
        (Some(browser), _) => from_variable(browser, address),
        (None, Place::Wsl) => on_windows_from_wsl(address),
        (None, _) => open::commands(address),
    }
}

/// `BROWSER` is a list of commands separated by colons, as elsewhere on Unix; `%s` in one stands for the address, else it
/// is appended.
fn from_variable(variable: &str, address: &str) -> Vec<Command> {
    let command = |words: &[String]| {
        let (program, arguments) = words.split_first()?;
        let mut command = Command::new(program);
        if arguments.iter().any(|argument| argument.contains("%s")) {
            command.args(arguments.iter().map(|argument| argument.replace("%s", address)));
        } else {
            command.args(arguments).arg(address);
        }
        Some(command)
    };
    // A path with spaces is one program, not a program with arguments.
    if Path::new(variable).is_file() {
        return command(&[variable.to_owned()]).into_iter().collect();
    }
    let separator = if cfg!(windows) { '\0' } else { ':' };
    let candidates = variable.split(separator).filter_map(shlex::split);
    candidates.filter_map(|words| command(&words)).collect()
}

/// The browser of Windows: by the package `wslu`, else by `PowerShell`. Not by `explorer.exe` or `cmd.exe`, which read
/// `&`, `=` and `%` in an address as something of their own.
fn on_windows_from_wsl(address: &str) -> Vec<Command> {
    // For a `PATH` without that of Windows.
    const IN_ITS_PLACE: &str = "/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe";
    let mut wslview = Command::new("wslview");
    wslview.arg(address);
    let powershell = |program| {
        let mut command = Command::new(program);
        // In single quotes nothing has a meaning but the single quote, which is doubled.
        let script = format!("Start-Process '{}'", address.replace('\'', "''"));
        command.args(["-NoProfile", "-NonInteractive", "-Command", &script]);
        command
    };
    vec![wslview, powershell("powershell.exe"), powershell(IN_ITS_PLACE)]
}

fn start(command: &mut Command) -> Result<(), String> {
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let watched_until = Instant::now() + WATCHED;
    while Instant::now() < watched_until {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("it ended with {status}")),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://i.example/a?b=c&d=%20'";

    fn words(commands: &[Command]) -> Vec<Vec<String>> {
        let line = |command: &Command| {
            std::iter::once(command.get_program())
                .chain(command.get_args())
                .map(|word| word.to_string_lossy().into_owned())
                .collect()
        };
        commands.iter().map(line).collect()
    }

    #[test]
    fn the_variable_may_hold_arguments_a_placeholder_and_alternatives() {
        let of = |variable| words(&from_variable(variable, ADDRESS));
        assert_eq!(of("firefox"), [["firefox", ADDRESS]]);
        assert_eq!(
            of("firefox --new-window %s:w3m -F"),
            [vec!["firefox", "--new-window", ADDRESS], vec!["w3m", "-F", ADDRESS]]
        );
        assert_eq!(of("'/opt/my browser/run' --x"), [["/opt/my browser/run", "--x", ADDRESS]]);
        assert_eq!(of("browser --url=%s"), [["browser".to_owned(), format!("--url={ADDRESS}")]]);
    }

    #[test]
    fn from_wsl_the_address_reaches_windows_letter_by_letter() {
        let [wslview, powershell, in_its_place] = &*words(&on_windows_from_wsl(ADDRESS)) else {
            panic!("three openers")
        };
        assert_eq!(wslview, &["wslview", ADDRESS]);
        assert_eq!(powershell.last().unwrap(), "Start-Process 'https://i.example/a?b=c&d=%20'''");
        assert_eq!(powershell[1..], in_its_place[1..]);
    }
}
