use super::LogGroups;
use crate::{ChoiceError, Parameters, Stack};

/// The collector for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorChoices {
    /// Where it runs.
    pub network: CollectorNetwork,
    /// Whether the load balancer can be reached from everywhere.
    pub internet_facing: bool,
    /// Who may connect, as an address range; without one everybody who reaches it, within 10.0.0.0/8 if it is internal.
    pub allowed_cidr: Option<String>,
    /// Its name, and with it HTTPS.
    pub name: Option<CollectorName>,
    /// Whose ID tokens it takes.
    pub sign_in: Option<CollectorSignIn>,
    /// What is stored of a person where tokens say who it is; elsewhere `otel-helper` applies the rules.
    pub rules: Vec<FieldRule>,
    /// Where it writes.
    pub log_groups: LogGroups,
    /// Another image than the template's: a copy in a registry of the company.
    pub image: Option<String>,
    /// A managed policy that bounds the roles.
    pub permissions_boundary: Option<String>,
}

/// Where the collector runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorNetwork {
    /// `vpc-...`.
    pub vpc_id: String,
    /// Subnets of the load balancer.
    pub subnet_ids: Vec<String>,
    /// Subnets of the collector.
    pub task_subnet_ids: Vec<String>,
    /// Whether the collector gets public addresses, since its subnets have no NAT.
    pub assign_public_ip: bool,
}

/// The collector's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorName {
    /// Such as `telemetry.company.com`.
    pub domain: String,
    /// The zone in Route 53 that gets it.
    pub hosted_zone_id: Option<String>,
    /// A certificate for it; without one it is made, in that zone.
    pub certificate_arn: Option<String>,
}

/// Whose ID tokens are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorSignIn {
    /// `iss`, letter by letter.
    pub issuer: String,
    /// Its keys, for the load balancer; `None` leaves the verification to the collector alone.
    pub jwks: Option<String>,
    /// `aud`.
    pub client_id: String,
    /// The kind of provider.
    pub organization: String,
}

/// The administrator's word on a field about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// One of [`IDENTITY_FIELDS`].
    pub field: String,
    /// What is stored.
    pub policy: FieldPolicy,
    /// A claim that is looked at before the usual ones.
    pub claim: Option<String>,
}

/// What is stored of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPolicy {
    /// Its value.
    Keep,
    /// A keyed hash.
    Hash,
    /// Nothing.
    Drop,
}

/// Fields that say who somebody is, and whether an own claim can be named for them: `OwnClaims` has those in this order.
pub const IDENTITY_FIELDS: &[(&str, bool)] = &[
    ("user_email", true),
    ("user_id", false),
    ("user_name", true),
    ("department", true),
    ("team_id", true),
    ("cost_center", true),
    ("organization", false),
    ("location", true),
    ("role", true),
    ("manager", true),
    ("project", true),
];

impl CollectorChoices {
    /// Whether the collector knows from a verified token who sends.
    pub fn is_verified(&self) -> bool {
        self.name.is_some() && self.sign_in.is_some()
    }

    /// The parameters of the stack.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        self.check()?;
        let mut parameters = Parameters::default();
        self.place(&mut parameters);
        self.identity(&mut parameters);
        let groups = &self.log_groups;
        parameters.set("MetricsLogGroupName", &groups.metrics_name);
        parameters.set("MetricsLogGroupArn", &groups.metrics_arn);
        parameters.set("EventsLogGroupName", &groups.events_name);
        parameters.set("EventsLogGroupArn", &groups.events_arn);
        let specs = Stack::Collector.template().parameters();
        let default = specs.iter().find(|spec| spec.name == "CollectorImage").and_then(|spec| spec.default.clone());
        parameters.set("CollectorImage", self.image.clone().or(default).unwrap_or_default());
        parameters.set("MinTasks", "2");
        parameters.set("MaxTasks", "6");
        parameters.set("PermissionsBoundary", self.permissions_boundary.as_deref().unwrap_or_default());
        parameters.checked_for(Stack::Collector)
    }

    fn check(&self) -> Result<(), ChoiceError> {
        let fail = |choice: &str, problem: &str| Err(ChoiceError::new(choice, problem));
        if self.internet_facing && self.name.is_none() {
            return fail(
                "custom_domain",
                "a collector that can be reached from everywhere needs a name, and with it HTTPS: without, tokens could \
                 be read on the way and everybody could write into your numbers. Give it a name, make it internal \
                 (alb_scheme), or collect on each computer (monitoring_mode sidecar)",
            );
        }
        if self.internet_facing && self.sign_in.is_none() {
            return fail(
                "alb_scheme",
                "must be internal: without OpenID Connect there are no ID tokens, and everybody could write into your \
                 numbers",
            );
        }
        if self.name.as_ref().is_some_and(|name| name.hosted_zone_id.is_none() && name.certificate_arn.is_none()) {
            return fail("custom_domain", "needs hosted_zone_id, to make a certificate with, or certificate_arn");
        }
        if self.network.subnet_ids.len() < 2 {
            return fail("subnet_ids", "a load balancer needs at least two, in different availability zones");
        }
        if self.network.task_subnet_ids.is_empty() {
            return fail("task_subnet_ids", "there is none");
        }
        for rule in &self.rules {
            let known = IDENTITY_FIELDS.iter().find(|(field, _)| *field == rule.field);
            match (known, &rule.claim) {
                (None, _) => return fail(&rule.field, "is no field about a person"),
                (Some((_, false)), Some(_)) => return fail(&rule.field, "takes no claim of your own"),
                (Some(_), Some(claim)) if claim.contains([',', '"', '$']) || claim.contains(char::is_whitespace) => {
                    return fail(
                        &rule.field,
                        "names a claim with a character that the collector's configuration does not take",
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn place(&self, parameters: &mut Parameters) {
        let network = &self.network;
        parameters.set("VpcId", &network.vpc_id);
        parameters.set_list("SubnetIds", &network.subnet_ids);
        parameters.set_list("TaskSubnetIds", &network.task_subnet_ids);
        parameters.set("AssignPublicIp", if network.assign_public_ip { "ENABLED" } else { "DISABLED" });
        parameters.set("Scheme", if self.internet_facing { "internet-facing" } else { "internal" });
        let anybody = if self.internet_facing { "0.0.0.0/0" } else { "10.0.0.0/8" };
        parameters.set("AllowedCidr", self.allowed_cidr.as_deref().unwrap_or(anybody));
        let name = self.name.as_ref();
        parameters.set("DomainName", name.map_or("", |name| &name.domain));
        let zone = name.and_then(|name| name.hosted_zone_id.as_deref());
        parameters.set("HostedZoneId", zone.unwrap_or_default());
        let certificate = name.and_then(|name| name.certificate_arn.as_deref());
        parameters.set("CertificateArn", certificate.unwrap_or_default());
    }

    fn identity(&self, parameters: &mut Parameters) {
        let sign_in = self.sign_in.as_ref().filter(|_| self.is_verified());
        parameters.set("Issuer", sign_in.map_or("", |sign_in| &sign_in.issuer));
        parameters.set("JwksEndpoint", sign_in.and_then(|sign_in| sign_in.jwks.as_deref()).unwrap_or_default());
        parameters.set("ClientId", sign_in.map_or("", |sign_in| &sign_in.client_id));
        parameters.set("Organization", sign_in.map_or("generic", |sign_in| &sign_in.organization));
        let rule = |field: &str| self.rules.iter().find(|rule| rule.field == field);
        let claims: Vec<&str> = IDENTITY_FIELDS
            .iter()
            .filter(|(_, takes_claim)| *takes_claim)
            .map(|(field, _)| rule(field).and_then(|rule| rule.claim.as_deref()).unwrap_or("-"))
            .collect();
        parameters.set_list("OwnClaims", &claims);
        for (name, policy) in [("HashedFields", FieldPolicy::Hash), ("DroppedFields", FieldPolicy::Drop)] {
            let of_policy = IDENTITY_FIELDS.iter().map(|(field, _)| *field);
            let fields: Vec<&str> =
                of_policy.filter(|field| rule(field).is_some_and(|rule| rule.policy == policy)).collect();
            parameters.set(name, if fields.is_empty() { "-".to_owned() } else { fields.join("|") });
        }
    }
}
