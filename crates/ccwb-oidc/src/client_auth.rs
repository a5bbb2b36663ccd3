//! How the client authenticates at the token endpoint (RFC 6749, section 2.3; RFC 7523, section 2.2).

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header};
use oauth2::CsrfToken;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::OidcError;
use crate::signature::SigningKey;

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
        key: Box<SigningKey>,
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
        let der =
            CertificateDer::from_pem_slice(&pem).map_err(|_| failed(certificate, "it holds no PEM certificate"))?;
        let pem = Zeroizing::new(std::fs::read(key).map_err(|error| failed(key, &error.to_string()))?);
        let key = SigningKey::from_pem(&pem)
            .ok_or_else(|| failed(key, "it holds no RSA key of 2048 to 4096 bits in PEM form that is not encrypted"))?;
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
        let header = Header { x5t_s256: Some(thumbprint.clone()), ..Header::new(Algorithm::PS256) };
        let now = now.timestamp();
        let claims = json!({
            "aud": token_endpoint, "iss": client_id, "sub": client_id, "jti": CsrfToken::new_random().secret(),
            "nbf": now, "iat": now, "exp": now + ASSERTION_LIFE,
        });
        let failed = || OidcError::ClientCredential("the client's key cannot sign PS256".to_owned());
        key.token(&header, &claims).map(Some).ok_or_else(failed)
    }
}
