//! Plots as SVG, for a page that carries no other file. Colours are classes: the page's style knows both themes.

use std::fmt::Write as _;

use ccwb_bedrock::Usd;
use chrono::{Datelike as _, NaiveDate};

use super::html::escaped;
use crate::forecast::Forecast;
use crate::report::Line;

/// How many colours there are.
pub(super) const COLOURS: usize = 6;

/// One column for each day, a part of it for each of the lines (models), the first below.
pub(super) fn stacked_days(id: &str, days: &[Line], parts: &[Line], title: &str, description: &str) -> String {
    const WIDTH: f64 = 880.0;
    const HEIGHT: f64 = 240.0;
    const LEFT: f64 = 64.0;
    const BELOW: f64 = 26.0;
    const ABOVE: f64 = 10.0;
    let most = days.iter().map(|day| day.cost.known.approximate()).fold(0.0, f64::max);
    let (top, step) = scale(most);
    let plot = HEIGHT - BELOW - ABOVE;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred days")]
    let pitch = (WIDTH - LEFT) / days.len().max(1) as f64;
    let y = |value: f64| ABOVE + plot * (1.0 - value / top);
    let mut svg = head(id, WIDTH, HEIGHT, title, description);
    axis(&mut svg, top, step, LEFT, WIDTH, y);
    let every = days.len().div_ceil(8).max(1);
    for (index, day) in days.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred days")]
        let x = LEFT + pitch * index as f64;
        let mut sum = 0.0;
        for (part, line) in parts.iter().enumerate() {
            let value = line.daily.get(index).copied().unwrap_or_default().approximate();
            if value <= 0.0 {
                continue;
            }
            let (bottom, height) = (y(sum), plot * value / top);
            sum += value;
            let _ = write!(
                svg,
                r#"<rect class="c{}" x="{:.1}" y="{:.1}" width="{:.1}" height="{height:.1}"><title>{}</title></rect>"#,
                part % COLOURS,
                x + pitch * 0.12,
                bottom - height,
                (pitch * 0.76).max(0.6),
                escaped(&format!(
                    "{}, {}: {}",
                    day.name(),
                    line.name(),
                    line.daily.get(index).copied().unwrap_or_default()
                )),
            );
        }
        if index % every == 0 {
            let _ = write!(
                svg,
                r#"<text class="axis" x="{:.1}" y="{:.0}" text-anchor="middle">{}</text>"#,
                x + pitch / 2.0,
                HEIGHT - 8.0,
                escaped(day.name().get(5..).unwrap_or_default()),
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// What a month has cost by each day, and where it goes: the expectation as a line, the interval as an area.
pub(super) fn month(id: &str, days: &[Line], forecast: &Forecast, description: &str) -> Option<String> {
    const WIDTH: f64 = 880.0;
    const HEIGHT: f64 = 200.0;
    const LEFT: f64 = 64.0;
    let end: NaiveDate = forecast.end.parse().ok()?;
    let begin = end.with_day(1)?;
    let in_month = |line: &&Line| line.name().starts_with(&forecast.month) && line.name() <= forecast.today;
    let shown: Vec<&Line> = days.iter().filter(in_month).collect();
    // What was before the days that are shown.
    let mut sum = forecast.so_far - shown.iter().map(|line| line.cost.known).sum();
    let (top, step) = scale(forecast.high.approximate().max(0.01));
    #[expect(clippy::cast_precision_loss, reason = "at most 31")]
    let x = |day: NaiveDate| {
        LEFT + (WIDTH - LEFT - 8.0) * (day - begin).num_days() as f64 / (end - begin).num_days() as f64
    };
    let y = |value: Usd| 10.0 + (HEIGHT - 36.0) * (1.0 - value.approximate() / top);
    let mut svg = head(id, WIDTH, HEIGHT, "Cost of the month, and its forecast", description);
    axis(&mut svg, top, step, LEFT, WIDTH, |value| 10.0 + (HEIGHT - 36.0) * (1.0 - value / top));
    let mut line = String::new();
    for day in &shown {
        sum += day.cost.known;
        let _ = write!(line, "{:.1},{:.1} ", x(day.name().parse().ok()?), y(sum));
    }
    let (now, last) = (x(forecast.today.parse().ok()?), x(end));
    let _ = write!(
        svg,
        r#"<polygon class="area" points="{now:.1},{from:.1} {last:.1},{:.1} {last:.1},{:.1}"/><polyline class="l1" points="{now:.1},{from:.1} {last:.1},{:.1}"/><polyline class="l0" points="{}"/>"#,
        y(forecast.low),
        y(forecast.high),
        y(forecast.expected),
        line.trim_end(),
        from = y(forecast.so_far),
    );
    for (day, anchor) in [(begin, "start"), (end, "end")] {
        let _ = write!(
            svg,
            r#"<text class="axis" x="{:.1}" y="{:.0}" text-anchor="{anchor}">{}</text>"#,
            x(day),
            HEIGHT - 8.0,
            day.format("%m-%d"),
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn axis(svg: &mut String, top: f64, step: f64, left: f64, width: f64, y: impl Fn(f64) -> f64) {
    let mut tick = 0.0;
    while tick <= top * 1.001 {
        let at = y(tick);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{left}" x2="{width}" y1="{at:.1}" y2="{at:.1}"/><text class="axis" x="{:.0}" y="{:.1}" text-anchor="end">{}</text>"#,
            left - 8.0,
            at + 4.0,
            dollars(tick, step),
        );
        tick += step;
    }
}

/// One bar for each line, with its name and its cost.
pub(super) fn bars(id: &str, lines: &[Line], title: &str, description: &str) -> String {
    const WIDTH: f64 = 300.0;
    const ROW: f64 = 34.0;
    let most = lines.iter().map(|line| line.cost.known.approximate()).fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a few lines")]
    let height = ROW * lines.len().max(1) as f64 + 4.0;
    let mut svg = head(id, WIDTH, height, title, description);
    for (index, line) in lines.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let y = ROW * index as f64;
        let share = if most > 0.0 { line.cost.known.approximate() / most } else { 0.0 };
        let name: String = shortened(&line.name(), 31);
        let _ = write!(
            svg,
            r#"<text class="label" x="0" y="{:.0}">{}</text><text class="label" x="{WIDTH}" y="{:.0}" text-anchor="end">{}</text><rect class="track" x="0" y="{:.0}" width="{WIDTH}" height="8" rx="4"/>"#,
            y + 13.0,
            escaped(&name),
            y + 13.0,
            escaped(&line.cost.text()),
            y + 19.0,
        );
        if share > 0.0 {
            let _ = write!(
                svg,
                r#"<rect class="c0" x="0" y="{:.0}" width="{:.1}" height="8" rx="4"/>"#,
                y + 19.0,
                (WIDTH * share).max(3.0)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

fn head(id: &str, width: f64, height: f64, title: &str, description: &str) -> String {
    format!(
        r#"<svg role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width:.0} {height:.0}"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
        escaped(title),
        escaped(description)
    )
}

fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let short: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{short}…")
}

/// The top of an axis, and a step of 1, 2 or 5 times a power of ten that divides it into at most five.
fn scale(most: f64) -> (f64, f64) {
    if most <= 0.0 {
        return (1.0, 1.0);
    }
    let raw = most / 4.0;
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= raw).unwrap_or(raw);
    (step * (most / step).ceil(), step)
}

fn dollars(value: f64, step: f64) -> String {
    let digits = if step < 1.0 { 2 } else { 0 };
    #[expect(clippy::cast_possible_truncation, reason = "a label")]
    let amount = Usd::from_pico((value * 1e6).round() as i128 * 1_000_000);
    format!("{amount:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_steps_and_holds_the_largest() {
        for most in [0.003, 0.9, 7.0, 99.0, 100.0, 12_345.0] {
            let (top, step) = scale(most);
            assert!(top >= most && top / step <= 5.01, "{most}: {top} {step}");
        }
        assert_eq!(scale(99.0), (100.0, 50.0));
    }
}
