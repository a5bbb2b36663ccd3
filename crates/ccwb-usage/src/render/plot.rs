//! Plots as SVG, for a page that carries no other file. Colours are classes: the page's style knows both themes.

use std::fmt::Write as _;

use ccwb_bedrock::Usd;

use super::html::escaped;
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
    let mut tick = 0.0;
    while tick <= top * 1.001 {
        let at = y(tick);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{at:.1}" y2="{at:.1}"/><text class="axis" x="{:.0}" y="{:.1}" text-anchor="end">{}</text>"#,
            LEFT - 8.0,
            at + 4.0,
            dollars(tick, step),
        );
        tick += step;
    }
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
