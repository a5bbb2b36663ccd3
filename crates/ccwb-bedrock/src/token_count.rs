//! Numbers of tokens as people write them.

/// A number of tokens: `1500000`, `1500K`, `1.5M`, `2G`. The error is a sentence.
pub fn token_count(text: &str) -> Result<u64, String> {
    let wrong = || format!("\"{text}\" is no number of tokens: write 200000, 200K or 1.5M");
    let (digits, zeros) = match text.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G']) {
        digits if digits.len() == text.len() => (digits, 0),
        digits if digits.len() + 1 == text.len() => match text.to_ascii_uppercase().as_bytes()[digits.len()] {
            b'K' => (digits, 3),
            b'M' => (digits, 6),
            _ => (digits, 9),
        },
        _ => return Err(wrong()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > zeros || !is_number(whole) || !is_number(fraction) {
        return Err(wrong());
    }
    format!("{whole}{fraction:0<zeros$}").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_written_as_people_write_them() {
        for (text, count) in
            [("0", 0), ("200000", 200_000), ("200K", 200_000), ("1.5M", 1_500_000), ("2g", 2_000_000_000)]
        {
            assert_eq!(token_count(text), Ok(count), "{text}");
        }
        for text in ["", "M", "1.5", "-1", "1e6", "1KM", "1.2345K", "99999999999G"] {
            assert!(token_count(text).is_err(), "{text}");
        }
    }
}
