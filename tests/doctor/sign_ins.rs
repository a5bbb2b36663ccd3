//! Sign-ins that run, died or are paused; the lock.

use std::fs::OpenOptions;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ccwb_sandbox::Federation;
use ccwb_tests::{FakeBrowser, start};
use serde_json::Value;

use crate::machine::Machine;

#[expect(clippy::disallowed_methods, reason = "records hold times")]
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
    i64::try_from(now.as_millis()).expect("it fits")
}

#[test]
fn a_sign_in_that_waits_is_told_and_its_port_is_no_foreign_one() {
    let mut machine = Machine::with_sandbox(Federation::Cognito);
    machine.home.use_browser(FakeBrowser::DoesNothing);
    let waiter = start(&mut machine.home.credential_process(&[]));
    let deadline = Instant::now() + Duration::from_secs(20);
    while machine.home.openings().is_empty() {
        assert!(Instant::now() < deadline, "no window was opened");
        std::thread::sleep(Duration::from_millis(20));
    }
    let report = machine.doctor(&[]);
    end_sign_in(&machine);
    drop(waiter);
    assert_eq!(report.problems(), [""; 0], "{report:#?}");
    assert!(report.check("sign-in").message.contains("waits in the browser"), "{report:#?}");
    assert!(report.check("callback-port").message.contains("sign-in that waits"), "{report:#?}");
}

fn end_sign_in(machine: &Machine) {
    let record: Value = serde_json::from_slice(&std::fs::read(machine.state_file(".sign-in.json")).expect("a record"))
        .expect("the record is JSON");
    let id = record["pid"].as_i64().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(id.expect("it has a process"), rustix::process::Signal::KILL).expect("it runs");
}

#[test]
fn a_sign_in_that_was_killed_is_told() {
    let machine = Machine::signed_in(Federation::Cognito);
    machine.edit_sign_in(|record| {
        record["finished"] = Value::Null;
        record["started"] = (now() - 60_000).into();
    });
    let report = machine.doctor(&[]);
    assert_eq!(report.problems(), ["warning sign-in"], "{report:#?}");
    assert!(report.check("sign-in").message.contains("ended from outside"), "{report:#?}");
}

#[test]
fn a_lock_that_is_held_for_no_sign_in_is_told_with_its_holder() {
    let machine = Machine::signed_in(Federation::Cognito);
    let lock = OpenOptions::new().write(true).open(machine.state_file(".lock")).expect("there is a lock");
    lock.lock().expect("nobody holds it");
    let report = machine.doctor(&[]);
    assert_eq!(report.problems(), ["warning sign-in"], "{report:#?}");
    if cfg!(target_os = "linux") {
        let holder = format!("process {} holds the lock", std::process::id());
        assert!(report.check("sign-in").message.contains(&holder), "{report:#?}");
    }
}

#[test]
fn a_pause_is_told_with_its_end() {
    let machine = Machine::signed_in(Federation::Cognito);
    machine.edit_sign_in(|record| record["budget"]["cool_down_until"] = (now() + 300_000).into());
    let report = machine.doctor(&[]);
    assert_eq!(report.problems(), ["warning sign-in-budget"], "{report:#?}");
    assert!(report.check("sign-in-budget").message.contains("min"), "{report:#?}");
}
