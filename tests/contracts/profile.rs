//! Which profile is meant, in both layouts of config.json.

use ccwb_tests::{Home, Output};
use serde_json::{Value, json};

use crate::desk::{finish, plain_profile};
use crate::failure::{assert_failure_naming, exit};

/// Both layouts with these profiles.
fn layouts(names: &[&str]) -> [Home; 2] {
    let profiles: Value =
        names.iter().map(|&name| (name.to_owned(), plain_profile())).collect::<serde_json::Map<_, _>>().into();
    [profiles.clone(), json!({"profiles": profiles, "version": "2.0"})].map(|config| {
        let home = Home::new();
        home.write_config_value(&config);
        home
    })
}

fn explain(home: &Home, arguments: &[&str], variable: &str) -> Output {
    finish(home.credential_process(&[arguments, &["explain"]].concat()).env("CCWB_PROFILE", variable))
}

#[track_caller]
fn assert_profile(home: &Home, arguments: &[&str], variable: &str, expected: &str) {
    assert_eq!(explain(home, arguments, variable).success().json()["profile"], expected);
}

#[test]
fn the_flag_comes_first_in_every_form_that_the_guidance_takes() {
    for home in layouts(&["A", "B", "ClaudeCode"]) {
        for flag in [
            &["--profile", "A"][..],
            &["--profile=A"],
            &["-p", "A"],
            &["-p=A"],
            &["-pA"],
            &["-profile", "A"],
            &["-profile=A"],
        ] {
            assert_profile(&home, flag, "B", "A");
        }
    }
}

#[test]
fn the_flag_may_stand_behind_the_command() {
    for home in layouts(&["A", "B"]) {
        let output = finish(&mut home.credential_process(&["explain", "--profile", "B"])).success();
        assert_eq!(output.json()["profile"], "B");
    }
}

#[test]
fn then_comes_the_variable() {
    for home in layouts(&["A", "B", "ClaudeCode"]) {
        assert_profile(&home, &[], "B", "B");
    }
}

#[test]
fn then_the_only_profile_and_then_claude_code() {
    for home in layouts(&["Only"]) {
        assert_profile(&home, &[], "", "Only");
    }
    for home in layouts(&["A", "ClaudeCode"]) {
        assert_profile(&home, &[], "", "ClaudeCode");
    }
}

#[test]
fn an_unknown_profile_is_an_error_that_lists_those_there_are() {
    for home in layouts(&["Alpha", "Beta"]) {
        for (arguments, variable, wanted) in
            [(&["-p", "Gamma"][..], "", "Gamma"), (&[], "Delta", "Delta"), (&[], "", "ClaudeCode")]
        {
            let words = [&*format!("\"{wanted}\""), "\"Alpha\", \"Beta\"", "config.json"];
            assert_failure_naming(&explain(&home, arguments, variable), exit::CONFIG, "profile-unknown", &words);
        }
    }
    for home in layouts(&[]) {
        assert_failure_naming(&explain(&home, &[], ""), exit::CONFIG, "profile-unknown", &["none"]);
    }
}

#[test]
fn names_are_taken_letter_by_letter() {
    for home in layouts(&["work", "Work", "Wörk 東京", "a.b"]) {
        for name in ["work", "Work", "Wörk 東京", "a.b"] {
            assert_profile(&home, &["-p", name], "", name);
        }
        assert_eq!(explain(&home, &["-p", "WORK"], "").code, Some(exit::CONFIG));
    }
}

#[test]
fn aws_profile_does_not_choose_the_profile() {
    for home in layouts(&["A", "B", "ClaudeCode"]) {
        let output = finish(home.credential_process(&["explain"]).env("AWS_PROFILE", "A")).success();
        assert_eq!(output.json()["profile"], "ClaudeCode");
    }
}
