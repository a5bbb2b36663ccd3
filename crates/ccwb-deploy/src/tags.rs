use std::collections::BTreeMap;

use crate::ChoiceError;

/// Checks tags that go onto a stack and from there onto everything in it.
///
/// Source: AWS CloudFormation API Reference, "Tag", and the limits of the services that get them: at most 50, keys of 1 to
/// 128 characters that do not begin with `aws:`, values of at most 256, both of letters, digits, spaces and `_.:/=+-@`.
pub fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), ChoiceError> {
    let fail = |problem: String| Err(ChoiceError::new("tags", problem));
    if tags.len() > 50 {
        return fail(format!("at most 50, but there are {}", tags.len()));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 {
            return fail(format!("the key \"{key}\" must have 1 to 128 characters"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return fail(format!("the key \"{key}\" begins with aws:, which is reserved"));
        }
        if value.chars().count() > 256 {
            return fail(format!("the value of \"{key}\" has more than 256 characters"));
        }
        let legal = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
        if let Some(c) = key.chars().chain(value.chars()).find(|&c| !legal(c)) {
            return fail(format!("\"{key}\" or its value holds {c:?}, which AWS does not take"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_aws_would_refuse_are_named() {
        let check = |key: &str, value: &str| check_tags(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
        assert_eq!(check("Cost Centre", "Köln/7+a@b"), Ok(()));
        let long = "v".repeat(257);
        for (key, value) in [("", "v"), ("aws:x", "v"), ("k", long.as_str()), ("k", "a\"b"), ("k,l", "v")] {
            assert!(check(key, value).is_err(), "{key} {value}");
        }
    }
}
