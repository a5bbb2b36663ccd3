//! `ccwb cost`: the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `ccwb cost`.
#[derive(Debug, Subcommand)]
pub(crate) enum CostCommand {
    /// What a month costs: teams, their tokens and models, prompt caching, batch jobs, contingency
    ///
    /// From a file with teams, or for one team from options. How many tokens somebody needs is yours to say: ccwb usage knows it
    /// of people who work already.
    Estimate(Box<EstimateArguments>),
    /// The same tokens with each model
    Compare(CompareArguments),
    /// Several plans side by side
    Scenarios(ScenarioArguments),
}

#[derive(Args, Debug)]
pub(crate) struct EstimateArguments {
    /// Teams, as YAML or TOML; - is standard input
    #[arg(conflicts_with_all = ["people", "days", "input", "output", "models", "region"])]
    pub(crate) file: Option<PathBuf>,

    /// How many people
    #[arg(long, value_name = "NUMBER", required_unless_present = "file")]
    pub(crate) people: Option<u64>,

    /// On how many days of the month
    #[arg(long, value_name = "NUMBER", required_unless_present = "file")]
    pub(crate) days: Option<u64>,

    /// Input tokens of one person on one day, cached or not, such as 1.5M
    #[arg(long, value_name = "TOKENS", value_parser = ccwb_bedrock::token_count, required_unless_present = "file")]
    pub(crate) input: Option<u64>,

    /// Output tokens of one person on one day
    #[arg(long, value_name = "TOKENS", value_parser = ccwb_bedrock::token_count, required_unless_present = "file")]
    pub(crate) output: Option<u64>,

    /// A model and its percent of all tokens; one model alone needs no percent
    #[arg(long = "model", value_name = "MODEL=PERCENT", value_delimiter = ',', required_unless_present = "file")]
    pub(crate) models: Vec<String>,

    /// The region that calls come from
    #[arg(long, value_name = "REGION", required_unless_present = "file")]
    pub(crate) region: Option<String>,

    #[command(flatten)]
    pub(crate) shape: ShapeArguments,

    /// Percent on top of everything [default: that of the file, else 0]
    #[arg(long, value_name = "PERCENT")]
    pub(crate) contingency: Option<u32>,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How tokens are used.
#[derive(Args, Debug)]
pub(crate) struct ShapeArguments {
    /// Only inference profiles under this prefix
    #[arg(long, value_name = "PREFIX", conflicts_with = "file")]
    pub(crate) prefix: Option<String>,

    /// Percent of input that is read from the cache
    #[arg(long, value_name = "PERCENT", default_value_t = 0, conflicts_with = "file")]
    pub(crate) cache_read: u32,

    /// Percent of input that is written to the cache
    #[arg(long, value_name = "PERCENT", default_value_t = 0, conflicts_with = "file")]
    pub(crate) cache_write: u32,

    /// Written for an hour instead of five minutes
    #[arg(long, conflicts_with = "file")]
    pub(crate) cache_for_an_hour: bool,

    /// Percent of all tokens in batch jobs
    #[arg(long, value_name = "PERCENT", default_value_t = 0, conflicts_with = "file")]
    pub(crate) batch: u32,
}

#[derive(Args, Debug)]
pub(crate) struct CompareArguments {
    /// Input tokens, cached or not
    #[arg(long, value_name = "TOKENS", value_parser = ccwb_bedrock::token_count)]
    pub(crate) input: u64,

    /// Output tokens
    #[arg(long, value_name = "TOKENS", value_parser = ccwb_bedrock::token_count)]
    pub(crate) output: u64,

    /// The region that calls come from
    #[arg(long, value_name = "REGION")]
    pub(crate) region: String,

    /// Only these models [default: all that can be called from there]
    #[arg(long = "model", value_name = "MODEL", value_delimiter = ',')]
    pub(crate) models: Vec<String>,

    /// Only inference profiles under this prefix
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// Percent of input that is read from the cache
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub(crate) cache_read: u32,

    /// Percent of input that is written to the cache
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub(crate) cache_write: u32,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ScenarioArguments {
    /// Plans by name, as YAML or TOML; - is standard input
    pub(crate) file: PathBuf,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}
