//! Packages that are not what was packed.

use std::fs;

use crate::package::{Machine, tree};

fn is_refused(machine: &Machine, code: &str, words: &str) {
    let before = tree(&machine.home.path());
    let output = machine.install(&[]);
    assert_eq!(output.code, Some(3), "{output}");
    let first = output.stderr.lines().next().unwrap_or_default();
    assert!(first.starts_with(&format!("error[{code}]: ")) && first.contains(words), "{output}");
    assert!(output.stderr.lines().last().unwrap_or_default().starts_with("hint: "), "{output}");
    assert_eq!(output.stdout, "");
    assert_eq!(tree(&machine.home.path()), before, "nothing was written");
}

#[test]
fn a_file_that_was_changed_is_named_and_nothing_is_run() {
    let machine = Machine::new();
    machine.write("config.json", "{}");
    is_refused(&machine, "package-damaged", "config.json is not the file that was packed");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let machine = Machine::new();
    fs::remove_file(machine.package().join("claude-settings/settings.json")).expect("it is there");
    is_refused(&machine, "package-damaged", "claude-settings/settings.json is missing");
}

#[test]
fn a_list_that_does_not_name_the_program_is_no_list() {
    let machine = Machine::new();
    let list = machine.package().join("SHA256SUMS");
    let text = fs::read_to_string(&list).expect("it is there");
    let without: String =
        text.lines().filter(|line| !line.contains("credential-process")).map(|line| format!("{line}\n")).collect();
    fs::write(&list, without).expect("the package can be written");
    is_refused(&machine, "package-damaged", "SHA256SUMS does not name credential-process-");
    fs::remove_file(list).expect("it is there");
    is_refused(&machine, "package-damaged", "SHA256SUMS is missing");
}

#[test]
fn a_package_for_other_platforms_says_what_is_missing() {
    let machine = Machine::new();
    let programs = fs::read_dir(machine.package()).expect("it can be read").flatten();
    for entry in programs.filter(|entry| entry.file_name().to_string_lossy().starts_with("credential-process-")) {
        fs::remove_file(entry.path()).expect("it is there");
    }
    is_refused(&machine, "platform-missing", "this package holds no program for");
}
