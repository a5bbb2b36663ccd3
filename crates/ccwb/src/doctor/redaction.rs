//! What makes the output safe to paste: the last thing that happens to every text.

use crate::surroundings::Surroundings;

/// Hides the home folder, account numbers, mail addresses, and keys of the environment.
pub(super) struct Redaction {
    home: Option<String>,
    secrets: Vec<String>,
}

/// Variables whose value must not be shown, whoever repeats it.
const SECRET_VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "CCWB_CLIENT_SECRET",
];

/// Shorter values would hide ordinary words.
const SHORTEST_SECRET: usize = 6;

impl Redaction {
    pub(super) fn of(surroundings: &Surroundings) -> Self {
        let home = surroundings.home().map(|home| home.to_string_lossy().into_owned()).filter(|home| home.len() > 1);
        let secrets = SECRET_VARIABLES.iter().filter_map(|name| surroundings.text(name));
        let secrets = secrets.filter(|value| value.len() >= SHORTEST_SECRET).map(str::to_owned).collect();
        Self { home, secrets }
    }

    pub(super) fn clean(&self, text: &str) -> String {
        // What others said may hold what a terminal obeys.
        let mut text = text.replace(|c: char| c.is_control() && c != '\n', " ");
        for secret in &self.secrets {
            text = text.replace(secret, "(hidden)");
        }
        if let Some(home) = &self.home {
            text = text.replace(home, "~");
        }
        // Words stay where they are: only what belongs to somebody goes.
        let is_part = |character: char| character.is_ascii_alphanumeric() || "._%+-@".contains(character);
        let mut clean = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(start) = rest.find(is_part) {
            let end = rest[start..].find(|character| !is_part(character)).map_or(rest.len(), |end| start + end);
            clean.push_str(&rest[..start]);
            clean.push_str(&masked(&rest[start..end]));
            rest = &rest[end..];
        }
        nameless(&(clean + rest))
    }
}

/// ARNs of sessions and users end with somebody's name; the role's stays.
fn nameless(text: &str) -> String {
    let is_arn = |word: &&str| word.contains("arn:") && (word.contains(":assumed-role/") || word.contains(":user/"));
    let mut clean = text.to_owned();
    for word in text.split_whitespace().filter(is_arn) {
        let name = word.rsplit('/').next().unwrap_or_default().trim_end_matches([',', '.', ':', ';', ')']);
        if !name.is_empty() && name != "(somebody" {
            clean = clean.replace(&format!("/{name}"), "/(somebody)");
        }
    }
    clean
}

fn masked(word: &str) -> String {
    // The end of a sentence is no part of a number.
    let number = word.trim_end_matches('.');
    let is_account = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    match word.split_once('@') {
        Some((name, host)) if !name.is_empty() && host.contains('.') => "(somebody)".to_owned(),
        _ if is_account => format!("********{}", &word[8..]),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_somebody_is_hidden_and_the_rest_stays() {
        let environment =
            [("HOME", "/home/ada"), ("USERPROFILE", "/home/ada"), ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7")];
        let redaction = Redaction::of(&Surroundings::for_test("ccwb", &environment));
        assert_eq!(
            redaction.clean("arn:aws:sts::123456789012:assumed-role/Admin/ada@acme.example used wJalrXUtnFEMI/K7"),
            "arn:aws:sts::********9012:assumed-role/Admin/(somebody) used (hidden)"
        );
        assert_eq!(
            redaction
                .clean("User: arn:aws:sts::123456789012:assumed-role/Admin/ada-l is not; arn:aws:iam::1:user/ada."),
            "User: arn:aws:sts::********9012:assumed-role/Admin/(somebody) is not; arn:aws:iam::1:user/(somebody)."
        );
        assert_eq!(redaction.clean("for account:123456789012."), "for account:********9012.");
        assert_eq!(redaction.clean("a\u{1b}[2Jb"), "a [2Jb");
        assert_eq!(redaction.clean("/home/ada/.ccwb/profiles/A.json"), "~/.ccwb/profiles/A.json");
        assert_eq!(redaction.clean("dist/A/2026-01-01-000000 is current"), "dist/A/2026-01-01-000000 is current");
    }
}
