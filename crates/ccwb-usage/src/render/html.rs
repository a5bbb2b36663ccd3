//! A report as one page: no other file, nothing from a network, no text of a person that is not escaped.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ccwb_bedrock::{Prices, Usd};
use sha2::{Digest as _, Sha256};

use super::json::per_million;
use super::plot::{self, COLOURS};
use super::terminal::share;
use crate::number::{grouped, percent, short};
use crate::reconcile::Reconciliation;
use crate::report::{Dimension, Line, Report};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Bars of a plot, at most. The table beside it has everything.
const BARS: usize = 12;

/// The page. `top` bounds the rows of each table, 0 does not.
pub fn html(report: &Report, reconciliation: Option<&Reconciliation>, top: usize) -> String {
    let (since, until) = (report.days.start(), report.days.end());
    let mut page = String::with_capacity(64 * 1024);
    let _ = write!(
        page,
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Claude Code usage, {since} to {until}</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the figures</a>
<header>
<h1>Claude Code on Amazon Bedrock</h1>
<p>{since} to {until}</p>
<p class="soft">{}</p>
</header>
<main id="main">
"##,
        digest(STYLE),
        digest(SCRIPT),
        escaped(&report.source),
    );
    figures(&mut page, report);
    days(&mut page, report);
    month(&mut page, report);
    for dimension in [Dimension::User, Dimension::Team, Dimension::Model, Dimension::Region] {
        if dimension != Dimension::User || report.knows_people {
            kind(&mut page, report, dimension, top);
        }
    }
    if let Some(reconciliation) = reconciliation {
        bill(&mut page, reconciliation);
    }
    to_know(&mut page, report);
    let _ = write!(page, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    page
}

fn digest(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}

fn figures(page: &mut String, report: &Report) {
    let (counts, cost) = (&report.total.counts, &report.total.cost);
    page.push_str("<dl>");
    let mut card = |title: &str, value: &str, more: &str| {
        let (title, value, more) = (escaped(title), escaped(value), escaped(more));
        let _ = write!(page, "<div><dt>{title}</dt><dd><strong>{value}</strong> <span>{more}</span></dd></div>");
    };
    let trend = report.trend.map_or_else(String::new, |trend| {
        let sign = if trend < 0.0 { "less" } else { "more" };
        format!("last 7 days: {} {sign} than the 7 before", percent(trend.abs()))
    });
    card("Cost", &cost.text(), &trend);
    if let Some(forecast) = &report.forecast {
        card(
            &format!("Expected for {}", forecast.month),
            &format!("{:.0}", forecast.expected),
            &format!(
                "{:.0} to {:.0} with 80 % probability; so far {:.0}",
                forecast.low, forecast.high, forecast.so_far
            ),
        );
    }
    let tokens = &counts.tokens;
    card("Requests", &grouped(counts.requests), &format!("{} failed", grouped(counts.errors)));
    card(
        "Tokens",
        &short(tokens.total()),
        &format!(
            "{} in, {} out, cache: {} read, {} written",
            short(tokens.input),
            short(tokens.output),
            short(tokens.cache_read),
            short(tokens.cache_write())
        ),
    );
    if let Some(share) = counts.cache_share() {
        let saved = cost.without_cache - cost.prompts;
        let more =
            if saved > Usd::ZERO { format!("of what goes in; saves {saved:.0}") } else { "of what goes in".to_owned() };
        card("From the cache", &percent(share), &more);
    }
    if report.knows_people {
        let busiest = report.by_day.iter().map(|line| line.people).max().unwrap_or(0);
        card("People", &grouped(report.total.people as u64), &format!("{busiest} on the busiest day"));
    }
    if counts.lines_added + counts.lines_removed + counts.commits > 0 {
        card(
            "Lines of code",
            &format!("+{} −{}", short(counts.lines_added), short(counts.lines_removed)),
            &format!("{} commits, {} pull requests", grouped(counts.commits), grouped(counts.pull_requests)),
        );
        card("Sessions", &grouped(counts.sessions), &format!("{} active hours", grouped(counts.active_ms / 3_600_000)));
    }
    page.push_str("</dl>\n");
}

fn days(page: &mut String, report: &Report) {
    let mut models: Vec<Line> = report.by_model.iter().filter(|line| line.cost.known > Usd::ZERO).cloned().collect();
    if models.len() > COLOURS {
        let others = Line::others(&models, COLOURS - 1);
        models.truncate(COLOURS - 1);
        models.extend(others);
    }
    let highest = report.by_day.iter().max_by_key(|line| line.cost.known);
    let description = highest.map_or_else(String::new, |line| {
        format!(
            "{} days. The highest is {} with {}. All figures are in the table below.",
            report.by_day.len(),
            line.name(),
            line.cost.text()
        )
    });
    let svg = plot::stacked_days("days", &report.by_day, &models, "Cost of each day by model", &description);
    let _ = write!(
        page,
        "<section aria-labelledby=\"h-days\">\n<h2 id=\"h-days\">Days</h2>\n<figure><div class=\"plot\" tabindex=\"0\" role=\"region\" aria-label=\"Plot of the cost of each day\">{svg}</div><figcaption><ul class=\"key\">"
    );
    for (index, model) in models.iter().enumerate() {
        let _ = write!(
            page,
            "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"c{}\" width=\"10\" height=\"10\" rx=\"2\"/></svg>{}</li>",
            index % COLOURS,
            escaped(&model.name())
        );
    }
    page.push_str("</ul></figcaption></figure>\n<details><summary>Every day as a table</summary>\n");
    table(page, report, Dimension::Day, 0, "Cost and usage of each day");
    page.push_str("</details>\n</section>\n");
}

fn month(page: &mut String, report: &Report) {
    let Some(forecast) = &report.forecast else { return };
    let description = format!(
        "{} so far, {} expected, {} to {} with 80 % probability, as in the table below.",
        forecast.so_far, forecast.expected, forecast.low, forecast.high
    );
    let Some(svg) = plot::month("month", &report.by_day, forecast, &description) else { return };
    let _ = write!(
        page,
        "<section aria-labelledby=\"h-month\">\n<h2 id=\"h-month\">The month, and where it goes</h2>\n<figure><div class=\"plot\" tabindex=\"0\" role=\"region\" aria-label=\"Plot of the month and its forecast\">{svg}</div><figcaption>Cost so far; from today the expectation, and the range of four in five months</figcaption></figure>\n"
    );
    scroll(page, &format!("Forecast of {}", forecast.month), false);
    for head in ["Month", "So far", "Expected at the end", "Low", "High"] {
        let _ = write!(page, "<th scope=\"col\">{head}</th>");
    }
    let _ = write!(page, "</tr></thead>\n<tbody><tr><th scope=\"row\">{}</th>", forecast.month);
    for amount in [forecast.so_far, forecast.expected, forecast.low, forecast.high] {
        cell(page, &amount.to_string(), amount.approximate());
    }
    page.push_str("</tr></tbody></table></div>\n</section>\n");
}

fn kind(page: &mut String, report: &Report, dimension: Dimension, top: usize) {
    let (name, heading) = match dimension {
        Dimension::User => ("user", "People"),
        Dimension::Team => ("team", "Teams"),
        Dimension::Model => ("model", "Models"),
        _ => ("region", "Regions"),
    };
    let lines = report.lines(dimension);
    if lines.is_empty() {
        return;
    }
    let shown: Vec<Line> = lines.iter().take(BARS).cloned().collect();
    let description = lines.first().map_or_else(String::new, |line| {
        format!(
            "{} in all; most has {} with {}. All figures are in the table beside it.",
            lines.len(),
            line.name(),
            line.cost.text()
        )
    });
    let caption = if lines.len() > BARS { format!("The {BARS} that cost most") } else { "Cost".to_owned() };
    let svg = plot::bars(name, &shown, &format!("Cost by {name}"), &description);
    let _ = write!(
        page,
        "<section aria-labelledby=\"h-{name}\">\n<h2 id=\"h-{name}\">{heading}</h2>\n<div class=\"pair\"><figure>{svg}<figcaption>{caption}</figcaption></figure>\n"
    );
    table(page, report, dimension, top, &format!("Cost and usage by {name}"));
    page.push_str("</div>\n</section>\n");
}

fn table(page: &mut String, report: &Report, dimension: Dimension, top: usize, caption: &str) {
    let lines = report.lines(dimension);
    let top = if top == 0 { usize::MAX } else { top };
    let total: Usd = lines.iter().map(|line| line.cost.known).sum();
    let with_people = report.knows_people && dimension != Dimension::User;
    let with_output = dimension != Dimension::Model;
    scroll(page, caption, true);
    let mut heads = vec![dimension.title(), "Cost", "Share", "Tokens", "Requests", "Failed", "From cache"];
    heads.extend(with_people.then_some("People"));
    if with_output {
        heads.extend(["Lines", "Commits"]);
    }
    for head in &heads {
        let _ = write!(page, "<th scope=\"col\">{head}</th>");
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    let row = |page: &mut String, line: &Line| {
        let counts = &line.counts;
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", escaped(&line.name()));
        cell(page, &line.cost.text(), line.cost.known.approximate());
        cell(page, &share(line, total), line.cost.known.approximate());
        number(page, line.tokens().unwrap_or(0), &line.tokens().map_or_else(|| "–".to_owned(), short));
        number(page, counts.requests, &grouped(counts.requests));
        number(page, counts.errors, &grouped(counts.errors));
        let cached = counts.cache_share();
        cell(page, &cached.map_or_else(|| "–".to_owned(), percent), cached.unwrap_or(-1.0));
        if with_people {
            number(page, line.people as u64, &grouped(line.people as u64));
        }
        if with_output {
            let changed = counts.lines_added + counts.lines_removed;
            number(page, changed, &short(changed));
            number(page, counts.commits, &grouped(counts.commits));
        }
        page.push_str("</tr>\n");
    };
    for line in lines.iter().take(top) {
        row(page, line);
    }
    page.push_str("</tbody>");
    if let Some(others) = Line::others(lines, top) {
        page.push_str("\n<tfoot>");
        row(page, &others);
        page.push_str("</tfoot>");
    }
    page.push_str("</table></div>\n");
}

fn bill(page: &mut String, reconciliation: &Reconciliation) {
    page.push_str("<section aria-labelledby=\"h-bill\">\n<h2 id=\"h-bill\">Telemetry beside the bill</h2>\n");
    let _ = write!(
        page,
        "<p>Billed {}, telemetry {}: a difference of {}.</p>\n",
        reconciliation.billed,
        reconciliation.telemetry,
        reconciliation.difference()
    );
    scroll(page, "What the difference is made of", false);
    page.push_str("<th scope=\"col\">Cause</th><th scope=\"col\">Amount</th><th scope=\"col\" class=\"text\">Made of</th></tr></thead>\n<tbody>\n");
    for cause in &reconciliation.causes {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", escaped(cause.kind.title()));
        cell(page, &cause.amount.to_string(), cause.amount.approximate());
        let _ = writeln!(page, "<td class=\"text wide\">{}</td></tr>", escaped(&cause.detail));
    }
    let _ = write!(
        page,
        "</tbody>\n<tfoot><tr><th scope=\"row\">Difference</th><td>{}</td><td></td></tr></tfoot></table></div>\n",
        reconciliation.difference()
    );
    for (title, pairs) in reconciliation.tables() {
        let _ = write!(page, "<h3>{}</h3>\n", escaped(title));
        scroll(page, &format!("Telemetry and bill: {title}"), true);
        let _ = write!(
            page,
            "<th scope=\"col\">{}</th><th scope=\"col\">Telemetry</th><th scope=\"col\">Billed</th><th scope=\"col\">Difference</th><th scope=\"col\" class=\"text\">Remark</th></tr></thead>\n<tbody>\n",
            escaped(title)
        );
        for pair in pairs {
            let _ = write!(page, "<tr><th scope=\"row\">{}</th>", escaped(&pair.name));
            for amount in [pair.telemetry, pair.billed, pair.difference()] {
                cell(page, &amount.to_string(), amount.approximate());
            }
            let _ = writeln!(page, "<td class=\"text\">{}</td></tr>", escaped(pair.remark()));
        }
        page.push_str("</tbody></table></div>\n");
    }
    if !reconciliation.notes.is_empty() {
        page.push_str("<ul>\n");
        for note in &reconciliation.notes {
            let _ = writeln!(page, "<li>{}</li>", escaped(note));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

fn to_know(page: &mut String, report: &Report) {
    page.push_str("<section aria-labelledby=\"h-know\">\n<h2 id=\"h-know\">To know</h2>\n<ul>\n");
    for note in &report.notes {
        let _ = writeln!(page, "<li>{}</li>", escaped(note));
    }
    if let Some(forecast) = &report.forecast {
        let _ = writeln!(
            page,
            "<li>The forecast rests on {} whole days: {}. It knows nothing of holidays and of growth.</li>",
            forecast.from_days,
            escaped(forecast.method)
        );
    }
    let _ = writeln!(
        page,
        "<li>Days are UTC. Prices as of {}, in {}.</li>",
        Prices::bundled().as_of(),
        Prices::bundled().unit()
    );
    page.push_str("</ul>\n<details><summary>Prices that were used</summary>\n");
    scroll(page, "US dollars per million tokens", false);
    for head in ["Model", "Input", "Output", "Cache, 5 min", "Cache, 1 h", "From cache", "As of"] {
        let _ = write!(page, "<th scope=\"col\">{head}</th>");
    }
    page.push_str("<th scope=\"col\" class=\"text\">Source</th></tr></thead>\n<tbody>\n");
    for (model, price) in &report.prices {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", escaped(model));
        match price {
            None => page.push_str("<td colspan=\"5\" class=\"text\">unknown</td><td></td><td></td></tr>\n"),
            Some(price) => {
                for micro in [price.input, price.output, price.cache_write_5m, price.cache_write_1h, price.cache_read] {
                    let _ = write!(page, "<td>{:.3}</td>", per_million(micro));
                }
                let _ = writeln!(
                    page,
                    "<td>{}</td><td class=\"text wide\">{}</td></tr>",
                    price.as_of,
                    escaped(price.source)
                );
            }
        }
    }
    page.push_str("</tbody></table></div></details>\n</section>\n");
}

/// The begin of a table up to its column heads; it can be scrolled with the keyboard.
fn scroll(page: &mut String, caption: &str, sorts: bool) {
    let (caption, class) = (escaped(caption), if sorts { " class=\"sorts\"" } else { "" });
    let _ = write!(
        page,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table{class}><caption>{caption}</caption>\n<thead><tr>"
    );
}

fn cell(page: &mut String, text: &str, value: f64) {
    let _ = write!(page, "<td data-v=\"{value}\">{}</td>", escaped(text));
}

fn number(page: &mut String, value: u64, text: &str) {
    let _ = write!(page, "<td data-v=\"{value}\">{text}</td>");
}

/// A text as it can stand in an element and in a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
