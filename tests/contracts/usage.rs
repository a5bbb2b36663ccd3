//! Command lines that cannot be understood: exit code 2, before anything is read.

use ccwb_tests::{Home, Output};

use crate::desk::finish;
use crate::failure::{assert_failure, assert_failure_naming, exit};

fn run(arguments: &[&str]) -> Output {
    finish(&mut Home::new().credential_process(arguments))
}

#[test]
fn what_is_unknown_is_named() {
    let cases: &[(&[&str], &str)] = &[
        (&["--colour"], "--colour"),
        (&["-x"], "-x"),
        (&["--colour", "login"], "--colour"),
        (&["sign-on"], "sign-on"),
        (&["export", "now"], "now"),
        (&["login", "--method", "telepathy"], "telepathy"),
        (&["token", "--format", "xml"], "xml"),
        (&["completions", "cmd"], "cmd"),
        (&["status", "--jsonn"], "--jsonn"),
    ];
    for (arguments, named) in cases {
        assert_failure_naming(&run(arguments), exit::USAGE, "usage", &[named]);
    }
}

#[test]
fn a_value_that_is_missing_is_named() {
    let cases: &[(&[&str], &str)] = &[
        (&["--profile"], "--profile"),
        (&["-p"], "--profile"),
        (&["--get-tag"], "--get-tag"),
        (&["claims", "--tag"], "--tag"),
        (&["login", "--method"], "--method"),
        (&["completions"], "SHELL"),
    ];
    for (arguments, named) in cases {
        assert_failure_naming(&run(arguments), exit::USAGE, "usage", &[named]);
    }
}

#[test]
fn a_flag_that_is_given_twice_or_with_a_value_that_it_does_not_take_is_refused() {
    for arguments in [&["--profile", "a", "--profile", "b"][..], &["status", "--json=yes"]] {
        assert_failure(&run(arguments), exit::USAGE, "usage");
    }
}

#[test]
fn control_characters_of_an_argument_do_not_reach_the_terminal() {
    let output = run(&["\u{1b}]0;owned\u{7}"]);
    assert_failure(&output, exit::USAGE, "usage");
    assert!(!output.stderr.contains(['\u{1b}', '\u{7}']), "{:?}", output.stderr);
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_no_crash() {
    use std::os::unix::ffi::OsStrExt;
    let junk = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    assert_failure(&finish(Home::new().credential_process(&[]).arg(junk)), exit::USAGE, "usage");
    assert_failure(&finish(Home::new().credential_process(&["--profile"]).arg(junk)), exit::USAGE, "usage");
}
