//! Texts of others that people will read.

/// A text that came from outside, fit for a terminal and a page: control characters (escape sequences among them) and
/// invisible direction marks become spaces, and it is cut to 300 characters.
pub fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut shown: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_do_not_reach_a_terminal() {
        assert_eq!(printable("a\u{1b}[31mred\r\nb\u{202e}c"), "a [31mred  b c");
        assert_eq!(printable(&"x".repeat(400)).chars().count(), 301);
        assert_eq!(printable("José 東京"), "José 東京");
    }
}
