//! Asking before something is changed.

use std::io::{BufRead as _, Write as _};

use crate::failure::{Failure, exit};
use crate::interrupt;
use crate::screen::Screen;

/// Asks a yes-or-no question; no is the default. Without a terminal nobody can answer, so `--yes` has to be there.
pub(crate) async fn yes(screen: &Screen, question: &str, given: bool) -> Result<bool, Failure> {
    if given {
        return Ok(true);
    }
    let answer = ask(screen, &format!("{question} [y/N]")).await?;
    Ok(["y", "yes"].contains(&answer.to_lowercase().as_str()))
}

/// Asks for a word that nobody types by mistake.
pub(crate) async fn word(screen: &Screen, question: &str, word: &str, given: bool) -> Result<bool, Failure> {
    Ok(given || ask(screen, question).await? == word)
}

async fn ask(screen: &Screen, question: &str) -> Result<String, Failure> {
    const HINT: &str = "add --yes to agree";
    if !screen.is_interactive() {
        let message = format!("this needs an answer, and there is no terminal to ask in: {question}");
        return Err(Failure::new("consent-needed", exit::USAGE, message, HINT));
    }
    let mut out = std::io::stdout();
    let asked = write!(out, "\n  {} {question} ", console::style("?").yellow().bold()).and_then(|()| out.flush());
    asked.map_err(|error| Failure::new("terminal", exit::UNEXPECTED, error.to_string(), HINT))?;
    // A thread of its own: nobody waits for it when the person leaves with Ctrl-C.
    let (sender, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        let _ = sender.send(read.map(|_| line.trim().to_owned()).unwrap_or_default());
    });
    tokio::select! {
        answer = answer => Ok(answer.unwrap_or_default()),
        () = interrupt::requested() => {
            // The terminal has just shown ^C.
            let _ = writeln!(out);
            Err(refused())
        }
    }
}

/// What a command ends with whose question was answered with no.
pub(crate) fn refused() -> Failure {
    Failure::new("declined", exit::UNEXPECTED, "nothing was changed", "run the command again when you are ready")
}
