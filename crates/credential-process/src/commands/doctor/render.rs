//! Findings for a person and for a program.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use serde::Serialize;

use super::finding::{Finding, State};
use crate::world::World;

/// How the terminal is to be written to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    colours: bool,
    width: usize,
}

/// Columns before the text: mark, name, and the space around them.
const MARGIN: usize = 28;
const NAME: usize = MARGIN - 10;

impl Look {
    /// Colours on a terminal only, and not where the person wants none (<https://no-color.org>).
    pub(super) fn of(world: &World) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let wanted = world.var("NO_COLOR").is_none() && world.var("TERM") != Some("dumb");
        Self { colours: terminal && wanted, width: if terminal { columns().clamp(60, 110) } else { 80 } }
    }
}

#[cfg(unix)]
fn columns() -> usize {
    rustix::termios::tcgetwinsize(rustix::stdio::stdout()).map_or(80, |size| usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn columns() -> usize {
    80
}

/// The report for programs, in this order.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    version: &'static str,
    profile: Option<&'a str>,
    checks: &'a [Finding],
    failed: usize,
}

pub(super) fn to_json<'a>(profile: Option<&'a str>, findings: &'a [Finding]) -> Report<'a> {
    Report { version: env!("CARGO_PKG_VERSION"), profile, checks: findings, failed: count(findings, State::Failed) }
}

pub(super) fn to_text(profile: Option<&str>, findings: &[Finding], look: Look) -> String {
    let mut text = format!("credential-process {}", env!("CARGO_PKG_VERSION"));
    if let Some(profile) = profile {
        let _ = write!(text, ", profile {profile}");
    }
    text.push_str("\n\n");
    for finding in findings {
        let mark = painted(finding.state, &format!("{:<4}", mark(finding.state)), look);
        let _ = write!(text, "  {mark}  {:<NAME$}  ", finding.check);
        paragraph(&mut text, &finding.what, look);
        if let Some(fix) = &finding.fix {
            let _ = write!(text, "{:MARGIN$}", "");
            paragraph(&mut text, &format!("-> {fix}"), look);
        }
    }
    let _ = writeln!(text, "\n{}", summary(findings));
    text
}

fn mark(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Warning => "warn",
        State::Failed => "FAIL",
        State::Skipped => "skip",
    }
}

fn painted(state: State, text: &str, look: Look) -> String {
    let colour = match state {
        State::Ok => "32",
        State::Warning => "33",
        State::Failed => "1;31",
        State::Skipped => "2",
    };
    if look.colours { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Lines of the text's own and lines that are too long are continued below the first.
fn paragraph(text: &mut String, words: &str, look: Look) {
    let room = look.width.saturating_sub(MARGIN).max(20);
    // What is indented is to be copied, and stays whole.
    let cut = |line: &'_ str| if line.starts_with("  ") { vec![line.to_owned()] } else { wrapped(line, room) };
    for (index, line) in words.lines().flat_map(cut).enumerate() {
        if index > 0 {
            let _ = write!(text, "{:MARGIN$}", "");
        }
        text.push_str(&line);
        text.push('\n');
    }
    if words.is_empty() {
        text.push('\n');
    }
}

/// Cut between words; a word that is too long (a path, an address) stays whole, so that it can be copied.
fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().expect("there is always one");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= room {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn summary(findings: &[Finding]) -> String {
    let (failed, warnings) = (count(findings, State::Failed), count(findings, State::Warning));
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (failed, warnings) {
        (0, 0) => "Nothing is wrong.".to_owned(),
        (0, _) => format!("Nothing failed; {}.", plural(warnings, "warning")),
        _ => format!("{} failed; {}.", plural(failed, "check"), plural(warnings, "warning")),
    }
}

fn count(findings: &[Finding], state: State) -> usize {
    findings.iter().filter(|finding| finding.state == state).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_columns_are_enough_and_a_path_is_never_broken() {
        let path = format!("~/{}", "a-long-folder/".repeat(6));
        let findings = [
            Finding::ok("config", "fine"),
            Finding::failed("callback-port", format!("{} {path}", "many words ".repeat(12)), "close it"),
        ];
        let text = to_text(Some("ClaudeCode"), &findings, Look { colours: false, width: 80 });
        assert!(text.contains(&path));
        for line in text.lines().filter(|line| !line.contains(&path)) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(text.contains("  FAIL  callback-port       many words"), "{text}");
        assert!(text.ends_with("1 check failed; 0 warnings.\n"), "{text}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn json_has_the_fields_of_the_contract() {
        let findings = [Finding::failed("config", "broken", "mend it"), Finding::ok("clock", "fine")];
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            serde_json::to_string(&to_json(None, &findings)).unwrap(),
            format!(
                r#"{{"version":"{version}","profile":null,"checks":[{{"name":"config","state":"failed","message":"broken","fix":"mend it"}},{{"name":"clock","state":"ok","message":"fine","fix":null}}],"failed":1}}"#
            )
        );
    }
}
