//! The role session name: who used the credentials, in CloudTrail and in cost reports.

use sha2::{Digest, Sha256};

/// AWS's limit (STS API Reference, `AssumeRoleWithWebIdentity`: `[\w+=,.@-]*`, 2 to 64 characters).
const LONGEST: usize = 64;
/// Hexadecimal digits of the hash that tells shortened or changed names apart.
const HASH: usize = 12;

/// A session name from an e-mail address or subject. Characters that AWS does not take become `-`; where that or the
/// length limit loses something, a hash of the whole is appended, so that two people never share a name.
pub(crate) fn session_name(person: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let clean: String = person.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    if clean == person && (2..=LONGEST).contains(&clean.len()) {
        return clean;
    }
    let hash: String = Sha256::digest(person.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let kept: String = clean.chars().take(LONGEST - HASH - 1).collect();
    format!("{kept}-{}", &hash[..HASH])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_address_stays_as_it_is() {
        assert_eq!(session_name("alice.o+x@example.com"), "alice.o+x@example.com");
    }

    #[test]
    fn every_name_is_one_that_aws_takes_and_no_two_people_share_one() {
        let long = "a".repeat(70);
        let people = [
            "",
            "a",
            "josé@example.com",
            "jos?@example.com",
            "auth0|5f",
            "東京",
            &long,
            &format!("{long}b"),
            "a b",
            "a/b",
        ];
        let names: std::collections::BTreeSet<String> = people.iter().map(|person| session_name(person)).collect();
        assert_eq!(names.len(), people.len(), "{names:?}");
        for name in names {
            assert!(
                (2..=64).contains(&name.len())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)),
                "{name}"
            );
        }
    }
}
