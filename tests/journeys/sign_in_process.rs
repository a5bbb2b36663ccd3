//! The sign-in belongs to nobody who waits for it, and nobody waits for one that is dead.

use std::time::{Duration, Instant};

use ccwb_tests::{FakeBrowser, LIMIT, Program, Running, run};

use crate::support::{Credentials, ErrorReport, Journey, eventually};

/// A window that nobody looks at, and whoever waits for it.
fn waiting(journey: &mut Journey, waiters: usize) -> Vec<Running> {
    journey.home.use_browser(FakeBrowser::DoesNothing);
    // A caller that is no terminal is told nothing; the first debug line says that it is up.
    journey.home.set_env("COGNITO_AUTH_DEBUG", "1");
    let first = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    let mut started = vec![first];
    started.extend((1..waiters).map(|_| journey.start(&[])));
    eventually("everybody is up", || started.iter().all(|waiter| waiter.stderr_so_far().contains("Debug: ")));
    std::thread::sleep(Duration::from_millis(500));
    started
}

#[test]
fn a_sign_in_whose_caller_was_killed_completes_and_the_next_call_is_a_hit() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::SignsInAfter(1));
    let killed = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    drop(killed);
    eventually("credentials are stored", || journey.stored("credentials").is_some());
    journey.forget_requests();
    Credentials::of(&journey.call(&["--no-browser"]));
    assert_eq!(journey.requests(), [""; 0]);
    assert_eq!(journey.openings(), 1);
}

#[test]
fn a_waiter_of_a_sign_in_that_was_killed_ends_at_once_and_the_next_call_works() {
    let mut journey = Journey::new();
    let [waiter] = waiting(&mut journey, 1).try_into().expect("one waiter");
    let killed_at = Instant::now();
    journey.kill_the_sign_in();
    waiter.wait(LIMIT).expect("it ends").is_error(5, "sign-in-died");
    assert!(killed_at.elapsed() < Duration::from_secs(3), "{:?}", killed_at.elapsed());
    journey.home.use_browser(FakeBrowser::SignsIn);
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 2);
}

#[test]
fn every_waiter_of_a_sign_in_that_was_killed_ends_at_once() {
    let mut journey = Journey::new();
    let waiters = waiting(&mut journey, 4);
    journey.kill_the_sign_in();
    for waiter in waiters {
        // The limit counts from the start of the command, and opening the window took a while.
        let output = waiter.wait(Duration::from_secs(12)).unwrap_or_else(|overrun| panic!("{overrun}"));
        output.is_error(5, "sign-in-died");
    }
    assert_eq!(journey.openings(), 1);
}

#[test]
fn sign_ins_that_die_again_and_again_open_three_windows_and_no_more() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    for window in 1..=3 {
        let waiter = journey.start(&[]);
        eventually("a browser opens", || journey.openings() == window);
        journey.kill_the_sign_in();
        waiter.wait(LIMIT).expect("it ends").is_error(5, "sign-in-died");
    }
    journey.call(&[]).is_error_at_once(4, "sign-in-paused");
    assert_eq!(journey.openings(), 3);
}

#[test]
fn where_no_browser_can_be_opened_the_person_is_told_where_to_go() {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Fails);
    let caller = journey.start(&[]);
    let address = shown_address(&journey, &caller);
    // The person opens it in a browser of their own.
    journey.home.use_browser(FakeBrowser::SignsIn);
    let mut browser = journey.home.program(Program::FakeBrowser, &[&address]);
    run(&mut browser, LIMIT).expect("it ends").success();
    Credentials::of(&caller.wait(LIMIT).expect("it ends"));
}

#[test]
fn a_browser_that_fails_after_a_moment_is_reported_too() {
    let mut journey = Journey::new();
    let late = journey.home.write_script("late-browser", "#!/bin/sh\nsleep 0.6\nexit 1\n");
    journey.home.set_env("BROWSER", late);
    let caller = journey.start(&[]);
    shown_address(&journey, &caller);
    eventually("the failure is told", || caller.stderr_so_far().contains("No browser could be opened"));
}

/// Where the person is told to sign in.
fn shown_address(journey: &Journey, caller: &Running) -> String {
    let authorize = journey.sandbox.idp_url().join("authorize").expect("a URL").to_string();
    let mut address = None;
    eventually("the address is shown", || {
        let text = caller.stderr_so_far();
        address = text.split_whitespace().find(|word| word.starts_with(&authorize)).map(str::to_owned);
        address.is_some() && text.ends_with('\n')
    });
    address.expect("it was shown")
}

#[test]
fn the_port_is_free_again_after_a_sign_in() {
    let journey = Journey::new();
    journey.sign_in();
    let port = journey.sandbox.redirect_port();
    eventually("the port is free", || std::net::TcpListener::bind(("127.0.0.1", port)).is_ok());
}

#[test]
fn a_sign_in_that_aws_refuses_to_honour_is_not_repeated_when_aws_comes_back() {
    let journey = Journey::new();
    journey.fault(serde_json::json!({"endpoint": "cognito", "status": 500}));
    journey.call(&[]).is_error(7, "aws-answer");
    journey.sandbox.control().clear_faults();
    Credentials::of(&journey.call(&[]));
    assert_eq!(journey.openings(), 1);
}

/// What a process that was killed while it wrote leaves may hold a token.
#[test]
fn a_temporary_file_of_a_process_that_was_killed_while_it_wrote_is_cleared_away() {
    let journey = Journey::new();
    journey.sign_in();
    let (old, new) = (journey.state().join(".new-old"), journey.state().join(".new-new"));
    for file in [&old, &new] {
        std::fs::write(file, "half a token").expect("the state folder can be written");
    }
    let long_ago = std::process::Command::new("touch").args(["-d", "2020-01-01"]).arg(&old).status();
    assert!(long_ago.is_ok_and(|status| status.success()));
    journey.expire_credentials();
    Credentials::of(&journey.call(&[]));
    eventually("the leftover is gone", || !old.exists());
    assert!(new.exists(), "somebody may be writing it");
}
