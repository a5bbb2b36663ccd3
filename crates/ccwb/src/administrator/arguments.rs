//! `ccwb context` and `ccwb config`: the command lines.

use std::path::PathBuf;

use clap::Subcommand;

/// `ccwb context`.
#[derive(Debug, Subcommand)]
pub(crate) enum ContextCommand {
    /// All profiles; the active one is marked
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// The active profile's name
    Current {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a profile the active one
    Use {
        /// Its name
        name: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What a profile says, without secrets
    Show {
        /// Its name; the active one if absent
        name: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// `ccwb config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check a profile, or all of them
    Validate {
        /// A name, or all; the active one if absent
        name: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a profile without its secrets, to be imported elsewhere
    Export {
        /// Its name; the active one if absent
        name: Option<String>,
        /// The file; standard output if absent
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Report as JSON; needs --output
        #[arg(long, requires = "output")]
        json: bool,
    },
    /// Take over an exported profile
    Import {
        /// The file
        file: PathBuf,
        /// The profile's name; the one in the file if absent
        name: Option<String>,
        /// Replace a profile of that name
        #[arg(long, short, visible_alias = "force")]
        yes: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}
