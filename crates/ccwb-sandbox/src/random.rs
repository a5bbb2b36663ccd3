//! Random and derived identifiers in the alphabets that clients see.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

pub(crate) const UPPER_ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(crate) const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// RFC 8628 section 6.1: consonants only, so that no word is spelled and no character is mistaken for another.
pub(crate) const USER_CODE: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// `length` characters of `alphabet`, from the thread's cryptographic generator.
pub(crate) fn text(alphabet: &[u8], length: usize) -> String {
    let mut generator = rand::rng();
    (0..length).map(|_| char::from(alphabet[generator.random_range(0..alphabet.len())])).collect()
}

/// 256 bits as base64url, for codes, tokens and cookies.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

pub(crate) fn uuid() -> String {
    format_uuid(rand::random())
}

/// The same UUID for the same words: one person keeps one identity across sign-ins.
pub(crate) fn uuid_of(words: &str) -> String {
    let digest = Sha256::digest(words.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    format_uuid(bytes)
}

/// `length` hexadecimal characters (64 at most) that belong to these words.
pub(crate) fn hex_of(words: &str, length: usize) -> String {
    let mut hex = hex(&Sha256::digest(words.as_bytes()));
    hex.truncate(length);
    hex
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn format_uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_version_4_uuid() {
        let uuid = uuid_of("alice");
        assert_eq!(uuid, uuid_of("alice"));
        assert_ne!(uuid, uuid_of("bob"));
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
    }

    #[test]
    fn random_text_keeps_to_its_alphabet() {
        let text = text(UPPER_ALPHANUMERIC, 16);
        assert_eq!(text.len(), 16);
        assert!(text.bytes().all(|byte| UPPER_ALPHANUMERIC.contains(&byte)));
    }
}
