//! Step 2: the real `credential-process login`, with the person's browser or without a person.

use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
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
    let address_file = stage.home.address_file();
    let login = Login {
        screen,
        visitor: &visitor,
        executable: stage.surroundings.executable(),
        address_file: &address_file,
        shown: Notify::new(),
    };
    login.run(stage.credential_process(&["login"])).await?;
    screen.done("signed in", &format!("in {}", seconds(began.elapsed())));
    Ok(())
}

/// A login that runs in another environment than the browser that it wants.
pub(crate) struct Login<'a> {
    pub(crate) screen: &'a Screen,
    pub(crate) visitor: &'a Visitor,
    /// This program, which stands in for a browser.
    pub(crate) executable: &'a Path,
    /// Where it puts the address.
    pub(crate) address_file: &'a Path,
    /// The program has shown the address.
    pub(crate) shown: Notify,
}

impl Login<'_> {
    /// Runs `credential-process login`, whoever signs in: the visitor never ends by itself, the login does.
    pub(crate) async fn run(&self, login: Command) -> Result<(), Failure> {
        tokio::select! {
            done = self.login(login) => done?,
            never = self.send() => match never? {},
        }
        let _ = tokio::fs::remove_file(self.address_file).await;
        Ok(())
    }

    /// Runs the program and repeats its words; tells when it has shown the address.
    async fn login(&self, mut command: Command) -> Result<(), Failure> {
        let mut child = command
            .env("BROWSER", hand_over::browser_variable(self.executable, self.address_file))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_started("credential-process login", &error))?;
        let mut said = String::new();
        if let Some(stderr) = child.stderr.take() {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if !line.starts_with("error[") && !line.starts_with("hint: ") {
                    self.screen.quote(&if self.visitor.reads_along() { line.clone() } else { cut(&line) });
                }
                if is_address(&line) {
                    self.shown.notify_one();
                }
                said.push_str(&line);
                said.push('\n');
            }
        }
        let status = child.wait().await.map_err(|error| not_started("credential-process login", &error))?;
        if status.success() { Ok(()) } else { Err(Failure::of_program("credential-process login", status, &said)) }
    }

    /// Sends the visitor to the address as soon as there is one. Words for a person come after those of the program.
    async fn send(&self) -> Result<Infallible, Failure> {
        let address = hand_over::receive(self.address_file.to_owned()).await;
        if let Some(advice) = self.visitor.visit(&address).await? {
            let _ = tokio::time::timeout(Duration::from_secs(2), self.shown.notified()).await;
            advice.give(self.screen);
        }
        std::future::pending().await
    }
}

/// The demo ends early: a sign-in that still waits is cancelled, as a person would in the browser. It would live on for
/// minutes otherwise, since a sign-in belongs to nobody who waits for it. And a keyring is the person's own: nothing may
/// stay in it.
pub(crate) async fn give_up(stage: &Stage) {
    cancel(&stage.home.address_file()).await;
    if stage.storage == Storage::Keyring {
        let _ = tokio::time::timeout(Duration::from_secs(10), stage.ask(&["logout"])).await;
    }
}

/// Cancels the sign-in whose address waits there, if there is one.
pub(crate) async fn cancel(address_file: &Path) {
    let address = tokio::fs::read_to_string(address_file).await.unwrap_or_default();
    if let Ok(address) = Url::parse(&address) {
        let _ = tokio::time::timeout(Duration::from_secs(2), visit::cancel(&address)).await;
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

/// On a thread of its own, which a person who presses Ctrl-C instead leaves behind: tokio would wait for it at the end.
pub(crate) async fn wait_for_enter() {
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
