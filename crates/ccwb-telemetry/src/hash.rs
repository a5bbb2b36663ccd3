//! Values that stay equal where they were equal, and that nobody reads.

use ccwb_config::Profile;
use hmac::{Hmac, Mac};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

/// Hashes one company's values: HMAC-SHA-256 under the configured salt, else under issuer and client id, which at least
/// makes tables of other companies' hashes useless.
pub(crate) struct Hasher(Hmac<Sha256>);

impl Hasher {
    pub(crate) fn new(profile: &Profile) -> Self {
        let of_the_client = || profile.oidc().map(|oidc| format!("{}\n{}", oidc.issuer.as_str(), oidc.client_id));
        let key = match &profile.telemetry.hash_salt {
            Some(salt) => salt.expose_secret().to_owned(),
            None => of_the_client().unwrap_or_default(),
        };
        Self(Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length"))
    }

    /// 32 hexadecimal digits. Upper and lower case are the same: providers differ in how they write one e-mail address.
    pub(crate) fn hash(&self, value: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(value.trim().to_lowercase().as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }
}

/// The guidance's `x-user-id`: SHA-256 of the subject, of which the first 32 hexadecimal digits in the form of a UUID.
pub(crate) fn user_id(subject: &str) -> String {
    let hex = hex(&Sha256::digest(subject.as_bytes())[..16]);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// What tells one token from another without being it.
pub(crate) fn token_digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes())[..16])
}

fn hex(bytes: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_that_of_the_guidance() {
        // printf alice | sha256sum
        assert_eq!(user_id("alice"), "2bd806c9-7f0e-00af-1a1f-c3328fa763a9");
    }
}
