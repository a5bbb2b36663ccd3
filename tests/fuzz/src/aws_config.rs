use ccwb_install::{AwsIni, ChangeKind, Document as _, Entry, System, aws_profile, merge, undo};

/// `~/.aws/config` and `~/.aws/credentials`: our section goes in, every line of other sections stays, a second time changes
/// nothing, and all of it comes out again.
pub fn aws_config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let config = aws_profile::config_entries(System::Unix, "P", "/h/a b/cp", "eu-west-1", true);
    let merged = round_trip(text, &config);
    let read = AwsIni::parse(&merged).expect("every text is one");
    assert_eq!(read.value("P", "credential_process"), Some("\"/h/a b/cp\" --profile P"));
    assert_eq!(read.value("P", "region"), Some("eu-west-1"));
    assert!(["sso_session", "role_arn", "aws_access_key_id"].iter().all(|key| read.value("P", key).is_none()));
    round_trip(text, &aws_profile::credentials_entries("P"));
}

fn round_trip(text: &str, entries: &[Entry]) -> String {
    let merged = merge::<AwsIni>(Some(text), None, entries, |_| Vec::new()).expect("our values fit");
    assert_eq!(lines_of_others(&merged.text), lines_of_others(text), "{}", merged.text);
    let again = merge::<AwsIni>(Some(&merged.text), Some(&merged.remembered), entries, |_| Vec::new());
    let again = again.expect("our values fit");
    assert_eq!(again.text, merged.text);
    assert_eq!(again.remembered, merged.remembered);
    assert!(again.changes.iter().all(|change| change.kind == ChangeKind::Kept));
    let undone = undo::<AwsIni>(&merged.text, &merged.remembered).expect("ours come out");
    assert_eq!(undone.text.as_deref(), Some(text));
    let edited = format!("{}\n[profile Later]\nregion = x\n", merged.text);
    let undone = undo::<AwsIni>(&edited, &merged.remembered).expect("ours come out").text.expect("a section is left");
    let mut expected: Vec<String> = lines_of_others(text).iter().map(|&line| line.to_owned()).collect();
    expected.extend(["[profile Later]".to_owned(), "region = x".to_owned()]);
    assert_eq!(lines_of_others(&undone), expected, "{undone}");
    merged.text
}

/// The lines that stand in sections of others, read apart from what is tested.
fn lines_of_others(text: &str) -> Vec<&str> {
    let mut ours = false;
    let lines = text.split('\n').map(str::trim_end);
    lines
        .filter(|line| {
            let header = line.trim_start_matches('\u{feff}').trim_start().strip_prefix('[');
            if let Some(header) = header.filter(|_| !line.starts_with([' ', '\t'])) {
                let name = header.split(']').next().unwrap_or_default().trim();
                let name = name.strip_prefix("profile").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(name);
                ours = ["P", "\"P\"", "'P'"].contains(&name.trim());
            }
            !ours && !line.trim_start_matches('\u{feff}').is_empty()
        })
        .collect()
}
