//! How every failure looks.

use ccwb_tests::Output;

/// Exit codes of design/contracts.md.
pub(crate) mod exit {
    pub(crate) const UNEXPECTED: i32 = 1;
    pub(crate) const USAGE: i32 = 2;
    pub(crate) const CONFIG: i32 = 3;
    pub(crate) const SIGN_IN_NEEDED: i32 = 4;
    pub(crate) const SIGN_IN_FAILED: i32 = 5;
    pub(crate) const PROVIDER: i32 = 6;
    pub(crate) const AWS: i32 = 7;
    pub(crate) const NETWORK: i32 = 8;
    pub(crate) const STORE: i32 = 9;
}

/// The first line of stderr is `error[CODE]: ...`, the last is `hint: ...`, and stdout is empty.
#[track_caller]
pub(crate) fn assert_failure(output: &Output, exit: i32, code: &str) {
    assert_eq!(problem(output, exit, &[code]), None, "{output}");
}

/// The same, and the message (not the hint) names each of `words`.
#[track_caller]
pub(crate) fn assert_failure_naming(output: &Output, exit: i32, code: &str, words: &[&str]) {
    assert_failure(output, exit, code);
    let message = output.stderr.rsplit_once("\nhint: ").map_or("", |(message, _)| message);
    for word in words {
        assert!(message.contains(word), "{word:?} is not named: {output}");
    }
}

/// What is wrong with a failure, for tables that collect complaints.
pub(crate) fn problem(output: &Output, exit: i32, codes: &[&str]) -> Option<String> {
    let lines: Vec<&str> = output.stderr.lines().collect();
    let first = lines.first().copied().unwrap_or_default();
    let last = lines.last().copied().unwrap_or_default();
    let code = first.strip_prefix("error[").and_then(|rest| rest.split_once("]: ")).map_or("", |(code, _)| code);
    if output.code != Some(exit) {
        Some(format!("exit code {:?}, expected {exit}; {first}", output.code))
    } else if !output.stdout.is_empty() {
        Some("something on stdout".to_owned())
    } else if !codes.contains(&code) {
        Some(format!("the first line is {first:?}, expected error[{}]", codes.join("|")))
    } else if !last.starts_with("hint: ") || last.len() < 12 || lines.len() < 2 {
        Some(format!("the last line is no hint: {last:?}"))
    } else {
        None
    }
}

/// Where a window was opened, the person is told where before anything can fail; the error comes after that.
pub(crate) fn from_the_error(output: &Output) -> Output {
    let stderr = output.stderr.find("error[").map_or("", |start| &output.stderr[start..]).to_owned();
    Output { stderr, ..output.clone() }
}
