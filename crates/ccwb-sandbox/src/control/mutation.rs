use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is wrong with the ID tokens that are issued from now on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenMutation {
    /// Claims that are set, after everything else.
    pub set: Map<String, Value>,
    /// Claims that are left out.
    pub drop: Vec<String>,
    /// A forged signature; without it the token is signed with the live key like a true one.
    pub alg: Option<Forgery>,
}

/// Ways to sign an ID token that no client may accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Forgery {
    /// `alg: none` and an empty signature (RFC 7519 section 6).
    #[serde(rename = "none")]
    None,
    /// HMAC with the published key's PEM as the secret: the algorithm confusion attack (RFC 8725 section 2.1).
    #[serde(rename = "HS256-with-public-key")]
    Hs256WithPublicKey,
    /// A true signature with one bit flipped.
    #[serde(rename = "bad-signature")]
    BadSignature,
    /// Signed with the live key under a `kid` that the JWKS doesn't have.
    #[serde(rename = "unknown-kid")]
    UnknownKid,
    /// Another key under the live key's `kid`.
    #[serde(rename = "foreign-key")]
    ForeignKey,
}

impl TokenMutation {
    pub(crate) fn apply(&self, claims: &mut Map<String, Value>) {
        claims.extend(self.set.clone());
        for name in &self.drop {
            claims.remove(name);
        }
    }
}
