use super::*;

fn key(profile: &str, name: &str) -> Vec<String> {
    vec![profile.to_owned(), name.to_owned()]
}

fn set(text: &str, profile: &str) -> String {
    let mut ini = AwsIni::parse(text).unwrap();
    ini.set(&key(profile, "region"), &"eu-west-1".into()).unwrap();
    assert_eq!(ini.value(profile, "region"), Some("eu-west-1"), "{}", ini.text);
    ini.text
}

#[test]
fn sections_are_found_in_every_spelling_and_nested_values_are_not_keys() {
    let ini = AwsIni::parse(
        "[default]\nregion = eu-west-1\n\n[profile \"A B\"]\n# region = x\nregion=us-east-1\ns3 =\n  region = no\n\
         [ profile  C ]\nCredential_Process = \"/a b/c\" --profile C\n[profiled]\n[A]\naws_access_key_id=x\n",
    )
    .unwrap();
    assert_eq!(ini.value("A B", "region"), Some("us-east-1"));
    assert_eq!(ini.value("C", "credential_process"), Some("\"/a b/c\" --profile C"));
    assert_eq!(ini.value("A", "aws_access_key_id"), Some("x"));
    assert_eq!(ini.profiles(), ["default", "A B", "C", "profiled", "A"]);
    assert_eq!(ini.get(&key("A B", "s3")).unwrap(), "region = no");
}

#[test]
fn a_value_is_set_where_it_stands_or_added_to_its_section_or_with_a_new_one() {
    for (text, profile, expected) in [
        ("", "P", "[profile P]\nregion = eu-west-1\n"),
        ("[default]\nx = 1", "P", "[default]\nx = 1\n\n[profile P]\nregion = eu-west-1\n"),
        ("[default]\r\nx = 1\r\n\r\n", "P", "[default]\r\nx = 1\r\n\r\n[profile P]\r\nregion = eu-west-1\r\n"),
        (
            "[profile P]\noutput = json\n\n# of Q\n[profile Q]\n",
            "P",
            "[profile P]\noutput = json\nregion = eu-west-1\n\n# of Q\n[profile Q]\n",
        ),
        ("[profile P]", "P", "[profile P]\nregion = eu-west-1\n"),
        ("[profile P]\nregion=us-east-1 # old\nx=1\n", "P", "[profile P]\nregion=eu-west-1\nx=1\n"),
        ("[profile P]\nREGION =\nx=1\n", "P", "[profile P]\nREGION = eu-west-1\nx=1\n"),
        ("[profile P]\n  s3 =\n    region = x\n", "P", "[profile P]\n  s3 =\n    region = x\n  region = eu-west-1\n"),
        (
            "[profile P]\nregion = a\n[profile P]\nregion = b\n",
            "P",
            "[profile P]\nregion = a\n[profile P]\nregion = eu-west-1\n",
        ),
        ("[profile 'P']\nregion = a", "P", "[profile 'P']\nregion = eu-west-1"),
        ("", "default", "[default]\nregion = eu-west-1\n"),
        ("[default]\n[profile default]\n", "default", "[default]\n[profile default]\nregion = eu-west-1\n"),
        ("", "A B", "[profile \"A B\"]\nregion = eu-west-1\n"),
        ("\u{feff}[profile P]\nregion = a\n", "P", "\u{feff}[profile P]\nregion = eu-west-1\n"),
    ] {
        assert_eq!(set(text, profile), expected, "{text:?}");
    }
}

#[test]
fn a_profile_that_no_section_can_hold_is_refused() {
    let error = AwsIni::parse("").unwrap().set(&key("a]b", "region"), &"x".into()).unwrap_err().to_string();
    assert!(error.contains("cannot hold a profile named \"a]b\""), "{error}");
}

#[test]
fn what_was_set_goes_without_a_trace_and_what_was_there_comes_back() {
    for text in [
        "",
        "[default]\nx = 1\n",
        "[profile P]\noutput = json\n\n\n[profile Q]\n",
        "[profile P]\nregion =\n  multi\n  line\nx = 1\n",
        "# mine\n\n[profile P]\nregion=us-east-1\t; old\n",
    ] {
        let before = AwsIni::parse(text).unwrap();
        let mut ini = AwsIni::parse(&set(text, "P")).unwrap();
        ini.put_back(&key("P", "region"), &before).unwrap();
        ini.prune(&key("P", "region"), &before);
        assert_eq!(ini.text, text);
    }
}

#[test]
fn a_section_that_was_added_stays_if_somebody_else_uses_it() {
    let before = AwsIni::parse("").unwrap();
    let mut ini = AwsIni::parse("[profile P]\nregion = x\noutput = json\n").unwrap();
    ini.put_back(&key("P", "region"), &before).unwrap();
    ini.prune(&key("P", "region"), &before);
    assert_eq!(ini.text, "[profile P]\noutput = json\n");
}

#[test]
fn what_stands_below_a_line_of_nobody_is_not_part_of_the_entry_above_it() {
    let text = "[profile P]\nregion = x\nnothing of anybody's\n\tfurther in\noutput = json\n";
    let mut ini = AwsIni::parse(text).unwrap();
    assert_eq!(ini.value("P", "region"), Some("x"));
    ini.remove(&key("P", "region"));
    assert_eq!(ini.text, text.replace("region = x\n", ""));
}

#[test]
fn a_new_entry_is_put_where_no_line_of_others_becomes_its_own() {
    for (text, expected) in [
        ("[profile P]\n; none\n\tx\n", "[profile P]\n; none\n\tx\nregion = eu-west-1\n"),
        ("[profile P]\n\tx", "[profile P]\n\tx\nregion = eu-west-1\n"),
        ("[profile P]\n# of Q\n\n[Q]\n  y = 1\n", "[profile P]\nregion = eu-west-1\n# of Q\n\n[Q]\n  y = 1\n"),
    ] {
        assert_eq!(set(text, "P"), expected);
    }
}
