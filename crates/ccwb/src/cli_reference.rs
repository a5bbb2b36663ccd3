//! The page of all commands, made from the command line's own definition.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;

/// docs/reference/ccwb.md.
fn page() -> String {
    let mut page = String::from(
        "# ccwb: every command\n\nMade from the code (`BLESS=1 cargo test -p ccwb`). What `ccwb init` asks, with every key of a \
         profile, is on [a page of its own](ccwb-init.md);\nwhat `deploy`, `status` and `destroy` read and write is on \
         [another](ccwb-deploy.md).\n\nWithout a terminal nothing is asked: answers come as options. Data is on standard output, \
         what is under way on standard error. On failure the first\nline there is `error[CODE]: what happened`, the last \
         `hint: what to do`.\n\n",
    );
    page.push_str(
        "| exit code | meaning |\n|---|---|\n| 0 | done |\n| 1 | unexpected, declined, or something is left |\n| 2 | the command \
         line |\n| 3 | configuration: a profile, a package, a release |\n| 5 | the sign-in failed, was cancelled or timed out; \
         interrupted |\n| 7 | AWS refused |\n| 8 | network |\n| 9 | a file or the keyring |\n\n`ccwb doctor` ends with the number \
         of failed checks, `ccwb test` with the code of the first failure.\n",
    );
    let mut root = Cli::command();
    root.build();
    for command in visible(&root) {
        describe(&mut page, command, "ccwb", 2);
    }
    page
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn describe(page: &mut String, command: &Command, before: &str, level: usize) {
    let name = format!("{before} {}", command.get_name());
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "\n{} {name}\n\n{}", "#".repeat(level), about.trim());
    let arguments: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str()))
        .collect();
    if !arguments.is_empty() {
        page.push_str("\n| | |\n|---|---|\n");
    }
    for argument in arguments {
        let _ = writeln!(page, "| {} | {} |", signature(argument), meaning(argument));
    }
    for subcommand in visible(command) {
        describe(page, subcommand, &name, level + 1);
    }
}

/// `-p`, `--profile NAME`, or the name of what has no dashes.
fn signature(argument: &Arg) -> String {
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string).unwrap_or_default();
    let short = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    match argument.get_long() {
        Some(long) if takes_value => format!("{short}`--{long} {value}`"),
        Some(long) => format!("{short}`--{long}`"),
        None => format!("`{value}`"),
    }
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = help.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    if argument.get_action().takes_values() && !argument.is_hide_default_value_set() {
        let defaults: Vec<String> =
            argument.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        if !defaults.is_empty() {
            let _ = write!(text, "; {} unless told otherwise", defaults.join(", "));
        }
        let choices: Vec<String> =
            argument.get_possible_values().iter().map(|choice| format!("`{}`", choice.get_name())).collect();
        if !choices.is_empty() {
            let _ = write!(text, "; one of {}", choices.join(", "));
        }
    }
    text
}

/// To make the page again: `BLESS=1 cargo test -p ccwb`.
#[test]
fn the_reference_of_commands_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/ccwb.md");
    #[expect(clippy::disallowed_methods, reason = "a test's own switch")]
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/reference/ccwb.md is out of date: BLESS=1 cargo test -p ccwb");
}
