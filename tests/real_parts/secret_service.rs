use std::process::Command;
use std::time::Duration;

use ccwb_tests::part::{SecretService, SecretServiceMode};
use ccwb_tests::{Home, LIMIT, Output, run};

/// How long a keyring that never answers is waited for.
const SHORT: Duration = Duration::from_secs(2);

fn store(home: &Home) -> Command {
    let mut command = home.command("sh");
    command.args(["-c", "printf 'the secret' | secret-tool store --label=test service ccwb-test"]);
    command
}

fn lookup(home: &Home) -> Command {
    let mut command = home.command("secret-tool");
    command.args(["lookup", "service", "ccwb-test"]);
    command
}

fn end(mut command: Command) -> Output {
    run(&mut command, LIMIT).expect("secret-tool ends")
}

#[test]
#[ignore = "needs gnome-keyring"]
fn an_unlocked_keyring_stores_a_secret_and_a_later_session_finds_it() {
    let mut home = Home::new();
    for first in [true, false] {
        let Some(_session) = SecretService::start(&mut home, SecretServiceMode::Unlocked) else { return };
        if first {
            end(store(&home)).success();
        }
        assert_eq!(end(lookup(&home)).success().stdout, "the secret");
    }
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_locked_keyring_neither_stores_nor_gives() {
    let mut home = Home::new();
    {
        let Some(_session) = SecretService::start(&mut home, SecretServiceMode::Unlocked) else { return };
        end(store(&home)).success();
    }
    let Some(_session) = SecretService::start(&mut home, SecretServiceMode::Locked) else { return };
    assert_ne!(end(lookup(&home)).stdout, "the secret");
    assert_ne!(end(store(&home)).code, Some(0));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_keyring_that_nobody_ever_made_has_no_entry_and_takes_none() {
    let mut home = Home::new();
    let Some(_session) = SecretService::start(&mut home, SecretServiceMode::NeverUnlocked) else { return };
    assert_eq!(end(lookup(&home)).stdout, "");
    assert_ne!(end(store(&home)).code, Some(0));
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_forgetful_service_says_yes_and_has_nothing() {
    let mut home = Home::new();
    let Some(_session) = SecretService::start(&mut home, SecretServiceMode::Forgetful) else { return };
    end(store(&home)).success();
    assert_eq!(end(lookup(&home)).stdout, "");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn a_dead_bus_never_answers() {
    let mut home = Home::new();
    let Some(_session) = SecretService::start(&mut home, SecretServiceMode::Dead) else { return };
    let overrun = run(&mut lookup(&home), SHORT).expect_err("nobody answers");
    assert!(!overrun.exited);
}

#[test]
#[ignore = "needs gnome-keyring"]
fn without_a_bus_the_answer_is_an_error_at_once() {
    let mut home = Home::new();
    let Some(_session) = SecretService::start(&mut home, SecretServiceMode::None) else { return };
    let output = end(lookup(&home));
    assert_ne!(output.code, Some(0));
    assert!(output.elapsed < SHORT, "{output}");
}

#[test]
#[ignore = "needs gnome-keyring"]
fn one_command_can_have_a_session_that_ends_with_it() {
    let mut home = Home::new();
    home.set_env("XDG_RUNTIME_DIR", home.run());
    let Some(wrapped) = SecretService::wrap(&store(&home), SecretServiceMode::Unlocked) else { return };
    end(wrapped).success();
}
