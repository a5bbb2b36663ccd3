//! `ccwb models`: the command line.

use clap::{Args, Subcommand, ValueEnum};

/// `ccwb models`.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Every model that is known, with its limits, its price and where it can be called
    List(ListArguments),
    /// Everything that is known of one model, with the source of each figure
    Show(ShowArguments),
    /// Whether models can be called from a region, and through which inference profile
    ///
    /// From what this release knows; with --live also what AWS lists for the account, what it may use, and what to request.
    Check(Box<CheckArguments>),
    /// Which model for which work, with reasons
    Recommend(RecommendArguments),
}

#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    /// Only what can be called from this region
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Only what has a profile under this prefix, such as eu
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    /// An alias (sonnet-4-6), an ID, an inference profile; opus, sonnet, haiku or fable is the newest
    pub(crate) model: String,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// Models, or inference profiles [default: all that can be called from there]
    pub(crate) models: Vec<String>,

    /// The region that calls come from [default: that of the administrator's profile]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Only through profiles under this prefix [default: that of the administrator's profile, if it is asked for the region]
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Ask AWS
    #[arg(long)]
    pub(crate) live: bool,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// The AWS profile with your own (the administrator's) credentials [default: the AWS SDKs' usual chain]
    #[arg(long, value_name = "NAME", requires = "live")]
    pub(crate) aws_profile: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct RecommendArguments {
    /// The work
    #[arg(long, value_enum)]
    pub(crate) task: Task,

    /// The region that calls come from
    #[arg(long, value_name = "REGION")]
    pub(crate) region: String,

    /// Only through profiles under this prefix
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// What a month may cost, in US dollars
    #[arg(long, value_name = "USD", requires_all = ["input", "output"])]
    pub(crate) budget: Option<String>,

    /// Input tokens of a month, such as 200M
    #[arg(long, value_name = "TOKENS", value_parser = ccwb_bedrock::token_count)]
    pub(crate) input: Option<u64>,

    /// Output tokens of a month
    #[arg(long, value_name = "TOKENS", value_parser = ccwb_bedrock::token_count)]
    pub(crate) output: Option<u64>,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Kinds of work.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Task {
    /// Everyday programming: features, tests, bugs
    Coding,
    /// Reading other people's changes
    Review,
    /// Architecture, refactorings across a system, hard bugs
    Planning,
    /// Agents that work for hours by themselves
    Agents,
    /// Much of the same: classification, extraction, renaming
    Bulk,
    /// Questions about code, short answers
    Questions,
}

impl Task {
    pub(crate) fn task(self) -> ccwb_bedrock::Task {
        match self {
            Self::Coding => ccwb_bedrock::Task::Coding,
            Self::Review => ccwb_bedrock::Task::Review,
            Self::Planning => ccwb_bedrock::Task::Planning,
            Self::Agents => ccwb_bedrock::Task::Agents,
            Self::Bulk => ccwb_bedrock::Task::Bulk,
            Self::Questions => ccwb_bedrock::Task::Questions,
        }
    }
}
