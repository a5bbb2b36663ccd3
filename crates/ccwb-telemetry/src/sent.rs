//! The JSON object that Claude Code reads: header names to texts, and nothing that it would refuse.

use std::fmt::Write as _;

use secrecy::{ExposeSecret, SecretString};

use crate::headers::Row;

/// Whether Claude Code takes this header: a name of lower-case token characters, a value of visible ASCII with inner
/// spaces.
pub fn is_sendable(name: &str, value: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let in_value = |byte: u8| matches!(byte, b' '..=b'~');
    !name.is_empty() && name.bytes().all(in_name) && value.bytes().all(in_value) && value.trim() == value
}

/// One flat object on one line. What is not sendable is not in it, whoever wrote the rows.
pub fn to_json(rows: &[Row<'_>], bearer: Option<&SecretString>) -> SecretString {
    let room =
        rows.iter().map(|row| row.name.len() + row.value.as_ref().map_or(0, |value| value.len()) + 8).sum::<usize>();
    let bearer_room = bearer.map_or(0, |token| token.expose_secret().len() + 32);
    // Of the right size at once: a growing text would leave copies of the token behind.
    let mut json = String::with_capacity(room * 2 + bearer_room);
    json.push('{');
    for row in rows {
        if let Some(value) = row.value.as_deref().filter(|value| is_sendable(&row.name, value)) {
            add(&mut json, &row.name, "", value);
        }
    }
    if let Some(token) = bearer.map(ExposeSecret::expose_secret).filter(|token| is_sendable("authorization", token)) {
        add(&mut json, "authorization", "Bearer ", token);
    }
    json.push('}');
    json.into()
}

/// Of visible ASCII, JSON escapes the quotation mark and the backslash (RFC 8259, section 7).
fn add(json: &mut String, name: &str, scheme: &str, value: &str) {
    if json.len() > 1 {
        json.push(',');
    }
    let _ = write!(json, "\"{name}\":\"{scheme}");
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            json.push('\\');
        }
        json.push(c);
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(name: &'a str, value: &'a str) -> Row<'a> {
        Row {
            name: name.into(),
            value: Some(value.into()),
            from: None,
            missing: None,
            policy: "keep".into(),
            cut: false,
        }
    }

    #[test]
    fn only_what_claude_code_takes_is_in_the_object() {
        let rows = [
            row("x-a", "say \"hi\" \\ there"),
            row("x-newline", "a\nb"),
            row("x-wide", "\u{100}"),
            row("x-latin", "é"),
            row("X-Upper", "a"),
            row("x-space", " a"),
            row("x-\"", "a"),
        ];
        let json = to_json(&rows, Some(&"a.b.c".into()));
        assert_eq!(json.expose_secret(), r#"{"x-a":"say \"hi\" \\ there","authorization":"Bearer a.b.c"}"#);
        assert_eq!(to_json(&[], Some(&"a\r\nx-evil: 1".into())).expose_secret(), "{}");
    }
}
