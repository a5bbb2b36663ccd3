use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::method::MethodKind;

/// What opens a customer's account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Credential {
    /// Access keys of an IAM user.
    IamUserKeys {
        /// `AKIA...`: no secret by itself, and changed with the other half.
        access_key_id: String,
        /// The secret half.
        #[serde(serialize_with = "exposed")]
        secret_access_key: SecretString,
    },
    /// A Bedrock API key: a bearer token.
    BedrockApiKey {
        /// The key.
        #[serde(serialize_with = "exposed")]
        key: SecretString,
    },
}

/// A credential, and since when it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The credential.
    pub credential: Credential,
    /// When it was put here, in Unix seconds.
    pub since: i64,
}

impl Credential {
    /// Of which method it is.
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::IamUserKeys { .. } => MethodKind::IamUserKeys,
            Self::BedrockApiKey { .. } => MethodKind::BedrockApiKey,
        }
    }

    /// What tells it from others without telling it: the access key id, or the last four characters.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::IamUserKeys { access_key_id, .. } => access_key_id.clone(),
            Self::BedrockApiKey { key } => {
                let count = key.expose_secret().chars().count();
                let last: String = key.expose_secret().chars().skip(count.saturating_sub(4)).collect();
                if count < 8 { "…".to_owned() } else { format!("…{last}") }
            }
        }
    }

    /// Whether it is the same one.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::IamUserKeys { access_key_id: id, secret_access_key: secret },
                Self::IamUserKeys { access_key_id: other_id, secret_access_key: other },
            ) => id == other_id && secret.expose_secret() == other.expose_secret(),
            (Self::BedrockApiKey { key }, Self::BedrockApiKey { key: other }) => {
                key.expose_secret() == other.expose_secret()
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}, {})", self.kind().name(), self.fingerprint())
    }
}

/// Into the vault's plain text, which is wiped and nowhere else.
fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
