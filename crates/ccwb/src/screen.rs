//! What `ccwb` writes: steps and marks on stdout, a spinner on stderr where that is a terminal.
//!
//! Colours and widths follow the terminal (`console` honours `NO_COLOR`); in a pipe every line is whole and plain.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use console::{Term, measure_text_width, style};
use indicatif::{ProgressBar, ProgressStyle};

/// Where values start.
const VALUE_COLUMN: usize = 24;

/// The terminal, or what stands for one.
#[derive(Debug)]
pub(crate) struct Screen {
    /// Columns; `None` in a pipe, where nothing is wrapped.
    width: Option<usize>,
    /// Where standard output is for data.
    on_stderr: bool,
}

impl Screen {
    pub(crate) fn of_process() -> Self {
        let term = Term::stdout();
        let width =
            term.is_term().then(|| term.size_checked().map_or(80, |(_, columns)| usize::from(columns).clamp(40, 100)));
        Self { width, on_stderr: false }
    }

    /// For what a person follows while the answer on standard output is JSON. Nobody is asked anything.
    pub(crate) fn beside_json() -> Self {
        Self { width: None, on_stderr: true }
    }

    /// Columns of a line.
    pub(crate) fn width(&self) -> usize {
        self.room(0)
    }

    /// Whether a person reads here and can answer.
    pub(crate) fn is_interactive(&self) -> bool {
        self.width.is_some() && std::io::stdin().is_terminal()
    }

    /// The first line of a command's output, and what it is about.
    pub(crate) fn title(&self, title: &str, about: &str) {
        self.line(style(title).bold());
        if about.is_empty() {
            return;
        }
        for line in wrap(about, self.width.unwrap_or(usize::MAX)) {
            self.line(style(line).dim());
        }
    }

    /// A numbered step.
    pub(crate) fn step(&self, number: usize, title: &str) {
        self.line(format!("\n{} {}", style(number).cyan().bold(), style(title).bold()));
    }

    /// Something that was done, and its result.
    pub(crate) fn done(&self, label: &str, value: &str) {
        self.labelled(style("✓").green().to_string().as_str(), label, value);
    }

    /// Something that was left out, and why.
    pub(crate) fn skipped(&self, label: &str, value: &str) {
        self.labelled(style("–").dim().to_string().as_str(), label, value);
    }

    /// Something that is not as it should be.
    pub(crate) fn failed(&self, label: &str, value: &str) {
        self.labelled(style("✗").red().to_string().as_str(), label, value);
    }

    /// The title of a part.
    pub(crate) fn heading(&self, title: &str) {
        self.line(format!("\n  {}", style(title).bold()));
    }

    /// A row without a mark.
    pub(crate) fn row(&self, label: &str, value: &str) {
        self.labelled(" ", label, value);
    }

    /// A remark.
    pub(crate) fn note(&self, text: &str) {
        for line in wrap(text, self.room(4)) {
            self.line(format!("    {}", style(line).dim()));
        }
    }

    /// Something that the person should do.
    pub(crate) fn ask(&self, text: &str) {
        for (index, line) in wrap(text, self.room(4)).into_iter().enumerate() {
            self.line(format!(
                "  {} {}",
                if index == 0 { style("›").yellow().bold().to_string() } else { " ".into() },
                line
            ));
        }
    }

    /// A line to copy: never wrapped.
    pub(crate) fn copyable(&self, text: &str) {
        self.line(format!("    {}", style(text).cyan()));
    }

    /// A command that is run now.
    pub(crate) fn command(&self, text: &str) {
        self.line(format!("  {}", style(format!("$ {text}")).dim()));
    }

    /// What another program said. An address stays in one piece, so that it can be copied.
    pub(crate) fn quote(&self, text: &str) {
        let words = text.trim_start();
        let indent = text.len() - words.len();
        let room = self.room(4 + indent);
        let fits = words.split(' ').all(|word| word.chars().count() <= room);
        for line in wrap(words, if fits { room } else { usize::MAX }) {
            self.line(format!("  {} {:indent$}{line}", style("│").dim(), ""));
        }
    }

    /// Something that is wrong.
    pub(crate) fn problem(&self, label: &str, value: &str) {
        self.labelled(style("✗").red().to_string().as_str(), label, value);
    }

    /// The head of one of several parts, with how far along it is.
    pub(crate) fn section(&self, number: usize, of: usize, title: &str) {
        let rest = "─".repeat(of.saturating_sub(number));
        let bar = format!("{}{}", style("━".repeat(number)).cyan(), style(rest).dim());
        self.line(format!("\n{bar}  {}  {}", style(title).bold(), style(format!("{number} of {of}")).dim()));
    }

    /// The head of a page.
    pub(crate) fn page(&self, title: &str) {
        self.line(format!("\n{}", style(title).bold().underlined()));
    }

    /// A question and its answer, as a row of a page; on a narrow screen the answer goes below.
    pub(crate) fn question_row(&self, question: &str, answer: &str) {
        // Every question of init fits on its left.
        let column = 50;
        let width = self.width.unwrap_or(100);
        if width < column + 24 {
            for line in wrap(question, self.room(4)) {
                self.line(format!("    {}", style(line).dim()));
            }
            for line in wrap(answer, self.room(6)) {
                self.line(format!("      {}", style(line).cyan()));
            }
            return;
        }
        let question = wrap(question, column - 6);
        let answer = wrap(answer, width - column);
        for row in 0..question.len().max(answer.len()) {
            let (left, right) =
                (question.get(row).map_or("", String::as_str), answer.get(row).map_or("", String::as_str));
            let padding = " ".repeat((column - 4).saturating_sub(measure_text_width(left)));
            self.line(format!("    {}{padding}{}", style(left).dim(), style(right).cyan()).trim_end());
        }
    }

    /// A line that goes (`-`) or comes (`+`).
    pub(crate) fn difference(&self, sign: char, text: &str) {
        let line = style(format!("{sign} {text}"));
        self.line(if sign == '-' { line.red() } else { line.green() });
    }

    /// A key and its value, both dimmed down to data; on a narrow screen the value goes below.
    pub(crate) fn pair(&self, key: &str, value: &str) {
        const COLUMN: usize = 36;
        let key_width = measure_text_width(key);
        if self.width.is_some_and(|width| width < 70) {
            self.line(format!("    {}", style(key).dim()));
            for line in wrap(value, self.room(6)) {
                self.line(format!("      {line}"));
            }
            return;
        }
        let padding = " ".repeat(COLUMN.saturating_sub(4 + key_width).max(1));
        let mut lines = wrap(value, self.room(COLUMN)).into_iter();
        self.line(format!("    {}{padding}{}", style(key).dim(), lines.next().unwrap_or_default()));
        for line in lines {
            self.line(format!("{:COLUMN$}{line}", ""));
        }
    }

    /// One JSON document, or what people read.
    pub(crate) fn answer(&self, json: bool, value: &serde_json::Value, write: impl FnOnce()) {
        if json { self.line(format!("{value:#}")) } else { write() }
    }

    /// A text to the byte.
    #[expect(clippy::unused_self, reason = "what is written is written to the screen")]
    pub(crate) fn raw(&self, text: &str) {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    pub(crate) fn blank(&self) {
        self.line("");
    }

    /// A line as it is. A reader that went away does not stop what is under way, least of all the cleaning up.
    pub(crate) fn line(&self, text: impl Display) {
        let _ = match self.on_stderr {
            true => writeln!(std::io::stderr(), "{text}"),
            false => writeln!(std::io::stdout(), "{text}"),
        };
    }

    fn labelled(&self, mark: &str, label: &str, value: &str) {
        if value.chars().count() > self.room(VALUE_COLUMN) && !value.contains(' ') {
            // An ARN or a path, which somebody may want to copy: it stays in one piece.
            self.line(format!("  {mark} {label}"));
            self.line(format!("      {value}"));
            return;
        }
        let padding = " ".repeat(VALUE_COLUMN.saturating_sub(4 + measure_text_width(label)).max(1));
        let mut lines = wrap(value, self.room(VALUE_COLUMN)).into_iter();
        self.line(format!("  {mark} {label}{padding}{}", lines.next().unwrap_or_default()));
        for line in lines {
            self.line(format!("{:VALUE_COLUMN$}{line}", ""));
        }
    }

    fn room(&self, indent: usize) -> usize {
        self.width.map_or(usize::MAX, |width| width.saturating_sub(indent).max(20))
    }
}

/// A remark beside an output that is data: on stderr.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A sign that something is under way, until it is dropped. Without a terminal it says its text once.
#[derive(Debug)]
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    #[must_use]
    pub(crate) fn start(text: &str) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("  {spinner:.cyan} {wide_msg:.dim}") {
            bar.set_style(style);
        }
        if bar.is_hidden() {
            let _ = writeln!(std::io::stderr(), "{text} ...");
        }
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// What exactly is under way.
    pub(crate) fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// Writes in peace.
    pub(crate) fn pause<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Lines of at most `width` columns; words are cut only if they are longer than that.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in text.split(' ') {
        let mut rest: Vec<char> = word.chars().collect();
        if column > 0 && column + 1 + rest.len() > width {
            lines.push(String::new());
            column = 0;
        } else if column > 0 {
            lines.last_mut().expect("it starts with one").push(' ');
            column += 1;
        }
        while column + rest.len() > width {
            let tail = rest.split_off(width - column);
            lines.last_mut().expect("it starts with one").extend(rest);
            lines.push(String::new());
            (rest, column) = (tail, 0);
        }
        column += rest.len();
        lines.last_mut().expect("it starts with one").extend(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrap("one two three", 9), ["one two", "three"]);
        assert_eq!(wrap("one", usize::MAX), ["one"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_word_that_is_too_long_is_cut() {
        assert_eq!(wrap("to abcdefghij k", 4), ["to", "abcd", "efgh", "ij k"]);
    }
}
