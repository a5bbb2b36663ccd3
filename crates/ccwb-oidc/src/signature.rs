//! Signatures of JSON Web Tokens (RFC 7518, section 3), checked and made by ring, which TLS brings along anyway.
//!
//! `jsonwebtoken` has the types; its own signature code would bring second implementations of RSA and of the curves, and
//! private keys that leak through timing (RUSTSEC-2023-0071).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, Header};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{self, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;

/// Whether the signature, in base64url, is the key's over these bytes.
pub(crate) fn verifies(signed: &[u8], signature: &str, key: &DecodingKey, algorithm: Algorithm) -> bool {
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    let verified = match (key.kind(), algorithm) {
        (DecodingKeyKind::RsaModulusExponent { n, e }, _) => {
            let Some(algorithm) = rsa(algorithm) else { return false };
            PublicKeyComponents { n, e }.verify(algorithm, signed, &signature)
        }
        (DecodingKeyKind::SecretOrDer(point), _) => {
            let Some(algorithm) = curve(algorithm) else { return false };
            UnparsedPublicKey::new(algorithm, point).verify(signed, &signature)
        }
    };
    verified.is_ok()
}

/// RSA of 2048 to 8192 bits: shorter keys are not believed (RFC 7518, section 3.3).
fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

/// Never HMAC: a public key is no secret.
fn curve(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDSA => &signature::ED25519,
        _ => return None,
    })
}

/// An RSA key that signs.
pub struct SigningKey(KeyPair);

impl SigningKey {
    /// From PEM that is not encrypted, PKCS #1 or PKCS #8.
    pub(crate) fn from_pem(pem: &[u8]) -> Option<Self> {
        let pair = match PrivateKeyDer::from_pem_slice(pem).ok()? {
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return None,
        };
        pair.ok().map(Self)
    }

    /// A token signed with PS256 (RFC 7515, section 3.1).
    pub(crate) fn token(&self, header: &Header, claims: &Value) -> Option<String> {
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(header).ok()?);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&signature::RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Validation};
    use rsa::pkcs1::{EncodeRsaPrivateKey, LineEnding};
    use rsa::pkcs8::EncodePrivateKey;
    use rsa::traits::PublicKeyParts;
    use serde_json::json;

    use super::*;

    fn rsa_key() -> (rsa::RsaPrivateKey, DecodingKey) {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let public = DecodingKey::from_rsa_raw_components(&key.n().to_bytes_be(), &key.e().to_bytes_be());
        (key, public)
    }

    #[test]
    fn what_another_implementation_signed_is_verified_with_its_algorithm_and_no_other() {
        let (rsa, rsa_public) = rsa_key();
        let rsa = EncodingKey::from_rsa_der(rsa.to_pkcs1_der().unwrap().as_bytes());
        let curve = |kind| {
            let pair = rcgen::KeyPair::generate_for(kind).unwrap();
            (pair.serialize_der(), DecodingKey::from_ec_der(rcgen::PublicKeyData::der_bytes(&pair)))
        };
        let (p256, p256_public) = curve(&rcgen::PKCS_ECDSA_P256_SHA256);
        let (p384, p384_public) = curve(&rcgen::PKCS_ECDSA_P384_SHA384);
        let (ed25519, ed25519_public) = curve(&rcgen::PKCS_ED25519);
        let (p256, p384) = (EncodingKey::from_ec_der(&p256), EncodingKey::from_ec_der(&p384));
        let ed25519 = EncodingKey::from_ed_der(&ed25519);
        let cases = [
            (Algorithm::RS256, &rsa, &rsa_public),
            (Algorithm::RS384, &rsa, &rsa_public),
            (Algorithm::RS512, &rsa, &rsa_public),
            (Algorithm::PS256, &rsa, &rsa_public),
            (Algorithm::PS384, &rsa, &rsa_public),
            (Algorithm::PS512, &rsa, &rsa_public),
            (Algorithm::ES256, &p256, &p256_public),
            (Algorithm::ES384, &p384, &p384_public),
            (Algorithm::EdDSA, &ed25519, &ed25519_public),
        ];
        for (algorithm, key, public) in cases {
            let token = jsonwebtoken::encode(&Header::new(algorithm), &json!({"sub": "s"}), key).unwrap();
            let (signed, signature) = token.rsplit_once('.').unwrap();
            for (other, _, _) in cases {
                let verified = verifies(signed.as_bytes(), signature, public, other);
                assert_eq!(verified, other == algorithm, "{algorithm:?} as {other:?}");
            }
            assert!(!verifies(&signed.as_bytes()[1..], signature, public, algorithm), "{algorithm:?}");
            assert!(!verifies(signed.as_bytes(), "", public, algorithm), "{algorithm:?}");
            assert!(!verifies(signed.as_bytes(), signature, public, Algorithm::HS256), "{algorithm:?}");
        }
    }

    #[test]
    fn another_implementation_verifies_what_was_signed_with_either_form_of_key() {
        let (key, public) = rsa_key();
        let forms = [key.to_pkcs1_pem(LineEnding::LF).unwrap(), key.to_pkcs8_pem(LineEnding::CRLF).unwrap()];
        for pem in forms {
            let key = SigningKey::from_pem(pem.as_bytes()).expect("an RSA key");
            let header = Header { x5t_s256: Some("thumb".to_owned()), ..Header::new(Algorithm::PS256) };
            let token = key.token(&header, &json!({"iss": "c", "exp": 4_000_000_000_u32})).unwrap();
            let read: jsonwebtoken::TokenData<Value> =
                jsonwebtoken::decode(&token, &public, &Validation::new(Algorithm::PS256)).unwrap();
            assert_eq!(read.claims["iss"], "c");
            assert_eq!(read.header.x5t_s256.as_deref(), Some("thumb"));
        }
    }

    #[test]
    fn what_is_no_rsa_key_in_clear_does_not_sign() {
        let curve = rcgen::KeyPair::generate().unwrap().serialize_pem();
        for pem in
            [curve.as_str(), "", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"]
        {
            assert!(SigningKey::from_pem(pem.as_bytes()).is_none());
        }
    }
}
