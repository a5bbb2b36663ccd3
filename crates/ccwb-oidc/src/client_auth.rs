//! How the client authenticates at the token endpoint (RFC 6749, section 2.3; RFC 7523, section 2.2).

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use oauth2::CsrfToken;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use secrecy::SecretString;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::OidcError;

/// How long an assertion is good, in seconds.
const ASSERTION_LIFE: i64 = 300;

/// The client's own credential, resolved: a secret that stands in the keyring has been read.
pub enum ClientCredential {
    /// A public client.
    None,
    /// `client_secret`, sent in the request body.
    Secret(SecretString),
    /// `private_key_jwt`, signed with the key of a certificate.
    PrivateKeyJwt {
        /// The RSA key.
        key: Box<RsaKeyPair>,
        /// SHA-256 thumbprint of the certificate, base64url (`x5t#S256`, RFC 7515, section 4.1.8).
        thumbprint: String,
    },
}

impl std::fmt::Debug for ClientCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Secret(_) => "Secret([redacted])",
            Self::PrivateKeyJwt { .. } => "PrivateKeyJwt([redacted])",
        })
    }
}

impl ClientCredential {
    /// Reads a certificate and its RSA key, both PEM and not encrypted.
    pub fn private_key_jwt(certificate: &Path, key: &Path) -> Result<Self, OidcError> {
        let failed = |path: &Path, problem: &str| {
            OidcError::ClientCredential(format!("could not use {}: {problem}", path.display()))
        };
        let pem = std::fs::read(certificate).map_err(|error| failed(certificate, &error.to_string()))?;
        let der = first_certificate(&pem).ok_or_else(|| failed(certificate, "it holds no PEM certificate"))?;
        let pem = Zeroizing::new(std::fs::read(key).map_err(|error| failed(key, &error.to_string()))?);
        let key = rsa_key(&pem)
            .ok_or_else(|| failed(key, "it holds no RSA key of 2048 bits or more in PEM form that is not encrypted"))?;
        Ok(Self::PrivateKeyJwt { key: Box::new(key), thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&der)) })
    }

    /// A fresh assertion for one request (RFC 7523, section 3), if this is how the client authenticates.
    pub(crate) fn assertion(
        &self,
        client_id: &str,
        token_endpoint: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, OidcError> {
        let Self::PrivateKeyJwt { key, thumbprint } = self else { return Ok(None) };
        let now = now.timestamp();
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint});
        let claims = json!({
            "aud": token_endpoint, "iss": client_id, "sub": client_id, "jti": CsrfToken::new_random().secret(),
            "nbf": now, "iat": now, "exp": now + ASSERTION_LIFE,
        });
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; key.public().modulus_len()];
        // By ring, whose private keys do not leak through timing; those of the crate that checks signatures do
        // (RUSTSEC-2023-0071).
        key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| OidcError::ClientCredential("the client's key cannot sign PS256".to_owned()))?;
        Ok(Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// PKCS #8, or PKCS #1 as older tools write it.
fn rsa_key(pem: &[u8]) -> Option<RsaKeyPair> {
    pem::parse_many(pem).ok()?.iter().find_map(|block| match block.tag() {
        "PRIVATE KEY" => RsaKeyPair::from_pkcs8(block.contents()).ok(),
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(block.contents()).ok(),
        _ => None,
    })
}

fn first_certificate(pem: &[u8]) -> Option<Vec<u8>> {
    let blocks = pem::parse_many(pem).ok()?;
    blocks.into_iter().find(|block| block.tag() == "CERTIFICATE").map(pem::Pem::into_contents)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation};
    use rsa::pkcs1::EncodeRsaPrivateKey;
    use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_assertion_is_signed_with_a_key_of_either_form_and_others_can_check_it() {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let public = key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
        let checked_with = DecodingKey::from_rsa_pem(public.as_bytes()).unwrap();
        for pem in [key.to_pkcs8_pem(LineEnding::LF).unwrap(), key.to_pkcs1_pem(LineEnding::LF).unwrap()] {
            let key = Box::new(rsa_key(pem.as_bytes()).expect("a key"));
            let credential = ClientCredential::PrivateKeyJwt { key, thumbprint: "thumb".to_owned() };
            let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
            let assertion = credential.assertion("client", "https://i.example/token", now).unwrap().unwrap();
            let mut validation = Validation::new(Algorithm::PS256);
            validation.set_audience(&["https://i.example/token"]);
            validation.validate_exp = false;
            let token = jsonwebtoken::decode::<Value>(&assertion, &checked_with, &validation).unwrap();
            assert_eq!(token.header.x5t_s256.as_deref(), Some("thumb"));
            assert_eq!((&token.claims["iss"], &token.claims["sub"]), (&"client".into(), &"client".into()));
            assert_eq!(token.claims["exp"], now.timestamp() + ASSERTION_LIFE);
        }
    }

    #[test]
    fn what_is_no_rsa_key_is_none() {
        for text in ["", "no PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(rsa_key(text.as_bytes()).is_none(), "{text}");
        }
    }
}
