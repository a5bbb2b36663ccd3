//! Step 8: nothing is left behind, unless the person wants to go on.

use std::time::Duration;

use super::sign_in::seconds;
use super::stage::{Stage, unexpected};
use crate::failure::Failure;
use crate::home::export_line;
use crate::interrupt;
use crate::request_log::{self, Follower};
use crate::screen::Screen;

pub(crate) async fn clean_up(screen: &Screen, stage: Stage) -> Result<(), Failure> {
    screen.command("credential-process logout");
    for line in stage.ask(&["logout"]).await?.stderr.lines() {
        screen.quote(line);
    }
    let folder = stage.home.path();
    let Stage { home, sandbox, .. } = stage;
    drop(home);
    sandbox.shutdown().await;
    if folder.exists() {
        return Err(unexpected(format!("{} could not be removed", folder.display())));
    }
    screen.done("removed", "the throw-away home with everything in it");
    Ok(())
}

/// Leaves everything as it is and shows the requests, until Ctrl-C.
pub(crate) async fn keep(screen: &Screen, stage: &Stage) {
    screen.note("The sandbox runs until Ctrl-C and shows what it is asked. In another terminal:");
    for (name, value) in stage.home.variables() {
        screen.copyable(&export_line(name, value));
    }
    screen.copyable(&format!("{} status", stage.program.display()));
    screen.blank();
    let mut follower = Follower::new(stage.sandbox.control());
    let mut end = std::pin::pin!(interrupt::requested());
    loop {
        tokio::select! {
            requests = follower.next() => for request in &requests {
                screen.line(request_log::line(request, screen.width()));
            },
            () = &mut end => return screen.blank(),
        }
    }
}

pub(crate) fn farewell(screen: &Screen, took: Duration, ccwb: &str) {
    screen.blank();
    screen.line(console::style(format!("That was all of it, in {}.", seconds(took))).bold());
    screen.row("try it yourself", &format!("{ccwb} demo --keep"));
    screen.row("another provider", &format!("{ccwb} demo --provider entra"));
    screen.row("straight to STS", &format!("{ccwb} demo --federation direct"));
    screen.row("everything else", &format!("{ccwb} help demo"));
}
