//! Whatever a text looks like: our values go in, a strict reader understands it, nothing else changes, and all of it
//! comes out again.

use ccwb_install::{AwsIni, ChangeKind, Document, Entry, Jsonc, Rule, amend, aws_profile, digest, merge, undo};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Names that are ours, and names that are not.
const NAMES: &[&str] = &["env", "awsAuthRefresh", "AWS_REGION", "AWS_PROFILE", "a", "deep é 😀", "statusLine"];

fn wanted() -> Vec<Entry> {
    let entry = |key: &[&str], value: Option<Value>, rule| Entry {
        key: key.iter().map(|&name| name.to_owned()).collect(),
        value,
        rule,
    };
    vec![
        entry(&["env", "AWS_REGION"], Some(json!("eu-west-1")), Rule::Replace),
        entry(&["env", "AWS_PROFILE"], None, Rule::Replace),
        entry(&["awsAuthRefresh"], Some(json!("\"/h/a b/cp\" login")), Rule::Replace),
        entry(&["statusLine"], Some(json!({"type": "command", "command": "x"})), Rule::Keep),
    ]
}

/// White space and comments; a comment that ends with its line brings the line's end along.
fn blank() -> impl Strategy<Value = String> {
    let piece =
        select(vec!["", " ", "\n", "\r\n", "\n  ", "\t", "/* , } */", "// \"a\": {\n", "// b\r\n", "\n    // c\n    "]);
    vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

fn scalar() -> impl Strategy<Value = String> {
    select(vec!["1", "-2.5e3", "true", "null", "\"x\"", "\"// no\"", "\"{\\\"é\\u00e9, /*\"", "[1, 2,]", "[]"])
        .prop_map(str::to_owned)
}

fn object(depth: u32) -> BoxedStrategy<String> {
    let value = if depth == 0 { scalar().boxed() } else { prop_oneof![3 => scalar(), 2 => object(depth - 1)].boxed() };
    // What is to be merged into must be an object.
    let nested = if depth == 0 { Just("{}".to_owned()).boxed() } else { object(depth - 1) };
    let property = (select(NAMES), blank(), blank(), value, nested, blank()).prop_map(
        |(name, before, between, value, nested, after)| {
            let value = if name == "env" { nested } else { value };
            format!("{before}\"{name}\"{after}:{between}{value}{after}")
        },
    );
    (vec(property, 0..5), blank(), any::<bool>())
        .prop_map(|(properties, end, trailing)| {
            let comma = if trailing && !properties.is_empty() { "," } else { "" };
            format!("{{{}{comma}{end}}}", properties.join(","))
        })
        .boxed()
}

fn settings() -> impl Strategy<Value = String> {
    (select(vec!["", "\u{feff}"]), blank(), object(2), blank())
        .prop_map(|(mark, before, object, after)| format!("{mark}{before}{object}{after}"))
}

/// The text without comments and trailing commas, and the comments. Written apart from what it tests.
fn strict(text: &str) -> (String, Vec<String>) {
    let (mut json, mut comments, mut rest) = (String::new(), Vec::new(), text.trim_start_matches('\u{feff}'));
    while let Some(letter) = rest.chars().next() {
        let length = if letter == '"' {
            let mut escaped = false;
            1 + rest[1..]
                .find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                })
                .expect("a string ends")
                + 1
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").expect("a comment ends") + 2
        } else {
            letter.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        if piece.starts_with("//") || piece.starts_with("/*") {
            comments.push(piece.trim_end().to_owned());
        } else {
            if matches!(letter, '}' | ']') {
                let kept = json.trim_end().trim_end_matches(',').len();
                json.truncate(kept);
            }
            json.push_str(piece);
        }
        rest = after;
    }
    comments.sort();
    (json, comments)
}

fn value(text: &str) -> Value {
    serde_json::from_str(&strict(text).0).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn without_ours(text: &str) -> Value {
    let mut value = value(text);
    let object = value.as_object_mut().expect("settings are an object");
    object.remove("awsAuthRefresh");
    object.remove("statusLine");
    if let Some(env) = object.get_mut("env").and_then(Value::as_object_mut) {
        env.remove("AWS_REGION");
        env.remove("AWS_PROFILE");
        if env.is_empty() {
            object.remove("env");
        }
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn settings_take_our_values_and_give_them_back(text in settings()) {
        let merged = merge::<Jsonc>(Some(&text), None, &wanted(), |_| Vec::new()).unwrap();
        let (found, comments) = (value(&merged.text), strict(&merged.text).1);
        prop_assert_eq!(&found["env"]["AWS_REGION"], &json!("eu-west-1"));
        prop_assert_eq!(&found["awsAuthRefresh"], &json!("\"/h/a b/cp\" login"));
        prop_assert_eq!(without_ours(&merged.text), without_ours(&text));
        // A comment inside a value that was replaced went with it.
        let lost = strict(&text).1.len() - comments.len();
        prop_assert!(lost == 0 || merged.changes.iter().any(|change| matches!(change.kind, ChangeKind::Replaced | ChangeKind::Removed)), "{}", merged.text);

        let again = merge::<Jsonc>(Some(&merged.text), Some(&merged.remembered), &wanted(), |_| Vec::new()).unwrap();
        prop_assert_eq!(&again.text, &merged.text);
        prop_assert!(again.changes.iter().all(|change| change.kind == ChangeKind::Kept));
        prop_assert_eq!(&again.remembered, &merged.remembered);

        prop_assert_eq!(undo::<Jsonc>(&merged.text, &merged.remembered).unwrap().text.unwrap(), text);
    }

    #[test]
    fn one_value_of_ours_can_become_another_and_nothing_else_changes(text in settings()) {
        let merged = merge::<Jsonc>(Some(&text), None, &wanted(), |_| Vec::new()).unwrap();
        let key = ["env", "AWS_REGION"].map(str::to_owned).to_vec();
        let amended = amend::<Jsonc>(&merged.text, &merged.remembered, &key, &json!("us-west-2")).unwrap().unwrap();
        prop_assert_eq!(&value(&amended.text)["env"]["AWS_REGION"], &json!("us-west-2"));
        prop_assert_eq!(undo::<Jsonc>(&amended.text, &amended.remembered).unwrap().text.unwrap(), text);
        let back = amend::<Jsonc>(&amended.text, &amended.remembered, &key, &json!("eu-west-1")).unwrap().unwrap();
        prop_assert_eq!((&back.text, &back.remembered), (&merged.text, &merged.remembered));
        // Somebody's own value is not ours to change.
        prop_assert!(amend::<Jsonc>(&amended.text, &merged.remembered, &key, &json!("x")).unwrap().is_none());
    }

    #[test]
    fn settings_that_somebody_changed_since_keep_that_and_lose_ours(text in settings()) {
        let merged = merge::<Jsonc>(Some(&text), None, &wanted(), |_| Vec::new()).unwrap();
        let mut edited = Jsonc::parse(&merged.text).unwrap();
        edited.set(&["zz".to_owned()], &json!([1])).unwrap();
        let undone = undo::<Jsonc>(edited.text(), &merged.remembered).unwrap().text.unwrap();
        let mut expected = value(&text);
        expected["zz"] = json!([1]);
        prop_assert_eq!(value(&undone), expected);
        // Of several properties that had to go only the one that counted comes back.
        if text.matches("\"AWS_PROFILE\"").count() < 2 {
            prop_assert_eq!(strict(&undone).1, strict(&text).1);
        }
    }
}

fn config() -> impl Strategy<Value = String> {
    let line = select(vec![
        "[default]",
        "[profile P]",
        "[profile \"P\"]",
        "[profile Q]",
        "[sso-session P]",
        "region = us-east-1",
        "region=x ; y",
        "output = json",
        "  region = nested",
        "s3 =",
        "sso_session = s",
        "role_arn=arn",
        "credential_process = old --profile P",
        "credential_process =\n  two\n  lines",
        "aws_access_key_id = AKIA",
        "# region = z",
        "; x",
        "",
        "  ",
        "é = 東京",
    ]);
    (select(vec!["", "\u{feff}"]), vec(line, 0..14), select(vec!["\n", "\r\n"]), any::<bool>()).prop_map(
        |(mark, lines, end, ends)| {
            let text = lines.iter().map(|line| line.replace('\n', end)).collect::<Vec<_>>().join(end);
            format!("{mark}{text}{}", if ends { end } else { "" })
        },
    )
}

fn lines_of_others(text: &str) -> Vec<String> {
    let ours = AwsIni::parse(text).expect("every text is one");
    let mut rest = ours.clone();
    for entry in aws_profile::config_entries(ccwb_install::System::Unix, "P", "/h/cp", "r", true) {
        rest.remove(&entry.key);
    }
    rest.text().lines().map(str::to_owned).filter(|line| !line.trim().is_empty() && line != "[profile P]").collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_aws_config_takes_our_section_and_gives_it_back(text in config()) {
        let entries = aws_profile::config_entries(ccwb_install::System::Unix, "P", "/h/a b/cp", "eu-west-1", true);
        let merged = merge::<AwsIni>(Some(&text), None, &entries, |_| Vec::new()).unwrap();
        let ini = AwsIni::parse(&merged.text).unwrap();
        prop_assert_eq!(ini.value("P", "credential_process"), Some("\"/h/a b/cp\" --profile P"));
        prop_assert_eq!(ini.value("P", "region"), Some("eu-west-1"));
        prop_assert!(["sso_session", "role_arn", "aws_access_key_id"].iter().all(|key| ini.value("P", key).is_none()));
        prop_assert_eq!(lines_of_others(&merged.text), lines_of_others(&text));

        let again = merge::<AwsIni>(Some(&merged.text), Some(&merged.remembered), &entries, |_| Vec::new()).unwrap();
        prop_assert_eq!(&again.text, &merged.text);
        prop_assert!(again.changes.is_empty());
        prop_assert_eq!(undo::<AwsIni>(&merged.text, &merged.remembered).unwrap().text.unwrap(), text);
    }

    #[test]
    fn an_aws_config_that_somebody_changed_since_keeps_that(text in config()) {
        let entries = aws_profile::config_entries(ccwb_install::System::Unix, "P", "/h/cp", "eu-west-1", true);
        let merged = merge::<AwsIni>(Some(&text), None, &entries, |_| Vec::new()).unwrap();
        let edited = format!("{}\n[profile Later]\nregion = x\n", merged.text);
        prop_assert!(digest(&edited) != merged.remembered.written);
        let undone = undo::<AwsIni>(&edited, &merged.remembered).unwrap().text.unwrap();
        let (before, after) = (AwsIni::parse(&text).unwrap(), AwsIni::parse(&undone).unwrap());
        prop_assert_eq!(after.value("Later", "region"), Some("x"));
        for key in ["credential_process", "region", "sso_session", "role_arn", "aws_access_key_id", "output"] {
            prop_assert_eq!(after.value("P", key), before.value("P", key), "{} in {}", key, undone);
        }
        let mut expected = lines_of_others(&text);
        expected.extend(["[profile Later]".to_owned(), "region = x".to_owned()]);
        prop_assert_eq!(lines_of_others(&undone), expected);
    }
}
