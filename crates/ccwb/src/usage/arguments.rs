//! `ccwb usage`: the command line.

use std::path::PathBuf;

use ccwb_usage::{Dimension, TeamField};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use crate::aws::AwsArguments;

/// `ccwb usage`.
#[derive(Args, Debug)]
pub(crate) struct UsageArguments {
    /// The administrator's profile [default: the active one]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// The first day (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "days")]
    pub(crate) since: Option<NaiveDate>,

    /// The last day (UTC) [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: Option<NaiveDate>,

    /// So many days, up to the last one [default: 30; of a file all]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1100))]
    pub(crate) days: Option<u16>,

    /// One table, of what; several make a row for each combination
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(crate) by: Vec<By>,

    /// Rows of each table, the rest as one; 0 is all
    #[arg(long, value_name = "NUMBER", default_value_t = super::TOP)]
    pub(crate) top: usize,

    /// What counts as somebody's team
    #[arg(long, value_enum, value_name = "FIELD", default_value_t = Team::Team)]
    pub(crate) team: Team,

    /// Where telemetry is asked for
    #[arg(long, value_enum, value_name = "SOURCE", default_value_t = Asked::Auto)]
    pub(crate) source: Asked,

    /// Telemetry from a file, JSON lines or CSV, instead of from AWS; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    pub(crate) from: Option<PathBuf>,

    /// Made-up telemetry, to look at; needs neither a profile nor AWS
    #[arg(long)]
    pub(crate) demo: bool,

    /// Set it beside the bill of Cost Explorer, and name the difference; AWS takes some cents for it
    #[arg(long, conflicts_with = "by")]
    pub(crate) reconcile: bool,

    /// The cost allocation tag that tells people apart on the bill
    #[arg(long, value_name = "TAG", default_value = "iamPrincipal/UserEmail", requires = "reconcile")]
    pub(crate) user_tag: String,

    /// The one that tells teams apart [default: people's teams, as telemetry has them]
    #[arg(long, value_name = "TAG", requires = "reconcile")]
    pub(crate) team_tag: Option<String>,

    /// Also as one page, to look at in a browser and to hand around
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// As JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,

    /// One table as CSV: of days, unless --by says of what
    #[arg(long)]
    pub(crate) csv: bool,

    #[command(flatten)]
    pub(crate) aws: AwsArguments,
}

/// What a table is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    Day,
    User,
    Team,
    Model,
    Region,
}

impl By {
    pub(crate) fn dimension(self) -> Dimension {
        match self {
            Self::Day => Dimension::Day,
            Self::User => Dimension::User,
            Self::Team => Dimension::Team,
            Self::Model => Dimension::Model,
            Self::Region => Dimension::Region,
        }
    }
}

/// Where somebody's team is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Team {
    Team,
    Department,
    CostCenter,
    Project,
}

impl Team {
    pub(crate) fn field(self) -> TeamField {
        match self {
            Self::Team => TeamField::Team,
            Self::Department => TeamField::Department,
            Self::CostCenter => TeamField::CostCenter,
            Self::Project => TeamField::Project,
        }
    }
}

/// Where telemetry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Asked {
    /// Athena where there is an analytics stack, else CloudWatch
    Auto,
    /// The tables of the analytics stack: everything
    Athena,
    /// Metrics: no people, and no cost by the price table for teams
    Cloudwatch,
}
