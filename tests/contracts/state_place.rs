//! A state folder that cannot be used: said before a token is spent or anybody is asked to sign in.

use std::fs;

use ccwb_sandbox::Federation;

use crate::desk::{Desk, assert_credentials, finish, options};
use crate::failure::{assert_failure, assert_failure_naming, exit};
use crate::skip::{can_mount, mounting, skipped};

#[test]
fn a_file_in_place_of_the_folder_is_an_error_of_the_store_and_no_window_opens() {
    let mut desk = Desk::new();
    let state = desk.home.write("state", "not a folder");
    desk.home.set_env("CCWB_STATE_DIR", &state);
    for command in [&[][..], &["export"], &["login"], &["token"], &["--set-client-secret"]] {
        let output = desk.run(command);
        let expected = if command == ["--set-client-secret"] { exit::UNEXPECTED } else { exit::STORE };
        assert_failure_naming(&output, expected, "store-file", &[&state.display().to_string()]);
    }
    desk.run(&["status"]).success();
    desk.run(&["explain"]).success();
    assert_eq!((desk.windows(), fs::read_to_string(state).expect("it is there")), (0, "not a folder".into()));
}

#[test]
fn a_folder_in_a_place_where_none_can_be_is_an_error_of_the_store() {
    let mut desk = Desk::new();
    desk.home.set_env("CCWB_STATE_DIR", "/dev/null/state");
    assert_failure_naming(&desk.run(&[]), exit::STORE, "store-file", &["/dev/null"]);
    assert_eq!(desk.windows(), 0);
}

#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else_is_refused() {
    let mut desk = Desk::new();
    let state = desk.home.path().join("theirs");
    fs::create_dir(&state).expect("HOME can be written");
    if std::os::unix::fs::chown(&state, Some(65_534), None).is_err() {
        return skipped("only root can make a folder of another user");
    }
    desk.home.set_env("CCWB_STATE_DIR", &state);
    for command in [&[][..], &["export"], &["login"]] {
        assert_failure_naming(&desk.run(command), exit::STORE, "store-foreign", &[&state.display().to_string()]);
    }
    assert_eq!((desk.windows(), fs::read_dir(state).expect("it is there").count()), (0, 0));
}

/// Whoever can put a link where the folder will be does not get what is written into it.
#[cfg(unix)]
#[test]
fn a_link_to_a_folder_of_somebody_else_is_refused_like_the_folder_itself() {
    let mut desk = Desk::new();
    let theirs = desk.home.root().join("theirs");
    fs::create_dir(&theirs).expect("HOME can be written");
    fs::set_permissions(&theirs, std::os::unix::fs::PermissionsExt::from_mode(0o777)).expect("it is ours");
    if std::os::unix::fs::chown(&theirs, Some(65_534), None).is_err() {
        return skipped("only root can make a folder of another user");
    }
    let state = desk.home.path().join("linked");
    std::os::unix::fs::symlink(&theirs, &state).expect("HOME can be written");
    desk.home.set_env("CCWB_STATE_DIR", &state);
    for command in [&[][..], &["export"], &["login"]] {
        assert_failure_naming(&desk.run(command), exit::STORE, "store-foreign", &[&state.display().to_string()]);
    }
    assert_eq!((desk.windows(), fs::read_dir(theirs).expect("it is there").count()), (0, 0));
}

#[cfg(unix)]
#[test]
fn a_session_file_of_somebody_else_is_neither_believed_nor_overwritten() {
    let desk = Desk::new().signed_in();
    if std::os::unix::fs::chown(desk.session_file(), Some(65_534), None).is_err() {
        return skipped("only root can make a file of another user");
    }
    let before = fs::read(desk.session_file()).expect("root reads it");
    assert_failure_naming(&desk.run(&["export"]), exit::STORE, "store-foreign", &["ClaudeCode.session.json"]);
    assert_eq!(fs::read(desk.session_file()).expect("root reads it"), before);
}

/// Runs `script` where `$CCWB_STATE_DIR` is a file system of its own, `$1` is the program and `say NAME` names what follows.
fn in_a_small_world(desk: &mut Desk, script: &str) -> Option<ccwb_tests::Output> {
    if !can_mount(&desk.home) {
        skipped("this user cannot mount");
        return None;
    }
    let state = desk.home.path().join("small");
    fs::create_dir(&state).expect("HOME can be written");
    desk.home.set_env("CCWB_STATE_DIR", &state);
    let mut command =
        mounting(&desk.home, &format!("mount -t tmpfs -o size=1m,mode=0700 tmpfs \"$CCWB_STATE_DIR\"\n{script}"));
    let output = finish(command.arg("sh").arg(ccwb_tests::Program::CredentialProcess.path()));
    Some(output)
}

const FILL: &str = "dd if=/dev/zero of=\"$CCWB_STATE_DIR/fill\" bs=4k 2>/dev/null || true\n";

#[test]
fn a_full_disk_still_serves_what_is_cached() {
    let mut desk = Desk::new();
    let script = format!("\"$1\" login 2>/dev/null\n{FILL}\"$1\" export >/dev/null\nexec \"$1\"");
    if let Some(output) = in_a_small_world(&mut desk, &script) {
        assert_credentials(&output.success());
    }
}

#[test]
fn a_full_disk_spends_no_refresh_token_and_opens_no_window() {
    let lifetimes =
        ccwb_sandbox::Lifetimes { id_token: std::time::Duration::from_secs(50), ..ccwb_sandbox::Lifetimes::default() };
    let mut desk = Desk::with(ccwb_sandbox::Options { lifetimes, ..options() }, Federation::Cognito);
    // The credentials are forgotten by taking them out of the file, the ID token is too old by itself.
    let forget = "sed -i 's/\"credentials\":\"[^}]*}\",//' \"$CCWB_STATE_DIR/ClaudeCode.session.json\"\n";
    let script = format!("\"$1\" login 2>/dev/null\n{forget}{FILL}exec \"$1\" export");
    let Some(output) = in_a_small_world(&mut desk, &script) else { return };
    assert_failure(&output, exit::STORE, "store-file");
    assert_eq!(desk.sandbox.control().count("token:refresh_token"), 0);

    let mut desk = Desk::new();
    let Some(output) = in_a_small_world(&mut desk, &format!("{FILL}exec \"$1\"")) else { return };
    assert_failure(&output, exit::STORE, "store-file");
    assert_eq!((desk.windows(), desk.sandbox.control().count("token")), (0, 0));
}

#[test]
fn a_read_only_state_folder_serves_a_hit_and_says_why_it_cannot_renew() {
    let mut desk = Desk::new();
    // The sign-in's own process ends a moment after `login`.
    let read_only =
        "for i in $(seq 100); do mount -o remount,ro \"$CCWB_STATE_DIR\" 2>/dev/null && break; sleep 0.1; done\n";
    let script =
        format!("\"$1\" login 2>/dev/null\n{read_only}\"$1\" export >/dev/null\n\"$1\" status >/dev/null\nexec \"$1\"");
    if let Some(output) = in_a_small_world(&mut desk, &script) {
        assert_credentials(&output.success());
    }
    let mut desk = Desk::new();
    if let Some(output) = in_a_small_world(&mut desk, &format!("{read_only}exec \"$1\"")) {
        assert_failure(&output, exit::STORE, "store-file");
        assert_eq!(desk.windows(), 0);
    }
}
