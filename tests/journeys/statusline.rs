//! `statusline`: one line, whatever the state.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ccwb_sandbox::{AutoApprove, Behaviour, Federation};
use ccwb_tests::{FakeBrowser, Home, LIMIT, Output, run};
use serde_json::json;

use crate::support::{Journey, eventually};

#[track_caller]
fn line(journey: &Journey) -> String {
    one_line(&journey.call(&["statusline"]))
}

#[track_caller]
fn one_line(output: &Output) -> String {
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    let line = output.stdout.strip_suffix('\n').unwrap_or_else(|| panic!("no line: {output}"));
    let plain = line.replace("\u{1b}[33m", "").replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
    assert!(!plain.is_empty() && !plain.contains(char::is_control), "{output}");
    plain
}

#[test]
fn it_tells_who_which_role_and_how_long() {
    let journey = Journey::signed_in(Federation::Direct, |_| {});
    let line = line(&journey);
    let parts: Vec<&str> = line.split(" · ").collect();
    assert_eq!(parts[0], "alice@example.com");
    assert!(parts[1].chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{line}");
    assert!(parts[2].ends_with(" left"), "{line}");
}

#[test]
fn it_is_as_wide_as_the_terminal_and_no_wider() {
    let mut journey = Journey::new();
    journey.sign_in();
    for columns in [1, 2, 10, 20, 40, 80] {
        journey.home.set_env("COLUMNS", columns.to_string());
        assert!(line(&journey).chars().count() <= columns, "{columns}");
    }
}

#[test]
fn before_a_sign_in_it_says_what_to_run() {
    let mut journey = Journey::new();
    journey.home.set_env("COLUMNS", "300");
    let line = line(&journey);
    assert!(line.starts_with("Sign-in needed: ") && line.ends_with(" login"), "{line}");
    assert_eq!(journey.openings(), 0);
}

#[test]
fn a_refused_sign_in_is_told_with_its_reason() {
    let mut journey = Journey::new();
    journey.home.set_env("COLUMNS", "300");
    let deny = Behaviour { auto_approve: Some(AutoApprove::Deny), ..Behaviour::default() };
    journey.sandbox.control().set_behaviour(&deny);
    for _ in 0..3 {
        assert_ne!(journey.call(&[]).code, Some(0));
        let line = line(&journey);
        assert!(line.starts_with("Sign-in needed: ") && line.contains("[sign-in-cancelled] "), "{line}");
    }
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_sign_in_that_waits_is_told() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let caller = journey.start(&[]);
    eventually("a browser is opened", || journey.openings() == 1);
    assert_eq!(line(&journey), "Sign-in waits in your browser");
    drop(caller);
}

#[test]
fn what_renews_by_itself_is_no_reason_to_sign_in() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    assert!(line(&journey).ends_with(" · renews at the next request"));
    assert_eq!(journey.requests(), [""; 0]);
}

#[test]
fn without_a_config_it_is_one_line_too() {
    let home = Home::new();
    let output =
        run(&mut home.credential_process(&["statusline"]), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    assert!(one_line(&output).starts_with("[config-not-found] "), "{output}");
    home.write_config("{");
    let output =
        run(&mut home.credential_process(&["statusline"]), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    assert!(one_line(&output).starts_with("[config-malformed] "), "{output}");
}

/// The keyring would take longer than a status line has; here there is none, and a call would fail.
#[test]
fn with_a_keyring_it_is_told_from_a_summary_without_secrets() {
    let mut journey = Journey::new();
    journey.configure(|profile| profile["credential_storage"] = "keyring".into());
    journey.sign_in();
    assert!(line(&journey).starts_with("alice@example.com · "));
    let summary = std::fs::read_to_string(journey.state().join("ClaudeCode.summary.json")).expect("there is one");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let mut keys: Vec<&str> = summary.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["binding", "credentials_until", "person", "renews"]);
    journey.call(&["logout"]).success();
    assert!(line(&journey).starts_with("Sign-in needed"));
}

/// Claude Code writes JSON and closes; a terminal or another program may do neither.
#[test]
fn it_reads_what_claude_code_writes_and_does_not_wait_for_who_does_not() {
    let journey = Journey::new();
    journey.sign_in();
    let mut command = journey.home.credential_process(&["statusline"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut claude = command.spawn().expect("it can be started");
    let session = json!({"model": {"display_name": "x".repeat(40_000)}}).to_string();
    claude.stdin.take().expect("it is a pipe").write_all(session.as_bytes()).expect("somebody reads");
    let output = claude.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stdout.starts_with(b"alice@example.com"));

    let started = Instant::now();
    let mut silent = command.spawn().expect("it can be started");
    let kept_open = silent.stdin.take();
    let output = silent.wait_with_output().expect("it ends");
    assert!(output.stdout.starts_with(b"alice@example.com"));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    drop(kept_open);
}
