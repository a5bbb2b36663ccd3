//! `explain`, `status`, `claims`: no network, no secrets, under a second, and nothing is written.

use std::fs;
use std::time::Duration;

use ccwb_sandbox::Fault;
use ccwb_tests::leaks::{Place, Secret, assert_absent};
use ccwb_tests::{FakeBrowser, Output, start};

use crate::desk::{Desk, assert_credentials};
use crate::failure::{assert_failure, exit};

const LOOKING: &[&[&str]] = &[
    &["explain"],
    &["--explain"],
    &["status"],
    &["status", "--json"],
    &["claims"],
    &["claims", "--tags"],
    &["--show-claims"],
    &["--get-tag", "x"],
    &["--check-expiration"],
];

/// The contract's limit of these commands, with room for a busy machine in a debug build.
const SECOND: Duration = Duration::from_secs(1);

#[track_caller]
fn assert_quick(output: &Output) {
    assert!(output.elapsed < SECOND, "{output}");
}

fn secrets(desk: &Desk) -> Vec<Secret> {
    [
        ("credentials", "SecretAccessKey"),
        ("credentials", "SessionToken"),
        ("tokens", "id_token"),
        ("tokens", "refresh_token"),
    ]
    .map(|(slot, key)| Secret::new(key, desk.stored_text(slot, key)))
    .into()
}

#[test]
fn with_everything_cached_they_ask_nobody_and_tell_no_secret() {
    let desk = Desk::new().signed_in();
    let secrets = secrets(&desk);
    for arguments in LOOKING {
        let output = desk.run_with(arguments, &[("COGNITO_AUTH_DEBUG", "1")]);
        assert!(output.code != Some(1) || arguments[0].starts_with("--"), "{output}");
        assert_quick(&output);
        assert_absent(&secrets, Place::output(&output));
    }
    assert_eq!((desk.sandbox.control().requests().len(), desk.windows()), (0, 0));
}

#[test]
fn with_the_provider_and_aws_down_they_answer_the_same() {
    let mut desk = Desk::new().signed_in();
    let claims = desk.run(&["claims"]).success();
    desk.sandbox.shut_down();
    assert_eq!(desk.run(&["claims"]).success().stdout, claims.stdout);
    assert_eq!(claims.json()["email"], "alice@example.com");
    let status = desk.run(&["status", "--json"]).success();
    assert_eq!(status.json()["credentials"]["valid"], true);
    desk.run(&["status"]).success();
    desk.run(&["explain"]).success();
}

#[test]
fn where_nobody_ever_signed_in_they_say_so_and_write_nothing() {
    let desk = Desk::new();
    for arguments in [&["status"][..], &["status", "--json"], &["explain"]] {
        assert_quick(&desk.run(arguments).success());
    }
    assert_failure(&desk.run(&["claims"]), exit::SIGN_IN_NEEDED, "sign-in-needed");
    let status = desk.run(&["status", "--json"]).success().json();
    assert_eq!(status["credentials"]["valid"], false);
    assert_eq!(status["next_human_sign_in"], "now");
    assert!(!desk.home.path().join(".local").exists());
    assert_eq!((desk.sandbox.control().requests().len(), desk.windows()), (0, 0));
}

#[test]
fn status_tells_who_which_role_until_when_and_where() {
    let desk = Desk::new().signed_in();
    let text = desk.run(&["status"]).success().stdout;
    for word in [
        "ClaudeCode",
        "alice@example.com",
        &desk.sandbox.identity_pool_id(),
        "good until",
        "session file",
        "config.json",
    ] {
        assert!(text.contains(word), "{word:?} is not in\n{text}");
    }
    let status = desk.run(&["status", "--json"]).success().json();
    assert_eq!(status["signed_in_as"], "alice@example.com");
    assert_eq!(status["storage"]["configured"], "session");
    assert_eq!(status["storage"]["in_use"], "session-file");
    assert_eq!(status["credentials"]["expires"].as_str().map(str::len), Some(20));
    assert_eq!((&status["sign_in_running"], &status["last_error"]), (&false.into(), &serde_json::Value::Null));
}

#[test]
fn status_shows_the_last_error_its_age_and_its_hint_until_things_work_again() {
    let desk = Desk::new().signed_in();
    desk.lose_credentials_and_id_token();
    let fault = Fault { endpoint: "token".into(), status: Some(500), ..Fault::default() };
    desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    let error = desk.run(&["export"]);
    assert_failure(&error, exit::PROVIDER, "provider-answer");

    let text = desk.run(&["status"]).success().stdout;
    for word in ["Last error", "provider-answer", " s ago", "hint: "] {
        assert!(text.contains(word), "{word:?} is not in\n{text}");
    }
    let last = desk.run(&["status", "--json"]).success().json()["last_error"].clone();
    assert_eq!(last["code"], "provider-answer");
    assert!(last["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{last}");

    desk.sandbox.control().clear_faults();
    desk.run(&["export"]).success();
    assert!(!desk.run(&["status"]).success().stdout.contains("Last error"));
}

#[test]
fn status_tells_that_a_sign_in_is_running_and_the_others_do_not_wait_for_it() {
    let mut desk = Desk::new();
    desk.home.use_browser(FakeBrowser::SignsInAfter(3));
    let waiting = start(&mut desk.command(&[]));
    while desk.windows() == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let status = desk.run(&["status", "--json"]).success();
    assert_eq!(status.json()["sign_in_running"], true, "{status}");
    assert_quick(&status);
    let text = desk.run(&["status"]).success();
    assert!(text.stdout.lines().any(|line| line.starts_with("Sign-in ")), "{text}");
    assert_quick(&desk.run(&["explain"]).success());
    assert_quick(&desk.run(&["claims"]));
    assert_credentials(&waiting.wait(ccwb_tests::LIMIT).expect("it ends").success());
    assert_eq!(desk.run(&["status", "--json"]).success().json()["sign_in_running"], false);
}

/// A D-Bus that accepts and never answers, as after a crash of its daemon.
#[cfg(target_os = "linux")]
#[test]
fn a_dead_keyring_does_not_hold_them_up() {
    let mut desk = Desk::new();
    let socket = desk.home.run().join("bus");
    let _bus = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    desk.configure("credential_storage", "keyring");
    let address = format!("unix:path={}", socket.display());
    let environment = [("DBUS_SESSION_BUS_ADDRESS", &*address)];
    let mut slow = Vec::new();
    for arguments in [&["status"][..], &["status", "--json"], &["explain"], &["claims"]] {
        let output = desk.run_with(arguments, &environment);
        if output.elapsed >= SECOND {
            slow.push(format!("{arguments:?} took {:?}", output.elapsed));
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

#[test]
fn a_stored_token_that_is_junk_is_no_token() {
    let desk = Desk::new().signed_in();
    let text = fs::read_to_string(desk.session_file()).expect("there is one");
    let token = desk.stored_text("tokens", "id_token");
    for junk in ["", "a.b.c", "not a token", &token[..token.len() / 2]] {
        fs::write(desk.session_file(), text.replace(&token, junk)).expect("it can be written");
        assert_failure(&desk.run(&["claims"]), exit::SIGN_IN_NEEDED, "sign-in-needed");
        desk.run(&["status"]).success();
    }
}
