//! What an administrator decides about signing in, and the parameters of the auth stack that come of it.

mod checks;
mod models;

use ccwb_bedrock::{InferenceProfile, Partition};
use ccwb_config::{ProviderType, WebAddress};

pub use models::{ApplicationProfile, MAX_POLICIES};

use crate::{ChoiceError, Parameters, Stack};

/// Everything about signing in and permissions.
#[derive(Clone, Debug)]
pub struct AuthChoices {
    /// Where the stack goes.
    pub target: Target,
    /// The kind of identity provider.
    pub provider: ProviderType,
    /// The token's `iss`, letter by letter.
    pub issuer: WebAddress,
    /// The application's client id.
    pub client_id: String,
    /// What takes the ID token.
    pub federation: FederationChoice,
    /// The IAM OIDC provider; not looked at where none is needed ([`AuthChoices::needs_oidc_provider`]).
    pub oidc_provider: OidcProviderChoice,
    /// Patterns of `sub`; empty lets in everybody who has a token for this client.
    pub subjects: Vec<String>,
    /// Groups of which a person must have one.
    pub groups: Option<GroupChoice>,
    /// Domains of e-mail addresses of which a person must have one; empty means no condition.
    pub email_domains: Vec<String>,
    /// A managed policy that bounds the role.
    pub permissions_boundary: Option<String>,
    /// Denies Bedrock to requests that did not come over TLS.
    pub require_tls: bool,
    /// If not empty, model calls are denied unless they came through one of these VPC endpoints.
    pub allowed_vpc_endpoints: Vec<String>,
    /// ARNs of the log groups that people's own collectors write into; empty where there are none.
    pub telemetry_log_groups: Vec<String>,
    /// Inference profiles that people may call, from the catalogue or read from Bedrock.
    pub inference_profiles: Vec<InferenceProfile>,
    /// Regions in which people call them.
    pub source_regions: Vec<String>,
    /// The company's own inference profiles, for cost allocation.
    pub application_profiles: Vec<ApplicationProfile>,
}

/// The account and region of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Twelve digits.
    pub account: String,
    /// The region of the infrastructure: STS, the identity pool.
    pub region: String,
}

/// What takes the ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FederationChoice {
    /// STS, `AssumeRoleWithWebIdentity`.
    Direct {
        /// `MaxSessionDuration` of the role in seconds, 3,600 to 43,200.
        max_session_duration: u32,
    },
    /// A Cognito identity pool.
    IdentityPool {
        /// Claims that become principal tags.
        tags: ClaimTags,
    },
}

/// For each principal tag the claim that it is taken from; `None` means no tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the tags")]
pub struct ClaimTags {
    pub user_email: Option<String>,
    pub user_id: Option<String>,
    pub user_name: Option<String>,
    pub groups: Option<String>,
    pub department: Option<String>,
    pub cost_center: Option<String>,
    pub project: Option<String>,
}

/// The IAM OIDC provider. An account has at most one for an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OidcProviderChoice {
    /// The stack makes it, and deletes it with itself. Whoever deploys keeps this choice for as long as the stack has it:
    /// with [`OidcProviderChoice::Reuse`] an update would delete it.
    Create {
        /// SHA-1 thumbprints, for providers with a private certificate authority only.
        thumbprints: Vec<String>,
    },
    /// It exists, made by somebody else. It is never changed or deleted by the stack; whoever deploys makes sure that its
    /// client ids include this one.
    Reuse {
        /// Its ARN.
        arn: String,
    },
}

/// Groups that are let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupChoice {
    /// The session tag that carries the group: STS cannot look at a claim `groups`.
    pub tag: String,
    /// Patterns of its value.
    pub patterns: Vec<String>,
}

impl ClaimTags {
    /// The guidance's tags: e-mail address, id and name. Auth0's `sub` holds a `|`, which no tag may, so there is no id.
    pub fn usual(provider: ProviderType) -> Self {
        Self {
            user_email: Some("email".to_owned()),
            user_id: (provider != ProviderType::Auth0).then(|| "sub".to_owned()),
            user_name: Some("name".to_owned()),
            groups: None,
            department: None,
            cost_center: None,
            project: None,
        }
    }

    /// Tag and claim, in the order of the template.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        [
            ("UserEmail", &self.user_email),
            ("UserId", &self.user_id),
            ("UserName", &self.user_name),
            ("Groups", &self.groups),
            ("Department", &self.department),
            ("CostCenter", &self.cost_center),
            ("Project", &self.project),
        ]
        .into_iter()
        .map(|(tag, claim)| (tag, claim.as_deref()))
    }

    fn has(&self, tag: &str) -> bool {
        self.iter().any(|(name, claim)| name == tag && claim.is_some())
    }
}

impl AuthChoices {
    /// The parameters of the auth stack; an error names the choice that cannot be deployed.
    pub fn parameters(&self) -> Result<Parameters, ChoiceError> {
        self.check()?;
        let mut parameters = Parameters::default();
        self.sign_in(&mut parameters);
        self.who(&mut parameters);
        self.session(&mut parameters);
        models::add(self, &mut parameters)?;
        parameters.checked_for(Stack::Auth)
    }

    /// Whether an IAM OIDC provider takes part: not for Google, and not for a user pool behind an identity pool.
    pub fn needs_oidc_provider(&self) -> bool {
        match self.provider {
            ProviderType::Google => false,
            ProviderType::Cognito => self.is_direct(),
            _ => true,
        }
    }

    /// The ARN that the issuer's IAM OIDC provider has or will have in this account.
    pub fn oidc_provider_arn(&self) -> String {
        let Target { account, region } = &self.target;
        let partition = Partition::of_region(region);
        format!("arn:{partition}:iam::{account}:oidc-provider/{}", self.issuer.without_scheme())
    }

    fn is_direct(&self) -> bool {
        matches!(self.federation, FederationChoice::Direct { .. })
    }

    fn sign_in(&self, parameters: &mut Parameters) {
        parameters.set("FederationType", if self.is_direct() { "direct" } else { "cognito" });
        parameters.set(
            "ProviderKind",
            match self.provider {
                ProviderType::Google => "google",
                ProviderType::Cognito => "cognito-user-pool",
                _ => "oidc",
            },
        );
        parameters.set("Issuer", self.issuer.without_scheme());
        parameters.set("ClientId", &self.client_id);
        let (existing, thumbprints) = match &self.oidc_provider {
            _ if !self.needs_oidc_provider() => ("", [].as_slice()),
            OidcProviderChoice::Create { thumbprints } => ("", thumbprints.as_slice()),
            OidcProviderChoice::Reuse { arn } => (arn.as_str(), [].as_slice()),
        };
        parameters.set("ExistingOidcProviderArn", existing);
        parameters.set_list("Thumbprints", thumbprints);
    }

    fn who(&self, parameters: &mut Parameters) {
        if self.subjects.is_empty() {
            parameters.set("Subjects", "*");
        } else {
            parameters.set_list("Subjects", &self.subjects);
        }
        let (tag, patterns) = match &self.groups {
            Some(groups) => (groups.tag.as_str(), groups.patterns.as_slice()),
            None => ("Groups", [].as_slice()),
        };
        parameters.set("GroupTag", tag);
        parameters.set_list("Groups", patterns);
        parameters.set_list("EmailDomains", &self.email_domains);
    }

    fn session(&self, parameters: &mut Parameters) {
        let nothing = ClaimTags {
            user_email: None,
            user_id: None,
            user_name: None,
            groups: None,
            department: None,
            cost_center: None,
            project: None,
        };
        let (seconds, tags) = match &self.federation {
            FederationChoice::Direct { max_session_duration } => (*max_session_duration, &nothing),
            FederationChoice::IdentityPool { tags } => (3600, tags),
        };
        parameters.set("MaxSessionDuration", seconds.to_string());
        for (tag, claim) in tags.iter() {
            parameters.set(&format!("{tag}Claim"), claim.unwrap_or_default());
        }
        parameters.set("PermissionsBoundary", self.permissions_boundary.as_deref().unwrap_or_default());
        parameters.set_flag("RequireTls", self.require_tls);
        parameters.set_list("AllowedVpcEndpoints", &self.allowed_vpc_endpoints);
        parameters.set_list("TelemetryLogGroups", &self.telemetry_log_groups);
    }
}
