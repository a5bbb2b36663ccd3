//! Every file of the state folder replaced by something else: after that things work, or fail clearly, and what a planted
//! link points to stays as it was.

use std::fs;
use std::path::{Path, PathBuf};

use ccwb_tests::{Home, Output};

use crate::desk::{Desk, assert_credentials};
use crate::failure::{exit, problem};

/// Puts something else in the place of a file.
type Replace = fn(&Path, &Home);

/// What somebody or something has put there.
const REPLACEMENTS: &[(&str, Replace)] = &[
    ("junk", |path, _| write(path, b"\x00\xff{not json")),
    ("another JSON", |path, _| write(path, b"{\"credentials\": 5, \"pid\": \"x\", \"at\": []}")),
    ("a list", |path, _| write(path, b"[]")),
    ("an empty file", |path, _| write(path, b"")),
    ("a folder", |path, _| fs::create_dir(path).expect("the state folder can be written")),
    ("a link to a file", |path, home| link(path, &victim(home))),
    ("a dangling link", |path, home| link(path, &home.path().join("nowhere"))),
];

const VICTIM: &str = "somebody else's file, which is to stay as it is";

fn victim(home: &Home) -> PathBuf {
    home.path().join("victim")
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the state folder can be written");
}

#[cfg(unix)]
fn link(path: &Path, target: &Path) {
    std::os::unix::fs::symlink(target, path).expect("the state folder can be written");
}

#[cfg(not(unix))]
fn link(path: &Path, _target: &Path) {
    write(path, b"");
}

/// The files that a signed-in profile has, after a call has failed and one has renewed.
fn files(desk: &Desk) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(desk.state()).expect("there is a state folder").flatten().map(|entry| entry.path()).collect();
    // Not there at the moment, and read by the next call.
    files.extend(
        ["last-error.json", "renewal", "storage.json"].map(|rest| desk.state().join(format!("ClaudeCode.{rest}"))),
    );
    files.sort();
    files.dedup();
    files
}

/// A call either does its job or says what is wrong with the store.
fn complaint(output: &Output) -> Option<String> {
    if output.code == Some(0) {
        return None;
    }
    problem(output, exit::STORE, &["store-file", "store-foreign"]).map(|problem| format!("{problem}\n{output}"))
}

/// One file replaced, then each command that a person or a program might run next.
fn replaced(desk: &Desk, commands: &[&[&str]], file: &Path, what: &str, replace: Replace) -> Vec<String> {
    let mut complaints = Vec::new();
    let keep = desk.home.root().join("keep");
    for command in commands {
        // `export` and `token` may also say that they need a sign-in, where the file that was lost had it.
        let may_need_sign_in = matches!(command.first(), Some(&"export" | &"token"));
        copy(&desk.state(), &keep);
        let _ = fs::remove_file(file);
        replace(file, &desk.home);
        let output = desk.run(command);
        let needs = may_need_sign_in && problem(&output, exit::SIGN_IN_NEEDED, &["sign-in-needed"]).is_none();
        if let Some(complaint) = complaint(&output).filter(|_| !needs) {
            complaints.push(format!("{} is {what}, {command:?}: {complaint}", file.display()));
        }
        if command.is_empty() && output.code == Some(0) {
            assert_credentials(&output);
        }
        if fs::read_to_string(victim(&desk.home)).ok().as_deref() != Some(VICTIM)
            || desk.home.path().join("nowhere").exists()
        {
            complaints.push(format!("{} is {what}, {command:?}: the link was followed", file.display()));
            write(&victim(&desk.home), VICTIM.as_bytes());
        }
        let _ = fs::remove_dir_all(desk.state());
        fs::rename(&keep, desk.state()).expect("HOME can be written");
    }
    complaints
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("HOME can be written");
    for entry in fs::read_dir(from).expect("there is a state folder").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("state is files");
    }
}

#[track_caller]
fn assert_survives(commands: &[&[&str]], prepare: fn(&Desk)) {
    let desk = Desk::new().signed_in();
    write(&victim(&desk.home), VICTIM.as_bytes());
    prepare(&desk);
    let mut complaints = Vec::new();
    for file in files(&desk) {
        for (what, replace) in REPLACEMENTS {
            complaints.extend(replaced(&desk, commands, &file, what, *replace));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn with_good_credentials_any_file_may_be_anything() {
    let header: &[&str] = &["token", "--format", "header"];
    assert_survives(&[&[], &["export"], &["login"], &["status"], &["status", "--json"], header, &["logout"]], |_| {});
}

#[test]
fn where_a_renewal_is_due_any_file_may_be_anything() {
    assert_survives(&[&[], &["export"]], Desk::lose_credentials_and_id_token);
}

#[test]
fn a_store_that_is_junk_is_replaced_by_the_next_sign_in() {
    for junk in ["", "{", "null", "[1,2]", "{\"credentials\":\"{}\",\"tokens\":\"{}\"}", "\u{0}"] {
        let desk = Desk::new().signed_in();
        write(&desk.session_file(), junk.as_bytes());
        assert_credentials(&desk.run(&[]).success());
        assert_eq!(desk.windows(), 1, "{junk:?}");
        assert_credentials(&desk.run(&["--no-browser"]).success());
    }
}

#[test]
fn a_store_of_another_configuration_is_not_served_and_comes_back_with_its_own() {
    let mut desk = Desk::new().signed_in();
    let pool = desk.sandbox.identity_pool_id();
    desk.configure("identity_pool_id", "us-east-1:00000000-0000-0000-0000-000000000000");
    assert_eq!(desk.run(&["export"]).code, Some(exit::SIGN_IN_NEEDED));
    assert_eq!(desk.run(&["claims"]).code, Some(exit::SIGN_IN_NEEDED));
    desk.configure("identity_pool_id", pool);
    desk.run(&["export"]).success();
}
