//! Every cause, by its stable name and in a few words.

/// Why a call did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`which` says it in words")]
pub enum Cause {
    CredentialsMissing,
    CredentialsFailed,
    CredentialsExpired,
    CredentialsInvalid,
    ApiKeyInvalid,
    SignatureWrong,
    ClockWrong,
    AccountWrong,
    PartitionWrong,
    /// No policy of this kind allows it.
    NotAllowed(PolicyKind),
    /// A policy of this kind denies it.
    Denied(PolicyKind),
    AccessDenied,
    ModelAccess,
    UseCaseForm,
    MarketplacePermission,
    MarketplaceSubscription,
    PaymentMethod,
    AccountRestricted,
    CountryUnsupported,
    RegionDisabled,
    RegionWithoutBedrock,
    ModelNotInRegion,
    ModelUnknown,
    ModelEnded,
    ModelLegacy,
    ProfileNeeded,
    ProfileElsewhere,
    RequestsPerMinute,
    TokensPerMinute,
    TokensPerDay,
    Quota,
    ModelNotReady,
    ServiceUnavailable,
    ModelTimeout,
    ServiceFailed,
    NameUnknown,
    Proxy,
    CertificateUntrusted,
    Portal,
    Unreachable,
    Unknown,
}

/// The kinds of policies that AWS names when it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Of the user or role itself.
    Identity,
    /// Of the organisation, on principals.
    ServiceControl,
    /// Of the organisation, on resources.
    ResourceControl,
    /// The most that the user or role may be allowed.
    Boundary,
    /// Handed over when the session began.
    Session,
    /// Of the VPC endpoint on the way.
    Endpoint,
    /// Of what is called.
    Resource,
}

impl PolicyKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Identity,
        Self::ServiceControl,
        Self::ResourceControl,
        Self::Boundary,
        Self::Session,
        Self::Endpoint,
        Self::Resource,
    ];

    /// As AWS writes it in a refusal.
    /// Source: IAM User Guide, "Troubleshoot access denied error messages".
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity-based policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Endpoint => "VPC endpoint policy",
            Self::Resource => "resource-based policy",
        }
    }

    /// `an identity-based policy`, `a service control policy`.
    pub(super) fn with_article(self) -> String {
        let article = if self == Self::Identity { "an" } else { "a" };
        format!("{article} {}", self.name())
    }

    fn code(self) -> &'static str {
        match self {
            Self::Identity => "identity-policy",
            Self::ServiceControl => "scp",
            Self::ResourceControl => "rcp",
            Self::Boundary => "permissions-boundary",
            Self::Session => "session-policy",
            Self::Endpoint => "vpc-endpoint-policy",
            Self::Resource => "resource-policy",
        }
    }
}

/// Stable names and what they mean.
const SIMPLE: &[(Cause, &str, &str)] = &[
    (Cause::CredentialsMissing, "credentials-missing", "there are no AWS credentials"),
    (Cause::CredentialsFailed, "credentials-failed", "what gives AWS credentials failed"),
    (Cause::CredentialsExpired, "credentials-expired", "the credentials have expired"),
    (Cause::CredentialsInvalid, "credentials-invalid", "AWS does not know these credentials"),
    (Cause::ApiKeyInvalid, "api-key-invalid", "the Bedrock API key is wrong or has expired"),
    (Cause::SignatureWrong, "signature-wrong", "the request's signature is wrong"),
    (Cause::ClockWrong, "clock-wrong", "this computer's clock is wrong"),
    (Cause::AccountWrong, "account-wrong", "the credentials are of another account"),
    (Cause::PartitionWrong, "partition-wrong", "the credentials are of another part of AWS than the region"),
    (Cause::AccessDenied, "access-denied", "access is denied, and AWS does not say by which policy"),
    (Cause::ModelAccess, "model-access", "the account has no access to this model"),
    (Cause::UseCaseForm, "use-case-form", "Anthropic's use case form was not submitted"),
    (Cause::MarketplacePermission, "marketplace-permission", "the first call may not subscribe in AWS Marketplace"),
    (Cause::MarketplaceSubscription, "marketplace-subscription", "the AWS Marketplace subscription is missing"),
    (Cause::PaymentMethod, "payment-method", "the account has no payment method that AWS Marketplace takes"),
    (Cause::AccountRestricted, "account-restricted", "AWS does not let this account call models yet"),
    (Cause::CountryUnsupported, "country-unsupported", "Anthropic does not serve the place that the call comes from"),
    (Cause::RegionDisabled, "region-disabled", "the region is not enabled for this account"),
    (Cause::RegionWithoutBedrock, "region-unsupported", "the region has no Bedrock, or there is no such region"),
    (Cause::ModelNotInRegion, "model-not-in-region", "the model cannot be called from this region"),
    (Cause::ModelUnknown, "model-unknown", "there is no such model or inference profile"),
    (Cause::ModelEnded, "model-ended", "the model has reached its end of life"),
    (Cause::ModelLegacy, "model-legacy", "the model is legacy, and only for who uses it already"),
    (Cause::ProfileNeeded, "profile-needed", "the model can only be called through an inference profile"),
    (Cause::ProfileElsewhere, "profile-elsewhere", "the inference profile is of another geography"),
    (Cause::RequestsPerMinute, "requests-per-minute", "too many requests: the quota of a minute is used up"),
    (Cause::TokensPerMinute, "tokens-per-minute", "too many tokens: the quota of a minute is used up"),
    (Cause::TokensPerDay, "tokens-per-day", "too many tokens: the quota of the day is used up"),
    (Cause::Quota, "quota-exceeded", "a service quota of the account is used up"),
    (Cause::ModelNotReady, "model-not-ready", "the model is not ready"),
    (Cause::ServiceUnavailable, "service-unavailable", "Bedrock is overloaded or unavailable"),
    (Cause::ModelTimeout, "model-timeout", "the model took too long"),
    (Cause::ServiceFailed, "service-failed", "Bedrock, or the model, failed"),
    (Cause::NameUnknown, "name-unknown", "AWS's name could not be resolved"),
    (Cause::Proxy, "proxy", "the proxy does not lead to AWS"),
    (Cause::CertificateUntrusted, "certificate-untrusted", "the certificate on the way is not trusted"),
    (Cause::Portal, "portal", "something on the way answers in AWS's place"),
    (Cause::Unreachable, "unreachable", "AWS cannot be reached"),
    (Cause::Unknown, "unknown", "the answer is none that this release knows"),
];

impl Cause {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let policies = PolicyKind::ALL.into_iter().flat_map(|kind| [Self::NotAllowed(kind), Self::Denied(kind)]);
        SIMPLE.iter().map(|(cause, ..)| *cause).chain(policies)
    }

    /// The stable name: `scp-denies`, `tokens-per-day`.
    pub fn code(self) -> String {
        match self {
            Self::NotAllowed(kind) => format!("{}-missing", kind.code()),
            Self::Denied(kind) => format!("{}-denies", kind.code()),
            _ => self.simple().0.to_owned(),
        }
    }

    /// In a few words.
    pub fn which(self) -> String {
        match self {
            Self::NotAllowed(kind) => format!("no {} allows it", kind.name()),
            Self::Denied(kind) => format!("explicit deny in {}", kind.with_article()),
            _ => self.simple().1.to_owned(),
        }
    }

    /// Whether every other call with the same credentials would end the same way.
    pub fn is_about_the_credentials(self) -> bool {
        matches!(
            self,
            Self::CredentialsMissing
                | Self::CredentialsFailed
                | Self::CredentialsExpired
                | Self::CredentialsInvalid
                | Self::ApiKeyInvalid
                | Self::SignatureWrong
                | Self::ClockWrong
                | Self::AccountWrong
                | Self::PartitionWrong
                | Self::RegionDisabled
        )
    }

    fn simple(self) -> (&'static str, &'static str) {
        let row = SIMPLE.iter().find(|(cause, ..)| *cause == self);
        row.map(|(_, code, which)| (*code, *which)).expect("a test looks that each cause has its row")
    }
}
