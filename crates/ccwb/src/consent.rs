//! Asking before something is changed.

use std::io::{BufRead as _, Write as _};

use crate::failure::{Failure, exit};
use crate::screen::Screen;

/// Asks a yes-or-no question; no is the default. Without a terminal nobody can answer, so `--yes` has to be there.
pub(crate) fn yes(screen: &Screen, question: &str, given: bool) -> Result<bool, Failure> {
    Ok(given || matches!(ask(screen, &format!("{question} [y/N]"), "--yes")?.to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a word that nobody types by mistake.
pub(crate) fn word(screen: &Screen, question: &str, word: &str, given: bool) -> Result<bool, Failure> {
    Ok(given || ask(screen, question, "--yes")? == word)
}

fn ask(screen: &Screen, question: &str, flag: &str) -> Result<String, Failure> {
    if !screen.is_interactive() {
        return Err(Failure::new(
            "consent-needed",
            exit::USAGE,
            format!("this needs an answer, and there is no terminal to ask in: {question}"),
            format!("add {flag} to agree"),
        ));
    }
    let mut out = std::io::stdout();
    let mut answer = String::new();
    let asked = write!(out, "\n  {} {question} ", console::style("?").yellow().bold()).and_then(|()| out.flush());
    match asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer)) {
        Ok(_) => Ok(answer.trim().to_owned()),
        Err(error) => {
            Err(Failure::new("terminal", exit::UNEXPECTED, error.to_string(), format!("add {flag} to agree")))
        }
    }
}

/// What a command ends with whose question was answered with no.
pub(crate) fn refused() -> Failure {
    Failure::new("declined", exit::UNEXPECTED, "nothing was changed", "run the command again when you are ready")
}
