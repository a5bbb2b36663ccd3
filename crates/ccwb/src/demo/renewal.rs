//! Step 6: the AWS credentials are used up, and the next call gets new ones without a browser.

use std::time::{Duration, Instant};

use ccwb_store::{KeyringAccess, Policy, SecretStore, Slot};

use super::sign_in::seconds;
use super::stage::{Stage, unexpected};
use super::traffic;
use crate::choices::Storage;
use crate::failure::Failure;
use crate::screen::Screen;

pub(crate) async fn run(screen: &Screen, stage: &Stage) -> Result<(), Failure> {
    screen.note(
        "The demo does not wait for that: it removes the AWS credentials from the cache, and the sandbox's ID tokens live \
         for a minute only. What is left is the refresh token.",
    );
    forget_credentials(stage)?;
    let control = stage.sandbox.control();
    control.clear_requests();
    screen.command("credential-process export");
    let began = Instant::now();
    stage.ask(&["export"]).await?;
    screen.done("new credentials", &format!("in {}, no window opened", seconds(began.elapsed())));
    traffic::show(screen, &control.requests());
    match (control.count("authorize"), control.count("token:refresh_token")) {
        (0, 1) => Ok(()),
        (pages, refreshes) => Err(unexpected(format!(
            "the renewal asked for {pages} sign-in pages and {refreshes} refreshes, not 0 and 1"
        ))),
    }
}

/// As if they had never been stored.
fn forget_credentials(stage: &Stage) -> Result<(), Failure> {
    let folder = stage.home.state()?;
    let profile = stage.home.profile();
    let policy = match stage.storage {
        Storage::Session => Policy::SessionFile,
        Storage::Keyring => Policy::Keyring,
    };
    let access = KeyringAccess {
        session_bus: stage.surroundings.get("DBUS_SESSION_BUS_ADDRESS").is_some(),
        prompt_seconds: 0,
        limit: Duration::from_secs(5),
    };
    let store = SecretStore::new(profile, policy, folder.session_file(profile), folder.storage_note(profile), access);
    Ok(store.remove(Slot::Credentials)?)
}
