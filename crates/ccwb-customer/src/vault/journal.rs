use ccwb_rotation::{Key, Record, Step};
use serde::{Deserialize, Serialize};

use super::credential::{Credential, Kept};
use crate::method::MethodKind;

/// The credentials of one customer: the one in use, at most one that is being tried, at most one from before, and how far a
/// rotation has come. `ccwb-rotation` moves them; each of its steps is one write of the vault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    current: Kept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    candidate: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Kept>,
    #[serde(default)]
    step: Step,
}

impl Credentials {
    /// The first one.
    pub fn new(credential: Credential, now: i64) -> Self {
        Self { current: Kept { credential, since: now }, candidate: None, previous: None, step: Step::Idle }
    }

    /// The one in use.
    pub fn current(&self) -> &Kept {
        &self.current
    }

    /// The one that is being tried; after a killed rotation, the one that it was about.
    pub fn candidate(&self) -> Option<&Kept> {
        self.candidate.as_ref()
    }

    /// The one before.
    pub fn previous(&self) -> Option<&Kept> {
        self.previous.as_ref()
    }

    /// As a rotation takes it.
    pub fn to_rotation(&self) -> Record {
        Record {
            current: self.current.key(),
            candidate: self.candidate.as_ref().map(Kept::key),
            previous: self.previous.as_ref().map(Kept::key),
            step: self.step.clone(),
        }
    }

    /// As a rotation left it.
    pub fn of_rotation(kind: Rotates, record: Record) -> Self {
        Self {
            current: kind.kept(record.current),
            candidate: record.candidate.map(|key| kind.kept(key)),
            previous: record.previous.map(|key| kind.kept(key)),
            step: record.step,
        }
    }
}

/// Kinds of credentials that rest in a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotates {
    /// Access keys of an IAM user.
    IamUserKeys,
    /// Bedrock API keys.
    BedrockApiKey,
}

impl Rotates {
    /// Of a method; none if it has no secret.
    pub fn of(method: MethodKind) -> Option<Self> {
        match method {
            MethodKind::IamUserKeys => Some(Self::IamUserKeys),
            MethodKind::BedrockApiKey => Some(Self::BedrockApiKey),
            MethodKind::CrossAccountRole => None,
        }
    }

    /// A key as the vault keeps it.
    pub fn credential(self, key: Key) -> Credential {
        match self {
            Self::IamUserKeys => Credential::IamUserKeys { access_key_id: key.id, secret_access_key: key.secret },
            Self::BedrockApiKey => Credential::BedrockApiKey { key: key.secret },
        }
    }

    fn kept(self, key: Key) -> Kept {
        Kept { since: key.created, credential: self.credential(key) }
    }
}

impl Kept {
    fn key(&self) -> Key {
        let secret = match &self.credential {
            Credential::IamUserKeys { secret_access_key, .. } => secret_access_key,
            Credential::BedrockApiKey { key } => key,
        };
        Key { id: self.credential.fingerprint(), secret: secret.clone(), created: self.since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_comes_back_from_the_vault_as_it_went_in() {
        let key = |id: &str| Key { id: id.to_owned(), secret: format!("secret-{id}").into(), created: 7 };
        let record = Record {
            current: key("AKIA1"),
            candidate: Some(key("AKIA2")),
            previous: Some(key("AKIA0")),
            step: Step::Creating { before: vec!["AKIA1".to_owned()], at: 9 },
        };
        let credentials = Credentials::of_rotation(Rotates::IamUserKeys, record.clone());
        let stored = serde_json::to_string(&credentials).unwrap();
        let back: Credentials = serde_json::from_str(&stored).unwrap();
        let [there, back] = [record, back.to_rotation()].map(|record| serde_json::to_value(record).unwrap());
        assert_eq!(there, back);
    }

    #[test]
    fn a_vault_of_before_rotations_is_at_rest() {
        let first = Credentials::new(Credential::BedrockApiKey { key: "ABSK-one1".into() }, 1);
        let mut stored = serde_json::to_value(&first).unwrap();
        stored.as_object_mut().unwrap().remove("step");
        let back: Credentials = serde_json::from_value(stored).unwrap();
        assert!(back.to_rotation().is_at_rest());
    }
}
