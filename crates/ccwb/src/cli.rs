//! The command line: plain data, nothing resolved.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::administrator::{ConfigCommand, ContextCommand};
use crate::choices::{FederationKind, Provider, Storage};
use crate::cleanup::CleanupArguments;
use crate::cost::CostCommand;
use crate::customer::CustomerCommand;
use crate::deploy::DeployArguments;
use crate::destroy::DestroyArguments;
use crate::doctor::DoctorArguments;
use crate::failure::{Failure, exit};
use crate::init::InitArguments;
use crate::models::ModelsCommand;
use crate::package::PackageArguments;
use crate::policy::PolicyCommand;
use crate::rehearsal::TestArguments;
use crate::status::StatusArguments;
use crate::surroundings::Surroundings;
use crate::usage::UsageArguments;

/// Roll out Claude Code on Amazon Bedrock with your company's own sign-in.
#[derive(Debug, Parser)]
#[command(name = "ccwb", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a profile: how people sign in, where AWS is, which models
    ///
    /// In a terminal it asks, with a proposal for everything that can be proposed. With --from, --set or a flag it takes the
    /// answers from there. Nothing happens in AWS: that is what ccwb deploy does.
    Init(Box<InitArguments>),
    /// Look at profiles, and choose the active one
    Context {
        #[command(subcommand)]
        command: ContextCommand,
    },
    /// Check, export and import profiles
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// See it work on this computer: sign-in, AWS credentials, a model call, a silent renewal, Claude Code
    ///
    /// Needs no AWS account and no identity provider: a sandbox in this process plays both. The programs are the real ones.
    /// Your home folder and your AWS settings are neither read nor written, nor is your keyring unless you choose it.
    Demo(DemoArguments),
    /// Run a local identity provider, AWS endpoints and a receiver of telemetry to try things against
    ///
    /// Runs until Ctrl-C, on 127.0.0.1 only, and shows every request that it gets. Anybody on this computer can sign in to
    /// it, and it forgets everything when it ends.
    Sandbox(SandboxArguments),
    /// Make the package that users install: programs, configuration, installers, one archive
    Package(PackageArguments),
    /// Create or change the CloudFormation stacks of a profile: plan, ask, do, say what was done
    ///
    /// A second run changes nothing. A run that was cut off is taken up where AWS is.
    Deploy(DeployArguments),
    /// What is deployed, what can be reached, and whether the newest package is current
    Status(StatusArguments),
    /// Who uses what, and what it costs: for the terminal, as a page, as data
    ///
    /// Telemetry comes from Athena or CloudWatch, from a file, or is made up (--demo). Prices come from a table with a source
    /// for each figure; a model without one is shown as unknown.
    Usage(Box<UsageArguments>),
    /// Which Claude models there are on Bedrock, what they cost, and from where they can be called
    Models {
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// IAM policies: for exactly the calls that are asked for, in plain words, and tried out
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// What a month will cost: by teams and models, compared, as scenarios
    Cost {
        #[command(subcommand)]
        command: CostCommand,
    },
    /// Many customers, each with an AWS account of its own: records, encrypted credentials, containers
    ///
    /// For who hosts Claude Code for others. Each customer's credential is encrypted for that customer alone, and each
    /// container sees one customer.
    Customer {
        #[command(subcommand)]
        command: CustomerCommand,
    },
    /// Delete the stacks of a profile, and list what is left
    Destroy(DestroyArguments),
    /// Live through a user's first day with the package, in a throw-away home
    ///
    /// Installs the package, signs in with your browser, calls AWS as programs do, looks for the models, and uninstalls.
    /// Your own ~/.aws, Claude Code's settings and your keyring are not touched.
    Test(TestArguments),
    /// Look whether this computer has what the other commands need; safe to paste, the exit code counts failures
    ///
    /// Profiles, programs for packages, the newest package, AWS credentials, the identity provider, the clock. What cannot be
    /// told without network or credentials is skipped.
    Doctor(DoctorArguments),
    /// Remove what this project left on this computer, and list what is left
    ///
    /// An install is undone exactly, by what it remembers. Settings of an install of the AWS guidance are taken out of the
    /// files they are in, with the difference shown first. Packages and the administrator's profile go only when asked for.
    Cleanup(CleanupArguments),
    /// Stands in for a browser in the demo: writes the address to a file
    #[command(name = "__browser", hide = true)]
    Browser {
        /// Where the demo looks
        file: PathBuf,
        /// What a browser would open
        address: String,
    },
    /// The demo's AWS program: calls STS and Bedrock with what the AWS profile gives it
    #[command(name = "__aws-call", hide = true)]
    AwsCall,
    /// The AWS program of ccwb test
    #[command(name = "__test-calls", hide = true)]
    TestCalls {
        /// What is asked for, as JSON
        wanted: String,
    },
}

/// `ccwb demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// Sign in without a person: the sandbox approves by itself, ccwb follows its redirects
    #[arg(long)]
    pub(crate) no_browser: bool,

    /// The identity provider that the sandbox resembles
    #[arg(long, value_enum, default_value_t = Provider::Generic)]
    pub(crate) provider: Provider,

    /// How the ID token becomes AWS credentials
    #[arg(long, value_enum, default_value_t = FederationKind::Cognito)]
    pub(crate) federation: FederationKind,

    /// Where the demo's secrets rest
    #[arg(long, value_enum, default_value_t = Storage::Session)]
    pub(crate) storage: Storage,

    /// Leave everything running and in place until Ctrl-C, and show how to use it
    #[arg(long)]
    pub(crate) keep: bool,

    /// Don't wait for Enter before the browser opens
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// `ccwb sandbox`.
#[derive(Args, Debug)]
pub(crate) struct SandboxArguments {
    /// Port of the identity provider; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 9410)]
    pub(crate) idp_port: u16,

    /// Port of the AWS endpoints; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 9411)]
    pub(crate) aws_port: u16,

    /// Port of the receiver of telemetry (OTLP over HTTP); 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 9412)]
    pub(crate) otlp_port: u16,

    /// The identity provider that it resembles
    #[arg(long, value_enum, default_value_t = Provider::Generic)]
    pub(crate) provider: Provider,

    /// How the config.json that it writes turns the ID token into AWS credentials
    #[arg(long, value_enum, default_value_t = FederationKind::Cognito)]
    pub(crate) federation: FederationKind,

    /// Answer every sign-in as if a person had approved it, without a page
    #[arg(long)]
    pub(crate) auto_approve: bool,

    /// Write the config.json here too, to keep; only a sandbox's config.json is overwritten
    #[arg(long, value_name = "PATH")]
    pub(crate) write_config: Option<PathBuf>,

    /// Print one JSON object with the addresses, then one for each request
    #[arg(long)]
    pub(crate) json: bool,
}

/// Parses the arguments. Help and the version are printed here; what cannot be parsed is a failure like any other.
pub(crate) fn parse(surroundings: &Surroundings) -> Result<Cli, Failure> {
    Cli::try_parse_from(surroundings.arguments()).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Nothing is left to be done if the terminal is gone.
            let _ = error.print();
            Failure::told(if error.use_stderr() { exit::USAGE } else { exit::DONE })
        }
        _ => Failure::new("usage", exit::USAGE, complaint(&error.to_string()), "run ccwb --help"),
    })
}

/// Clap's own words, without its prefix and its closing advice.
fn complaint(text: &str) -> String {
    let text = text.trim_start_matches("error: ");
    let end = text.find("\n\nUsage:").or_else(|| text.find("\n\nFor more")).unwrap_or(text.len());
    text[..end].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_complaint_keeps_the_possible_values_and_drops_the_boilerplate() {
        let error = Cli::try_parse_from(["ccwb", "demo", "--provider", "myspace"]).unwrap_err();
        let complaint = complaint(&error.to_string());
        assert!(complaint.starts_with("invalid value 'myspace'"), "{complaint}");
        assert!(complaint.contains("okta-custom"), "{complaint}");
        assert!(!complaint.contains("For more information"), "{complaint}");
    }

    #[test]
    fn the_reference_names_every_option_of_the_commands_for_aws() {
        let reference = include_str!("../../../docs/reference/ccwb-deploy.md");
        for name in ["deploy", "status", "destroy"] {
            let command = Cli::command();
            let command = command.find_subcommand(name).expect("there is such a command");
            for option in command.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(
                    reference.contains(&format!("`--{option}")) || reference.contains(&format!("--{option} ")),
                    "{option}"
                );
            }
        }
    }

    #[test]
    fn the_hidden_commands_stay_out_of_the_help() {
        assert!(!Cli::command().render_help().to_string().contains("__"));
    }
}
