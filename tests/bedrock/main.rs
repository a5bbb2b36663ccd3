//! `ccwb models`, `ccwb policy`, `ccwb cost` and `ccwb doctor --bedrock`: as programs, against the sandbox, and through a linter.

mod cost;
mod doctor;
mod linted;
mod models;
mod policy;
mod site;

use std::time::Duration;

use ccwb_tests::{Home, Output, run};

const LIMIT: Duration = Duration::from_mins(1);

pub(crate) fn ccwb(home: &Home, arguments: &[&str]) -> Output {
    run(&mut home.ccwb(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{arguments:?}: {overrun}"))
}

/// One command line; no argument of these tests has white space in it.
pub(crate) fn line(home: &Home, line: &str) -> Output {
    ccwb(home, &line.split_whitespace().collect::<Vec<_>>())
}

#[track_caller]
pub(crate) fn assert_failed(output: &Output, exit: i32, code: &str, says: &str) {
    assert_eq!(output.code, Some(exit), "{output}");
    assert!(output.stderr.contains(&format!("error[{code}]: ")) && output.stderr.contains(says), "{output}");
    assert!(output.stdout.is_empty(), "{output}");
}
