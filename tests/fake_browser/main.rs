//! `$BROWSER` of the hermetic tests: `fake-browser URL`.
//!
//! Adds the URL as one line to `FAKE_BROWSER_LOG`, then does what `FAKE_BROWSER` says: `sign-in` (the default), `sign-in-after
//! SECONDS`, `cancel`, `nothing`, `fail`. Signing in is following redirects, which is enough where the provider approves by
//! itself. The last page's text goes to `FAKE_BROWSER_PAGE`, if that is set.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

use ureq::ResponseExt;
use url::Url;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    match browse() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever starts a browser drops what it says; a test that wonders runs it by hand.
            let _ = writeln!(std::io::stderr(), "fake-browser: {error}");
            ExitCode::FAILURE
        }
    }
}

fn browse() -> Outcome {
    let address = env::args().nth(1).ok_or("usage: fake-browser URL")?;
    log(&address)?;
    let instruction = setting("FAKE_BROWSER").unwrap_or_else(|| "sign-in".into());
    match *instruction.split(' ').collect::<Vec<_>>() {
        ["sign-in"] => sign_in(&address),
        ["sign-in-after", seconds] => {
            thread::sleep(Duration::from_secs(seconds.parse()?));
            sign_in(&address)
        }
        ["cancel"] => cancel(&address),
        ["nothing"] => Ok(()),
        ["fail"] => Err("no display".into()),
        _ => Err(format!("FAKE_BROWSER={instruction} is no instruction").into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "$BROWSER gets a URL and nothing else: the rest comes by environment")]
fn setting(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// One write in append mode, so that browsers opened at the same time do not mix their lines.
fn log(address: &str) -> Outcome {
    if let Some(path) = setting("FAKE_BROWSER_LOG") {
        OpenOptions::new().create(true).append(true).open(path)?.write_all(format!("{address}\n").as_bytes())?;
    }
    Ok(())
}

fn sign_in(address: &str) -> Outcome {
    let last = visit(address)?;
    if ["/callback", "/device"].contains(&&*last) {
        Ok(())
    } else {
        Err(format!("the provider did not approve by itself: ended at {last}").into())
    }
}

/// What a provider does after Cancel (RFC 6749 section 4.1.2.1).
fn cancel(address: &str) -> Outcome {
    let request = Url::parse(address)?;
    let parameter =
        |wanted| request.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let mut callback = Url::parse(&parameter("redirect_uri").ok_or("no redirect_uri to come back to")?)?;
    callback.query_pairs_mut().append_pair("error", "access_denied");
    if let Some(state) = parameter("state") {
        callback.query_pairs_mut().append_pair("state", &state);
    }
    visit(callback.as_str()).map(drop)
}

/// Follows redirects to the last page and gives its path. An error page is a page too.
fn visit(address: &str) -> Result<String, Box<dyn Error>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into();
    let mut page = agent.get(address).call()?;
    let path = page.get_uri().path().to_owned();
    let text = page.body_mut().read_to_string()?;
    if let Some(file) = setting("FAKE_BROWSER_PAGE") {
        fs::write(file, text)?;
    }
    Ok(path)
}
