use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures the programs as they are released, and holds them to tests/bench/budgets.toml.
///
/// Exit code 1 if a budget is broken. Times are shown, and break none.
#[derive(Debug, Parser)]
#[command(name = "bench", max_term_width = 100)]
pub(crate) struct Arguments {
    /// How much to measure
    #[arg(value_enum, default_value_t = Extent::Figures)]
    pub(crate) extent: Extent,

    /// Which build: `static` or `dynamic`, which are built first, or NAME=FOLDER; several are measured one after the other
    #[arg(long = "build", value_name = "BUILD", default_value = "static")]
    pub(crate) builds: Vec<Wanted>,

    /// Timed runs of each subject, each beside a run of the C program
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    pub(crate) runs: usize,

    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// Each holds those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Extent {
    /// What is enforced, without times
    Check,
    /// Every figure
    Figures,
    /// Also how costs grow
    Growth,
    /// All of it, written into docs/development/benchmarks with a row of history
    Record,
}

/// A build by name.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// As releases are: nothing but the kernel is needed.
    Static,
    /// As `cargo build --release` makes it.
    Dynamic,
    /// Somebody made it: the folder holds the programs.
    Made(String, PathBuf),
}

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.split_once('=')) {
            ("static", _) => Ok(Self::Static),
            ("dynamic", _) => Ok(Self::Dynamic),
            (_, Some((name, folder))) => Ok(Self::Made(name.to_owned(), folder.into())),
            _ => Err("static, dynamic or NAME=FOLDER".to_owned()),
        }
    }
}
