//! Which certificates are trusted: the operating system's and those of the bundles. And whose the others are.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::certificate_issuer::issuer;
use crate::error::HttpError;
use crate::settings::HttpSettings;

/// TLS for every request.
pub(crate) fn tls(settings: &HttpSettings) -> Result<ClientConfig, HttpError> {
    let failed = |error: rustls::Error| HttpError::Setup(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = NamesTheIssuer(verifier(settings, provider.clone())?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn verifier(settings: &HttpSettings, provider: Arc<CryptoProvider>) -> Result<Verifier, HttpError> {
    let mut added = Vec::new();
    for path in &settings.ca_bundles {
        added.extend(certificates(path)?);
    }
    if settings.system_store_is_overridden {
        added.extend(system_store());
    }
    let verifier =
        if added.is_empty() { Verifier::new(provider) } else { Verifier::new_with_extra_roots(added, provider) };
    verifier.map_err(|error| HttpError::Setup(error.to_string()))
}

/// The certificates of a bundle. One that cannot be used (of X.509 version 1, for example) does not spoil the others.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let failed = |problem: String| HttpError::CaBundle { path: path.to_owned(), problem };
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let mut found = found.map_err(|error| failed(error.to_string()))?;
    if found.is_empty() {
        return Err(failed("it holds no certificate".to_owned()));
    }
    found.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    if found.is_empty() { Err(failed("none of its certificates can be used".to_owned())) } else { Ok(found) }
}

/// The system's certificates, where the loader would read those of `SSL_CERT_FILE` in their place.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn system_store() -> Vec<CertificateDer<'static>> {
    let folders = openssl_probe::candidate_cert_dirs();
    let found = folders.flat_map(|folder| rustls_native_certs::load_certs_from_paths(None, Some(folder)).certs);
    found.filter(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok()).collect()
}

/// Elsewhere the system itself verifies, whatever the variables say.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn system_store() -> Vec<CertificateDer<'static>> {
    Vec::new()
}

/// Judges as the operating system does, and says of a certificate that nobody trusts who signed it.
#[derive(Debug)]
struct NamesTheIssuer(Verifier);

impl ServerCertVerifier for NamesTheIssuer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                let untrusted = UntrustedIssuer(issuer(end_entity, intermediates));
                CertificateError::Other(OtherError(Arc::new(untrusted))).into()
            }
            other => other,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The certificate leads to an authority that is not trusted: its name, if it could be read.
#[derive(Debug)]
struct UntrustedIssuer(Option<String>);

impl fmt::Display for UntrustedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its certificate is not signed by an authority that this computer trusts")?;
        self.0.as_ref().map_or(Ok(()), |issuer| write!(f, ", but by {issuer}"))
    }
}

impl StdError for UntrustedIssuer {}

/// Why TLS failed, in words that a person can act on; `None` if it is not TLS that failed.
pub(crate) fn tls_failure(error: &reqwest::Error) -> Option<String> {
    let error = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    let rustls::Error::InvalidCertificate(reason) = error else { return Some(error.to_string()) };
    if let CertificateError::Other(OtherError(other)) = reason
        && let Some(untrusted) = other.downcast_ref::<UntrustedIssuer>()
    {
        return Some(untrusted.to_string());
    }
    // The verifiers of the platforms have their own ways to say so.
    let reason = reason.to_string();
    let words = [
        ("CaUsedAsEndEntity", "its certificate is that of an authority (CA:TRUE), which no server may use"),
        ("expired", "its certificate has expired (or this computer's clock is wrong)"),
        ("not valid yet", "its certificate is not valid yet (or this computer's clock is wrong)"),
        ("not valid for name", "its certificate is for another name"),
    ];
    let found = words.iter().find(|(sign, _)| reason.contains(sign));
    Some(found.map_or_else(|| format!("its certificate was refused: {reason}"), |(_, words)| (*words).to_owned()))
}

/// The causes of an error, innermost last. An [`std::io::Error`] hides the error that it was made of from `source`.
pub(crate) fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

#[cfg(all(test, unix, not(target_vendor = "apple")))]
mod tests {
    use super::*;

    /// `SSL_CERT_FILE` adds to the system's certificates.
    #[test]
    fn the_systems_certificates_are_found_whatever_the_variables_say() {
        let bundle = "ca-certificates.crt";
        let is_there = openssl_probe::candidate_cert_dirs().any(|folder| folder.join(bundle).exists());
        assert!(!is_there || system_store().len() > 20, "{} found", system_store().len());
    }
}
