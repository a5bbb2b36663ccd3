//! The role session name: who used the credentials, in CloudTrail and in cost reports.

use sha2::{Digest, Sha256};

/// AWS's limit (STS API Reference, `AssumeRoleWithWebIdentity`: `[\w+=,.@-]*`, 2 to 64 characters).
const LONGEST: usize = 64;
/// Hexadecimal digits of the hash that tells shortened or changed names apart. Whoever could choose an e-mail address that has
/// the hash of another would be taken for that person: 64 bits are out of reach.
const HASH: usize = 16;

/// A session name from an e-mail address or subject. Characters that AWS does not take become `-`; where that or the
/// length limit loses something, a hash of the whole is appended, so that two people never share a name. So it is where
/// somebody's own name looks as if that had happened to it.
pub(crate) fn session_name(person: &str) -> String {
    let clean: String = person.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    if clean == person && (2..=LONGEST).contains(&clean.len()) && !ends_like_a_hash(&clean) {
        return clean;
    }
    let hash: String = Sha256::digest(person.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let kept: String = clean.chars().take(LONGEST - HASH - 1).collect();
    format!("{kept}-{}", &hash[..HASH])
}

/// A name that somebody chose, unless AWS would not take it.
pub(crate) fn as_chosen(name: &str) -> String {
    let taken = (2..=LONGEST).contains(&name.len()) && name.chars().all(allowed);
    if taken { name.to_owned() } else { session_name(name) }
}

fn allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter)
}

fn ends_like_a_hash(name: &str) -> bool {
    let is_hash = |end: &str| end.len() == HASH && end.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    name.rsplit_once('-').is_some_and(|(_, end)| is_hash(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        assert!(names.iter().all(|name| is_taken_by_aws(name)), "{names:?}");
    }

    /// STS API Reference, `RoleSessionName`; written apart from what is tested.
    fn is_taken_by_aws(name: &str) -> bool {
        let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";
        (2..=64).contains(&name.len()) && name.bytes().all(|byte| letters.contains(&byte))
    }

    #[test]
    fn a_chosen_name_is_kept_where_aws_takes_it() {
        for (chosen, expected) in
            [("build-0123456789abcdef", true), ("job@1.example", true), ("a b", false), ("é", false)]
        {
            let name = as_chosen(chosen);
            assert!(is_taken_by_aws(&name));
            assert_eq!(name == chosen, expected, "{chosen}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whoever_it_is_the_name_is_one_that_aws_takes(person in any::<String>()) {
            prop_assert!(is_taken_by_aws(&session_name(&person)));
        }

        #[test]
        fn people_who_differ_in_one_letter_have_two_names(
            (start, end) in ("[a-z@. /é]{0,70}", "[a-z@. /é]{0,10}"),
            (one, other) in ("[ -~é東]?", "[ -~é東]?"),
        ) {
            prop_assume!(one != other);
            let person = |letter: &str| format!("{start}{letter}{end}");
            prop_assert_ne!(session_name(&person(&one)), session_name(&person(&other)));
        }

        #[test]
        fn nobody_can_take_the_name_that_was_made_for_another(person in any::<String>()) {
            let name = session_name(&person);
            prop_assume!(name != person);
            prop_assert_ne!(session_name(&name), name);
        }
    }
}
