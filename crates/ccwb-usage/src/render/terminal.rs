//! A report for a terminal: tables with small charts, as wide as the terminal. In a pipe everything is plain ASCII.

use std::fmt::Write as _;

use ccwb_bedrock::Usd;

use crate::number::{grouped, percent, short};
use crate::report::{Dimension, Line, Report};

/// How it may look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Whether block elements can be shown.
    pub blocks: bool,
    /// Whether colours are wanted.
    pub colours: bool,
}

impl Look {
    /// For a pipe or a file.
    pub const PLAIN: Self = Self { width: 100, blocks: false, colours: false };

    pub(super) fn bold(self, text: &str) -> String {
        self.painted("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.painted("2", text)
    }

    fn bar_colour(self, text: &str) -> String {
        self.painted("36", text)
    }

    pub(super) fn painted(self, code: &str, text: &str) -> String {
        if self.colours && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Everything at a glance: sums, days, and the first of each kind.
pub fn overview(report: &Report, look: Look, top: usize) -> String {
    let mut out = String::new();
    let (since, until) = (report.days.start(), report.days.end());
    let _ =
        writeln!(out, "{}  {}", look.bold("Claude Code on Amazon Bedrock"), look.dim(&format!("{since} to {until}")));
    for line in wrapped(&report.source, look.width) {
        let _ = writeln!(out, "{}", look.dim(&line));
    }
    out.push('\n');
    figures(&mut out, report, look);
    days(&mut out, report, look);
    for dimension in [Dimension::User, Dimension::Team, Dimension::Model, Dimension::Region] {
        let lines = report.lines(dimension);
        // Where nobody is named, one line would say so.
        if lines.is_empty() || (dimension == Dimension::User && !report.knows_people) {
            continue;
        }
        out.push('\n');
        out.push_str(&table(&[dimension], lines, look, top));
    }
    if !report.notes.is_empty() {
        let _ = writeln!(out, "\n{}", look.bold("To know"));
        for note in &report.notes {
            for (index, line) in wrapped(note, look.width.saturating_sub(4)).into_iter().enumerate() {
                let _ = writeln!(out, "{}{line}", if index == 0 { "  - " } else { "    " });
            }
        }
    }
    out
}

fn figures(out: &mut String, report: &Report, look: Look) {
    let (counts, cost) = (&report.total.counts, &report.total.cost);
    let mut rows: Vec<(&str, String)> = vec![("Cost", cost.text())];
    if let Some(trend) = report.trend {
        let sign = if trend < 0.0 { "less" } else { "more" };
        rows.push(("Last 7 days", format!("{} {sign} than the 7 before", percent(trend.abs()))));
    }
    if let Some(forecast) = &report.forecast {
        let text = format!(
            "{:.0}, and with 80 % probability {:.0} to {:.0}; so far {:.0}",
            forecast.expected, forecast.low, forecast.high, forecast.so_far
        );
        rows.push(("This month", text));
    }
    rows.push(("Requests", format!("{}, {} failed", grouped(counts.requests), grouped(counts.errors))));
    let tokens = &counts.tokens;
    rows.push((
        "Tokens",
        format!(
            "{}: {} in, {} out, {} read from and {} written to the cache",
            short(tokens.total()),
            short(tokens.input),
            short(tokens.output),
            short(tokens.cache_read),
            short(tokens.cache_write())
        ),
    ));
    if let Some(share) = counts.cache_share() {
        let saved = cost.without_cache - cost.prompts;
        let text = match saved {
            saved if saved > Usd::ZERO => format!("; without it prompts would cost {saved:.0} more"),
            saved if saved < Usd::ZERO => format!("; without it prompts would cost {:.0} less", saved.abs()),
            _ => String::new(),
        };
        rows.push(("Cache", format!("{} of what goes in{text}", percent(share))));
    }
    if report.knows_people {
        let busiest = report.by_day.iter().map(|line| line.people).max().unwrap_or(0);
        rows.push(("People", format!("{}; {busiest} on the busiest day", report.total.people)));
    }
    if counts.lines_added + counts.lines_removed + counts.commits > 0 {
        rows.push((
            "Output",
            format!(
                "+{} -{} lines, {} commits, {} pull requests, {} sessions, {} hours",
                short(counts.lines_added),
                short(counts.lines_removed),
                grouped(counts.commits),
                grouped(counts.pull_requests),
                grouped(counts.sessions),
                grouped(counts.active_ms / 3_600_000)
            ),
        ));
    }
    for (label, text) in rows {
        for (index, line) in wrapped(&text, look.width.saturating_sub(16)).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let text = if label == "Cost" { look.bold(&line) } else { line };
            let _ = writeln!(out, "  {}{text}", look.dim(&format!("{label:<14}")));
        }
    }
}

/// A bar for each day; more days than rows would be too long, so weeks are then lines of seven.
fn days(out: &mut String, report: &Report, look: Look) {
    let most = report.by_day.iter().map(|line| line.cost.known).max().unwrap_or_default();
    let _ = writeln!(out, "\n{}", look.bold("Cost of each day"));
    if report.by_day.len() > 62 {
        let costs: Vec<Usd> = report.by_day.iter().map(|line| line.cost.known).collect();
        let _ = writeln!(out, "  {}", look.bar_colour(&spark(&costs, look, look.width.saturating_sub(4))));
        return;
    }
    let cost = report.by_day.iter().map(|line| width(&line.cost.text())).max().unwrap_or(0);
    let with_people = report.knows_people && look.width >= 60;
    let others = 2 + 10 + 1 + 1 + cost + if with_people { 12 } else { 0 };
    let room = look.width.saturating_sub(others).clamp(4, 60);
    for line in &report.by_day {
        let bar = bar(line.cost.known, most, room, look);
        let pad = " ".repeat(room.saturating_sub(bar.chars().count()));
        let people = if with_people { format!("  {:>3} people", line.people) } else { String::new() };
        let _ = writeln!(
            out,
            "  {} {}{pad} {:>cost$}{}",
            line.name(),
            look.bar_colour(&bar),
            line.cost.text(),
            look.dim(&people)
        );
    }
}

struct Column<'a> {
    title: &'static str,
    /// Columns of the smallest number go first where there is no room.
    keep: u8,
    value: Box<dyn Fn(&Line) -> String + 'a>,
}

/// One table: the first lines, the rest as one, and how the days of each went.
pub fn table(by: &[Dimension], lines: &[Line], look: Look, top: usize) -> String {
    let top = if top == 0 { usize::MAX } else { top };
    let mut shown: Vec<Line> = lines.iter().take(top).cloned().collect();
    shown.extend(Line::others(lines, top));
    let total: Usd = lines.iter().map(|line| line.cost.known).sum();
    let is_of_people = by.contains(&Dimension::User);
    let is_of_days = by.contains(&Dimension::Day);
    let mut columns = vec![
        column("Cost", 9, |line| line.cost.text()),
        column("Share", 6, move |line| share(line, total)),
        column("Tokens", 8, |line| line.tokens().map_or_else(|| "-".to_owned(), short)),
        column("Requests", 7, |line| grouped(line.counts.requests)),
        column("Failed", 2, |line| grouped(line.counts.errors)),
        column("Cache", 5, |line| line.counts.cache_share().map_or_else(|| "-".to_owned(), percent)),
    ];
    if !is_of_people {
        columns.push(column("People", 4, |line| grouped(line.people as u64)));
    }
    if !by.contains(&Dimension::Model) {
        columns.push(column("Lines", 3, |line| short(line.counts.lines_added + line.counts.lines_removed)));
        columns.push(column("Commits", 1, |line| grouped(line.counts.commits)));
    }
    let title = by.iter().map(|dimension| dimension.title()).collect::<Vec<_>>().join(" / ");
    let names: Vec<String> = shown.iter().map(Line::name).collect();
    let name_width = names.iter().map(|name| width(name)).max().unwrap_or(0).max(width(&title));
    let cells = |columns: &[Column<'_>]| -> Vec<usize> {
        let longest = |column: &Column<'_>| shown.iter().map(|line| width(&(column.value)(line))).max().unwrap_or(0);
        columns.iter().map(|column| longest(column).max(width(column.title))).collect()
    };
    // The name keeps 12 columns at least; what does not fit then goes, least important first.
    let needed = |columns: &[Column<'_>]| cells(columns).iter().map(|width| width + 2).sum::<usize>();
    while columns.len() > 1 && needed(&columns) + name_width.clamp(12, 36) + 2 > look.width {
        let least = columns.iter().map(|column| column.keep).min();
        columns.retain(|column| Some(column.keep) != least);
    }
    // How the days went tells more than the least important columns.
    let few_days = shown.first().map_or(0, |line| line.daily.len()).min(10);
    while !is_of_days && needed(&columns) + name_width.min(36) + 4 + few_days > look.width {
        let Some(least) = columns.iter().map(|column| column.keep).min().filter(|keep| *keep <= 3) else { break };
        columns.retain(|column| column.keep != least);
    }
    let widths = cells(&columns);
    let rest = look.width.saturating_sub(needed(&columns) + 2);
    let name_width = name_width.min(rest.max(8));
    // What is left over shows how the days went.
    let spark_width = rest.saturating_sub(name_width + 2).min(shown.first().map_or(0, |line| line.daily.len()));
    let sparks = !is_of_days && spark_width >= 7;

    let mut out = format!("{}", look.bold(&format!("  {}", fitted(&title, name_width))));
    for (column, width) in columns.iter().zip(&widths) {
        let _ = write!(out, "  {}", look.dim(&format!("{:>width$}", column.title)));
    }
    if sparks {
        let _ = write!(out, "  {}", look.dim("Days"));
    }
    out.push('\n');
    for (line, name) in shown.iter().zip(&names) {
        let mut row = format!("  {}", fitted(name, name_width));
        for (column, width) in columns.iter().zip(&widths) {
            let _ = write!(row, "  {:>width$}", (column.value)(line));
        }
        if sparks {
            let _ = write!(row, "  {}", look.bar_colour(&spark(&line.daily, look, spark_width)));
        }
        let _ = writeln!(out, "{}", row.trim_end());
    }
    out
}

fn column<'a>(title: &'static str, keep: u8, value: impl Fn(&Line) -> String + 'a) -> Column<'a> {
    Column { title, keep, value: Box::new(value) }
}

/// The part of the money; of a cost that is not known none.
pub(super) fn share(line: &Line, whole: Usd) -> String {
    match line.cost.amount() {
        Some(amount) if whole != Usd::ZERO => percent(amount.approximate() / whole.approximate()),
        _ => "-".to_owned(),
    }
}

/// A bar in eighths of a column, or in whole ones.
fn bar(value: Usd, most: Usd, room: usize, look: Look) -> String {
    if most <= Usd::ZERO || value <= Usd::ZERO {
        return String::new();
    }
    let share = (value.approximate() / most.approximate()).clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "0 to 8 columns' eighths"
    )]
    let eighths = (share * room as f64 * 8.0).round() as usize;
    if !look.blocks {
        return "#".repeat((eighths / 8).max(1));
    }
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let text = format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8]);
    if text.is_empty() { "▏".to_owned() } else { text }
}

/// Columns of eight heights; several days share one where there are more days than columns.
fn spark(days: &[Usd], look: Look, room: usize) -> String {
    const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 9] = [' ', '.', '.', ':', ':', '-', '=', '+', '#'];
    let heights = if look.blocks { BLOCKS } else { ASCII };
    let of_each = days.len().div_ceil(room.max(1)).max(1);
    let sums: Vec<f64> = days.chunks(of_each).map(|days| days.iter().copied().sum::<Usd>().approximate()).collect();
    let most = sums.iter().copied().fold(0.0, f64::max);
    sums.iter()
        .map(|sum| {
            if *sum <= 0.0 || most <= 0.0 {
                return heights[0];
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 8")]
            let height = (sum / most * 8.0).ceil().clamp(1.0, 8.0) as usize;
            heights[height]
        })
        .collect()
}

/// Columns that a text takes; CJK characters take two.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}') { 2 } else { 1 }).sum()
}

/// A text of exactly that width; what is longer loses its middle: the end of a model's id tells as much as its beginning.
pub(super) fn fitted(text: &str, room: usize) -> String {
    let long = width(text);
    if long <= room {
        return format!("{text}{}", " ".repeat(room - long));
    }
    let chars: Vec<char> = text.chars().collect();
    let keep = room.saturating_sub(2);
    let (head, tail) = (keep.div_ceil(2), keep / 2);
    let head: String = chars.iter().take(head).collect();
    let tail: String = chars.iter().skip(chars.len().saturating_sub(tail)).collect();
    let text = format!("{head}..{tail}");
    let pad = room.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(pad))
}

/// Lines of whole words.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map_or(0, |line| width(line));
        if line > 0 && line + 1 + width(word) > room.max(20) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
