//! `ccwb policy`: the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `ccwb policy`.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// The IAM policy for calls of these models from these regions, and nothing else
    ///
    /// Each model is allowed through its inference profile, and in exactly the regions that serve it. With teams there is one
    /// policy for each.
    Print(Box<PrintArguments>),
    /// Who may take a role: people of the company's provider, or workflows of a GitHub repository
    Trust(Box<TrustArguments>),
    /// A service control policy: in every account below it nobody may call anything else
    Scp(Box<ScpArguments>),
    /// What a policy allows and denies, in plain words, and what is striking about it
    Explain(ExplainArguments),
    /// What AWS would answer to a request, and which statement decides; ends with 0 if it is allowed, with 1 if not
    ///
    /// Of the context it knows that the request comes now, encrypted and from no AWS service; --context says more. What the
    /// evaluation does not know is refused, never guessed.
    Simulate(Box<SimulateArguments>),
}

/// Which calls.
#[derive(Args, Debug)]
pub(crate) struct CallArguments {
    /// Models: aliases or IDs; opus, sonnet, haiku or fable is the newest [default: those that the profile allows]
    #[arg(long = "model", value_name = "MODEL", value_delimiter = ',')]
    pub(crate) models: Vec<String>,

    /// Regions that calls come from [default: that of the profile]
    #[arg(long = "region", value_name = "REGION", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,

    /// Only inference profiles under this prefix [default: for each model and region the one that keeps data closest]
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// The account of the callers [default: that of the profile]
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,

    /// The administrator's profile that defaults come from [default: the active one, where something is missing]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

/// What is denied besides.
#[derive(Args, Debug)]
pub(crate) struct RestrictionArguments {
    /// Only from these addresses or networks
    #[arg(long = "source-ip", value_name = "CIDR", value_delimiter = ',')]
    pub(crate) source_ips: Vec<String>,

    /// Only through these VPC endpoints; with --source-ip either will do
    #[arg(long = "vpc-endpoint", value_name = "VPCE", value_delimiter = ',')]
    pub(crate) vpc_endpoints: Vec<String>,

    /// Nothing before this moment (UTC), such as 2026-12-01T08:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) not_before: Option<String>,

    /// Nothing after this moment (UTC)
    #[arg(long, value_name = "TIME")]
    pub(crate) not_after: Option<String>,

    /// Nothing over plain HTTP
    #[arg(long)]
    pub(crate) tls: bool,

    /// As HIPAA workloads are kept: only where every serving region is in the United States, only there, only over TLS
    #[arg(long)]
    pub(crate) hipaa: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PrintArguments {
    #[command(flatten)]
    pub(crate) calls: CallArguments,

    /// How much is allowed besides calls
    #[arg(long, value_enum, default_value_t = Level::Standard)]
    pub(crate) level: Level,

    #[command(flatten)]
    pub(crate) restrictions: RestrictionArguments,

    /// Teams with their models and regions, as YAML or TOML
    #[arg(long, value_name = "FILE", conflicts_with_all = ["models", "regions", "prefix"])]
    pub(crate) teams: Option<PathBuf>,

    /// One team; may be given several times
    #[arg(long = "team", value_name = "NAME=MODEL,..@REGION,..", conflicts_with_all = ["models", "regions", "prefix"])]
    pub(crate) team: Vec<String>,

    /// Each team's policy only for principals that have this tag with the team's name
    #[arg(long, value_name = "TAG")]
    pub(crate) principal_tag: Option<String>,

    /// Only the policy of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Option<String>,

    /// Attach it to this user (CloudFormation, Terraform)
    #[arg(long = "user", value_name = "USER")]
    pub(crate) users: Vec<String>,

    /// Attach it to this role (CloudFormation, Terraform)
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,

    /// What the policy is called
    #[arg(long, value_name = "NAME", default_value = "claude-code")]
    pub(crate) name: String,

    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct TrustArguments {
    /// The issuer of the company's tokens, such as company.okta.com
    #[arg(long, value_name = "URL", requires = "client_id", required_unless_present = "github")]
    pub(crate) issuer: Option<String>,

    /// The client ID that tokens are for
    #[arg(long, value_name = "ID", requires = "issuer")]
    pub(crate) client_id: Option<String>,

    /// Only subjects like this (sub); may be given several times
    #[arg(long = "subject", value_name = "PATTERN", requires = "issuer")]
    pub(crate) subjects: Vec<String>,

    /// Workflows of this GitHub repository
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "issuer")]
    pub(crate) github: Option<String>,

    /// Its runs on this branch
    #[arg(long, value_name = "NAME", requires = "github", group = "runs")]
    pub(crate) branch: Option<String>,

    /// Its runs on this tag
    #[arg(long, value_name = "NAME", requires = "github", group = "runs")]
    pub(crate) tag: Option<String>,

    /// Its runs in this environment
    #[arg(long, value_name = "NAME", requires = "github", group = "runs")]
    pub(crate) environment: Option<String>,

    /// The account of the role
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: String,

    /// A region of the account's: it decides which part of AWS this is
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(crate) region: String,

    /// What the role is called (CloudFormation, Terraform)
    #[arg(long, value_name = "NAME", default_value = "claude-code")]
    pub(crate) name: String,

    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct ScpArguments {
    #[command(flatten)]
    pub(crate) calls: CallArguments,

    #[command(flatten)]
    pub(crate) restrictions: RestrictionArguments,

    /// What the policy is called
    #[arg(long, value_name = "NAME", default_value = "claude-code")]
    pub(crate) name: String,

    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// The policy, as JSON; - is standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SimulateArguments {
    /// The policies of the principal, as JSON; - is standard input
    #[arg(default_value = "-")]
    pub(crate) files: Vec<PathBuf>,

    /// Its permissions boundary
    #[arg(long, value_name = "FILE")]
    pub(crate) boundary: Option<PathBuf>,

    /// A service control policy; as AWS does, it is set beside one that allows everything
    #[arg(long, value_name = "FILE")]
    pub(crate) scp: Vec<PathBuf>,

    /// The one file is a trust policy
    #[arg(long, conflicts_with_all = ["boundary", "scp", "call"])]
    pub(crate) trust: bool,

    /// The operation, such as bedrock:InvokeModel
    #[arg(long, value_name = "ACTION", required_unless_present = "call")]
    pub(crate) action: Option<String>,

    /// The resource's ARN
    #[arg(long, value_name = "ARN", default_value = "*")]
    pub(crate) resource: String,

    /// A whole call of this model instead: its inference profile, and the model in each region that serves it
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["action", "resource"], requires_all = ["region", "account"])]
    pub(crate) call: Option<String>,

    /// The region of the request (aws:RequestedRegion), or that a whole call comes from
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Which inference profile of the model a whole call goes through
    #[arg(long, value_name = "PREFIX", requires = "call")]
    pub(crate) prefix: Option<String>,

    /// The account of a whole call
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,

    /// What AWS knows about the request, such as aws:SourceIp=198.51.100.7; a key given twice has two values
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,

    /// Who asks a trust policy: federated=ARN, aws=ARN or service=HOST
    #[arg(long, value_name = "KIND=NAME")]
    pub(crate) principal: Option<String>,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Calls, and nothing else
    Minimal,
    /// Also to look at models and profiles: what the auth stack allows
    Standard,
    /// Minimal, and denied in all other regions and over plain HTTP, whatever else a principal may
    Restrictive,
}

/// How policies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As IAM takes it
    Json,
    /// A template, in JSON
    #[value(name = "cloudformation")]
    CloudFormation,
    /// HCL
    Terraform,
}

impl Format {
    pub(crate) fn format(self) -> ccwb_bedrock::policy::Format {
        match self {
            Self::Json => ccwb_bedrock::policy::Format::Json,
            Self::CloudFormation => ccwb_bedrock::policy::Format::CloudFormation,
            Self::Terraform => ccwb_bedrock::policy::Format::Terraform,
        }
    }
}
