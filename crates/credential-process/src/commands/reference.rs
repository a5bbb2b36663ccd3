//! Completions and the manual page, made from the command line's own definition.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::error::{Error, exit};
use crate::output;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "credential-process", &mut script);
    output::text(&String::from_utf8_lossy(&script))
}

pub(crate) fn man() -> Result<(), Error> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| {
        Error::new("unexpected", exit::UNEXPECTED, format!("could not make the manual page: {error}"), "try again")
    })?;
    output::text(&String::from_utf8_lossy(&page))
}
