//! Where config.json is looked for: `CCWB_CONFIG`, beside the program, `~/claude-code-with-bedrock`.

use std::path::PathBuf;
use std::{env, fs};

use ccwb_tests::{Home, Program};
use serde_json::{Value, json};

use crate::desk::{finish, plain_profile};
use crate::failure::{assert_failure_naming, exit};

/// A config.json whose client id tells which one was read.
fn config(client: &str) -> Value {
    let mut profile = plain_profile();
    profile["client_id"] = json!(client);
    json!({"Work": profile})
}

/// A copy of the program in a folder of its own.
fn installed(home: &Home) -> PathBuf {
    let copy = home.path().join("opt/tool").join(format!("credential-process{}", env::consts::EXE_SUFFIX));
    fs::create_dir_all(copy.parent().expect("it has a folder")).expect("HOME can be written");
    // By another process: this one must never have it open for writing, or a child that another test starts at that moment
    // would, and the copy could not be run (`ETXTBSY`).
    finish(home.command("cp").arg(Program::CredentialProcess.path()).arg(&copy)).success();
    copy
}

fn client(home: &Home, program: &PathBuf) -> Value {
    finish(home.command(program).arg("explain")).success().json()["provider"]["client_id"].clone()
}

#[test]
fn the_variable_comes_first_then_the_programs_folder_then_the_home() {
    let mut home = Home::new();
    let program = installed(&home);
    home.write_config_value(&config("of-home"));
    assert_eq!(client(&home, &program), "of-home");
    home.write("opt/tool/config.json", &config("beside").to_string());
    assert_eq!(client(&home, &program), "beside");
    let named = home.write("elsewhere.json", &config("named").to_string());
    home.set_env("CCWB_CONFIG", &named);
    assert_eq!(client(&home, &program), "named");
}

#[test]
fn a_variable_that_names_no_file_is_an_error_and_nothing_else_is_tried() {
    let mut home = Home::new();
    home.write_config_value(&config("of-home")).display().to_string();
    let missing = home.path().join("missing.json");
    home.set_env("CCWB_CONFIG", &missing);
    let output = finish(&mut home.credential_process(&["explain"]));
    assert_failure_naming(&output, exit::CONFIG, "config-not-found", &[&missing.display().to_string()]);
    assert!(!output.stderr.contains("claude-code-with-bedrock"), "{output}");
}

#[test]
fn a_variable_that_is_empty_counts_as_not_set() {
    let mut home = Home::new();
    home.write_config_value(&config("of-home"));
    home.set_env("CCWB_CONFIG", "");
    assert_eq!(client(&home, &Program::CredentialProcess.path()), "of-home");
}

#[test]
fn a_file_that_is_found_first_counts_even_if_it_is_broken() {
    let home = Home::new();
    let program = installed(&home);
    home.write_config_value(&config("of-home"));
    let beside = home.write("opt/tool/config.json", "{");
    let output = finish(home.command(&program).arg("explain"));
    assert_failure_naming(&output, exit::CONFIG, "config-malformed", &[&beside.display().to_string()]);
}

#[cfg(unix)]
#[test]
fn a_program_that_is_started_through_a_link_reads_the_file_beside_the_program_itself() {
    let home = Home::new();
    let program = installed(&home);
    home.write("opt/tool/config.json", &config("beside").to_string());
    let link = home.path().join("credential-process");
    std::os::unix::fs::symlink(program, &link).expect("HOME can be written");
    assert_eq!(client(&home, &link), "beside");
}
