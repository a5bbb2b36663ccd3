//! Step 2: the real `credential-process login`, with the person's browser or without a person.

use std::convert::Infallible;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Notify;
use url::Url;

use super::stage::{Stage, not_started};
use super::visit::{self, Visitor};
use crate::choices::Storage;
use crate::cli::DemoArguments;
use crate::failure::Failure;
use crate::hand_over;
use crate::screen::Screen;

pub(crate) async fn run(screen: &Screen, stage: &Stage, arguments: &DemoArguments) -> Result<(), Failure> {
    let visitor = Visitor::new(arguments.no_browser, &stage.surroundings)?;
    announce(screen, &visitor);
    if visitor.opens_a_window() && screen.is_interactive() && !arguments.yes {
        screen.ask("Press Enter to open the sign-in page in your browser.");
        wait_for_enter().await;
    }
    screen.command("credential-process login");
    let began = Instant::now();
    let shown = Notify::new();
    // Whoever signs in: the visitor never ends by itself, the login does.
    tokio::select! {
        done = login(screen, stage, &visitor, &shown) => done?,
        never = send(screen, stage, &visitor, &shown) => match never? {},
    }
    let _ = tokio::fs::remove_file(stage.home.address_file()).await;
    screen.done("signed in", &format!("in {}", seconds(began.elapsed())));
    Ok(())
}

/// The demo ends early: a sign-in that still waits is cancelled, as a person would in the browser. It would live on for
/// minutes otherwise, since a sign-in belongs to nobody who waits for it. And a keyring is the person's own: nothing may
/// stay in it.
pub(crate) async fn give_up(stage: &Stage) {
    let address = tokio::fs::read_to_string(stage.home.address_file()).await.unwrap_or_default();
    if let Ok(address) = Url::parse(&address) {
        let _ = tokio::time::timeout(Duration::from_secs(2), visit::cancel(&address)).await;
    }
    if stage.storage == Storage::Keyring {
        let _ = tokio::time::timeout(Duration::from_secs(10), stage.ask(&["logout"])).await;
    }
}

fn announce(screen: &Screen, visitor: &Visitor) {
    match visitor {
        Visitor::Nobody(_) => screen.note(
            "Without a person, as you asked: the sandbox approves by itself, and ccwb follows its redirects in place of \
             a browser. The rest is the same.",
        ),
        Visitor::Person(_) => screen.note(
            "The sandbox's sign-in page opens in your browser. Choose one of its people; any password will do.",
        ),
        Visitor::PersonElsewhere { .. } => screen.note(
            "There is no display here, so no browser can be opened. Open the address below by hand, or press Ctrl-C and \
             start again with --no-browser.",
        ),
    }
}

/// Runs the program and repeats its words; tells when it has shown the address.
async fn login(screen: &Screen, stage: &Stage, visitor: &Visitor, shown: &Notify) -> Result<(), Failure> {
    let browser = hand_over::browser_variable(stage.surroundings.executable(), &stage.home.address_file());
    let mut child = stage
        .credential_process(&["login"])
        .env("BROWSER", browser)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| not_started("credential-process login", &error))?;
    let mut said = String::new();
    if let Some(stderr) = child.stderr.take() {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if !line.starts_with("error[") && !line.starts_with("hint: ") {
                screen.quote(&if visitor.reads_along() { line.clone() } else { cut(&line) });
            }
            if is_address(&line) {
                shown.notify_one();
            }
            said.push_str(&line);
            said.push('\n');
        }
    }
    let status = child.wait().await.map_err(|error| not_started("credential-process login", &error))?;
    if status.success() { Ok(()) } else { Err(Failure::of_program("credential-process login", status, &said)) }
}

/// An address that nobody has to open need not be whole.
fn cut(line: &str) -> String {
    const LONGEST: usize = 74;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) if is_address(line) => format!("{}…", &line[..end]),
        _ => line.to_owned(),
    }
}

fn is_address(line: &str) -> bool {
    line.trim_start().starts_with("http")
}

/// Sends the visitor to the address as soon as there is one. Words for a person come after those of the program.
async fn send(screen: &Screen, stage: &Stage, visitor: &Visitor, shown: &Notify) -> Result<Infallible, Failure> {
    let address = hand_over::receive(stage.home.address_file()).await;
    if let Some(advice) = visitor.visit(&address).await? {
        let _ = tokio::time::timeout(Duration::from_secs(2), shown.notified()).await;
        advice.give(screen);
    }
    std::future::pending().await
}

/// On a thread of its own, which a person who presses Ctrl-C instead leaves behind: tokio would wait for it at the end.
async fn wait_for_enter() {
    let (pressed, enter) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_line(&mut String::new());
        let _ = pressed.send(());
    });
    let _ = enter.await;
}

pub(crate) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    format!("{:.1} s", duration.as_secs_f64())
}
