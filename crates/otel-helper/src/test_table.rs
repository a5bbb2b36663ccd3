//! `--test`: what would be sent, where each value came from, and what is missing. The token itself is not shown: the output
//! is made to be passed on.

use std::fmt::Write as _;

use ccwb_telemetry::Row;
use secrecy::ExposeSecret as _;

use crate::answer::Answer;
use crate::lookup::Lookup;
use crate::problem::Problem;
use crate::world::World;

/// Values that are longer do not widen the column.
const WIDEST: usize = 44;

pub(crate) fn render(world: &World, lookup: Option<&Lookup<'_>>, answer: &Result<Answer<'_>, Problem>) -> String {
    let mut text = String::new();
    if let Some(lookup) = lookup {
        let _ = writeln!(text, "Profile      {} (named by {})", lookup.profile, lookup.named_by);
        let _ = writeln!(text, "Config       {}", lookup.stamp.path.display());
        let _ = writeln!(text, "Header file  {}", lookup.header_file().display());
    }
    match answer {
        Ok(answer) => show(world, answer, &mut text),
        Err(problem) => {
            let _ = writeln!(text, "\nNothing would be sent ({{}}): {}.\nTo do: {}", problem.what, problem.fix);
        }
    }
    text
}

fn show(world: &World, answer: &Answer<'_>, text: &mut String) {
    let file = &answer.file;
    let (age, left) = (span(world.now - file.written), span(file.good_until() - world.now));
    let _ = writeln!(text, "Written      {age} ago; good for another {left} unless renewed\n");
    table(world, answer, text);
    let missing: Vec<(&str, &str)> =
        file.rows.iter().filter_map(|row| Some((&*row.name, row.missing.as_deref()?))).collect();
    if !missing.is_empty() {
        text.push_str("\nThe ID token has none of the claims for:\n");
    }
    for (name, looked_for) in missing {
        let _ = writeln!(text, "  {name:<16} {}", printable(looked_for));
    }
    if !file.left_out.is_empty() {
        let _ = writeln!(
            text,
            "\nThe identity provider left out of the ID token, for there is too much of it: {}.",
            printable(&file.left_out.join(", "))
        );
    }
    if let Err(withheld) = &answer.bearer {
        let _ = writeln!(text, "\nNo authorization: {withheld}.");
    }
}

fn table(world: &World, answer: &Answer<'_>, text: &mut String) {
    let mut lines = vec![["HEADER".to_owned(), "VALUE".to_owned(), "FROM".to_owned(), "POLICY".to_owned()]];
    lines.extend(answer.file.rows.iter().map(line));
    if let Ok(token) = &answer.bearer {
        let (size, left) = (token.expose_secret().len(), span(answer.file.token_expires - world.now));
        let value = format!("Bearer (ID token, {size} bytes, {left} left)");
        lines.push(["authorization".to_owned(), value, "ID token".to_owned(), "telemetry_bearer".to_owned()]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].len()).filter(|width| *width <= WIDEST).max();
    let [header, value, from] = [0, 1, 2].map(|column| width(column).unwrap_or_default());
    for [name, shown, source, policy] in &lines {
        let _ = writeln!(text, "{name:<header$}  {shown:<value$}  {source:<from$}  {policy}");
    }
}

fn line(row: &Row<'_>) -> [String; 4] {
    let value = row.sent().unwrap_or(if row.cut { "(left out: too much)" } else { "(not sent)" });
    let from = match (&row.from, &row.missing, row.sent()) {
        (Some(from), ..) => printable(from),
        (None, Some(_), Some(_)) => "default: no claim".to_owned(),
        (None, None, Some(_)) => "default".to_owned(),
        (None, _, None) => "no claim".to_owned(),
    };
    let cut = if row.cut { ", cut" } else { "" };
    [printable(&row.name), value.to_owned(), from, format!("{}{cut}", printable(&row.policy))]
}

/// Names of claims are anybody's text; in a terminal they do nothing but stand there.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect()
}

/// A span of time in one unit.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{} s", seconds.max(0)),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
