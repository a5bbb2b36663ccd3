//! Completions and the manual page, made from the command line's own definition and the table of error codes.

use std::fmt::Write as _;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::codes;
use crate::error::Error;
use crate::output;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut visible(&Cli::command()), "credential-process", &mut script);
    output::text(&String::from_utf8_lossy(&script))
}

/// The command line without what is hidden: completion scripts would offer that too.
fn visible(command: &clap::Command) -> clap::Command {
    let mut visible = clap::Command::new(command.get_name().to_owned()).disable_version_flag(true);
    if let Some(about) = command.get_about() {
        visible = visible.about(about.clone());
    }
    let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let subcommands = command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set());
    visible.args(arguments.cloned()).subcommands(subcommands.map(self::visible))
}

pub(crate) fn man() -> Result<(), Error> {
    output::text(&man_page()?)
}

fn man_page() -> Result<String, Error> {
    let failed = |error: std::io::Error| {
        Error::new(codes::UNEXPECTED, format!("could not make the manual page: {error}"), "try again")
    };
    let command = Cli::command();
    let man = clap_mangen::Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page).map_err(failed)?;
    man.render_name_section(&mut page).map_err(failed)?;
    man.render_synopsis_section(&mut page).map_err(failed)?;
    man.render_description_section(&mut page).map_err(failed)?;
    man.render_options_section(&mut page).map_err(failed)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(".SH COMMANDS\n");
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = write!(page, ".TP\n\\fB{}\\fR\n{}\n", roff(subcommand.get_name()), roff(&about));
    }
    page.push_str(".SH EXIT STATUS\n");
    for (exit, meaning) in codes::EXITS {
        let _ = write!(page, ".TP\n\\fB{exit}\\fR\n{}\n", roff(meaning));
    }
    page.push_str(
        ".SH ERRORS\nThe first line on standard error is error[CODE]: what happened; the last is hint: what to do.\n",
    );
    for code in codes::ALL {
        let _ = write!(page, ".TP\n\\fB{}\\fR (exit {})\n{}\n", roff(code.name), code.exit, roff(code.meaning));
    }
    Ok(page)
}

/// Text for roff: a backslash is an escape, a hyphen a dash, and a dot or quote at the start of a line a request.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) { format!("\\&{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages in docs/reference are made from the code. To make them again: `BLESS=1 cargo test -p credential-process`.
    fn is_current(file: &str, text: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(file);
        #[expect(clippy::disallowed_methods, reason = "a test's own switch")]
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{file} is out of date: run BLESS=1 cargo test -p credential-process");
    }

    #[test]
    fn the_reference_of_errors_is_current() {
        let mut page = String::from(
            "# Errors and exit codes of credential-process\n\nOn failure standard output is empty. The first line on \
             standard error is `error[CODE]: what happened`, the last is\n`hint: what to do`. AWS SDKs often swallow both: \
             `credential-process status` shows the last error.\n\nThis page is made from the code \
             (`BLESS=1 cargo test -p credential-process`).\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n",
        );
        for (exit, meaning) in codes::EXITS {
            let _ = writeln!(page, "| {exit} | {meaning} |");
        }
        page.push_str("\n## Error codes\n\n| code | exit | meaning |\n|---|---|---|\n");
        for code in codes::ALL {
            let _ = writeln!(page, "| `{}` | {} | {} |", code.name, code.exit, code.meaning);
        }
        is_current("errors.md", &page);
    }

    #[test]
    fn the_reference_of_the_command_line_is_current() {
        let mut page = String::from(
            "# credential-process\n\nThis page is made from the code (`BLESS=1 cargo test -p credential-process`).\n\n",
        );
        let mut command = Cli::command().term_width(100);
        let _ = write!(page, "```text\n{}```\n", command.render_long_help());
        command.build();
        for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
            let help = subcommand.clone().term_width(100).render_long_help();
            let _ = write!(page, "\n## {}\n\n```text\n{help}```\n", subcommand.get_name());
        }
        is_current("credential-process.md", &page);
    }

    #[test]
    fn the_manual_page_names_every_command_and_code() {
        let page = man_page().unwrap();
        for name in ["login", "logout", "status", "export", "explain"] {
            assert!(page.contains(&format!("\\fB{name}\\fR")), "{name}");
        }
        assert!(codes::ALL.iter().all(|code| page.contains(&roff(code.name))));
    }
}
