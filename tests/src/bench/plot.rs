//! How a cost grows, as a picture: both axes logarithmic, readable on light and on dark pages.

use std::fmt::Write;

/// One panel.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// Below the horizontal axis.
    pub x: String,
    /// At most two.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Above the panel, in its colour.
    pub name: String,
    /// Greater than zero, from left to right.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 62.0;
const BOTTOM: f64 = 48.0;

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.small{font-size:12px;fill:#59636e}\
.page{fill:#fff}.grid{stroke:#d1d9e0}.line{fill:none;stroke-width:2}\
.a{stroke:#0550ae}.b{stroke:#bc4c00}.dot.a,.name.a{fill:#0550ae;stroke:none}.dot.b,.name.b{fill:#bc4c00;stroke:none}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.small{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#3d444d}\
.a{stroke:#79c0ff}.b{stroke:#ffa657}.dot.a,.name.a{fill:#79c0ff}.dot.b,.name.b{fill:#ffa657}}";

/// The panels side by side.
pub fn svg(charts: &[Chart]) -> String {
    let width: f64 = charts.iter().map(|_| WIDTH).sum();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" height=\"{HEIGHT}\" \
         role=\"img\">\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"{width}\" height=\"{HEIGHT}\"/>\n"
    );
    let mut offset = 0.0;
    for chart in charts {
        let _ = write!(svg, "<g transform=\"translate({offset} 0)\">\n{}</g>\n", panel(chart));
        offset += WIDTH;
    }
    svg + "</svg>\n"
}

fn panel(chart: &Chart) -> String {
    let points = || chart.lines.iter().flat_map(|line| &line.points);
    let x = Axis::around(points().map(|point| point.0), LEFT, WIDTH - RIGHT);
    let y = Axis::around(points().map(|point| point.1), HEIGHT - BOTTOM, TOP);
    let mut panel = format!("<text class=\"title\" x=\"{LEFT}\" y=\"24\">{}</text>\n", escaped(&chart.title));
    for tick in y.ticks() {
        let (at, right) = (y.place(tick), WIDTH - RIGHT);
        let _ = writeln!(panel, "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{right}\"/>");
        let text = short(tick);
        let _ = writeln!(
            panel,
            "<text class=\"small\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">{text}</text>",
            LEFT - 8.0,
            at + 4.0
        );
    }
    for tick in x.ticks() {
        let (at, below) = (x.place(tick), HEIGHT - BOTTOM + 18.0);
        let _ = writeln!(
            panel,
            "<text class=\"small\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{below}\">{}</text>",
            short(tick)
        );
    }
    let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
    let _ = writeln!(
        panel,
        "<text class=\"small\" text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">{}</text>",
        HEIGHT - 10.0,
        escaped(&chart.x)
    );
    let mut right = LEFT;
    for (line, class) in chart.lines.iter().zip(["a", "b"]) {
        panel += &drawn(line, class, &x, &y);
        let name = escaped(&line.name);
        let _ = writeln!(panel, "<text class=\"name {class}\" x=\"{right}\" y=\"45\">● {name}</text>");
        right += 170.0;
    }
    panel
}

fn drawn(line: &Line, class: &str, x: &Axis, y: &Axis) -> String {
    let places: Vec<_> = line.points.iter().map(|point| (x.place(point.0), y.place(point.1))).collect();
    let path: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    let mut drawn = format!("<path class=\"line {class}\" d=\"M{}\"/>\n", path.join("L"));
    for (x, y) in &places {
        let _ = writeln!(drawn, "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
    }
    drawn
}

/// A logarithmic axis from `low` to `high`, on the page from `start` to `end`.
struct Axis {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Axis {
    /// Whole decades: what hardly grows is seen to hardly grow.
    fn around(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (low, high) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), it| (low.min(it), high.max(it)));
        let low = low.log10().floor();
        Self { low, high: high.log10().ceil().max(low + 1.0), start, end }
    }

    fn place(&self, value: f64) -> f64 {
        self.start + (value.log10() - self.low) / (self.high - self.low) * (self.end - self.start)
    }

    fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut decade = self.low;
        while decade <= self.high {
            ticks.push(10f64.powf(decade));
            decade += 1.0;
        }
        ticks
    }
}

fn short(figure: f64) -> String {
    match figure {
        1e6.. => format!("{:.0} M", figure / 1e6),
        1e3.. => format!("{:.0},000", figure / 1e3),
        _ => format!("{}", (figure * 1e3).round() / 1e3),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_within_its_panel() {
        let points = vec![(1.0, 0.9), (10.0, 50.0), (1000.0, 1000.0)];
        let x = Axis::around(points.iter().map(|point| point.0), LEFT, WIDTH - RIGHT);
        let y = Axis::around(points.iter().map(|point| point.1), HEIGHT - BOTTOM, TOP);
        for (horizontal, vertical) in points {
            assert!((LEFT..=WIDTH - RIGHT).contains(&x.place(horizontal)), "{horizontal}");
            assert!((TOP..=HEIGHT - BOTTOM).contains(&y.place(vertical)), "{vertical}");
        }
    }

    #[test]
    fn what_hardly_grows_still_has_an_axis() {
        let axis = Axis::around([100.0, 100.0].into_iter(), 0.0, 10.0);
        assert_eq!(axis.ticks(), [100.0, 1000.0]);
    }

    #[test]
    fn a_picture_is_well_formed_and_knows_the_dark() {
        let line = Line { name: "a < b".into(), points: vec![(1.0, 2.0), (10.0, 3.0)] };
        let picture = svg(&[Chart { title: "T & T".into(), x: "callers".into(), lines: vec![line] }]);
        assert!(picture.contains("a &lt; b") && picture.contains("T &amp; T"), "{picture}");
        assert!(picture.contains("prefers-color-scheme:dark"), "{picture}");
        assert_eq!(picture.matches("<g").count(), picture.matches("</g>").count());
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!([0.1, 1.0, 1e3, 1e5, 1e7].map(short), ["0.1", "1", "1,000", "100,000", "10 M"]);
    }
}
