//! How a customer lets us into its account.

use serde::{Deserialize, Serialize};

/// The method, as the record has it: without a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// A role in the customer's account that trusts ours, if we say its external id.
    CrossAccountRole {
        /// The role.
        role_arn: String,
        /// What its trust policy asks for. No secret (AWS shows it to whoever reads the policy), but nobody else's.
        external_id: String,
    },
    /// The access keys of an IAM user of the customer; both halves rest in the vault, since rotation changes both.
    IamUserKeys {},
    /// A Bedrock API key of the customer; it rests in the vault.
    BedrockApiKey {},
}

/// A method's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they are the names of `Method`")]
pub enum MethodKind {
    CrossAccountRole,
    IamUserKeys,
    BedrockApiKey,
}

impl Method {
    /// Which one.
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::CrossAccountRole { .. } => MethodKind::CrossAccountRole,
            Self::IamUserKeys {} => MethodKind::IamUserKeys,
            Self::BedrockApiKey {} => MethodKind::BedrockApiKey,
        }
    }
}

impl MethodKind {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::CrossAccountRole, Self::IamUserKeys, Self::BedrockApiKey];

    /// By its name in a form.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in a form.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrossAccountRole => "cross-account-role",
            Self::IamUserKeys => "iam-user-keys",
            Self::BedrockApiKey => "bedrock-api-key",
        }
    }

    /// Whether there is something to keep secret.
    pub fn has_secret(self) -> bool {
        self != Self::CrossAccountRole
    }
}
