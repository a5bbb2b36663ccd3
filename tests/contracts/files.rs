//! Which files there are, whose they are, and where none are written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ccwb_tests::Program;
use serde_json::json;

use crate::desk::{Desk, assert_credentials, finish};
use crate::skip::{can_mount, mounting, skipped};

/// Everything below a folder, relative to it.
fn everything_below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            found.insert(path.strip_prefix(folder).expect("it is below").display().to_string());
            if path.is_dir() {
                waiting.push(path);
            }
        }
    }
    found
}

/// Calls of all sorts: a sign-in, hits, a renewal, a failure.
fn a_day(desk: &Desk) {
    for command in
        [&[][..], &["export"], &["login"], &["token"], &["status"], &["explain"], &["claims"], &["--check-expiration"]]
    {
        desk.run(command).success();
    }
    desk.lose_credentials_and_id_token();
    desk.run(&["export"]).success();
    let _ = desk.run(&["-p", "Nobody", "export"]);
}

#[cfg(target_os = "linux")]
#[test]
fn state_is_in_one_folder_with_the_profile_before_each_name() {
    let desk = Desk::new();
    let before = everything_below(&desk.home.path());
    a_day(&desk);
    let state = ".local/state/claude-code-with-bedrock";
    for path in everything_below(&desk.home.path()).difference(&before) {
        let is_state = path.strip_prefix(state).is_some_and(|rest| rest.is_empty() || rest.starts_with("/ClaudeCode."));
        assert!(is_state || state.starts_with(path.as_str()), "{path}");
    }
    assert!(desk.session_file().is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn xdg_state_home_and_ccwb_state_dir_move_it() {
    for (variable, expected) in [("XDG_STATE_HOME", "moved/claude-code-with-bedrock"), ("CCWB_STATE_DIR", "moved")] {
        let mut desk = Desk::new();
        let moved = desk.home.path().join("moved");
        desk.home.set_env(variable, &moved);
        desk.run(&[]).success();
        assert!(desk.home.path().join(expected).join("ClaudeCode.session.json").is_file(), "{variable}");
        assert!(!desk.home.path().join(".local").exists(), "{variable}");
    }
}

#[test]
fn nothing_is_written_below_aws_whatever_is_there() {
    let desk = Desk::new();
    let config = desk.home.write(".aws/config", "[default]\nregion = eu-west-1\n");
    let credentials = desk.home.write(".aws/credentials", "[ClaudeCode]\naws_access_key_id = EXPIRED\n");
    let texts = || [&config, &credentials].map(|file| fs::read_to_string(file).expect("it is there"));
    let before = (everything_below(&desk.home.path().join(".aws")), texts());
    a_day(&desk);
    desk.run(&["logout"]).success();
    assert_eq!((everything_below(&desk.home.path().join(".aws")), texts()), before);
}

#[test]
fn no_folder_of_aws_is_made() {
    let desk = Desk::new();
    a_day(&desk);
    desk.run(&["--clear-cache"]).success();
    assert!(!desk.home.path().join(".aws").exists());
    assert!(!desk.home.path().join(".claude-code-session").exists());
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[cfg(unix)]
#[test]
fn the_folder_is_0700_and_every_file_0600_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let desk = Desk::new();
        let with_umask = |arguments: &[&str]| {
            let mut command = desk.home.command("sh");
            command
                .args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"])
                .arg(Program::CredentialProcess.path())
                .args(arguments);
            finish(&mut command)
        };
        with_umask(&[]).success();
        desk.lose_credentials_and_id_token();
        with_umask(&["export"]).success();
        with_umask(&["token"]).success();
        desk.lose_credentials_and_id_token();
        desk.sandbox.control().revoke_all_refresh_tokens();
        assert_eq!(with_umask(&["export"]).code, Some(4));
        assert_eq!(mode(&desk.state()), 0o700, "umask {umask}");
        for name in everything_below(&desk.state()) {
            assert_eq!(mode(&desk.state().join(&name)), 0o600, "{name} with umask {umask}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_could_enter_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    fs::create_dir_all(desk.state()).expect("HOME can be written");
    fs::set_permissions(desk.state(), fs::Permissions::from_mode(0o777)).expect("it is ours");
    desk.run(&[]).success();
    assert_eq!(mode(&desk.state()), 0o700);
}

#[test]
fn logout_leaves_no_secret_and_no_account_of_the_person() {
    let desk = Desk::new().signed_in();
    let secrets = [("tokens", "id_token"), ("tokens", "refresh_token"), ("credentials", "SecretAccessKey")]
        .map(|(slot, key)| ccwb_tests::leaks::Secret::new(key, desk.stored_text(slot, key)));
    desk.run(&["logout"]).success();
    ccwb_tests::leaks::assert_absent(&secrets, [ccwb_tests::leaks::Place::folder(desk.home.root())]);
    let left = everything_below(&desk.state());
    assert!(left.iter().all(|name| Path::new(name).extension().is_some_and(|rest| rest == "lock")), "{left:?}");
}

#[test]
fn no_name_of_a_profile_leaves_the_folder_and_no_two_share_a_file() {
    let desk = Desk::new();
    let names = ["../../escape", "a/b", "a%2Fb", "..", ".hidden", "a b", "Ä", "con", "x.session.json"];
    let profiles: serde_json::Map<_, _> =
        names.iter().map(|&name| (name.to_owned(), desk.profile().clone().into())).collect();
    desk.home.write_config_value(&json!({"profiles": profiles}));
    let before = everything_below(&desk.home.path());
    for name in names {
        desk.run(&["-p", name]).success();
    }
    assert_eq!(desk.windows(), names.len());
    let sessions = everything_below(&desk.state()).into_iter().filter(|name| name.ends_with(".session.json")).count();
    assert_eq!(sessions, names.len());
    for path in everything_below(&desk.home.path()).difference(&before) {
        assert!(path.starts_with(".local"), "{path}");
    }
    assert!(!desk.home.root().join("escape.session.json").exists());
}

#[test]
fn a_home_that_cannot_be_written_serves_a_hit_and_a_renewal_from_the_state_folder() {
    let mut desk = Desk::new();
    if !can_mount(&desk.home) {
        return skipped("this user cannot mount");
    }
    let state = desk.home.root().join("state");
    desk.home.set_env("CCWB_STATE_DIR", &state);
    desk.run(&[]).success();
    let script = "mount --bind \"$HOME\" \"$HOME\" && mount -o remount,bind,ro \"$HOME\"
        ! touch \"$HOME/x\" 2>/dev/null
        exec \"$@\"";
    let run = |arguments: &[&str]| {
        finish(mounting(&desk.home, script).arg("sh").arg(Program::CredentialProcess.path()).args(arguments))
    };
    assert_credentials(&run(&[]).success());
    run(&["export"]).success();
    run(&["--clear-cache"]).success();
    assert_credentials(&run(&[]).success());
}

#[test]
fn without_any_home_a_hit_comes_from_the_state_folder() {
    let mut desk = Desk::new();
    let (state, config) =
        (desk.home.root().join("state"), desk.home.write_config_value(&json!({"ClaudeCode": desk.profile()})));
    desk.home.set_env("CCWB_STATE_DIR", state).set_env("CCWB_CONFIG", config);
    desk.run(&[]).success();
    desk.home.set_env("HOME", "/nonexistent/home");
    assert_credentials(&desk.run(&[]).success());
    assert!(!Path::new("/nonexistent").exists());
}
