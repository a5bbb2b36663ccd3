//! A reader of its own, so that what the product wrote is judged by something else.

use serde_json::Value;

/// Reads JSON after comments and trailing commas have been taken out.
#[track_caller]
pub(crate) fn read(text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}');
    let (mut json, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").expect("a comment ends") + 2,
            _ => letter.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        if letter != '/' {
            if matches!(letter, '}' | ']') {
                json.truncate(json.trim_end().trim_end_matches(',').len());
            }
            json.push_str(piece);
        }
        rest = after;
    }
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text[1..].find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    end.expect("a string ends") + 2
}
