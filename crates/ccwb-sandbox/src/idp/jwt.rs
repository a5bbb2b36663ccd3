//! ID tokens as compact JWS (RFC 7515), true and forged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::keys::{KeyRing, foreign_key};
use crate::control::mutation::Forgery;

pub(crate) fn sign(keys: &KeyRing, claims: &Map<String, Value>, forgery: Option<Forgery>) -> String {
    let key = keys.live();
    let name = key.algorithm().name();
    let header = match forgery {
        Some(Forgery::None) => json!({"alg": "none", "typ": "JWT"}),
        Some(Forgery::Hs256WithPublicKey) => json!({"alg": "HS256", "kid": key.kid, "typ": "JWT"}),
        Some(Forgery::UnknownKid) => json!({"alg": name, "kid": "not-in-the-jwks", "typ": "JWT"}),
        Some(Forgery::BadSignature | Forgery::ForeignKey) | None => {
            json!({"alg": name, "kid": key.kid, "typ": "JWT"})
        }
    };
    let message = format!("{}.{}", encode(&header), encode(&json!(claims)));
    let signature = match forgery {
        Some(Forgery::None) => Vec::new(),
        Some(Forgery::Hs256WithPublicKey) => hmac_sha256(key.public_pem().as_bytes(), message.as_bytes()),
        Some(Forgery::ForeignKey) => foreign_key(key.algorithm()).sign(message.as_bytes()),
        Some(Forgery::BadSignature) => {
            let mut signature = key.sign(message.as_bytes());
            signature[10] ^= 1;
            signature
        }
        Some(Forgery::UnknownKid) | None => key.sign(message.as_bytes()),
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A JWT's parts before anybody has looked at the signature.
#[derive(Debug)]
pub(crate) struct UnverifiedJwt<'a> {
    pub(crate) algorithm: String,
    pub(crate) kid: Option<String>,
    pub(crate) claims: Map<String, Value>,
    message: &'a str,
    signature: Vec<u8>,
}

/// Why a token's signature does not hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadSignature {
    UnsupportedAlgorithm,
    UnknownKey,
    Invalid,
}

impl<'a> UnverifiedJwt<'a> {
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let header = decode(header)?;
        Some(Self {
            algorithm: header.get("alg")?.as_str()?.to_owned(),
            kid: header.get("kid").and_then(Value::as_str).map(str::to_owned),
            claims: decode(payload)?,
            message,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// Checks the signature against the provider's published keys, with the key's algorithm, not the token's.
    pub(crate) fn verify(&self, keys: &KeyRing) -> Result<(), BadSignature> {
        if !["RS256", "ES256"].contains(&self.algorithm.as_str()) {
            return Err(BadSignature::UnsupportedAlgorithm);
        }
        let kid = self.kid.as_deref().ok_or(BadSignature::UnknownKey)?;
        let key = keys.find(kid).ok_or(BadSignature::UnknownKey)?;
        if key.algorithm().name() == self.algorithm && key.verifies(self.message.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(BadSignature::Invalid)
        }
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    pub(crate) fn number(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }

    /// `aud` is a string or a list of them (RFC 7519 section 4.1.3).
    pub(crate) fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decode(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::SigningAlgorithm;

    fn claims() -> Map<String, Value> {
        let claims = json!({"iss": "i", "aud": "a", "sub": "s", "exp": 4_000_000_000_u64});
        claims.as_object().cloned().unwrap_or_default()
    }

    /// What an unrelated JOSE implementation says.
    fn jsonwebtoken_accepts(keys: &KeyRing, token: &str) -> bool {
        use jsonwebtoken::{Algorithm, DecodingKey, Validation};
        let jwk = serde_json::from_value(keys.live().jwk()).expect("a JWK");
        let key = DecodingKey::from_jwk(&jwk).expect("a usable JWK");
        let mut validation = Validation::new(match keys.live().algorithm() {
            SigningAlgorithm::Rs256 => Algorithm::RS256,
            SigningAlgorithm::Es256 => Algorithm::ES256,
        });
        validation.set_audience(&["a"]);
        jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok()
    }

    #[test]
    fn true_tokens_are_accepted_by_us_and_by_another_implementation() {
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256] {
            let keys = KeyRing::new(algorithm);
            let token = sign(&keys, &claims(), None);
            let jwt = UnverifiedJwt::parse(&token).expect("a JWT");
            assert_eq!(jwt.verify(&keys), Ok(()));
            assert!(jsonwebtoken_accepts(&keys, &token), "{algorithm:?}");
        }
    }

    #[test]
    fn every_forgery_is_refused_for_its_own_reason() {
        let keys = KeyRing::new(SigningAlgorithm::Es256);
        for (forgery, reason) in [
            (Forgery::None, BadSignature::UnsupportedAlgorithm),
            (Forgery::Hs256WithPublicKey, BadSignature::UnsupportedAlgorithm),
            (Forgery::BadSignature, BadSignature::Invalid),
            (Forgery::UnknownKid, BadSignature::UnknownKey),
            (Forgery::ForeignKey, BadSignature::Invalid),
        ] {
            let token = sign(&keys, &claims(), Some(forgery));
            let verdict = UnverifiedJwt::parse(&token).expect("a JWT").verify(&keys);
            assert_eq!(verdict, Err(reason), "{forgery:?}");
        }
    }

    #[test]
    fn a_kept_key_still_verifies_after_rotation_and_a_dropped_one_does_not() {
        let mut keys = KeyRing::new(SigningAlgorithm::Es256);
        let token = sign(&keys, &claims(), None);
        keys.rotate(true);
        assert_eq!(UnverifiedJwt::parse(&token).expect("a JWT").verify(&keys), Ok(()));
        keys.rotate(false);
        let verdict = UnverifiedJwt::parse(&token).expect("a JWT").verify(&keys);
        assert_eq!(verdict, Err(BadSignature::UnknownKey));
    }
}
