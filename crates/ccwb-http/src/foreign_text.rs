//! What servers say, made fit to be shown to a person.

/// A text that came from outside, fit for a terminal and a page: control characters (escape sequences among them) and
/// invisible direction marks become spaces, and it is cut to 300 characters.
pub fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let hidden = |c: char| {
        let direction_or_invisible =
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        c.is_control() || direction_or_invisible
    };
    let mut shown: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown.trim().to_owned()
}

/// The same without what was sent: a server that repeats a request in its error must not bring a secret into ours.
///
/// Each secret goes whole, in its parts where it is a JWT, and in its form- and percent-encoded forms.
pub fn printable_without(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        let parts = secret.split('.').filter(|part| part.len() >= SHORTEST);
        for form in std::iter::once(*secret).chain(parts) {
            let form_encoded: String = url::form_urlencoded::byte_serialize(form.as_bytes()).collect();
            let percent_encoded = form_encoded.replace('+', "%20");
            for form in [form, &form_encoded, &percent_encoded] {
                if !form.is_empty() {
                    text = text.replace(form, "[redacted]");
                }
            }
        }
    }
    printable(&without_jwts(&text))
}

/// Whatever looks like a part of a JWT is one, whoever sent it: `eyJ` is how the base64url form of `{"` begins.
fn without_jwts(text: &str) -> String {
    let in_jwt = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("eyJ") {
        let (before, candidate) = rest.split_at(start);
        let end = candidate.find(|c| !in_jwt(c)).unwrap_or(candidate.len());
        shown.push_str(before);
        shown.push_str(if end >= SHORTEST { "[redacted]" } else { &candidate[..end] });
        rest = &candidate[end..];
    }
    shown + rest
}

/// Parts of a JWT that are shorter are words of ordinary texts.
const SHORTEST: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_do_not_reach_a_terminal() {
        assert_eq!(printable("a\u{1b}[31mred\r\nb\u{202e}c"), "a [31mred  b c");
        assert_eq!(printable(&"x".repeat(400)).chars().count(), 301);
        assert_eq!(printable("José 東京"), "José 東京");
    }

    #[test]
    fn what_was_sent_is_not_repeated_in_any_form() {
        let secrets = ["s3cret value+1", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"];
        let echoed = "got s3cret value+1, s3cret+value%2B1, s3cret%20value%2B1 and eyJzdWIiOiJhbGljZSJ9 (sub)";
        assert_eq!(printable_without(echoed, &secrets), "got [redacted], [redacted], [redacted] and [redacted] (sub)");
    }
}
