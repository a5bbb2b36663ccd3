//! The stacks of a profile, and their names.

use std::collections::BTreeMap;

use crate::name::BaseName;

/// A stack that can be deployed for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stack {
    /// Federation, roles and the Bedrock policy.
    Auth,
    /// A network for what runs in the account.
    Networking,
    /// The bucket for packaged code.
    ArtifactBucket,
    /// Log groups and metrics of telemetry.
    Metrics,
    /// The OpenTelemetry collector.
    Monitoring,
    /// The `CloudWatch` dashboard.
    Dashboard,
    /// The dashboard of Claude Desktop.
    CoworkDashboard,
    /// Alarms about telemetry, errors and cost.
    Alarms,
    /// Firehose, S3, Athena.
    Analytics,
    /// Quotas.
    Quota,
    /// Download of packages.
    Distribution,
    /// Builds in AWS.
    CodeBuild,
    /// Web search.
    WebSearch,
    /// Configuration for Claude Desktop.
    Bootstrap,
    /// The VPC endpoint of Bedrock.
    VpcEndpoint,
    /// CloudTrail for calls to Bedrock.
    Audit,
    /// The budget and its alarms.
    Budget,
}

impl Stack {
    /// Every stack, in the order in which they are deployed.
    pub const ALL: [Self; 17] = [
        Self::Auth,
        Self::Networking,
        Self::Distribution,
        Self::ArtifactBucket,
        Self::Metrics,
        Self::Monitoring,
        Self::Dashboard,
        Self::CoworkDashboard,
        Self::Alarms,
        Self::Analytics,
        Self::Quota,
        Self::CodeBuild,
        Self::WebSearch,
        Self::Bootstrap,
        Self::VpcEndpoint,
        Self::Audit,
        Self::Budget,
    ];

    /// The key in the profile's `stack_names`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Networking => "networking",
            Self::ArtifactBucket => "s3",
            Self::Metrics => "metrics",
            Self::Monitoring => "monitoring",
            Self::Dashboard => "dashboard",
            Self::CoworkDashboard => "cowork-dashboard",
            Self::Alarms => "alarms",
            Self::Analytics => "analytics",
            Self::Quota => "quota",
            Self::Distribution => "distribution",
            Self::CodeBuild => "codebuild",
            Self::WebSearch => "websearch",
            Self::Bootstrap => "bootstrap",
            Self::VpcEndpoint => "vpc-endpoint",
            Self::Audit => "audit",
            Self::Budget => "budget",
        }
    }

    /// The stack of that key, or of the name that is typed for it.
    pub fn from_key(key: &str) -> Option<Self> {
        if key == "s3bucket" {
            return Some(Self::ArtifactBucket);
        }
        Self::ALL.into_iter().find(|stack| stack.key() == key)
    }

    /// The name that it has where the profile says nothing; the guidance's own.
    pub(crate) fn default_name(self, base: &BaseName) -> String {
        let suffix = match self {
            Self::Auth => "stack",
            Self::ArtifactBucket => "s3bucket",
            Self::Monitoring => "otel-collector",
            other => other.key(),
        };
        format!("{}-{suffix}", base.stack_prefix())
    }

    /// The name in the profile, if CloudFormation can have taken it, else the default.
    pub(crate) fn name(self, base: &BaseName, recorded: &BTreeMap<String, String>) -> String {
        match recorded.get(self.key()).filter(|name| is_stack_name(name)) {
            Some(name) => name.clone(),
            None => self.default_name(base),
        }
    }
}

/// `[a-zA-Z][-a-zA-Z0-9]*`, at most 128 characters (CloudFormation API reference, `CreateStack`).
pub(crate) fn is_stack_name(name: &str) -> bool {
    name.len() <= 128
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProfileName;

    #[test]
    fn every_stack_of_every_allowed_profile_has_a_name_that_cloudformation_takes() {
        for name in ["ClaudeCode", "0", "-", &"9".repeat(64), &"-".repeat(64), &"Z".repeat(64)] {
            let base = BaseName::for_profile(&ProfileName::parse(name).unwrap());
            for stack in Stack::ALL {
                assert!(is_stack_name(&stack.name(&base, &BTreeMap::new())), "{name} {stack:?}");
            }
        }
    }

    #[test]
    fn names_of_the_guidance_are_kept_and_impossible_ones_are_not() {
        let base = BaseName::parse("claude_code").unwrap();
        let recorded = BTreeMap::from([
            ("auth".to_owned(), "old-auth".to_owned()),
            ("monitoring".to_owned(), "claude_code-monitoring".to_owned()),
            ("dashboard".to_owned(), "[REDACTED]".to_owned()),
        ]);
        assert_eq!(Stack::Auth.name(&base, &recorded), "old-auth");
        assert_eq!(Stack::Monitoring.name(&base, &recorded), "claude-code-otel-collector");
        assert_eq!(Stack::Dashboard.name(&base, &recorded), "claude-code-dashboard");
    }

    #[test]
    fn keys_lead_back_to_their_stacks() {
        for stack in Stack::ALL {
            assert_eq!(Stack::from_key(stack.key()), Some(stack));
        }
    }
}
