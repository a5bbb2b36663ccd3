//! Many processes at once: one sign-in, one redemption, one answer.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use ccwb_sandbox::{Federation, Rotation};
use ccwb_tests::{FakeBrowser, LIMIT, run, start};
use rustix::fs::OFlags;
use serde_json::json;

use crate::support::{Credentials, ErrorReport, Journey, all_at_once, alone_on_the_machine, eventually};

const CROWD: usize = 50;

#[test]
fn fifty_processes_started_cold_share_one_window_one_code_and_one_answer() {
    let _alone = alone_on_the_machine();
    let journey = Journey::new();
    let outputs = all_at_once(&journey, CROWD, &[]);
    let answers: BTreeSet<_> = outputs.iter().map(|output| output.stdout.clone()).collect();
    for output in &outputs {
        Credentials::of(output);
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(journey.openings(), 1);
    let control = journey.sandbox.control();
    assert_eq!(control.count("token:authorization_code"), 1);
    assert_eq!(control.count("token"), 1);
    assert_eq!(control.count("cognito:GetId"), 1);
    assert_eq!(control.count("cognito:GetCredentialsForIdentity"), 1);
}

#[test]
fn fifty_processes_at_renewal_redeem_a_rotating_refresh_token_once() {
    let _alone = alone_on_the_machine();
    let journey = Journey::signed_in(Federation::Cognito, |options| options.rotation = Some(Rotation::Always));
    journey.expire_all_but_the_refresh_token();
    let answers: BTreeSet<_> =
        all_at_once(&journey, CROWD, &[]).iter().map(|output| Credentials::of(output).access_key_id).collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(journey.requests(), ["token:refresh_token", "cognito:GetCredentialsForIdentity"]);
    assert_eq!(journey.openings(), 1);

    // The family is alive: the rotated token is good for the next renewal.
    journey.expire_all_but_the_refresh_token();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
}

#[test]
fn two_provider_sessions_with_fifty_processes_at_renewal_redeem_one_token_each_and_no_family_is_revoked() {
    let _alone = alone_on_the_machine();
    let journey = Journey::with(Federation::Cognito, |options| options.rotation = Some(Rotation::Always));
    let config = |federation| journey.sandbox.config(federation, "session")["ClaudeCode"].clone();
    let sessions = ["ClaudeCode", "Other"];
    journey.home.write_config_value(&json!({
        "profiles": {"ClaudeCode": config(Federation::Cognito), "Other": config(Federation::Direct)},
    }));
    for session in sessions {
        Credentials::of(&journey.call(&["--profile", session]));
    }
    for round in 1..=2 {
        journey.forget_requests();
        for session in sessions {
            journey.expire_all_but_the_refresh_token_of(session);
        }
        let crowd: Vec<_> = (0..CROWD).map(|index| journey.start(&["--profile", sessions[index % 2]])).collect();
        let outputs =
            crowd.into_iter().map(|process| process.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")));
        let answers: BTreeSet<_> = outputs.map(|output| Credentials::of(&output).access_key_id).collect();
        assert_eq!(answers.len(), 2, "round {round}: one answer for each session");
        let control = journey.sandbox.control();
        assert_eq!(control.count("token:refresh_token"), 2, "round {round}");
        let refused = control.requests().into_iter().filter(|request| request.status != 200).collect::<Vec<_>>();
        assert_eq!(refused, [], "round {round}");
    }
    assert_eq!(journey.openings(), 2, "the first sign-ins");
}

#[test]
fn a_crowd_at_a_provider_that_fails_asks_it_once_and_gets_one_answer() {
    let _alone = alone_on_the_machine();
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    // The answer comes when everybody waits for it.
    journey.fault(json!({"endpoint": "token", "status": 500, "delay_ms": 4_000}));
    let outputs = all_at_once(&journey, 20, &[]);
    for output in &outputs {
        output.is_error_at_once(6, "provider-answer");
    }
    assert_eq!(journey.requests(), ["token:refresh_token"]);
    assert!(journey.has_a_refresh_token());
}

#[test]
fn a_caller_that_is_killed_during_a_refresh_takes_no_rotated_token_with_it() {
    let journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    journey.fault(json!({"endpoint": "token:refresh_token", "delay_ms": 1_500, "times": 1}));
    let killed = journey.start(&["export"]);
    // The request is on its way; the log knows it when it is answered.
    eventually("the fault is used", || journey.sandbox.control().faults().is_empty());
    drop(killed);
    Credentials::of_export(&journey.call(&["export"]));
    let expected = ["token:refresh_token", "cognito:GetCredentialsForIdentity"];
    assert_eq!(journey.requests(), expected);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn commands_of_every_kind_at_once_share_one_sign_in() {
    let _alone = alone_on_the_machine();
    let journey = Journey::new();
    let commands: [&[&str]; 4] = [&[], &["login"], &["token"], &["--login"]];
    let started: Vec<_> = (0..16).map(|index| journey.start(commands[index % commands.len()])).collect();
    for running in started {
        running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success();
    }
    assert_eq!(journey.openings(), 1);
    assert_eq!(journey.sandbox.control().count("token:authorization_code"), 1);
}

#[test]
fn every_waiter_of_a_cancelled_sign_in_gets_the_same_failure() {
    let _alone = alone_on_the_machine();
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    // The window opens when everybody has come to wait for it.
    journey.fault(json!({"endpoint": "discovery", "delay_ms": 4_000}));
    let outputs = all_at_once(&journey, 20, &[]);
    for output in &outputs {
        output.is_error(5, "sign-in-cancelled");
    }
    let errors: BTreeSet<_> = outputs.iter().map(|output| output.stderr.lines().rev().nth(1)).collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn who_comes_late_to_a_sign_in_that_is_then_cancelled_is_told_so_too() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let first = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    let late = [journey.start(&[]), journey.start(&["login"]), journey.start(&["token"])];
    std::thread::sleep(std::time::Duration::from_millis(700));
    let address = journey.home.openings().remove(0);
    journey.home.use_browser(FakeBrowser::Cancels);
    let mut browser = journey.home.program(ccwb_tests::Program::FakeBrowser, &[&address]);
    run(&mut browser, LIMIT).expect("it ends").success();
    for waiter in std::iter::once(first).chain(late) {
        waiter.wait(LIMIT).expect("it ends").is_error(5, "sign-in-cancelled");
    }
    // Whoever comes after it hears of it, and opens nothing.
    let after = journey.call(&[]);
    after.is_error_at_once(4, "sign-in-paused");
    assert!(after.stderr.contains("sign-in-cancelled"), "{after}");
    assert_eq!(journey.home.openings().len(), 2, "the window, and the person in it");
}

#[test]
fn a_crowd_that_comes_and_goes_at_a_sign_in_that_is_cancelled_at_once_sees_one_window() {
    let _alone = alone_on_the_machine();
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    for output in all_at_once(&journey, CROWD, &[]) {
        // Who came when it was over is told so.
        let (exit, code) = if output.code == Some(4) { (4, "sign-in-paused") } else { (5, "sign-in-cancelled") };
        output.is_error(exit, code);
        assert!(output.stderr.contains("sign-in-cancelled"), "{output}");
    }
    assert_eq!(journey.openings(), 1);
}

#[test]
fn whoever_was_started_before_a_sign_in_was_cancelled_gets_that_failure_however_late_it_looks() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    // A slow start: the configuration is a pipe that nobody has written to yet.
    let pipe = journey.home.path().join("config.pipe");
    run(journey.home.command("mkfifo").arg(&pipe), LIMIT).expect("it ends").success();
    let mut slow = journey.home.credential_process(&[]);
    let slow = start(slow.env("CCWB_CONFIG", &pipe));
    let mut writer = None;
    eventually("it opens its configuration", || {
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).expect("a small number");
        writer = OpenOptions::new().write(true).custom_flags(nonblocking).open(&pipe).ok();
        writer.is_some()
    });

    journey.call(&[]).is_error(5, "sign-in-cancelled");
    let config = fs::read(journey.home.path().join("claude-code-with-bedrock/config.json")).expect("a config");
    writer.expect("it was opened").write_all(&config).expect("somebody reads it");
    slow.wait(LIMIT).expect("it ends").is_error(5, "sign-in-cancelled");
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_caller_that_gives_up_and_starts_again_finds_the_same_window_and_its_result() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::SignsInAfter(2));
    let impatient = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    // Dropped, its process group gets SIGKILL.
    drop(impatient);
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
    assert_eq!(journey.sandbox.control().count("token:authorization_code"), 1);
}

#[test]
fn two_profiles_do_not_wait_for_each_other() {
    let mut journey = Journey::new();
    let first = journey.sandbox.config(Federation::Cognito, "session")["ClaudeCode"].clone();
    let mut other = journey.sandbox.config(Federation::Direct, "session")["ClaudeCode"].clone();
    other["redirect_port"] = json!((8400..8410).collect::<Vec<_>>());
    journey.home.write_config_value(&json!({"profiles": {"ClaudeCode": first, "Other": other}}));
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let _waiting = journey.start(&["--profile", "ClaudeCode"]);
    eventually("a browser opens", || journey.openings() == 1);
    journey.home.use_browser(FakeBrowser::SignsIn);
    Credentials::of(&journey.call(&["--profile", "Other"]));
    assert_eq!(journey.openings(), 2);
}
