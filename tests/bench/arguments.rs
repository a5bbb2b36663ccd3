use std::path::PathBuf;

use clap::Parser;

/// Measures the programs as they are released, and holds them to tests/bench/budgets.toml
#[derive(Debug, Parser)]
#[command(name = "bench", max_term_width = 100)]
pub(crate) struct Arguments {
    /// What to measure: `static` or `dynamic`, which are built first, or NAME=FOLDER; several are measured side by side
    #[arg(long = "build", value_name = "BUILD", default_value = "static")]
    pub(crate) builds: Vec<Wanted>,

    /// Only what is enforced, without times and curves; exit code 1 if a budget is broken
    #[arg(long)]
    pub(crate) check: bool,

    /// Leave out how costs grow
    #[arg(long)]
    pub(crate) no_growth: bool,

    /// Write figures, curves and a row of history into docs/development
    #[arg(long)]
    pub(crate) record: bool,

    /// Timed runs of each subject, each beside a run of the C program
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    pub(crate) runs: usize,

    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
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
