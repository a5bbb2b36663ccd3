//! Names that we choose: only those of stacks. Everything inside a stack is named by CloudFormation, which cuts a name to
//! what the resource allows and adds a random end.

use crate::{ChoiceError, Stack};

/// The longest name of a profile (the guidance's rule: letters, digits and hyphens).
pub const MAX_PROFILE_NAME: usize = 64;

/// The name of a profile's stack, such as `ccwb-ClaudeCode-auth`.
///
/// A name of a stack starts with a letter, holds letters, digits and hyphens, and is at most 128 characters long. An
/// administrator's profile may name its stacks otherwise (`stack_names`); then that name is used and not this one.
pub fn stack_name(profile: &str, stack: Stack) -> Result<String, ChoiceError> {
    let legal = !profile.is_empty()
        && profile.len() <= MAX_PROFILE_NAME
        && profile.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !legal {
        let problem = format!("\"{profile}\" must be 1 to {MAX_PROFILE_NAME} letters, digits and hyphens");
        return Err(ChoiceError::new("profile", problem));
    }
    Ok(format!("ccwb-{profile}-{}", stack.name()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_allowed_profile_name_gives_legal_stack_names(profile in "[a-zA-Z0-9-]{1,64}") {
            for stack in Stack::ALL {
                let name = stack_name(&profile, stack).unwrap();
                prop_assert!(name.len() <= 128, "{}", name);
                prop_assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()));
                prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            }
        }

        #[test]
        fn two_profiles_never_share_a_stack(one in "[a-z-]{1,12}", other in "[a-z-]{1,12}") {
            let mut owners = HashMap::new();
            for profile in [&one, &other] {
                for stack in Stack::ALL {
                    let name = stack_name(profile, stack).unwrap();
                    let owner = owners.entry(name).or_insert_with(|| (profile.clone(), stack));
                    prop_assert_eq!(owner.clone(), (profile.clone(), stack));
                }
            }
        }
    }

    #[test]
    fn names_that_are_not_allowed_are_refused() {
        for profile in ["", "a b", "a_b", "ä", &"a".repeat(65)] {
            assert!(stack_name(profile, Stack::Auth).is_err(), "{profile}");
        }
    }
}
