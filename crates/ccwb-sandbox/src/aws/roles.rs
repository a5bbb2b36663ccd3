use serde::{Deserialize, Serialize};

use crate::options::Options;

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Name, without a path.
    pub name: String,
    /// Who may assume it.
    pub trust: Trust,
    /// `MaxSessionDuration` in seconds, 3600 to 43200.
    pub max_session_duration: u32,
    /// `sts:ExternalId` that the trust policy demands.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// The principal of a role's trust policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The sandbox's provider, through `AssumeRoleWithWebIdentity`.
    WebIdentity,
    /// The sandbox's identity pool, for authenticated identities.
    IdentityPool,
    /// Sessions of other roles of the account, through `AssumeRole`.
    Roles,
}

impl Role {
    /// One role for each way in, and a web identity role limited to an hour.
    pub fn samples() -> Vec<Self> {
        let role = |name: &str, trust, max_session_duration| Self {
            name: name.to_owned(),
            trust,
            max_session_duration,
            external_id: None,
        };
        vec![
            role("CcwbFederatedRole", Trust::WebIdentity, 43200),
            role("CcwbOneHourRole", Trust::WebIdentity, 3600),
            role("CcwbCognitoRole", Trust::IdentityPool, 3600),
            role("CcwbChainedRole", Trust::Roles, 43200),
            Self {
                external_id: Some("ccwb-external-id".to_owned()),
                ..role("CcwbCrossAccountRole", Trust::Roles, 43200)
            },
        ]
    }

    /// `arn:aws:iam::ACCOUNT:role/NAME`, in the partition and the account of a sandbox with these options.
    pub fn arn(&self, options: &Options) -> String {
        format!("{}{}", prefix(options), self.name)
    }
}

/// The name in a role ARN of this account.
pub(crate) fn name_in<'a>(arn: &'a str, options: &Options) -> Option<&'a str> {
    arn.strip_prefix(&prefix(options))
}

fn prefix(options: &Options) -> String {
    format!("arn:{}:iam::{}:role/", options.partition(), options.account_id)
}
