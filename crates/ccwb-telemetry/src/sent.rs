//! The JSON object that Claude Code reads: header names to texts, and nothing that it would refuse.

use secrecy::{ExposeSecret, SecretString};

use crate::headers::Row;

impl Row<'_> {
    /// The value as it is sent; `None` if the header is not sent, or if Claude Code would refuse it, whoever wrote it here.
    pub fn sent(&self) -> Option<&str> {
        self.value.as_deref().filter(|value| is_sendable(&self.name, value))
    }
}

/// Whether Claude Code takes this header: a name of lower-case token characters, a value of visible ASCII with inner
/// spaces.
fn is_sendable(name: &str, value: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let in_value = |byte: u8| matches!(byte, b' '..=b'~');
    !name.is_empty() && name.bytes().all(in_name) && value.bytes().all(in_value) && value.trim() == value
}

/// One flat object on one line: what is sent of the rows, and the token.
pub fn to_json(rows: &[Row<'_>], bearer: Option<&SecretString>) -> SecretString {
    let token = bearer.map(ExposeSecret::expose_secret);
    let token = token.filter(|token| !token.is_empty() && is_sendable("authorization", token));
    // Of the right size at once, with room for escapes: a growing text would leave copies of the token behind.
    let size = |row: &Row<'_>| row.name.len() + 2 * row.value.as_ref().map_or(0, |value| value.len()) + 6;
    let size: usize = rows.iter().map(size).sum();
    let mut json = String::with_capacity(size + token.map_or(0, |token| 2 * token.len()) + 32);
    json.push('{');
    for row in rows {
        if let Some(value) = row.sent() {
            add(&mut json, &row.name, "", value);
        }
    }
    if let Some(token) = token {
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
    for part in ["\"", name, "\":\"", scheme] {
        json.push_str(part);
    }
    let mut rest = value;
    while let Some(at) = rest.find(['"', '\\']) {
        json.push_str(&rest[..at]);
        json.push('\\');
        json.push_str(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    json.push_str(rest);
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
        for token in ["a\r\nx-evil: 1", ""] {
            assert_eq!(to_json(&[], Some(&token.into())).expose_secret(), "{}");
        }
    }
}
