//! `*` and `?` of actions, resources and the `StringLike` family.

/// Whether `text` matches `pattern`, in which `*` stands for any characters, including none and including `:` and `/`,
/// and `?` for exactly one. Letter case counts.
pub fn matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Greedy, with one way back: the last star swallows one more character. Linear in memory, no recursion.
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    (p, t) = (at + 1, from + 1);
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// An ARN pattern: six parts between colons, each with its own `*` and `?`; those of the last may span colons.
///
/// Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators": a wildcard matches within a part.
pub(super) fn arn_matches(pattern: &str, arn: &str) -> bool {
    let (pattern, arn): (Vec<_>, Vec<_>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    pattern.len() == arn.len() && pattern.iter().zip(&arn).all(|(pattern, part)| matches(pattern, part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*@company.com", "alice@company.com", true),
            ("*@company.com", "alice@evil.company.com", false),
            ("*@company.com", "alice@company.com.evil", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/c/d:e", true),
            ("Abc", "abc", false),
            ("**?", "x", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_wildcard_of_an_arn_stays_inside_its_part() {
        assert!(arn_matches("arn:aws:bedrock:*:123456789012:a/*", "arn:aws:bedrock:us-east-1:123456789012:a/b:0"));
        assert!(!arn_matches("arn:aws:bedrock:*:a/*", "arn:aws:bedrock:us-east-1:123456789012:a/b"));
    }

    proptest! {
        #[test]
        fn a_text_matches_itself_and_any_part_of_it_may_be_a_star(text in "[a-z:/.]{0,20}", from in 0usize..20, to in 0usize..20) {
            prop_assert!(matches(&text, &text));
            let (from, to) = (from.min(to).min(text.len()), from.max(to).min(text.len()));
            let starred = format!("{}*{}", &text[..from], &text[to..]);
            prop_assert!(matches(&starred, &text));
        }
    }
}
