use std::collections::BTreeMap;

use ccwb_tests::{Home, LIMIT, run};

fn environment(home: &Home) -> BTreeMap<String, String> {
    let output = run(&mut home.command("env"), LIMIT).expect("env ends").success();
    output
        .stdout
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

#[test]
fn a_command_sees_the_home_and_nothing_of_the_surrounding_environment() {
    let home = Home::new();
    let mut names: Vec<_> = environment(&home).into_keys().collect();
    names.retain(|name| !matches!(&**name, "PWD" | "_" | "SHLVL") && !name.starts_with("__CF"));
    assert_eq!(names, ["BROWSER", "FAKE_BROWSER", "FAKE_BROWSER_LOG", "HOME", "LANG", "PATH", "TMPDIR"]);
    assert_eq!(environment(&home)["HOME"], home.path().display().to_string());
}

#[test]
fn a_variable_can_be_set_for_all_commands_and_taken_away() {
    let mut home = Home::new();
    home.set_env("AWS_PROFILE", "Work").remove_env("BROWSER");
    let environment = environment(&home);
    assert_eq!(environment["AWS_PROFILE"], "Work");
    assert!(!environment.contains_key("BROWSER"));
}

#[test]
fn standard_input_is_at_its_end() {
    let output = run(&mut Home::new().command("cat"), LIMIT).expect("cat ends").success();
    assert_eq!(output.stdout, "");
}

#[test]
fn config_and_aws_profile_are_written_where_the_programs_look() {
    let home = Home::new();
    assert_eq!(home.write_config("{}"), home.path().join("claude-code-with-bedrock/config.json"));
    let aws = home.write_aws_profile("Work");
    let text = std::fs::read_to_string(aws).expect("it was written");
    assert!(text.starts_with("[profile Work]\ncredential_process = \"/"), "{text}");
    assert!(text.contains("credential-process\" --profile Work\n"), "{text}");
}

#[test]
fn a_dropped_home_is_gone() {
    let home = Home::new();
    let root = home.root().to_owned();
    drop(home);
    assert!(!root.exists());
}
