//! `ccwb customer compose`: the files of a customer's container.

use ccwb_customer::container::{Plan, SecretFrom, name};
use serde_json::json;

use super::arguments::ComposeArguments;
use super::{PATIENCE, folder, keys, secret};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::surroundings::Surroundings;

/// Whom the container's processes are if this is run by root; the files are then to be given to it.
const NOBODY_ELSE: u32 = 10_001;

pub(crate) async fn run(arguments: &ComposeArguments, surroundings: &Surroundings) -> Result<(), Failure> {
    let folder = folder(surroundings)?;
    let customer = folder.load(&arguments.customer)?;
    let has_secret = customer.method.kind().has_secret();
    let text = match has_secret && arguments.with_secret {
        true => Some(secret::text(&keys::open(&folder, &customer, surroundings).await?.read()?.current().credential)),
        false => None,
    };
    let from = if text.is_some() { SecretFrom::File } else { SecretFrom::Runtime };
    let plan = Plan { image: &arguments.image, user: user(), secret: from };
    let lock = folder.lock(&customer.id, PATIENCE)?;
    // Removed while the key was asked for?
    folder.load(customer.id.as_str())?;
    let written = folder.write_container(&customer, &plan, text.as_ref().map(|text| text.as_str()), &lock)?;
    drop(lock);
    give_away(&folder.container(&customer.id), &written)?;

    let name = name(&customer.id);
    let compose = written.first().map(|path| path.display().to_string()).unwrap_or_default();
    let screen = Screen::of_process();
    let value = json!({"customer": customer.id, "files": written, "secret": has_secret.then_some(match from {
        SecretFrom::File => "file",
        SecretFrom::Runtime => "external",
    })});
    screen.answer(arguments.json, &value, || {
        for path in &written {
            screen.done("written", &path.display().to_string());
        }
        if has_secret && from == SecretFrom::Runtime {
            screen.ask("Give the secret to the container runtime:");
            screen.copyable(&format!("ccwb customer secret {} | podman secret create {name} -", customer.id));
            screen.note("Docker keeps secrets in a swarm only; without one, take --with-secret: a private file.");
        }
        screen.ask("Start it:");
        screen.copyable(&format!("docker compose --file {compose} run --rm claude claude"));
    });
    Ok(())
}

#[cfg(unix)]
fn user() -> (u32, u32) {
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    if uid.is_root() { (NOBODY_ELSE, NOBODY_ELSE) } else { (uid.as_raw(), gid.as_raw()) }
}

#[cfg(not(unix))]
fn user() -> (u32, u32) {
    (NOBODY_ELSE, NOBODY_ELSE)
}

/// What root wrote belongs to the container's user, who has to read it.
#[cfg(unix)]
fn give_away(folder: &std::path::Path, written: &[std::path::PathBuf]) -> Result<(), Failure> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    for path in written.iter().map(std::path::PathBuf::as_path).filter(|path| *path != folder) {
        std::os::unix::fs::lchown(path, Some(NOBODY_ELSE), Some(NOBODY_ELSE)).map_err(|error| {
            let message = format!("could not give {} to the container's user: {error}", path.display());
            Failure::new("store-file", crate::failure::exit::STORE, message, "run this as another user than root")
        })?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail where files have owners")]
fn give_away(_: &std::path::Path, _: &[std::path::PathBuf]) -> Result<(), Failure> {
    Ok(())
}
