//! `ccwb customer`: the command lines.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::upkeep::UpkeepCommand;

/// `ccwb customer`.
#[derive(Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// An empty form, with comments
    Form,
    /// Add a customer from a form
    ///
    /// Every mistake in the form is told at once. A secret (of iam-user-keys and bedrock-api-key) is asked for, or read from
    /// standard input; it is encrypted for this customer alone, with a key in this computer's keyring or under a KMS key.
    Add(AddArguments),
    /// All customers
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What is known of a customer, without secrets, and what the customer has to set up
    Show {
        /// Its id
        customer: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What the expected tokens of a month cost
    Estimate {
        /// Its id; everybody if absent
        customer: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the files of a customer's container: Compose file, configuration, nothing of anybody else
    ///
    /// The container cannot write its own file system, has no capabilities, and is alone on its network. A secret is a file in
    /// it and not part of its configuration.
    Compose(ComposeArguments),
    /// Write a customer's secret to a pipe, for a container runtime to keep
    Secret {
        /// Its id
        customer: String,
    },
    #[command(flatten)]
    Upkeep(UpkeepCommand),
    /// Remove a customer from this computer, and prove that nothing is left
    ///
    /// What cannot be deleted from here (a role, a user, a key in the customer's account) is listed first.
    Remove {
        /// Its id
        customer: String,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// `ccwb customer add`.
#[derive(Args, Debug)]
pub(crate) struct AddArguments {
    /// The form; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) form: PathBuf,

    /// Keep the key of the customer's vault under this KMS key instead of in the keyring
    #[arg(long, value_name = "ARN")]
    pub(crate) kms_key: Option<String>,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ccwb customer compose`.
#[derive(Args, Debug)]
pub(crate) struct ComposeArguments {
    /// Its id
    pub(crate) customer: String,

    /// The image, with Claude Code and credential-process in it
    #[arg(long, default_value = "claude-code-with-bedrock")]
    pub(crate) image: String,

    /// Write the secret into a private file for the container to mount, instead of naming one that the runtime keeps
    #[arg(long)]
    pub(crate) with_secret: bool,

    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}
