//! The provider's keys (RFC 7517) and which of them fit a token.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// The keys of a key set that may have signed a token of this key id and algorithm. Keys that are not understood are
/// passed over: providers publish all sorts.
pub(crate) fn candidates(jwks: &Value, key_id: Option<&str>, algorithm: Algorithm) -> Vec<DecodingKey> {
    let keys = jwks.get("keys").and_then(Value::as_array);
    keys.into_iter()
        .flatten()
        .filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok())
        .filter(|key| key_id.is_none_or(|id| key.common.key_id.as_deref() == Some(id)))
        .filter(|key| fits(key, algorithm))
        .filter_map(|key| DecodingKey::from_jwk(&key).ok())
        .collect()
}

/// Neither the key's stated use nor its type nor its stated algorithm may contradict the token's.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let stated = key.common.key_algorithm.is_none_or(|stated| stated.to_string() == format!("{algorithm:?}"));
    let right_type = match (&key.algorithm, algorithm) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        )
        | (AlgorithmParameters::OctetKeyPair(_), Algorithm::EdDSA) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES384) => curve.curve == EllipticCurve::P384,
        _ => false,
    };
    signs && stated && right_type
}
