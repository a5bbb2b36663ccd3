//! A profile, checked.

use std::collections::BTreeMap;

use ccwb_config::{ClientAuth, ExplicitEndpoints, ProviderType, Storage, WebAddress};
use serde_json::{Map, Value};

use crate::document::ProfileDocument;
use crate::error::AdminError;
use crate::name::{BaseName, ProfileName};
use crate::parse;
use crate::reader::Reader;
use crate::stacks::Stack;
use crate::user_config::{self, Outputs};

/// One administrator's profile.
#[derive(Clone, Debug)]
pub struct AdminProfile {
    /// Its name, also that of the AWS profile that users get.
    pub name: ProfileName,
    /// How people sign in.
    pub sign_in: SignIn,
    /// The region of the infrastructure.
    pub aws_region: String,
    /// The account that it is deployed to, if the profile says so: `deploy` refuses another.
    pub aws_account_id: Option<String>,
    /// What names in AWS begin with.
    pub base_name: BaseName,
    /// Where users' secrets rest.
    pub storage: Storage,
    /// Models and where they are called.
    pub models: Models,
    /// Telemetry.
    pub monitoring: Monitoring,
    /// Quotas, if they are on.
    pub quota: Option<QuotaPlan>,
    /// What is deployed beside the sign-in, and how it is protected.
    pub hardening: Hardening,
    /// What users' packages hold.
    pub packaging: Packaging,
    /// Tags of every stack.
    pub tags: BTreeMap<String, String>,
    /// Names of stacks, by [`Stack::key`], as recorded.
    pub stack_names: BTreeMap<String, String>,
    /// What a deployment wrote back.
    pub outputs: Outputs,
    /// Every value, for what is not named here.
    pub values: Map<String, Value>,
}

/// How people sign in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// OpenID Connect.
    Oidc(Box<OidcSignIn>),
    /// IAM Identity Center.
    IdentityCenter(IdentityCenter),
    /// With the credentials that machines have anyway.
    None,
}

/// Sign-in with OpenID Connect.
#[derive(Clone, Debug)]
pub struct OidcSignIn {
    /// The kind of provider.
    pub provider: ProviderType,
    /// The issuer, letter by letter as ID tokens name it.
    pub issuer: WebAddress,
    /// The application at the provider.
    pub client_id: String,
    /// How it authenticates.
    pub client_auth: ClientAuth,
    /// Endpoints that the profile names.
    pub endpoints: ExplicitEndpoints,
    /// Ports of the redirect address, in the order in which they are tried.
    pub redirect_ports: Vec<u16>,
    /// `cognito_user_pool_id`.
    pub cognito_user_pool_id: Option<String>,
    /// Thumbprints for the IAM OIDC provider, if the profile has some: 40 hexadecimal digits each.
    pub thumbprints: Vec<String>,
    /// What takes the ID token.
    pub federation: FederationKind,
    /// Seconds that AWS credentials last.
    pub max_session_seconds: u32,
    /// Who is let in, beyond "has an account with this application".
    pub trust: Trust,
    /// Session or principal tags, by tag the claim that fills it.
    pub principal_tags: BTreeMap<String, String>,
    /// An IAM OIDC provider that exists and is to be used.
    pub oidc_provider_arn: Option<String>,
    /// The provider's name in an identity pool, if it is not the issuer without its scheme.
    pub login_provider: Option<String>,
}

impl OidcSignIn {
    /// What has to be registered at the provider.
    pub fn redirect_uris(&self) -> Vec<String> {
        self.redirect_ports.iter().map(|port| format!("http://localhost:{port}/callback")).collect()
    }

    /// The issuer as AWS names it: without its scheme.
    pub fn provider_name(&self) -> &str {
        self.login_provider.as_deref().unwrap_or_else(|| self.issuer.without_scheme())
    }
}

/// What takes the ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederationKind {
    /// STS.
    Direct,
    /// A Cognito identity pool.
    Cognito,
}

/// Who is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Patterns for `sub` (`StringLike`); empty: everybody.
    pub subjects: Vec<String>,
    /// Groups of which one is needed; empty: no condition.
    pub groups: Vec<String>,
    /// The claim that holds the groups.
    pub groups_claim: String,
}

/// IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCenter {
    /// The access portal.
    pub start_url: WebAddress,
    /// 12 digits.
    pub account_id: String,
    /// The permission set.
    pub permission_set_name: String,
    /// Its region.
    pub region: String,
}

/// Models and where they are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// The default model's id.
    pub selected: Option<String>,
    /// Prefix of inference profiles: `us`, `eu`, `global`, ...
    pub cross_region_profile: Option<String>,
    /// Where requests are sent.
    pub source_region: Option<String>,
    /// Where they are sent while that region is down.
    pub fallback_region: Option<String>,
    /// Regions that the policy allows, as recorded; may be the guidance's `all-commercial`.
    pub allowed_regions: Vec<String>,
    /// Models that users may call, by id or alias; empty: every Claude model of the prefix.
    pub allowed: Vec<String>,
    /// Application inference profiles by tier: `opus`, `sonnet`, `haiku`.
    pub inference_profiles: BTreeMap<String, String>,
    /// Whether managed settings hold on to the default model.
    pub lock_default: bool,
}

impl Models {
    /// The region that requests are sent to: the chosen one, else that of the infrastructure.
    pub fn source_region<'a>(&'a self, infrastructure: &'a str) -> &'a str {
        self.source_region.as_deref().unwrap_or(infrastructure)
    }

    /// Every region that requests are sent to, the usual one first.
    pub fn source_regions<'a>(&'a self, infrastructure: &'a str) -> Vec<&'a str> {
        let usual = self.source_region(infrastructure);
        let fallback = self.fallback_region.as_deref().filter(|fallback| *fallback != usual);
        [usual].into_iter().chain(fallback).collect()
    }
}

/// Telemetry.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the file")]
pub struct Monitoring {
    /// Whether it is on.
    pub enabled: bool,
    /// Where the collector runs.
    pub mode: MonitoringMode,
    /// The collector's network, for [`MonitoringMode::Central`].
    pub network: Network,
    /// Whether it has a name of its own, and with it HTTPS.
    pub custom_domain: Option<CustomDomain>,
    /// Whether the load balancer can be reached from the Internet.
    pub internet_facing: bool,
    /// Who may connect to it, as an address range.
    pub allowed_cidr: Option<String>,
    /// Whether it verifies tokens before the collector does so again.
    pub balancer_verifies: bool,
    /// Another image of the collector.
    pub collector_image: Option<String>,
    /// Who is told by alarms; empty: who is told about the budget.
    pub alarm_emails: Vec<String>,
    /// Athena.
    pub analytics: bool,
    /// Days that analytics keeps data.
    pub retention_days: u64,
    /// Seconds that Firehose buffers.
    pub firehose_buffer_seconds: u64,
    /// The log group of the metrics.
    pub log_group: String,
    /// Policy per header, `telemetry_headers` of config.json.
    pub headers: Map<String, Value>,
    /// `telemetry_hash_salt` of config.json.
    pub hash_salt: Option<String>,
    /// `telemetry_bearer` of config.json.
    pub bearer: Option<bool>,
}

/// Where the collector runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitoringMode {
    /// In the account, for everybody.
    Central,
    /// On each machine.
    Sidecar,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// A new one.
    New {
        /// Its range.
        vpc_cidr: Option<String>,
        /// Ranges of its two public subnets.
        subnet_cidrs: [Option<String>; 2],
        /// A way out for each zone instead of one for both.
        nat_for_each_zone: bool,
    },
    /// One that exists.
    Existing {
        /// The VPC.
        vpc_id: String,
        /// At least two subnets, for the load balancer.
        subnet_ids: Vec<String>,
        /// Those of the collector; empty: the same.
        task_subnet_ids: Vec<String>,
    },
}

/// A name for the collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDomain {
    /// The name.
    pub name: String,
    /// Route 53's zone.
    pub hosted_zone_id: Option<String>,
    /// A certificate that exists.
    pub certificate_arn: Option<String>,
}

/// Quotas.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the file")]
pub struct QuotaPlan {
    /// The limits.
    pub limits: Limits,
    /// Whether more than the day's limit is refused, not only reported.
    pub block_daily: bool,
    /// Whether more than the month's limit is refused.
    pub block_monthly: bool,
    /// Limits per group and user.
    pub fine_grained: bool,
    /// Look for usage that the sidecars did not report.
    pub bypass_detection: bool,
}

/// What is limited. 0 is no limit.
#[derive(Clone, Debug, PartialEq)]
pub enum Limits {
    /// US dollars.
    Cost {
        /// A month.
        monthly_usd: f64,
        /// A day.
        daily_usd: f64,
    },
    /// Tokens.
    Tokens {
        /// A month.
        monthly: u64,
        /// A day; `None`: from the month's.
        daily: Option<u64>,
        /// Percent that a day may have beyond its share of the month.
        burst_percent: u64,
        /// Where warnings are sent, in tokens of the month.
        warnings: [u64; 2],
    },
}

/// What is deployed beside the sign-in, and how it is protected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hardening {
    /// Permission boundary of every role.
    pub permissions_boundary_arn: Option<String>,
    /// A VPC endpoint for Bedrock.
    pub vpc_endpoint: Option<VpcEndpoint>,
    /// CloudTrail for calls to Bedrock.
    pub cloudtrail: bool,
    /// A budget.
    pub budget: Option<Budget>,
    /// Termination protection of stacks.
    pub termination_protection: bool,
}

/// A VPC endpoint for Bedrock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VpcEndpoint {
    /// The VPC.
    pub vpc_id: String,
    /// Subnets.
    pub subnet_ids: Vec<String>,
    /// Whether the role may be used through the endpoint only.
    pub required: bool,
}

/// A monthly budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// US dollars a month.
    pub monthly_usd: f64,
    /// Who is told.
    pub emails: Vec<String>,
}

/// What users' packages hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packaging {
    /// Whose settings of Claude Code are written.
    pub settings_target: SettingsTarget,
    /// How Claude Code comes to credentials.
    pub credentials: SettingsCredentials,
    /// The co-author line of commits.
    pub include_coauthored_by: bool,
    /// `OTEL_RESOURCE_ATTRIBUTES`: department, team, ...
    pub resource_attributes: BTreeMap<String, String>,
    /// Files that go along, as in the guidance.
    pub extra_files: Vec<Value>,
}

/// Whose settings of Claude Code are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsTarget {
    /// The user's.
    User,
    /// The machine's, which users cannot change.
    Managed,
}

/// How Claude Code comes to credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsCredentials {
    /// `awsCredentialExport`.
    Export,
    /// `AWS_PROFILE` in `env`, which every command that Claude Code runs inherits.
    Profile,
}

impl AdminProfile {
    /// Checks a document; everything that is wrong is told at once.
    pub fn parse(name: &ProfileName, document: &ProfileDocument) -> Result<Self, AdminError> {
        let reader = Reader::new(document.values());
        match parse::read(name, &reader) {
            Some(profile) if reader.is_clean() => Ok(profile),
            _ => Err(AdminError::Invalid { profile: name.to_string(), problems: reader.into_problems() }),
        }
    }

    /// The name of a stack.
    pub fn stack_name(&self, stack: Stack) -> String {
        stack.name(&self.base_name, &self.stack_names)
    }

    /// This profile in users' config.json: the object below the profile's name. `outputs` are those of the deployed
    /// stacks; what they lack is taken from the profile, where an earlier deployment wrote it.
    pub fn user_config(&self, outputs: &Outputs) -> Result<Map<String, Value>, AdminError> {
        let outputs = outputs.or(&self.outputs);
        user_config::make(self, &outputs)
    }

    /// The whole config.json for users, in the guidance's flat layout.
    pub fn user_config_text(&self, outputs: &Outputs) -> Result<String, AdminError> {
        let file = Map::from_iter([(self.name.to_string(), Value::Object(self.user_config(outputs)?))]);
        Ok(format!("{:#}\n", Value::Object(file)))
    }

    /// The OpenID Connect part, if people sign in that way.
    pub fn oidc(&self) -> Option<&OidcSignIn> {
        match &self.sign_in {
            SignIn::Oidc(oidc) => Some(oidc),
            SignIn::IdentityCenter(_) | SignIn::None => None,
        }
    }
}

#[cfg(test)]
mod tests;
