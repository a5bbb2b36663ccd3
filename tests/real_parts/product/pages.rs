//! Pictures of every page that a person sees, in `target/screenshots`: light and dark, wide and narrow. That they are there
//! and say what they should is tested; whether they are good is for a person to look at.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

use ccwb_sandbox::{Fault, Options};
use ccwb_tests::part::{Chromium, Sandbox};
use ccwb_tests::{FakeBrowser, Home, LIMIT, start};
use serde_json::json;

use super::credentials::assert_failed;
use super::machine::{Machine, end};

fn pictures(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    fs::create_dir_all(&folder).expect("target can be written");
    folder.join(name)
}

#[track_caller]
fn assert_taken(name: &str) {
    for look in ["light-1000", "light-390", "dark-1000", "dark-390"] {
        let path = pictures(&format!("{name}-{look}.png"));
        assert!(fs::read(&path).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG")), "{}", path.display());
    }
}

/// A sandbox with its login page.
fn machine() -> Machine {
    Machine::with("ClaudeCode", "session", Home::new(), Sandbox::start_with(Options::default()))
}

#[test]
#[ignore = "needs chromium"]
fn the_login_page_and_the_page_after_it() {
    let (mut machine, Some(chromium)) = (machine(), Chromium::find()) else { return };
    let chromium = chromium
        .with_screenshots_of_the_first_page(&pictures("sandbox-login"))
        .with_screenshots(&pictures("signed-in"));
    machine.home.set_envs(chromium.as_browser_env());
    machine.run(&["login"]).success();
    assert!(chromium.page_text(LIMIT).starts_with("You are signed in"));
    assert_taken("sandbox-login");
    assert_taken("signed-in");
}

#[test]
#[ignore = "needs chromium"]
fn the_page_after_cancel() {
    let (mut machine, Some(chromium)) = (machine(), Chromium::find()) else { return };
    let chromium = chromium.cancelling().with_screenshots(&pictures("cancelled"));
    machine.home.set_envs(chromium.as_browser_env());
    assert_failed(&machine.run(&["login"]), 5, "sign-in-cancelled");
    assert!(chromium.page_text(LIMIT).starts_with("The sign-in was cancelled"));
    assert_taken("cancelled");
}

#[test]
#[ignore = "needs chromium"]
fn the_page_where_aws_refuses() {
    let (mut machine, Some(chromium)) = (machine(), Chromium::find()) else { return };
    let message = "Token is not from a supported provider of this identity pool.";
    let refusal = Fault {
        endpoint: "cognito:GetId".into(),
        status: Some(400),
        headers: [("x-amzn-errortype".into(), "NotAuthorizedException:".into())].into(),
        body: Some(json!({"__type": "NotAuthorizedException", "message": message})),
        ..Fault::default()
    };
    machine.sandbox.control().add_fault(refusal).expect("there is such an endpoint");
    let chromium = chromium.with_screenshots(&pictures("aws-refused"));
    machine.home.set_envs(chromium.as_browser_env());
    assert_failed(&machine.run(&["login"]), 7, "aws-refused");
    let page = chromium.page_text(LIMIT);
    assert!(page.starts_with("You signed in, but AWS gave no credentials") && page.contains(message), "{page}");
    assert_taken("aws-refused");
}

#[test]
#[ignore = "needs chromium"]
fn the_page_that_asks_first() {
    let (mut machine, Some(chromium)) = (machine(), Chromium::find()) else { return };
    machine.home.use_browser(FakeBrowser::Cancels);
    assert_failed(&machine.run(&[]), 5, "sign-in-cancelled");
    machine.end_the_pause();
    let chromium = chromium.with_screenshots_of_the_first_page(&pictures("ask-first"));
    machine.home.set_envs(chromium.as_browser_env());
    // A program of that name, which starts what is in ~/.aws/config by a shell.
    let claude = machine.home.path().join("claude");
    fs::copy("/bin/sh", &claude).expect("HOME can be written");
    let program = ccwb_tests::Program::CredentialProcess.path();
    let mut caller = machine.home.command(claude);
    let output = end(caller.arg("-c").arg(format!("sh -c '\"{}\"; true'; true", program.display())));
    super::credentials::credentials(&output);
    assert_taken("ask-first");
    assert!(chromium.log().contains("presses \"Sign in\" at /sign-in"), "{}", chromium.log());
}

#[test]
#[ignore = "needs chromium"]
fn the_page_of_a_link_from_an_older_sign_in() {
    let (mut machine, Some(chromium)) = (machine(), Chromium::find()) else { return };
    machine.home.use_browser(FakeBrowser::DoesNothing);
    let waiting = start(&mut machine.home.credential_process(&["login"]));
    let deadline = std::time::Instant::now() + LIMIT;
    while machine.home.openings().is_empty() {
        assert!(std::time::Instant::now() < deadline, "{}", waiting.stderr_so_far());
        thread::sleep(Duration::from_millis(20));
    }
    let chromium = chromium.with_screenshots(&pictures("stale-link"));
    let mut home = Home::new();
    home.set_envs(chromium.as_browser_env());
    let stale = format!("http://localhost:{}/callback?code=c&state=older", machine.sandbox.redirect_port());
    end(home.command(chromium.program()).arg(stale)).success();
    assert!(chromium.page_text(LIMIT).starts_with("This link is not part of the current sign-in"));
    assert_taken("stale-link");

    // The sign-in that waits was not changed: the right answer still ends it.
    machine.home.use_browser(FakeBrowser::Cancels);
    let right = machine.home.openings().remove(0);
    end(machine.home.command(ccwb_tests::Program::FakeBrowser.path()).arg(right)).success();
    assert_failed(&waiting.wait(LIMIT).expect("it ends"), 5, "sign-in-cancelled");
}
