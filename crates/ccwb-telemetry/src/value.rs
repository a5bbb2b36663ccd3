//! Values as Claude Code takes them: one character above U+00FF, or a newline, and it drops the whole export.

/// The longest value in bytes. Also the longest that AWS takes for a session tag.
const LONGEST: usize = 256;

/// A value, and whether something of it was left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) text: String,
    pub(crate) cut: bool,
}

/// One value as it is where it is visible ASCII with inner spaces. Else every other byte of its UTF-8 form becomes `%XX`,
/// and so does `%`. It is cut between characters.
pub(crate) fn encode(value: &str) -> Encoded {
    encode_with(value.trim(), |_| false)
}

/// Several values, separated by commas; a comma in one becomes `%2C`. Cut between values, so that no half name looks like
/// another.
pub(crate) fn encode_list(values: &[String]) -> Encoded {
    match values {
        [] => Encoded { text: String::new(), cut: false },
        [value] => encode(value),
        values => {
            let (mut text, mut cut) = (String::new(), false);
            for value in values {
                let next = encode_with(value.trim(), |c| c == ',');
                let separator = usize::from(!text.is_empty());
                if text.len() + separator + next.text.len() > LONGEST {
                    cut = true;
                    break;
                }
                if separator == 1 {
                    text.push(',');
                }
                text.push_str(&next.text);
                cut |= next.cut;
            }
            Encoded { text, cut }
        }
    }
}

fn encode_with(value: &str, also: impl Fn(char) -> bool) -> Encoded {
    let plain = value.chars().all(|c| is_plain(c) && !also(c));
    let mut text = String::with_capacity(value.len().min(LONGEST));
    for c in value.chars() {
        let before = text.len();
        if plain || (is_plain(c) && !also(c) && c != '%') {
            text.push(c);
        } else {
            percent_encode(c, &mut text);
        }
        if text.len() > LONGEST {
            text.truncate(before);
            return Encoded { text: text.trim_end().to_owned(), cut: true };
        }
    }
    Encoded { text, cut: false }
}

fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~')
}

fn percent_encode(c: char, text: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        text.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Encoded {
        Encoded { text: text.to_owned(), cut: false }
    }

    #[test]
    fn what_is_visible_ascii_stays_and_the_rest_is_percent_encoded() {
        assert_eq!(encode(" Research & Development 100% "), whole("Research & Development 100%"));
        assert_eq!(encode("研究"), whole("%E7%A0%94%E7%A9%B6"));
        assert_eq!(encode("José 50%"), whole("Jos%C3%A9 50%25"));
        assert_eq!(encode("a\r\nb\u{0}"), whole("a%0D%0Ab%00"));
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let cut = encode(&"é".repeat(100));
        assert_eq!((cut.text.len(), cut.cut), (252, true));
        assert!(cut.text.ends_with("%C3%A9"));
        assert_eq!(encode(&"x".repeat(256)), whole(&"x".repeat(256)));
        assert_eq!(encode(&"x".repeat(257)).text.len(), 256);
    }

    #[test]
    fn lists_are_cut_between_names() {
        let names: Vec<String> = (1..=60).map(|n| format!("team-{n:02}")).collect();
        let list = encode_list(&names);
        assert!(list.cut && list.text.len() <= 256);
        assert!(list.text.split(',').all(|name| names.iter().any(|known| known == name)), "{list:?}");
        assert_eq!(encode_list(&["a,b".to_owned(), "c".to_owned()]), whole("a%2Cb,c"));
        assert_eq!(encode_list(&["a,b".to_owned()]), whole("a,b"));
    }
}
