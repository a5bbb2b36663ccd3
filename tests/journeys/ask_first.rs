//! After a sign-in that did not succeed, the next window that no person asked for says whose it is, and offers "not now".

use std::io::{Read, Write};
use std::net::TcpStream;

use ccwb_tests::{FakeBrowser, LIMIT, Running};

use crate::support::{Credentials, ErrorReport, Journey, eventually};

/// A cancelled sign-in whose pause is over, and the next call, which has opened its window.
fn asking() -> (Journey, Running, String) {
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    journey.end_the_pause();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let caller = journey.start(&[]);
    eventually("a second browser opens", || journey.openings() == 2);
    let address = journey.home.openings().pop().expect("an opening");
    (journey, caller, address)
}

/// Sends one request to an address on loopback and returns the whole answer.
fn request(method: &str, address: &str) -> String {
    let rest = address.strip_prefix("http://").expect("plain HTTP on loopback");
    let (host, target) = rest.split_once('/').expect("a path");
    let port = host.rsplit_once(':').expect("a port").1;
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse().expect("a number"))).expect("somebody listens");
    write!(stream, "{method} /{target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n").expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn the_page_names_profile_computer_and_account_and_leads_on_to_the_provider() {
    let (journey, caller, address) = asking();
    assert!(address.starts_with("http://localhost:") && address.contains("/sign-in?key="), "{address}");
    let page = request("GET", &address);
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for part in ["A program asks you to sign in", "ClaudeCode", "identity pool", "Computer", "Not now"] {
        assert!(page.contains(part), "{part} is not on the page: {page}");
    }
    let provider = journey.sandbox.idp_url().join("authorize").expect("an address").to_string();
    let link = page.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    assert!(link.starts_with(&provider), "{link}");
    let answered = ccwb_tests::http::redirect_of(&link.replace("&amp;", "&"));
    request("GET", &answered);
    Credentials::of(&caller.wait(LIMIT).expect("it ends"));
}

/// The program is found past the shells that SDKs start a `credential_process` with. Its name may be anything.
#[cfg(target_os = "linux")]
#[test]
fn the_page_names_the_program_that_asks_whatever_it_is_called_and_the_person_none() {
    for (name, shown) in
        [("claude", "claude"), ("<b>&\u{1b}x", "&lt;b&gt;&amp;"), ("a (very) odd) 1", "a (very) odd) 1")]
    {
        let mut journey = Journey::new();
        journey.home.use_browser(FakeBrowser::Cancels);
        journey.call(&[]).is_error(5, "sign-in-cancelled");
        journey.end_the_pause();
        journey.home.use_browser(FakeBrowser::DoesNothing);
        let program = journey.home.path().join(name);
        std::fs::copy("/bin/sh", &program).expect("HOME can be written");
        let ours = ccwb_tests::Program::CredentialProcess.path();
        let mut caller = journey.home.command(program);
        caller.arg("-c").arg(format!("sh -c '\"{}\"; true'; true", ours.display()));
        let _caller = ccwb_tests::start(&mut caller);
        eventually("a second browser opens", || journey.openings() == 2);
        let page = request("GET", &journey.home.openings()[1]);
        assert!(page.contains(&format!("<dt>Program</dt><dd>{shown}")), "{name}: {page}");
        assert!(!page.contains("<b>") && !page.contains('\u{1b}'), "{page}");
    }

    // A person who asked is not asked again.
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::Cancels);
    journey.call(&[]).is_error(5, "sign-in-cancelled");
    journey.home.use_browser(FakeBrowser::SignsIn);
    journey.call(&["login"]).success();
    assert!(journey.home.openings()[1].contains("/authorize?"), "{:?}", journey.home.openings());
}

#[test]
fn not_now_ends_it_for_everybody_and_no_program_opens_a_window_until_a_person_does() {
    let (mut journey, caller, address) = asking();
    let stop = address.replace("/sign-in?", "/not-now?");
    // Neither a guessed key nor a link that is fetched ahead of time is an answer.
    assert!(request("POST", &format!("{stop}x")).starts_with("HTTP/1.1 400"));
    assert!(request("GET", &stop).starts_with("HTTP/1.1 405"));
    assert!(request("POST", &stop).contains("All right, not now"));
    caller.wait(LIMIT).expect("it ends").is_error(5, "sign-in-postponed");
    journey.call(&[]).is_error_at_once(4, "sign-in-paused");
    assert_eq!(journey.openings(), 2);
    journey.home.use_browser(FakeBrowser::SignsIn);
    journey.call(&["login"]).success();
    assert_eq!(journey.openings(), 3);
}
