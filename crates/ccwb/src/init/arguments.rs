//! `ccwb init`: the command line.

use std::path::PathBuf;

use clap::Args;

/// `ccwb init`.
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
#[derive(Args, Debug, Default)]
pub(crate) struct InitArguments {
    /// The profile to make or to change
    #[arg(short, long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Take the answers from a TOML file; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,

    /// One answer; may be repeated, and wins over --from
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// The identity provider's address
    #[arg(long, value_name = "ADDRESS", help_heading = "Common answers")]
    provider_domain: Option<String>,

    /// The application's client ID at the provider
    #[arg(long, value_name = "ID", help_heading = "Common answers")]
    client_id: Option<String>,

    /// okta, azure, auth0, cognito, google or generic; found by itself for most addresses
    #[arg(long, value_name = "NAME", help_heading = "Common answers")]
    provider_type: Option<String>,

    /// The AWS region of what is set up
    #[arg(long, value_name = "REGION", help_heading = "Common answers")]
    region: Option<String>,

    /// direct (STS) or cognito (identity pool)
    #[arg(long, value_name = "KIND", help_heading = "Common answers")]
    federation: Option<String>,

    /// keyring, keyring-only or session
    #[arg(long, value_name = "KIND", help_heading = "Common answers")]
    storage: Option<String>,

    /// Port of the redirect address, or several separated by commas
    #[arg(long, value_name = "PORTS", help_heading = "Common answers")]
    redirect_port: Option<String>,

    /// Where requests may be answered: us, eu, apac, jp, au, global, us-gov
    #[arg(long, value_name = "PREFIX", help_heading = "Common answers")]
    cross_region: Option<String>,

    /// Id of the default model
    #[arg(long, value_name = "ID", help_heading = "Common answers")]
    model: Option<String>,

    /// Collect usage: true or false
    #[arg(long, value_name = "BOOL", help_heading = "Common answers")]
    monitoring: Option<String>,

    /// Write settings of Claude Code that people cannot change
    #[arg(long, help_heading = "Common answers")]
    managed: bool,

    /// Show the profile and what would change; save nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Don't ask the identity provider to describe itself
    #[arg(long)]
    pub(crate) offline: bool,

    /// Report as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Print the JSON schema of a profile and of --from, and end
    #[arg(long)]
    pub(crate) json_schema: bool,
}

impl InitArguments {
    /// The answers that have a flag of their own.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, String)> {
        [
            ("provider_domain", self.provider_domain.clone()),
            ("client_id", self.client_id.clone()),
            ("provider_type", self.provider_type.clone()),
            ("aws_region", self.region.clone()),
            ("federation_type", self.federation.clone()),
            ("credential_storage", self.storage.clone()),
            ("redirect_port", self.redirect_port.clone()),
            ("cross_region_profile", self.cross_region.clone()),
            ("selected_model", self.model.clone()),
            ("monitoring_enabled", self.monitoring.clone()),
            ("settings_target", self.managed.then(|| "managed".to_owned())),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
    }

    /// Whether there is anything that makes questions needless.
    pub(crate) fn has_answers(&self) -> bool {
        self.from.is_some() || !self.set.is_empty() || self.named().next().is_some()
    }
}
