//! From a profile to the stacks that it wants: choices, parameters, names, tags.

use std::collections::BTreeMap;

use ccwb_admin::{AdminProfile, FederationKind, MonitoringMode, Network, OidcSignIn};
use ccwb_bedrock::{Catalogue, InferenceProfile, Model, Partition, Tier};
use ccwb_cloudformation::Wanted;
use ccwb_config::WebAddress;
use ccwb_deploy::{
    ApplicationProfile, AuthChoices, BudgetChoices, ChoiceError, ClaimTags, CloudTrailChoices, DashboardChoices,
    Environment, FederationChoice, GroupChoice, OidcProviderChoice, Parameters, Stack, Target, VpcEndpointChoices,
    check_tags,
};

use crate::failure::{Failure, TELL_US, exit};

/// What has to be known of the account before a stack can be described.
#[derive(Clone, Debug)]
pub(crate) struct Surrounding<'a> {
    pub(crate) profile: &'a AdminProfile,
    pub(crate) account: &'a str,
    /// A stand-in for AWS on this computer can reach a provider on this computer.
    pub(crate) is_local: bool,
    pub(crate) oidc_provider: OidcProviderChoice,
    /// Of the stacks that this one stands on ([`needs`]).
    pub(crate) outputs: Outputs,
    /// Where the provider's keys are, for a load balancer that verifies tokens.
    pub(crate) jwks: Option<String>,
}

/// Outputs of deployed stacks.
pub(crate) type Outputs = BTreeMap<Stack, BTreeMap<String, String>>;

/// Stacks for which the guidance has templates of its own, under the same names.
pub(crate) const GUIDANCE_HAS_ITS_OWN: &[Stack] =
    &[Stack::Networking, Stack::Collector, Stack::Dashboard, Stack::Analytics];

/// The stacks that a profile wants, in the order of deployment.
pub(crate) fn stacks(profile: &AdminProfile) -> Vec<Stack> {
    let wants = |stack: &Stack| match stack {
        Stack::Auth => profile.oidc().is_some(),
        Stack::VpcEndpoint => profile.hardening.vpc_endpoint.is_some(),
        Stack::Metrics | Stack::Dashboard | Stack::Alarms => profile.monitoring.enabled,
        Stack::Networking => is_central(profile) && matches!(profile.monitoring.network, Network::New { .. }),
        Stack::Collector => is_central(profile),
        Stack::Analytics => profile.monitoring.enabled && profile.monitoring.analytics,
        Stack::CloudTrail => profile.hardening.cloudtrail,
        Stack::Budget => profile.hardening.budget.is_some(),
    };
    Stack::ALL.into_iter().filter(wants).collect()
}

fn is_central(profile: &AdminProfile) -> bool {
    profile.monitoring.enabled && profile.monitoring.mode == MonitoringMode::Central
}

/// The stacks whose outputs a stack takes.
pub(crate) fn needs(stack: Stack, profile: &AdminProfile) -> Vec<Stack> {
    let endpoint = profile.hardening.vpc_endpoint.as_ref();
    let needed = |needed: &Stack| match (stack, needed) {
        (Stack::Auth, Stack::VpcEndpoint) => endpoint.is_some_and(|endpoint| endpoint.required),
        (Stack::Auth, Stack::Metrics) => profile.monitoring.enabled && !is_central(profile),
        _ => stacks(profile).contains(needed),
    };
    stack.after().iter().copied().filter(needed).collect()
}

/// The stack under its name in profiles.
pub(crate) fn recorded(stack: Stack) -> ccwb_admin::Stack {
    match stack {
        Stack::Auth => ccwb_admin::Stack::Auth,
        Stack::VpcEndpoint => ccwb_admin::Stack::VpcEndpoint,
        Stack::Metrics => ccwb_admin::Stack::Metrics,
        Stack::Networking => ccwb_admin::Stack::Networking,
        Stack::Collector => ccwb_admin::Stack::Monitoring,
        Stack::Dashboard => ccwb_admin::Stack::Dashboard,
        Stack::Alarms => ccwb_admin::Stack::Alarms,
        Stack::Analytics => ccwb_admin::Stack::Analytics,
        Stack::CloudTrail => ccwb_admin::Stack::Audit,
        Stack::Budget => ccwb_admin::Stack::Budget,
    }
}

/// Where a stack lives, and what it is called there.
pub(crate) fn place(stack: Stack, profile: &AdminProfile) -> Result<(String, String), Failure> {
    let region = stack.region(&profile.aws_region).map_err(|problem| invalid(profile, problem))?;
    Ok((region.to_owned(), profile.stack_name(recorded(stack))))
}

impl Surrounding<'_> {
    /// A stack as the profile wants it.
    pub(crate) fn wanted(&self, stack: Stack) -> Result<Wanted, Failure> {
        let (region, name) = place(stack, self.profile)?;
        let parameters = self.parameters(stack).map_err(|error| invalid(self.profile, &error.to_string()))?;
        check_tags(&self.profile.tags).map_err(|error| invalid(self.profile, &error.to_string()))?;
        let environment = Environment { account: self.account.to_owned(), region: region.clone() };
        let resolved = stack.template().resolve(&parameters, &environment);
        let resolved = resolved.map_err(|error| {
            Failure::new("template", exit::UNEXPECTED, format!("{}: {error}", stack.name()), TELL_US)
        })?;
        // What is not sent takes its default: so it is compared, too.
        let defaults = stack.template().parameters().iter();
        let defaults = defaults.filter_map(|spec| Some((spec.name.clone(), spec.default.clone()?)));
        let sent = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Wanted {
            name,
            region,
            template: stack.template_text().to_owned(),
            resources: resolved.resources.into_iter().map(|(name, resource)| (name, resource.kind)).collect(),
            parameters: defaults.chain(sent).collect(),
            capabilities: stack.capabilities().iter().map(|capability| capability.name().to_owned()).collect(),
            tags: self.profile.tags.clone(),
            protected: self.profile.hardening.termination_protection,
        })
    }

    fn parameters(&self, stack: Stack) -> Result<Parameters, ChoiceError> {
        let hardening = &self.profile.hardening;
        match stack {
            Stack::Auth => self.auth()?.parameters(),
            Stack::Metrics => self.metrics().parameters(),
            Stack::Networking => self.networking()?.parameters(),
            Stack::Collector => self.collector()?.parameters(),
            Stack::Dashboard => DashboardChoices { log_groups: self.log_groups()? }.parameters(),
            Stack::Alarms => self.alarms()?.parameters(),
            Stack::Analytics => self.analytics()?.parameters(),
            Stack::CloudTrail => {
                let days = CloudTrailChoices { retention_days: 365, all_regions: true, bedrock_data_events: false };
                days.parameters()
            }
            Stack::VpcEndpoint => {
                let endpoint = hardening.vpc_endpoint.clone().ok_or_else(|| missing("vpc_endpoint_enabled"))?;
                let federation = self.profile.oidc().map(|oidc| oidc.federation);
                let cidr = self.profile.values.get("vpc_endpoint_client_cidr").and_then(|value| value.as_str());
                VpcEndpointChoices {
                    vpc_id: endpoint.vpc_id,
                    subnet_ids: endpoint.subnet_ids,
                    // Whoever reaches the VPC: an interface endpoint has private addresses only.
                    client_cidr: cidr.unwrap_or("0.0.0.0/0").to_owned(),
                    bedrock_control: true,
                    sts: federation == Some(FederationKind::Direct),
                    cognito_identity: federation == Some(FederationKind::Cognito),
                    private_dns: true,
                }
                .parameters()
            }
            Stack::Budget => {
                let budget = hardening.budget.clone().ok_or_else(|| missing("budget_monthly_usd"))?;
                let models = self.inference_profiles()?;
                let models = models.iter().filter_map(|profile| Catalogue::bundled().model(&profile.model));
                BudgetChoices {
                    monthly_limit_usd: whole_dollars(budget.monthly_usd),
                    emails: budget.emails,
                    actual_percent: 80,
                    forecast_percent: 100,
                    services: BudgetChoices::services_of(models),
                    cost_tag: None,
                }
                .parameters()
            }
        }
    }

    /// An output of a stack that this one stands on.
    pub(super) fn output(&self, stack: Stack, name: &str) -> Option<String> {
        self.outputs.get(&stack).and_then(|outputs| outputs.get(name).cloned())
    }

    /// What the profile says about signing in.
    pub(crate) fn auth(&self) -> Result<AuthChoices, ChoiceError> {
        let oidc = self.profile.oidc().ok_or_else(|| missing("auth_type"))?;
        let tags = claim_tags(oidc);
        Ok(AuthChoices {
            target: Target { account: self.account.to_owned(), region: self.profile.aws_region.clone() },
            provider: oidc.provider,
            issuer: self.issuer(oidc),
            client_id: oidc.client_id.clone(),
            groups: (!oidc.trust.groups.is_empty())
                .then(|| GroupChoice { tag: group_tag(oidc), patterns: oidc.trust.groups.clone() }),
            federation: match oidc.federation {
                FederationKind::Direct => FederationChoice::Direct { max_session_duration: oidc.max_session_seconds },
                FederationKind::Cognito => FederationChoice::IdentityPool { tags },
            },
            oidc_provider: self.oidc_provider.clone(),
            subjects: oidc.trust.subjects.clone(),
            email_domains: Vec::new(),
            permissions_boundary: self.profile.hardening.permissions_boundary_arn.clone(),
            require_tls: false,
            allowed_vpc_endpoints: self.output(Stack::VpcEndpoint, "BedrockRuntimeEndpointId").into_iter().collect(),
            telemetry_log_groups: ["MetricsLogGroupArn", "EventsLogGroupArn"]
                .into_iter()
                .filter_map(|name| self.output(Stack::Metrics, name))
                .collect(),
            inference_profiles: self.inference_profiles()?,
            source_regions: self.source_regions().into_iter().map(str::to_owned).collect(),
            application_profiles: self.application_profiles()?,
        })
    }

    /// IAM takes HTTPS issuers. That of the sandbox is plain HTTP on loopback, and known by its address alone.
    pub(super) fn issuer(&self, oidc: &OidcSignIn) -> WebAddress {
        let https = || WebAddress::parse(&format!("https://{}", oidc.issuer.without_scheme())).ok();
        match oidc.issuer.url().scheme() {
            "http" if self.is_local => https().unwrap_or_else(|| oidc.issuer.clone()),
            _ => oidc.issuer.clone(),
        }
    }

    fn source_regions(&self) -> Vec<&str> {
        self.profile.models.source_regions(&self.profile.aws_region)
    }

    fn source_region(&self) -> &str {
        self.profile.models.source_region(&self.profile.aws_region)
    }

    /// The prefix that was chosen, else the first that can be called in the source region.
    fn prefix(&self) -> Result<&str, ChoiceError> {
        if let Some(prefix) = &self.profile.models.cross_region_profile {
            return Ok(prefix);
        }
        let region = self.source_region();
        let catalogue = Catalogue::bundled();
        let callable = |prefix: &&str| catalogue.callable_in(region).any(|profile| profile.prefix == *prefix);
        let prefixes = catalogue.prefixes(Partition::of_region(region));
        prefixes.into_iter().find(callable).ok_or_else(|| ChoiceError {
            choice: "cross_region_profile".to_owned(),
            problem: format!("no inference profile is known that can be called in {region}"),
        })
    }

    /// The inference profiles of the chosen models; without a choice those of every Claude model of the prefix that can be
    /// called in the source region.
    fn inference_profiles(&self) -> Result<Vec<InferenceProfile>, ChoiceError> {
        let (catalogue, prefix, region) = (Catalogue::bundled(), self.prefix()?, self.source_region());
        let models = &self.profile.models;
        if models.allowed.is_empty() {
            let of_prefix = catalogue.models.iter().filter_map(|model| catalogue.inference_profile(prefix, &model.id));
            let callable = |profile: &&InferenceProfile| profile.sources.iter().any(|source| source == region);
            return Ok(of_prefix.filter(callable).cloned().collect());
        }
        let names = models.allowed.iter().chain(models.selected.as_ref());
        let mut profiles: Vec<InferenceProfile> = Vec::new();
        for name in names {
            let profile = catalogue.inference_profile(prefix, name).ok_or_else(|| ChoiceError {
                choice: "allowed_models".to_owned(),
                problem: format!("no inference profile {prefix} is known for {name}"),
            })?;
            if !profiles.contains(profile) {
                profiles.push(profile.clone());
            }
        }
        Ok(profiles)
    }

    /// The company's own inference profiles, one for a tier, taken to be made from the newest model of that tier.
    fn application_profiles(&self) -> Result<Vec<ApplicationProfile>, ChoiceError> {
        let prefix = self.prefix()?;
        let newest = |tier: Tier| {
            let catalogue = Catalogue::bundled();
            let of_tier = |model: &&Model| model.tier == tier;
            catalogue.models.iter().filter(of_tier).find_map(|model| catalogue.inference_profile(prefix, &model.id))
        };
        let profiles = self.profile.models.inference_profiles.iter().map(|(name, arn)| {
            let tier = [("opus", Tier::Opus), ("sonnet", Tier::Sonnet), ("haiku", Tier::Haiku)];
            let tier = tier.into_iter().find(|(known, _)| known == name).map(|(_, tier)| tier);
            let made_from = tier.and_then(newest).cloned().ok_or_else(|| ChoiceError {
                choice: format!("inference_profile_{name}_arn"),
                problem: format!("no model {name} is known for the prefix {prefix}"),
            })?;
            Ok(ApplicationProfile { arn: arn.clone(), made_from })
        });
        profiles.collect()
    }
}

/// The tag that carries groups: that of the profile's principal tags whose claim holds them.
fn group_tag(oidc: &OidcSignIn) -> String {
    let of_claim = |(_, claim): &(&String, &String)| **claim == oidc.trust.groups_claim;
    oidc.principal_tags.iter().find(of_claim).map_or_else(|| "Groups".to_owned(), |(tag, _)| tag.clone())
}

fn claim_tags(oidc: &OidcSignIn) -> ClaimTags {
    let usual = ClaimTags::usual(oidc.provider);
    let groups = (!oidc.trust.groups.is_empty()).then(|| oidc.trust.groups_claim.clone());
    if oidc.principal_tags.is_empty() {
        return ClaimTags { groups, ..usual };
    }
    let claim = |tag: &str| oidc.principal_tags.get(tag).cloned();
    ClaimTags {
        user_email: claim("UserEmail"),
        user_id: claim("UserId"),
        user_name: claim("UserName"),
        groups: claim("Groups").or(groups),
        department: claim("Department"),
        cost_center: claim("CostCenter"),
        project: claim("Project"),
    }
}

pub(super) fn whole_dollars(usd: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "brought into the range before")]
    let dollars = usd.ceil().clamp(1.0, 100_000_000.0) as u32;
    dollars
}

pub(super) fn missing(key: &str) -> ChoiceError {
    ChoiceError { choice: key.to_owned(), problem: "does not ask for this stack".to_owned() }
}

fn invalid(profile: &AdminProfile, problem: &str) -> Failure {
    crate::administrator::invalid(&profile.name, problem)
}

/// What a stack costs, roughly: prices differ between regions.
pub(crate) fn cost(stack: Stack, parameters: &BTreeMap<String, String>) -> &'static str {
    match stack {
        Stack::Auth => "no charge",
        Stack::Metrics => {
            "about 1 US dollar a month for the key; log data by the GB, and custom metrics by their number: see CloudWatch's prices"
        }
        Stack::Networking => "a NAT gateway by the hour and by the GB: see the prices of Amazon VPC",
        Stack::Collector => {
            "a load balancer and two small Fargate tasks by the hour: see the prices of ELB and Fargate"
        }
        Stack::Dashboard => {
            "3 US dollars a month beyond an account's first three; log queries by the GB that they read"
        }
        Stack::Alarms => "about 0.10 US dollars a month for each alarm",
        Stack::Analytics => "Firehose, S3 and Athena by the GB: cents a month for a hundred people",
        Stack::VpcEndpoint => {
            let subnets = parameters.get("SubnetIds").map_or(1, |list| list.split(',').count());
            match subnets {
                1 => "about 7 US dollars a month for each endpoint, and about 0.01 for each GB",
                2 => "about 15 US dollars a month for each endpoint, and about 0.01 for each GB",
                _ => "about 7 US dollars a month for each endpoint and subnet, and about 0.01 for each GB",
            }
        }
        Stack::CloudTrail => {
            "about 1 US dollar a month for the key, and storage; an account's second trail costs 2 for 100,000 events"
        }
        Stack::Budget => {
            "no charge for an account's first two budgets, about 0.60 US dollars a month for each further one"
        }
    }
}
