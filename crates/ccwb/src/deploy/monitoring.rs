//! From a profile to the stacks of telemetry.

use ccwb_admin::Network;
use ccwb_config::ProviderType;
use ccwb_deploy::{
    AlarmChoices, AnalyticsChoices, ChoiceError, CollectorChoices, CollectorName, CollectorNetwork, CollectorSignIn,
    FieldPolicy, FieldRule, IDENTITY_FIELDS, LogGroups, MetricsChoices, NetworkingChoices, Stack,
};
use serde_json::Value;

use super::wanted::{Surrounding, missing, whole_dollars};

impl Surrounding<'_> {
    pub(super) fn metrics(&self) -> MetricsChoices {
        MetricsChoices { retention_days: self.profile.monitoring.retention_days }
    }

    pub(super) fn networking(&self) -> Result<NetworkingChoices, ChoiceError> {
        match &self.profile.monitoring.network {
            Network::New { vpc_cidr, subnet_cidrs, nat_for_each_zone } => Ok(NetworkingChoices {
                vpc_cidr: vpc_cidr.clone(),
                public_cidrs: subnet_cidrs.clone(),
                nat_for_each_zone: *nat_for_each_zone,
            }),
            Network::Existing { .. } => Err(missing("monitoring_config.create_vpc")),
        }
    }

    pub(super) fn collector(&self) -> Result<CollectorChoices, ChoiceError> {
        let monitoring = &self.profile.monitoring;
        let name = monitoring.custom_domain.as_ref().map(|domain| CollectorName {
            domain: domain.name.clone(),
            hosted_zone_id: domain.hosted_zone_id.clone(),
            certificate_arn: domain.certificate_arn.clone(),
        });
        // HTTPS is what the load balancer asks for keys over.
        let https = |address: &String| match self.is_local {
            true => address.replacen("http://", "https://", 1),
            false => address.clone(),
        };
        let sign_in = self.profile.oidc().map(|oidc| CollectorSignIn {
            issuer: self.issuer(oidc).as_str().to_owned(),
            jwks: self.jwks.as_ref().map(https),
            client_id: oidc.client_id.clone(),
            organization: match oidc.provider {
                ProviderType::Okta => "okta",
                ProviderType::Azure => "azure",
                ProviderType::Auth0 => "auth0",
                ProviderType::Cognito => "cognito",
                ProviderType::Google => "google",
                ProviderType::Generic => "amazon-internal",
            }
            .to_owned(),
        });
        Ok(CollectorChoices {
            network: self.collector_network()?,
            internet_facing: monitoring.internet_facing,
            allowed_cidr: monitoring.allowed_cidr.clone(),
            name,
            sign_in,
            rules: self.rules(),
            log_groups: self.log_groups()?,
            image: monitoring.collector_image.clone(),
            permissions_boundary: self.profile.hardening.permissions_boundary_arn.clone(),
        })
    }

    /// In a network of the company the collector's own subnets may be those of the load balancer. If these are public, it
    /// needs a public address to reach anybody.
    fn collector_network(&self) -> Result<CollectorNetwork, ChoiceError> {
        let internet_facing = self.profile.monitoring.internet_facing;
        match &self.profile.monitoring.network {
            Network::Existing { vpc_id, subnet_ids, task_subnet_ids } => Ok(CollectorNetwork {
                vpc_id: vpc_id.clone(),
                subnet_ids: subnet_ids.clone(),
                task_subnet_ids: if task_subnet_ids.is_empty() { subnet_ids } else { task_subnet_ids }.clone(),
                assign_public_ip: internet_facing && task_subnet_ids.is_empty(),
            }),
            Network::New { .. } => {
                let list = |name: &str| -> Result<Vec<String>, ChoiceError> {
                    let ids = self.output(Stack::Networking, name).ok_or_else(|| missing(name))?;
                    Ok(ids.split(',').map(str::to_owned).collect())
                };
                let private = list("PrivateSubnetIds")?;
                Ok(CollectorNetwork {
                    vpc_id: self.output(Stack::Networking, "VpcId").ok_or_else(|| missing("VpcId"))?,
                    subnet_ids: if internet_facing { list("PublicSubnetIds")? } else { private.clone() },
                    task_subnet_ids: private,
                    assign_public_ip: false,
                })
            }
        }
    }

    /// `telemetry_headers`, where the collector applies them; headers of the company's own are for helpers only.
    fn rules(&self) -> Vec<FieldRule> {
        let field_of = |header: &str| {
            let field = header.trim_start_matches("x-").replace('-', "_");
            IDENTITY_FIELDS.iter().any(|(known, _)| *known == field).then_some(field)
        };
        let policy_of = |rule: &Value| match rule.get("policy").unwrap_or(rule).as_str() {
            Some("hash") => FieldPolicy::Hash,
            Some("drop") => FieldPolicy::Drop,
            _ => FieldPolicy::Keep,
        };
        let claim_of = |rule: &Value| match rule.get("claims") {
            Some(Value::String(claim)) => Some(claim.clone()),
            Some(Value::Array(claims)) => claims.first().and_then(Value::as_str).map(str::to_owned),
            _ => None,
        };
        let mut rules: Vec<FieldRule> = Vec::new();
        for (header, rule) in &self.profile.monitoring.headers {
            if let Some(field) = field_of(header) {
                rules.push(FieldRule { field, policy: policy_of(rule), claim: claim_of(rule) });
            }
        }
        // The project is a principal tag: a flat claim.
        if !rules.iter().any(|rule| rule.field == "project") {
            let key = self.profile.values.get("cost_attribution_tag_key").and_then(Value::as_str).unwrap_or("Project");
            let claim = format!("https://aws.amazon.com/tags/principal_tags/{key}");
            rules.push(FieldRule { field: "project".to_owned(), policy: FieldPolicy::Keep, claim: Some(claim) });
        }
        rules
    }

    pub(super) fn alarms(&self) -> Result<AlarmChoices, ChoiceError> {
        let profile = self.profile;
        let budget = profile.hardening.budget.as_ref();
        let emails = match profile.monitoring.alarm_emails.as_slice() {
            [] => budget.map(|budget| budget.emails.clone()).unwrap_or_default(),
            own => own.to_vec(),
        };
        let of_collector = |name: &str| self.output(Stack::Collector, name);
        Ok(AlarmChoices {
            emails: emails.into_iter().take(3).collect(),
            log_groups: self.log_groups()?,
            collector: of_collector("LoadBalancerFullName").zip(of_collector("TargetGroupFullName")),
            // Twice the share of a day, since nobody works every day of a month.
            daily_cost_usd: budget.map_or(0, |budget| whole_dollars(budget.monthly_usd / 15.0)),
        })
    }

    pub(super) fn analytics(&self) -> Result<AnalyticsChoices, ChoiceError> {
        let monitoring = &self.profile.monitoring;
        Ok(AnalyticsChoices {
            base_name: self.profile.base_name.to_string(),
            log_groups: self.log_groups()?,
            retention_days: monitoring.retention_days,
            buffer_seconds: monitoring.firehose_buffer_seconds,
            permissions_boundary: self.profile.hardening.permissions_boundary_arn.clone(),
        })
    }

    pub(super) fn log_groups(&self) -> Result<LogGroups, ChoiceError> {
        self.outputs.get(&Stack::Metrics).and_then(LogGroups::of).ok_or_else(|| missing("MetricsLogGroupName"))
    }
}
