//! The store's round trip on real keyrings.

use std::time::Duration;

use ccwb_tests::part::{SecretService, SecretServiceMode};

use crate::machine::Machine;

fn with_keyring(mode: SecretServiceMode, storage: &str) -> Option<(Machine, SecretService)> {
    let mut machine = Machine::new();
    machine.configure("credential_storage", storage);
    let service = SecretService::start(&mut machine.home, mode)?;
    Some((machine, service))
}

#[test]
#[ignore = "needs gnome-keyring"]
fn an_open_keyring_takes_and_gives_back_and_keeps_nothing_of_doctors() {
    let Some((machine, _service)) = with_keyring(SecretServiceMode::Unlocked, "keyring-only") else { return };
    let report = machine.doctor(&[]);
    assert_eq!(report.problems(), [""; 0], "{report:#?}");
    assert!(report.check("store").message.starts_with("OS keyring: written, read back and removed in "), "{report:#?}");
}

#[test]
#[ignore = "needs gnome-keyring and dbus-python"]
fn keyrings_that_do_not_work_are_told_apart_and_none_makes_doctor_hang() {
    for (mode, says) in [
        (SecretServiceMode::Locked, "locked"),
        (SecretServiceMode::NeverUnlocked, "no default collection"),
        (SecretServiceMode::Dead, "did not answer"),
        (SecretServiceMode::Forgetful, "did not keep it"),
    ] {
        for (storage, problem) in [("keyring", "warning store"), ("keyring-only", "failed store")] {
            let Some((machine, _service)) = with_keyring(mode, storage) else { return };
            let report = machine.doctor(&[]);
            assert_eq!(report.problems(), [problem], "{mode}: {report:#?}");
            assert!(report.check("store").message.contains(says), "{mode}: {report:#?}");
            assert!(report.output.elapsed < Duration::from_secs(5), "{mode}: {:?}", report.output.elapsed);
        }
    }
}
