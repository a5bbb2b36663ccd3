//! JSON with comments, read apart from what is tested.

/// The text without comments and trailing commas; none if that cannot be told.
pub(crate) fn without_comments(text: &str) -> Option<String> {
    let (mut json, mut rest) = (String::new(), text.trim_start_matches('\u{feff}'));
    while let Some(letter) = rest.chars().next() {
        let length = if letter == '"' {
            end_of_string(rest)?
        } else if rest.starts_with("//") {
            rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            "/*".len() + comment.find("*/")? + "*/".len()
        } else if letter.is_whitespace() && ![' ', '\t', '\r', '\n'].contains(&letter) {
            // JSON has no other white space (RFC 8259, section 2).
            return None;
        } else {
            letter.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        if !piece.starts_with("//") && !piece.starts_with("/*") {
            if matches!(letter, '}' | ']') {
                let kept = json.trim_end().strip_suffix(',').map_or(json.len(), str::len);
                json.truncate(kept);
            }
            json.push_str(piece);
        }
        rest = after;
    }
    Some(json)
}

fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text[1..].find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}
