//! Who signed a certificate, said so that a person recognises it.

use rustls::pki_types::CertificateDer;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Tag, Tagged};
use x509_cert::name::Name;

use crate::foreign_text::printable;

/// RFC 5280, appendix A.1.
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// The name of the authority that would have to be trusted: the one above all certificates that were presented.
pub(crate) fn issuer(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Option<String> {
    let mut known = parse(end_entity)?;
    let mut others: Vec<_> = intermediates.iter().filter_map(parse).collect();
    // A certificate is left out once it was used: a circle has an end.
    while let Some(above) = others.iter().position(|other| other.subject == known.issuer) {
        known = others.swap_remove(above);
    }
    let name = words(&known.issuer)?;
    Some(if known.subject == known.issuer && intermediates.is_empty() { format!("itself ({name})") } else { name })
}

struct Names {
    subject: Name,
    issuer: Name,
}

/// Leniently: what a proxy makes up need not be a good certificate.
fn parse(certificate: &CertificateDer<'_>) -> Option<Names> {
    let parsed = CertificateInner::<Raw>::from_der(certificate).ok()?.tbs_certificate;
    Some(Names { subject: parsed.subject, issuer: parsed.issuer })
}

/// `"Example Root CA" (Example Corp)`.
fn words(name: &Name) -> Option<String> {
    let find = |wanted| {
        let mut attributes = name.0.iter().flat_map(|part| part.0.iter());
        attributes.find(|attribute| attribute.oid == wanted).map(text).filter(|text| !text.is_empty())
    };
    match (find(COMMON_NAME), find(ORGANIZATION)) {
        (Some(name), Some(organization)) if name != organization => Some(format!("\"{name}\" ({organization})")),
        (Some(name), _) | (None, Some(name)) => Some(format!("\"{name}\"")),
        (None, None) => Some(printable(&name.to_string())).filter(|name| !name.is_empty()),
    }
}

fn text(attribute: &AttributeTypeAndValue) -> String {
    const LONGEST: usize = 100;
    let bytes = attribute.value.value();
    let text = if attribute.value.tag() == Tag::BmpString {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    printable(&text.chars().take(LONGEST).collect::<String>())
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    fn params(name: &[(DnType, &str)]) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in name {
            params.distinguished_name.push(kind.clone(), *value);
        }
        params
    }

    fn authority(name: &[(DnType, &str)]) -> Issuer<'static, KeyPair> {
        Issuer::new(params(name), KeyPair::generate().unwrap())
    }

    fn signed_by(issuer: &Issuer<'_, KeyPair>, name: &str) -> CertificateDer<'static> {
        let certificate = params(&[(DnType::CommonName, name)]);
        certificate.signed_by(&KeyPair::generate().unwrap(), issuer).unwrap().der().clone()
    }

    #[test]
    fn the_authority_is_named_by_its_name_and_organization() {
        for (name, expected) in [
            (&[(DnType::CommonName, "Root CA"), (DnType::OrganizationName, "Corp")][..], "\"Root CA\" (Corp)"),
            (&[(DnType::CommonName, "Corp"), (DnType::OrganizationName, "Corp")], "\"Corp\""),
            (&[(DnType::OrganizationName, "Corp")], "\"Corp\""),
            (&[(DnType::OrganizationalUnitName, "IT")], "OU=IT"),
            (&[(DnType::CommonName, "a\u{1b}[31mred\nb")], "\"a [31mred b\""),
        ] {
            assert_eq!(issuer(&signed_by(&authority(name), "leaf"), &[]).as_deref(), Some(expected));
        }
        let long = authority(&[(DnType::CommonName, &"x".repeat(5000))]);
        assert_eq!(issuer(&signed_by(&long, "leaf"), &[]).unwrap().len(), 102);
    }

    #[test]
    fn the_one_above_all_that_were_presented_is_the_one_to_trust() {
        let root = authority(&[(DnType::CommonName, "Root")]);
        let key = KeyPair::generate().unwrap();
        let between = params(&[(DnType::CommonName, "Between")]);
        let between_certificate = between.signed_by(&key, &root).unwrap().der().clone();
        let leaf = signed_by(&Issuer::new(between, key), "leaf");
        assert_eq!(issuer(&leaf, &[]).as_deref(), Some("\"Between\""));
        assert_eq!(issuer(&leaf, &[between_certificate]).as_deref(), Some("\"Root\""));
    }

    #[test]
    fn a_certificate_that_signs_itself_and_one_that_is_none_are_told() {
        let itself = params(&[(DnType::CommonName, "box")]).self_signed(&KeyPair::generate().unwrap()).unwrap();
        assert_eq!(issuer(itself.der(), &[]).as_deref(), Some("itself (\"box\")"));
        assert_eq!(issuer(&CertificateDer::from(vec![0x30, 3, 2, 1, 1]), &[]), None);
    }
}
