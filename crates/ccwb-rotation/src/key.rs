//! A key and what is kept of it.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An access key: an IAM user's, or whatever else has an id, a secret and a day on which it was made.
///
/// Its serialised form holds the secret: it is for places that keep secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    /// Such as `AKIA...`: an identifier, not a secret.
    pub id: String,
    /// The secret access key.
    #[serde(serialize_with = "exposed", deserialize_with = "hidden")]
    pub secret: SecretString,
    /// When it was made, in Unix seconds; of a key that was brought in, when that was.
    pub created: i64,
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_was_stored_and_shows_its_secret_nowhere_else() {
        let key = Key { id: "AKIA1".to_owned(), secret: "hush-hush".into(), created: 7 };
        let stored = serde_json::to_string(&key).unwrap();
        let back: Key = serde_json::from_str(&stored).unwrap();
        assert_eq!((back.id.as_str(), back.secret.expose_secret(), back.created), ("AKIA1", "hush-hush", 7));
        assert!(!format!("{key:?}").contains("hush"));
    }
}
