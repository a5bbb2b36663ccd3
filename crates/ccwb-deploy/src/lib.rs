//! What `ccwb` deploys, without deploying it: no network, no AWS SDK.
//!
//! - [`Stack`]: the stacks, in order, with template, capabilities, outputs and the regions they can live in.
//! - [`AuthChoices`], [`CollectorChoices`], [`BudgetChoices`] and so on, one for each stack: what an administrator decided;
//!   `parameters()` checks it and gives the [`Parameters`] of the stack.
//! - [`Template`]: a template, parsed. [`Template::check`] compares parameters with what it takes; [`Template::resolve`]
//!   says what it comes to for them, function by function as CloudFormation would, so that policies can be read, tried
//!   ([`Access`]) and compared before anything exists.
//!
//! The templates are the files in `dist-templates/cloudformation`, word for word: [`Stack::template_text`] is what is sent,
//! what `--show-template` prints and what `aws cloudformation deploy` takes.

mod access;
mod auth;
mod budget;
mod choice_error;
mod cloudtrail;
mod monitoring;
mod names;
mod parameters;
mod stack;
mod tags;
mod template;
mod vpc_endpoint;

pub use access::{Access, AccessError, Token};
pub use auth::{
    ApplicationProfile, AuthChoices, ClaimTags, FederationChoice, GroupChoice, MAX_POLICIES, OidcProviderChoice, Target,
};
pub use budget::BudgetChoices;
pub use choice_error::ChoiceError;
pub use cloudtrail::CloudTrailChoices;
pub use monitoring::{
    AlarmChoices, AnalyticsChoices, CollectorChoices, CollectorName, CollectorNetwork, CollectorSignIn,
    DashboardChoices, FieldPolicy, FieldRule, IDENTITY_FIELDS, LogGroups, MetricsChoices, NetworkingChoices,
};
pub use names::{MAX_PROFILE_NAME, stack_name};
pub use parameters::Parameters;
pub use stack::{Capability, Stack};
pub use tags::check_tags;
pub use template::{Environment, ParameterKind, ParameterSpec, Resolved, ResolvedResource, Template, TemplateError};
pub use vpc_endpoint::VpcEndpointChoices;
