//! A web page of somebody else, in a real Chromium, while a sign-in waits.

use std::time::Duration;

use ccwb_sandbox::Options;
use ccwb_tests::part::{Chromium, Sandbox};
use ccwb_tests::{FakeBrowser, Home, LIMIT, run, start};
use serde_json::Value;

use super::credentials::credentials;
use super::machine::{Machine, end, eventually};

#[test]
#[ignore = "needs chromium"]
fn a_hostile_page_neither_ends_nor_reads_a_sign_in_and_the_person_signs_in_then() {
    let mut machine = Machine::with("ClaudeCode", "session", Home::new(), Sandbox::start_with(Options::default()));
    let Some(chromium) = Chromium::find() else { return };
    machine.home.use_browser(FakeBrowser::DoesNothing);
    let caller = start(&mut machine.home.credential_process(&[]));
    eventually("a browser opens", || !machine.home.openings().is_empty());
    let address = machine.home.openings().remove(0);
    let state = address.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state").to_owned();

    let mut home = Home::new();
    home.set_envs(chromium.as_browser_env());
    let mut hostile = home.command(chromium.hostile_page());
    let port = machine.sandbox.redirect_port();
    let tried = run(hostile.arg(port.to_string()), Duration::from_mins(3)).expect("it ends").success().json();

    let attempts = tried["attempts"].as_array().expect("a list");
    assert!(attempts.len() > 50, "{}", attempts.len());
    for attempt in attempts {
        assert_eq!(attempt["outcome"], "nothing", "{attempt}");
        let shown = attempt["shown"].as_str().unwrap_or_default();
        assert!(!shown.contains("signed in") && !shown.contains(&state), "{attempt}");
    }
    let shown: Vec<_> = attempts.iter().filter_map(|attempt| attempt["shown"].as_str()).collect();
    assert!(shown[0].starts_with("This link is not part of the current sign-in"), "{shown:?}");
    assert!(shown[1].starts_with("Nothing to see here"), "{shown:?}");
    rebound_page_is_neutral(&tried["rebound"], &state);

    // Nothing of it went anywhere, and the sign-in waits as before.
    assert_eq!(machine.sandbox.control().count("token"), 0);
    let status = machine.run(&["status", "--json"]).success().json();
    assert_eq!(status["sign_in_running"], true, "{status}");
    assert_eq!(machine.home.openings().len(), 1);

    let mut home = Home::new();
    home.set_envs(chromium.as_browser_env());
    end(home.command(chromium.program()).arg(&address)).success();
    assert!(chromium.page_text(LIMIT).starts_with("You are signed in"));
    credentials(&caller.wait(LIMIT).expect("it ends"));
    assert_eq!(machine.sandbox.control().count("token"), 1);
}

/// The page can read what it gets, as it is of its own origin: so there must be nothing in it.
fn rebound_page_is_neutral(answers: &Value, state: &str) {
    let answers = answers.as_array().expect("a list");
    assert_eq!(answers.len(), 10);
    for answer in answers {
        assert_eq!(answer["status"], 421, "{answer}");
        assert_eq!(answer["text"], answers[0]["text"], "the same for every question: {answer}");
        let text = format!("{}{}", answer["text"], answer["headers"]);
        assert!(text.contains("Nothing to see here"), "{answer}");
        for telling in [state, "authorize", "ClaudeCode", "sandbox", "access-control"] {
            assert!(!text.contains(telling), "{telling} in {answer}");
        }
    }
}
