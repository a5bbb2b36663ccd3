//! `SHA256SUMS`, as `sha256sum` writes and checks it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The file's name.
pub const CHECKSUMS_FILE: &str = "SHA256SUMS";

/// Digests in hexadecimal, by file name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checksums(BTreeMap<String, String>);

impl Checksums {
    /// Reads `<64 hex digits>  <name>` lines, with `*` before the name for binary mode; blank lines and comments are
    /// skipped. The error is the number of the line that is neither.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut sums = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (digest, name) = line.split_once(' ').ok_or(index + 1)?;
            let name = name.strip_prefix(['*', ' ']).unwrap_or(name);
            let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_digest || name.is_empty() {
                return Err(index + 1);
            }
            let name = name.strip_prefix("./").unwrap_or(name);
            sums.insert(name.to_owned(), digest.to_ascii_lowercase());
        }
        Ok(Self(sums))
    }

    /// The digest of a file, if it is listed.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every file with its digest, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, digest)| (name.as_str(), digest.as_str()))
    }

    /// Lists a file.
    pub fn insert(&mut self, name: &str, digest: String) {
        self.0.insert(name.to_owned(), digest);
    }

    /// The file's text, sorted by name.
    pub fn to_text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, (name, digest)| {
            let _ = writeln!(text, "{digest}  {name}");
            text
        })
    }
}

/// A digest in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn what_sha256sum_writes_is_read_in_both_modes() {
        let text = format!("# made today\n\n{EMPTY}  a b\n{EMPTY} *c\n{}  ./d\n", EMPTY.to_uppercase());
        let sums = Checksums::parse(&text).unwrap();
        for name in ["a b", "c", "d"] {
            assert_eq!(sums.get(name), Some(EMPTY), "{name}");
        }
        assert_eq!(sums.get("e"), None);
        assert_eq!(Checksums::parse(&sums.to_text()).unwrap(), sums);
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        assert_eq!(Checksums::parse(&format!("{EMPTY}  a\nhello\n")), Err(2));
        assert_eq!(Checksums::parse("abc  a\n"), Err(1));
    }

    #[test]
    fn a_digest_is_that_of_the_standard() {
        assert_eq!(sha256(b""), EMPTY);
    }
}
