use std::time::Duration;

use ccwb_tests::local_server::{LocalServer, Reply, parameter};
use ccwb_tests::{FakeBrowser, Home, LIMIT, Output, Program, run};
use url::Url;

/// A provider that approves by itself, and the callback page, on one port.
fn provider() -> LocalServer {
    LocalServer::start(|url| match url.path() {
        "/authorize" => approve(url),
        _ => Reply::Page("You are signed in.".into()),
    })
}

fn approve(request: &Url) -> Reply {
    let redirect = parameter(request, "redirect_uri").expect("a redirect_uri");
    Reply::Redirect(format!("{redirect}?code=c-1&state={}", parameter(request, "state").expect("a state")))
}

fn authorize_url(provider: &LocalServer) -> String {
    let callback: String = url::form_urlencoded::byte_serialize(provider.url("/callback").as_bytes()).collect();
    provider.url(&format!("/authorize?response_type=code&state=s-1&redirect_uri={callback}"))
}

fn open(home: &Home, url: &str) -> Output {
    run(&mut home.program(Program::FakeBrowser, &[url]), LIMIT).expect("a fake browser ends")
}

#[test]
fn signing_in_follows_the_provider_to_the_callback() {
    let (home, provider) = (Home::new(), provider());
    open(&home, &authorize_url(&provider)).success();
    assert_eq!(provider.callback_parameter("code").as_deref(), Some("c-1"));
    assert_eq!(provider.callback_parameter("state").as_deref(), Some("s-1"));
}

#[test]
fn every_opening_is_counted_whatever_comes_of_it() {
    let (mut home, provider) = (Home::new(), provider());
    let url = authorize_url(&provider);
    for browser in [FakeBrowser::DoesNothing, FakeBrowser::Fails, FakeBrowser::Cancels, FakeBrowser::SignsIn] {
        open(home.use_browser(browser), &url);
    }
    assert_eq!(home.openings(), vec![url; 4]);
}

#[test]
fn cancelling_brings_access_denied_and_the_state_to_the_callback() {
    let (mut home, provider) = (Home::new(), provider());
    home.use_browser(FakeBrowser::Cancels);
    open(&home, &authorize_url(&provider)).success();
    assert_eq!(provider.callback_parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(provider.callback_parameter("state").as_deref(), Some("s-1"));
}

#[test]
fn doing_nothing_asks_for_nothing() {
    let (mut home, provider) = (Home::new(), provider());
    home.use_browser(FakeBrowser::DoesNothing);
    open(&home, &authorize_url(&provider)).success();
    assert_eq!(provider.requests(), []);
}

#[test]
fn failing_is_exit_code_1() {
    let mut home = Home::new();
    home.use_browser(FakeBrowser::Fails);
    assert_eq!(open(&home, "http://localhost:9/").code, Some(1));
}

#[test]
fn signing_in_late_takes_its_time() {
    let (mut home, provider) = (Home::new(), provider());
    home.use_browser(FakeBrowser::SignsInAfter(1));
    let output = open(&home, &authorize_url(&provider)).success();
    assert!(output.elapsed >= Duration::from_secs(1), "{output}");
}

#[test]
fn a_provider_that_wants_a_password_is_an_error() {
    let provider = LocalServer::start(|_| Reply::Page("Who are you?".into()));
    let output = open(&Home::new(), &provider.url("/authorize"));
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("did not approve by itself: ended at /authorize"), "{output}");
}
