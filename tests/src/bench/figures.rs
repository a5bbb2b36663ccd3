use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// What is measured of a program, or of programs that wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// From start to exit, as a ratio to a C hello-world in the same minute.
    TimeRatio,
    /// Milliseconds from start to exit, or to what the subject names.
    Time,
    /// As callgrind counts them.
    Instructions,
    /// Bytes of resident memory at the peak.
    PeakMemory,
    /// Calls of the kernel.
    SystemCalls,
    /// Threads besides the first, of the program and whatever it started.
    Threads,
    /// Processes that it started.
    Children,
    /// Sockets that it opened.
    Sockets,
    /// Connections over TCP.
    Connections,
    /// Requests that the identity provider answered.
    ProviderRequests,
    /// Requests that AWS answered.
    AwsRequests,
    /// Bytes of the program's file.
    Size,
}

impl Measure {
    /// Whether it does not depend on how busy the machine is, so that a budget on it can be enforced.
    pub fn is_exact(self) -> bool {
        !matches!(self, Self::TimeRatio | Self::Time)
    }

    /// A figure for people.
    pub fn show(self, figure: f64) -> String {
        match self {
            Self::TimeRatio => format!("{figure:.2} ×"),
            Self::Time if figure < 10.0 => format!("{figure:.2} ms"),
            Self::Time => format!("{figure:.0} ms"),
            Self::Instructions => format!("{:.0} k", figure / 1e3),
            Self::PeakMemory | Self::Size => format!("{:.2} MB", figure / 1e6),
            _ => format!("{figure:.0}"),
        }
    }
}

/// As in budgets.toml, with spaces.
impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::TimeRatio => "time ratio",
            Self::Time => "time",
            Self::Instructions => "instructions",
            Self::PeakMemory => "peak memory",
            Self::SystemCalls => "system calls",
            Self::Threads => "threads",
            Self::Children => "children",
            Self::Sockets => "sockets",
            Self::Connections => "connections",
            Self::ProviderRequests => "provider requests",
            Self::AwsRequests => "AWS requests",
            Self::Size => "size",
        })
    }
}

/// What was measured of one build, by subject.
#[derive(Clone, Debug, Default)]
pub struct Figures(BTreeMap<(String, Measure), f64>);

impl Figures {
    /// Notes a figure.
    pub fn set(&mut self, subject: &str, measure: Measure, figure: f64) {
        self.0.insert((subject.to_owned(), measure), figure);
    }

    /// The figure, if it was measured.
    pub fn get(&self, subject: &str, measure: Measure) -> Option<f64> {
        self.0.get(&(subject.to_owned(), measure)).copied()
    }
}

/// The middle one, the lower of two.
///
/// # Panics
///
/// If there is none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[(figures.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_run_does_not_move_the_median() {
        assert!((median(vec![1.0, 900.0, 1.1]) - 1.1).abs() < f64::EPSILON);
        assert!((median(vec![2.0, 1.0]) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_figure_is_shown_in_its_unit() {
        let shown = [
            (Measure::TimeRatio, 0.8, "0.80 ×"),
            (Measure::Time, 1.234, "1.23 ms"),
            (Measure::Time, 1234.5, "1234 ms"),
            (Measure::Instructions, 617_400.0, "617 k"),
            (Measure::PeakMemory, 4e6, "4.00 MB"),
            (Measure::Sockets, 0.0, "0"),
        ];
        for (measure, figure, text) in shown {
            assert_eq!(measure.show(figure), text);
        }
    }
}
