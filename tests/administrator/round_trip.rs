//! what was not changed stays as it is, to the byte.

use crate::desk::{Desk, fixtures};

#[test]
fn a_profile_of_the_guidance_is_valid_and_giving_its_own_answers_again_changes_no_byte() {
    for (file, text) in fixtures() {
        let desk = Desk::with_profile("ClaudeCode", &text);
        let valid = desk.ccwb(&["config", "validate"]);
        assert_eq!(valid.code, Some(0), "{file}: {}{}", valid.stdout, valid.stderr);
        let region = desk.profile_region();
        let report = desk.json(&[
            "init",
            "--profile",
            "ClaudeCode",
            "--offline",
            "--json",
            "--set",
            &format!("aws_region={region}"),
        ]);
        assert_eq!(report["saved"], false, "{file}: {report}");
        assert_eq!(desk.text("ClaudeCode"), text, "{file}");
    }
}

#[test]
fn one_changed_answer_changes_one_line_and_the_date() {
    for (file, text) in fixtures().into_iter().filter(|(file, _)| file.ends_with("-2.5")) {
        let desk = Desk::with_profile("ClaudeCode", &text);
        desk.json(&["init", "--profile", "ClaudeCode", "--offline", "--json", "--set", "tags=Owner=security"]);
        let (before, after): (Vec<&str>, String) = (text.lines().collect(), desk.text("ClaudeCode"));
        let after: Vec<&str> = after.lines().collect();
        assert_eq!(before.len(), after.len(), "{file}");
        let different = before.iter().zip(&after).filter(|(one, other)| one != other).map(|(_, other)| other.trim());
        let different: Vec<&str> = different.collect();
        assert!(
            matches!(different.as_slice(), [date, owner] | [owner, date]
                if date.contains("updated_at") && owner.contains("\"Owner\": \"security\"")),
            "{file}: {different:?}"
        );
    }
}

impl Desk {
    /// As people would read it off, whatever the file looks like.
    fn profile_region(&self) -> String {
        let shown = self.json(&["context", "show", "--json"]);
        shown["values"]["aws_region"].as_str().expect("a profile has a region").to_owned()
    }
}
