use ccwb_tests::local_server::{LocalServer, Reply};
use ccwb_tests::part::Chromium;
use ccwb_tests::{Home, LIMIT, run};

/// A login page as the sandbox has it: people to choose from, a password that nobody checks, two buttons.
const LOGIN_PAGE: &str = r#"<!doctype html><title>Sign in</title><form action="/decide">
<label><input type="radio" name="user" value="alice" checked>Alice</label>
<label><input type="radio" name="user" value="bob">Bob</label>
<input type="password" name="password">
<button name="action" value="sign-in">Sign in</button><button name="action" value="cancel">Cancel</button></form>"#;

fn provider() -> LocalServer {
    LocalServer::start(|url| match url.path() {
        "/authorize" => Reply::Page(LOGIN_PAGE.into()),
        "/decide" => Reply::Redirect(format!("/callback?{}", url.query().unwrap_or_default())),
        _ => Reply::Page("<h1>Signed in</h1><p>Back to the terminal: ünïcode".into()),
    })
}

fn visit(chromium: &Chromium, url: &str) {
    let mut home = Home::new();
    home.set_envs(chromium.as_browser_env());
    run(home.command(chromium.program()).arg(url), LIMIT).expect("the browser closes").success();
}

#[test]
#[ignore = "needs chromium"]
fn the_driver_chooses_a_person_and_shows_the_last_page() {
    let Some(chromium) = Chromium::find() else { return };
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let picture = folder.path().join("page.png");
    let chromium = chromium.signing_in_as("bob").with_theme("dark").with_width(390).with_screenshot(&picture);
    let provider = provider();
    visit(&chromium, &provider.url("/authorize"));
    assert_eq!(provider.callback_parameter("user").as_deref(), Some("bob"));
    assert_eq!(provider.callback_parameter("action").as_deref(), Some("sign-in"));
    assert!(chromium.page_text(LIMIT).starts_with("Signed in"));
    assert!(std::fs::read(picture).expect("a picture").starts_with(b"\x89PNG"));
    assert_eq!(chromium.log().matches("opens http").count(), 1, "{}", chromium.log());
}

#[test]
#[ignore = "needs chromium"]
fn the_driver_presses_cancel() {
    let Some(chromium) = Chromium::find() else { return };
    let provider = provider();
    visit(&chromium.cancelling(), &provider.url("/authorize"));
    assert_eq!(provider.callback_parameter("action").as_deref(), Some("cancel"));
}
