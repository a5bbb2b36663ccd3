//! A customer's id: the name of its folder, its container and its key. It cannot lead out of the folder.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, at most 40 characters: valid as a folder on every system, as a project of Compose, as an
/// AWS profile and in a role session name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomerId(String);

const MAX: usize = 40;

/// Names that Windows keeps for devices, whatever follows them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

impl CustomerId {
    /// Parses an id; the error is a clause that follows the id.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() > MAX {
            return Err(format!("is longer than {MAX} characters"));
        }
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) || !text.split('-').all(is_word) {
            return Err("must be lower-case letters, digits and single hyphens, and begin with a letter".to_owned());
        }
        let port = text.strip_prefix("com").or_else(|| text.strip_prefix("lpt"));
        if DEVICES.contains(&text) || port.is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit()) {
            return Err("is the name of a device on Windows".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The id that an organisation's name makes, if it makes one: `Acme Cloud, Inc.` is `acme-cloud-inc`. A name with other
    /// letters than ASCII makes none: what is left of it may be somebody else's.
    pub fn of_organisation(name: &str) -> Option<Self> {
        if name.chars().any(|letter| !letter.is_ascii() && letter.is_alphanumeric()) {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        Self::parse(&words.collect::<Vec<_>>().join("-")).ok()
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CustomerId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|problem| format!("\"{text}\" {problem}"))
    }
}

impl From<CustomerId> for String {
    fn from(id: CustomerId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_organisations_name_makes_an_id_or_none() {
        let made = |name| CustomerId::of_organisation(name).map(String::from);
        assert_eq!(made("Acme Cloud, Inc.").as_deref(), Some("acme-cloud-inc"));
        assert_eq!(made("  X--Y  ").as_deref(), Some("x-y"));
        for name in ["Müller", "3M", "", "...", "Con", "COM1", &"a".repeat(41)] {
            assert_eq!(made(name), None, "{name}");
        }
    }

    #[test]
    fn no_id_leads_out_of_a_folder() {
        for text in ["..", ".", "a/b", "a\\b", "/a", "a.b", "-a", "a-", "a--b", "A", "a b", "a\0", "", "nul", "lpt9"] {
            assert!(CustomerId::parse(text).is_err(), "{text}");
        }
        assert!(CustomerId::parse("com10").is_ok() && CustomerId::parse("console").is_ok());
    }

    proptest! {
        #[test]
        fn whatever_is_an_id_is_one_plain_part_of_a_path(text in "\\PC{0,50}") {
            if let Ok(id) = CustomerId::parse(&text) {
                let path = std::path::Path::new(id.as_str());
                prop_assert_eq!(path.components().count(), 1);
                prop_assert!(matches!(path.components().next(), Some(std::path::Component::Normal(_))));
            }
        }

        #[test]
        fn a_made_id_is_an_id(name in "\\PC{0,60}") {
            if let Some(id) = CustomerId::of_organisation(&name) {
                prop_assert_eq!(CustomerId::parse(id.as_str()), Ok(id.clone()));
            }
        }
    }
}
