//! Whatever is in the way: `{}`, exit code 0, at once. Claude Code waits for this program and shows its failure to people.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ccwb_tests::{Home, LIMIT, Output, run};

use super::{Told, header_file};
use crate::support::Journey;

/// Far under what Claude Code waits at its end (2 s), and far over what a busy machine needs.
const AT_ONCE: Duration = Duration::from_millis(1500);

#[track_caller]
fn assert_nothing(output: &Output, what: &str) {
    assert!(Told::of(output).is_empty(), "{what}: {output}");
    assert_eq!(output.stdout, "{}\n", "{what}");
    assert!(output.elapsed < AT_ONCE, "{what}: {output}");
}

fn helper(home: &Home, arguments: &[&str]) -> Output {
    run(&mut home.otel_helper(arguments), LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

#[test]
fn a_header_file_that_is_none_tells_nothing() {
    let journey = Journey::new();
    journey.sign_in();
    let path = header_file(&journey);
    let good = fs::read_to_string(&path).expect("there is a header file");
    let elsewhere = journey.home.write("elsewhere", &good);
    let of_another_profile = good.replace("\"ClaudeCode\"", "\"Other\"");
    let of_another_version = good.replacen("\"version\":1", "\"version\":99", 1);
    let half = &good[..good.len() / 2];
    let texts = [
        "",
        "{",
        "{}",
        "null",
        "[]",
        "\u{0}\u{1}",
        "{\"version\":1}",
        "{\"x-user-email\":\"a@example.com\"}",
        half,
        &of_another_profile,
        &of_another_version,
    ];
    for text in texts {
        fs::write(&path, text).expect("the state folder can be written");
        assert_nothing(&journey.otel_helper(&["--profile", "ClaudeCode"]), text);
    }
    fs::write(&path, [0xff, 0xfe, 0x00]).expect("the state folder can be written");
    assert_nothing(&journey.otel_helper(&[]), "not UTF-8");
    fs::write(&path, vec![b' '; 3 * 1024 * 1024]).expect("the state folder can be written");
    assert_nothing(&journey.otel_helper(&[]), "huge");
    fs::remove_file(&path).expect("it was written");
    assert_nothing(&journey.otel_helper(&[]), "missing");
    fs::create_dir(&path).expect("the state folder can be written");
    assert_nothing(&journey.otel_helper(&[]), "a folder");
    fs::remove_dir(&path).expect("it was made");
    link(&elsewhere, &path);
    assert_nothing(&journey.otel_helper(&[]), "a link");
    fs::remove_file(&path).expect("it was made");
    make_fifo(&path);
    assert_nothing(&journey.otel_helper(&[]), "a pipe that nobody writes to");
}

#[test]
fn a_config_that_cannot_be_used_tells_nothing() {
    let mut journey = Journey::new();
    journey.sign_in();
    let config = journey.home.path().join("claude-code-with-bedrock/config.json");
    for text in ["", "{", "[]", "{\"Other\":{}}", "{\"ClaudeCode\":{\"client_id\":5}}"] {
        fs::write(&config, text).expect("HOME can be written");
        for arguments in [&[] as &[&str], &["--profile", "ClaudeCode"], &["--profile", "Nobody"]] {
            assert_nothing(&journey.otel_helper(arguments), text);
        }
    }
    fs::remove_file(&config).expect("it was written");
    assert_nothing(&journey.otel_helper(&["--profile", "ClaudeCode"]), "no config");
    make_fifo(&config);
    assert_nothing(&journey.otel_helper(&["--profile", "ClaudeCode"]), "a pipe as config");
    assert_nothing(&journey.otel_helper(&[]), "a pipe as config, no profile");
    journey.home.set_env("CCWB_CONFIG", "/nowhere/config.json");
    assert_nothing(&journey.otel_helper(&[]), "config elsewhere");
}

#[test]
fn a_machine_where_nothing_is_installed_or_can_be_written_tells_nothing() {
    let mut home = Home::new();
    assert_nothing(&helper(&home, &[]), "nothing installed");
    for (variable, value) in
        [("CCWB_STATE_DIR", "/nowhere"), ("CCWB_STATE_DIR", "/dev/null/x"), ("HOME", "/nowhere"), ("HOME", "/proc/1")]
    {
        home.set_env(variable, value);
        assert_nothing(&helper(&home, &["--profile", "P"]), value);
        home.remove_env("CCWB_STATE_DIR");
    }
    home.remove_env("HOME");
    assert_nothing(&helper(&home, &["--profile", "P"]), "no HOME");
}

#[cfg(unix)]
#[test]
fn a_home_that_is_read_only_is_good_enough() {
    use std::os::unix::fs::PermissionsExt;
    let journey = Journey::new();
    journey.sign_in();
    let before = Told::by(&journey);
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    for path in [journey.state(), journey.home.path()] {
        set_mode(&path, 0o500).expect("it is ours");
    }
    let told = Told::by(&journey);
    for path in [journey.home.path(), journey.state()] {
        set_mode(&path, 0o700).expect("it is ours");
    }
    assert_eq!(told, before);
    assert!(!told.is_empty());
}

#[test]
fn a_command_line_that_cannot_be_followed_is_an_error_and_the_proxy_is_explained() {
    let home = Home::new();
    for (arguments, message) in [
        (&["--nonsense"] as &[&str], "error[usage]: "),
        (&["--proxy", "--proxy-port", "4318"], "error[usage]: this program has no proxy"),
    ] {
        let output = helper(&home, arguments);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output}");
        assert!(output.stderr.starts_with(message) && output.stderr.contains("\nhint: "), "{output}");
    }
    let version = helper(&home, &["--version"]).success();
    assert!(version.stdout.starts_with("otel-helper ") && version.stdout.ends_with(")\n"), "{version}");
}

#[test]
fn the_profile_is_chosen_by_flag_then_ours_then_awss_variable_then_the_only_one() {
    let mut journey = Journey::new();
    journey.sign_in();
    assert!(!Told::of(&journey.otel_helper(&[])).is_empty());
    journey.home.set_env("AWS_PROFILE", "some-other-account");
    assert!(!Told::of(&journey.otel_helper(&[])).is_empty());
    journey.home.set_env("CCWB_PROFILE", "Other");
    assert_nothing(&journey.otel_helper(&[]), "CCWB_PROFILE");
    assert!(!Told::of(&journey.otel_helper(&["-profile=ClaudeCode"])).is_empty());
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("the state folder can be written");
}

#[cfg(not(unix))]
fn link(_: &Path, path: &Path) {
    fs::write(path, "").expect("the state folder can be written");
}

#[cfg(unix)]
fn make_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo is in POSIX");
    assert!(made.success());
}

#[cfg(not(unix))]
fn make_fifo(path: &Path) {
    fs::write(path, "").expect("HOME can be written");
}
