//! `credential_storage: keyring` where the keyring cannot be used: another place is, and the person is told once.

use std::fs;
use std::time::Duration;

use ccwb_tests::Program;
use ccwb_tests::part::{SecretService, SecretServiceMode};

use super::credentials::{assert_failed, credentials};
use super::machine::{Machine, end};

/// What a call may take that only looks: for a person it is at once, for an SDK it is no delay.
const SHORT: Duration = Duration::from_secs(2);

/// Signs in, is served again, asks how things are, signs out; `reason` is a part of what the person is told. Gives where it
/// was kept and how long it took; `None` where a part is not installed.
#[track_caller]
fn falls_back(profile: &str, mode: SecretServiceMode, reason: &str) -> Option<String> {
    let mut machine = Machine::new(profile, "keyring");
    let session = SecretService::start(&mut machine.home, mode)?;

    let refused = machine.run(&["--no-browser"]);
    assert_eq!((refused.code, &*refused.stdout), (Some(4), ""), "{refused}");
    assert!(refused.elapsed < SHORT, "{refused}");

    let cold = machine.run(&[]);
    credentials(&cold);
    let notes: Vec<_> = cold.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(notes.len(), 1, "announced once: {cold}");
    assert!(notes[0].contains(reason) && notes[0].contains("is used instead"), "{cold}");

    for _ in 0..2 {
        let hit = machine.run(&[]);
        assert_eq!((&hit.stdout, &*hit.stderr), (&cold.stdout, ""), "and not again");
        assert!(hit.elapsed < SHORT, "{hit}");
    }
    assert_eq!(machine.home.openings().len(), 1);

    let status = machine.run(&["status"]).success();
    assert!(status.stdout.contains("instead of the OS keyring") && status.stdout.contains(reason), "{status}");
    assert!(status.elapsed < SHORT, "{status}");
    let status = machine.run(&["status", "--json"]).success().json();
    let in_use = status["storage"]["in_use"].as_str().unwrap_or_default().to_owned();
    assert_eq!(status["storage"]["fallback"]["backend"], *in_use, "{status}");
    let in_file = machine.session_path().exists();
    match &*in_use {
        "kernel-keyring" => assert!(!in_file, "secrets are in one place"),
        "session-file" => assert!(in_file),
        other => panic!("stored in {other}"),
    }
    let summary = format!("{mode}: {in_use}; cold {:?}, refused {:?}", cold.elapsed, refused.elapsed);

    let out = machine.run(&["logout"]).success();
    assert!(out.elapsed < 2 * SHORT, "{out}");
    let after = machine.run(&["--no-browser"]);
    assert_eq!(after.code, Some(4), "{after}");
    assert!(!machine.session_path().exists());
    assert_eq!(machine.kernel_items(), [""; 0], "what was written on the way is gone too");
    drop(session);
    assert_eq!(buses_of(&machine), [""; 0], "nobody is left behind");
    Some(summary)
}

/// Processes whose environment names the machine's folder and that have to do with D-Bus.
fn buses_of(machine: &Machine) -> Vec<String> {
    let root = machine.home.root().as_os_str().as_encoded_bytes().to_owned();
    let processes = fs::read_dir("/proc").expect("Linux has it").flatten();
    let of_ours = processes.filter(|process| {
        fs::read(process.path().join("environ"))
            .is_ok_and(|environ| environ.windows(root.len()).any(|window| window == root))
    });
    let names = of_ours.filter_map(|process| fs::read_to_string(process.path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).filter(|name| name.contains("dbus") || name.contains("keyring")).collect()
}

#[test]
#[ignore = "needs dbus"]
fn without_a_session_bus() {
    println!("{:?}", falls_back("NoBus", SecretServiceMode::None, "there is no D-Bus session bus"));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn with_a_bus_that_never_answers() {
    println!("{:?}", falls_back("DeadBus", SecretServiceMode::Dead, "did not answer"));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn with_a_keyring_that_is_locked() {
    println!("{:?}", falls_back("Locked", SecretServiceMode::Locked, "locked"));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn with_a_keyring_that_nobody_ever_made() {
    println!("{:?}", falls_back("NeverMade", SecretServiceMode::NeverUnlocked, "never unlocked"));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn with_a_keyring_that_forgets() {
    println!("{:?}", falls_back("Forgetful", SecretServiceMode::Forgetful, "did not keep it"));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn keyring_only_refuses_instead_and_says_why() {
    for (mode, code, reason) in [
        (SecretServiceMode::None, "store-unavailable", "no D-Bus session bus"),
        (SecretServiceMode::Dead, "store-unavailable", "did not answer"),
        (SecretServiceMode::Locked, "store-unavailable", "locked"),
        (SecretServiceMode::NeverUnlocked, "store-unavailable", "never unlocked"),
        (SecretServiceMode::Forgetful, "store-forgotten", "did not keep it"),
    ] {
        let mut machine = Machine::new("Only", "keyring-only");
        let Some(_session) = SecretService::start(&mut machine.home, mode) else { return };
        let output = machine.run(&[]);
        assert_failed(&output, 9, code);
        assert!(output.stderr.contains(reason), "{mode}: {output}");
        assert!(!machine.session_path().exists(), "{mode}");
        println!("keyring-only, {mode}: {} windows, {:?}", machine.home.openings().len(), output.elapsed);
        let status = machine.run(&["status"]).success();
        assert!(status.elapsed < SHORT, "{mode}: {status}");
    }
}

/// What a person who signs in for nothing thinks: a store that cannot take the result is to be found out before.
#[test]
#[ignore = "needs gnome-keyring"]
fn keyring_only_asks_nobody_to_sign_in_for_a_keyring_that_is_not_there() {
    for mode in [SecretServiceMode::None, SecretServiceMode::Dead, SecretServiceMode::NeverUnlocked] {
        let mut machine = Machine::new("OnlyAsk", "keyring-only");
        let Some(_session) = SecretService::start(&mut machine.home, mode) else { return };
        assert_eq!(machine.run(&[]).code, Some(9), "{mode}");
        assert_eq!(machine.home.openings(), [""; 0], "{mode}");
    }
}

/// The kernel's persistent keyring keeps what is linked to it for days, whatever our note says is in use.
#[test]
#[ignore = "needs gnome-keyring, keyutils"]
fn what_the_kernel_keyring_did_not_hold_is_not_left_in_it() {
    let mut machine = Machine::new("Left", "keyring");
    let Some(_session) = SecretService::start(&mut machine.home, SecretServiceMode::Locked) else { return };
    credentials(&machine.run(&[]));
    if machine.session_path().exists() {
        assert_eq!(machine.kernel_items(), [""; 0], "the session file is in use");
    }
}

/// Each login over SSH has a kernel session keyring of its own.
#[test]
#[ignore = "needs keyutils"]
fn what_one_login_stored_without_a_keyring_the_next_login_finds() {
    let mut machine = Machine::new("Logins", "keyring");
    let Some(_session) = SecretService::start(&mut machine.home, SecretServiceMode::Locked) else { return };
    let in_own_session = |arguments: &[&str]| {
        let mut keyctl = machine.home.command("keyctl");
        keyctl.args(["session", "-"]).arg(Program::CredentialProcess.path()).args(arguments);
        end(&mut keyctl)
    };
    let first = in_own_session(&[]);
    credentials(&first);
    let second = in_own_session(&[]);
    credentials(&second);
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(machine.home.openings().len(), 1, "one sign-in is enough for both");
    let status = in_own_session(&["status", "--json"]).success().json();
    assert_eq!(status["storage"]["in_use"], "kernel-keyring", "{status}");
    in_own_session(&["logout"]).success();
    assert_eq!(machine.kernel_items(), [""; 0]);
}

/// The keyring comes back: what was kept elsewhere moves there.
#[test]
#[ignore = "needs gnome-keyring"]
fn after_signing_out_the_keyring_is_tried_again() {
    let mut machine = Machine::new("Back", "keyring");
    {
        let Some(_session) = SecretService::start(&mut machine.home, SecretServiceMode::Dead) else { return };
        credentials(&machine.run(&[]));
        machine.run(&["logout"]).success();
    }
    let _ = fs::remove_file(machine.home.run().join("dead-bus"));
    let Some(_session) = SecretService::start(&mut machine.home, SecretServiceMode::Unlocked) else { return };
    let cold = machine.run(&[]);
    credentials(&cold);
    assert!(!cold.stderr.contains("note: "), "{cold}");
    machine.lookup("credentials").success();
    assert!(!machine.session_path().exists());
}
