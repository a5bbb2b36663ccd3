//! What would change, for a person to read.

use similar::TextDiff;

/// A unified diff. Values that look like secrets are not shown: a person may paste what they see.
pub(crate) fn unified(path: &str, before: Option<&str>, after: Option<&str>) -> String {
    let (old, new) = (masked(before.unwrap_or_default()), masked(after.unwrap_or_default()));
    let name = |text: Option<&str>| if text.is_some() { path.to_owned() } else { "/dev/null".to_owned() };
    TextDiff::from_lines(&old, &new).unified_diff().context_radius(3).header(&name(before), &name(after)).to_string()
}

/// The text with the values of such keys replaced.
fn masked(text: &str) -> String {
    let is_secret = |line: &str| line.contains(['=', ':']) && names_a_secret(line);
    text.split_inclusive('\n').map(|line| if is_secret(line) { hide(line) } else { line.to_owned() }).collect()
}

/// Whether a key's name says that its value is one.
pub fn names_a_secret(name: &str) -> bool {
    const WORDS: &[&str] =
        &["SECRET", "TOKEN", "PASSWORD", "API_KEY", "ACCESS_KEY", "APIKEY", "AUTHORIZATION", "_HEADERS"];
    let upper = name.to_ascii_uppercase();
    WORDS.iter().any(|word| upper.contains(word))
}

fn hide(line: &str) -> String {
    let at = line.find(['=', ':']).map_or(0, |at| at + 1);
    let rest = &line[at..];
    let value = rest.trim_end_matches(['\r', '\n']);
    let tail = if value.trim_end().ends_with(',') { "," } else { "" };
    format!("{} (hidden){tail}{}", &line[..at], &rest[value.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_and_go_and_secrets_are_hidden() {
        let (before, after) = ("a\n  \"MY_API_KEY\": \"hunter2\",\nb\n", "a\n  \"MY_API_KEY\": \"hunter2\",\nc\n");
        let diff = unified("/h/settings.json", Some(before), Some(after));
        assert_eq!(
            diff,
            "--- /h/settings.json\n+++ /h/settings.json\n@@ -1,3 +1,3 @@\n a\n   \"MY_API_KEY\": (hidden),\n-b\n+c\n"
        );
        let removed = unified("/c", Some("[P]\naws_secret_access_key = hunter2\n"), None);
        assert!(
            removed.contains("-aws_secret_access_key = (hidden)\n") && removed.contains("+++ /dev/null"),
            "{removed}"
        );
    }
}
