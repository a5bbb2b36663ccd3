//! Opening the person's browser.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::World;

/// How long an opener is watched: one that fails says so within moments, one that works may run as long as the browser.
const WATCHED: Duration = Duration::from_millis(1_500);

/// What opens an address: commands that are tried in order.
#[derive(Debug)]
pub(crate) struct Opener {
    commands: Vec<Command>,
}

impl Opener {
    /// `BROWSER` is a list of commands separated by colons, as elsewhere on Unix; `%s` in one stands for the address,
    /// else it is appended. Nothing a browser says reaches our output, and none of our AWS variables reach a browser.
    pub(crate) fn new(world: &World, address: &str) -> Self {
        let mut commands = match world.var("BROWSER") {
            Some("none" | "false") => Vec::new(),
            Some(browser) => from_variable(browser, address),
            None => open::commands(address),
        };
        for command in &mut commands {
            for name in world.names_starting_with("AWS_") {
                command.env_remove(name);
            }
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
        Err(reason)
    }
}

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
    if std::path::Path::new(variable).is_file() {
        return command(&[variable.to_owned()]).into_iter().collect();
    }
    let separator = if cfg!(windows) { '\0' } else { ':' };
    let candidates = variable.split(separator).filter_map(shlex::split);
    candidates.filter_map(|words| command(&words)).collect()
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

    fn words(variable: &str) -> Vec<Vec<String>> {
        let line = |command: &Command| {
            std::iter::once(command.get_program())
                .chain(command.get_args())
                .map(|word| word.to_string_lossy().into_owned())
                .collect()
        };
        from_variable(variable, "https://i.example/a?b=c&d=%20").iter().map(line).collect()
    }

    #[test]
    fn the_variable_may_hold_arguments_a_placeholder_and_alternatives() {
        let address = "https://i.example/a?b=c&d=%20";
        assert_eq!(words("firefox"), [["firefox", address]]);
        assert_eq!(
            words("firefox --new-window %s:w3m -F"),
            [vec!["firefox", "--new-window", address], vec!["w3m", "-F", address]]
        );
        assert_eq!(words("'/opt/my browser/run' --x"), [["/opt/my browser/run", "--x", address]]);
        assert_eq!(words("browser --url=%s"), [["browser".to_owned(), format!("--url={address}")]]);
    }
}
