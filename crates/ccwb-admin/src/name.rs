//! Names: of a profile, and of what is deployed for it.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::error::AdminError;

/// A profile's name: `^[a-zA-Z0-9-]{1,64}$`, the guidance's rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileName(String);

impl ProfileName {
    /// Parses a name.
    pub fn parse(name: &str) -> Result<Self, AdminError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(AdminError::Name { name: name.to_owned() })
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the names of everything that is deployed begin with (`identity_pool_name`).
///
/// The guidance also allowed `_` and a digit in front, which CloudFormation refuses in a stack's name. Such a name is
/// kept as it is in the profile; [`BaseName::stack_prefix`] is what stacks are named after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseName(String);

/// Leaves room for the longest suffix within IAM's 64 characters, as the guidance does.
const MAX_BASE: usize = 20;

impl BaseName {
    /// Parses a name; the error is a clause that follows the key.
    pub fn parse(name: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(format!("\"{name}\" must be letters, digits and hyphens"))
        }
    }

    /// The rule for a name that somebody chooses now: valid as a stack's name, and short.
    pub fn parse_new(name: &str) -> Result<Self, String> {
        let base = Self::parse(name)?;
        if base.stack_prefix() != name {
            return Err(format!(
                "\"{name}\" must begin with a letter and hold only letters, digits and hyphens (CloudFormation's rule)"
            ));
        }
        if name.len() > MAX_BASE {
            return Err(format!("must be at most {MAX_BASE} characters, but is {}", name.len()));
        }
        Ok(base)
    }

    /// A good name for a new profile: that of the guidance for its own profile, else one that no other profile has.
    pub fn for_profile(profile: &ProfileName) -> Self {
        if profile.as_str() == ccwb_config::DEFAULT_PROFILE {
            return Self("claude-code-auth".to_owned());
        }
        let wanted = stack_form(&profile.as_str().to_ascii_lowercase());
        if wanted.len() <= MAX_BASE && wanted == profile.as_str() {
            return Self(wanted);
        }
        // Other names may differ in what was changed here, so a digest tells them apart.
        let digest = Sha256::digest(profile.as_str());
        let tail = format!("-{:02x}{:02x}", digest[0], digest[1]);
        let head = wanted.get(..(MAX_BASE - tail.len()).min(wanted.len())).unwrap_or_default();
        Self(format!("{}{tail}", head.trim_end_matches('-')))
    }

    /// The name as it is in the profile.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in a form that CloudFormation takes: `[a-zA-Z][-a-zA-Z0-9]*`.
    pub fn stack_prefix(&self) -> String {
        stack_form(&self.0)
    }
}

impl fmt::Display for BaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn stack_form(name: &str) -> String {
    let name = name.replace('_', "-");
    let name = name.trim_matches('-');
    match name.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() => name.to_owned(),
        _ => format!("ccwb-{name}").trim_end_matches('-').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_guidance() {
        for good in ["ClaudeCode", "a", "9", "-", &"x".repeat(64)] {
            assert!(ProfileName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a_b", "../x", "é", &"x".repeat(65)] {
            assert!(ProfileName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_profile_has_a_base_name_that_cloudformation_takes() {
        for name in ["ClaudeCode", "a", "9", "-", "---", "9-lives", "UPPER", "team-a-", &"x".repeat(64)] {
            let base = BaseName::for_profile(&ProfileName::parse(name).unwrap());
            assert_eq!(BaseName::parse_new(base.as_str()), Ok(base.clone()), "{name}");
        }
    }

    #[test]
    fn profiles_that_look_alike_have_names_of_their_own() {
        let base = |name: &str| BaseName::for_profile(&ProfileName::parse(name).unwrap());
        let names = ["team-a", "Team-A", "-team-a", "team-a-a-very-long-name", "team-a-a-very-long-nam2"];
        let bases: std::collections::BTreeSet<String> = names.iter().map(|name| base(name).to_string()).collect();
        assert_eq!(bases.len(), names.len(), "{bases:?}");
        assert_eq!(base("team-a").as_str(), "team-a");
    }

    #[test]
    fn names_of_the_guidance_that_no_stack_could_have_are_read_and_mended() {
        assert_eq!(BaseName::parse("claude_code").unwrap().stack_prefix(), "claude-code");
        assert_eq!(BaseName::parse("1st").unwrap().stack_prefix(), "ccwb-1st");
        assert!(BaseName::parse_new("claude_code").is_err());
        assert!(BaseName::parse_new("a".repeat(21).as_str()).is_err());
    }
}
