//! The end of `ccwb init`: the profile is saved, the secret rests in the keyring, and the person knows what comes next.

use std::time::Duration;

use ccwb_admin::{AdminFolder, AdminProfile, Draft, ProfileName};
use ccwb_config::ClientAuth;
use ccwb_store::{KeyringAccess, LockFile, Policy, SecretStore, Slot};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::changes;
use super::discovery::Discovery;
use super::{InitArguments, discovery};
use crate::failure::{Failure, exit};
use crate::screen::Screen;
use crate::surroundings::{Surroundings, unix_time};

/// Saves, or shows what saving would do.
pub(crate) fn save(
    mut draft: Draft,
    discovery: Option<&Discovery>,
    arguments: &InitArguments,
    folder: &AdminFolder,
    screen: &Screen,
    surroundings: &Surroundings,
) -> Result<(), Failure> {
    let profile = draft.stored.profile()?;
    let changes = changes::of(&draft);
    let mut secret = None;
    let saved = !arguments.dry_run && store(&mut draft, folder)?;
    if !arguments.dry_run {
        let wanted = profile.oidc().is_some_and(|oidc| matches!(oidc.client_auth, ClientAuth::KeyringSecret));
        secret = draft
            .client_secret
            .take()
            .filter(|_| wanted)
            .map(|secret| keep_secret(draft.name(), &secret, folder, surroundings));
        folder.set_active(draft.name())?;
        ccwb_store::private_file::remove(&folder.progress_file(draft.name()))?;
    }
    let path = draft.stored.path().display().to_string();
    let value = json!({
        "profile": draft.name().as_str(),
        "file": path,
        "saved": saved,
        "dry_run": arguments.dry_run,
        "changes": changes.iter().map(changes::Change::to_json).collect::<Vec<_>>(),
        "provider": discovery.map(Discovery::to_json),
        "redirect_uris": redirect_uris(&profile),
        "client_secret": secret.as_ref().map(|kept| if kept.is_ok() { "keyring" } else { "not kept" }),
    });
    screen.answer(arguments.json, &value, || {
        if arguments.dry_run {
            screen.title(&format!("Profile {}", draft.name()), &format!("{path} (nothing was saved)"));
            changes::show(&changes, screen);
            if changes.is_empty() {
                screen.note("Nothing would change.");
            }
            return;
        }
        screen.done(if saved { "saved" } else { "unchanged" }, &path);
        if let Some(Discovery::Silent(problem)) = discovery {
            screen.skipped("provider", &format!("not reached ({problem})"));
        }
        if let Some(Discovery::Found(found)) = discovery {
            show_provider(found, screen);
        }
        match &secret {
            None => {}
            Some(Ok(())) => screen.done("client secret", "in this computer's keyring"),
            Some(Err(_)) => screen.problem("client secret", "not kept"),
        }
        what_next(&profile, screen);
    });
    match secret {
        Some(Err(problem)) => {
            let message = format!("the profile is saved, the client secret is not: {problem}");
            let hint =
                "unlock the keyring and run the command again; people store it on their own computers in any case";
            Err(Failure::new("secret-not-kept", exit::STORE, message, hint))
        }
        _ => Ok(()),
    }
}

/// What a provider said about itself, in a few rows.
pub(crate) fn show_provider(found: &discovery::Found, screen: &Screen) {
    screen.done("provider", &format!("{}, {}", found.product.title(), found.issuer));
    let can = |able: bool, what: &str, how: &str, without: &str| match able {
        true => screen.done(what, how),
        false => screen.skipped(what, without),
    };
    can(
        found.refresh,
        "renewal unseen",
        "yes, with refresh tokens",
        "no refresh tokens are announced: people may sign in more often",
    );
    can(
        found.device,
        "without a browser",
        "yes, with a device code",
        "no device codes: on remote machines, people paste an address",
    );
}

fn store(draft: &mut Draft, folder: &AdminFolder) -> Result<bool, Failure> {
    if draft.stored.is_changed() {
        let now = chrono::DateTime::from_timestamp(unix_time(), 0).unwrap_or_default();
        // The guidance's form: local time without a zone, here that of UTC.
        let now = now.format("%Y-%m-%dT%H:%M:%S").to_string();
        if draft.is_new() {
            draft.stored.document.set("created_at", now.clone());
        }
        draft.stored.document.set("updated_at", now);
    }
    Ok(folder.save(&mut draft.stored)?)
}

/// In the keyring or nowhere: a file would be a copy that nobody knows of.
fn keep_secret(
    name: &ProfileName,
    secret: &SecretString,
    folder: &AdminFolder,
    surroundings: &Surroundings,
) -> Result<(), String> {
    let bus =
        surroundings.get("XDG_RUNTIME_DIR").is_some_and(|runtime| std::path::Path::new(runtime).join("bus").exists());
    let access = KeyringAccess {
        session_bus: surroundings.get("DBUS_SESSION_BUS_ADDRESS").is_some() || bus,
        prompt_seconds: 60,
        limit: if cfg!(target_os = "linux") { Duration::from_millis(700) } else { Duration::from_secs(30) },
    };
    let nowhere = folder.root().join("no-session-file");
    let store = SecretStore::new(name.as_str(), Policy::KeyringOnly, nowhere.clone(), nowhere, access);
    let lock = LockFile::new(folder.root().join("secret.lock"));
    let held = lock.try_acquire().map_err(|error| error.to_string())?.ok_or("another ccwb is storing one")?;
    store.write(Slot::ClientSecret, secret, unix_time(), &held).map(drop).map_err(|error| error.to_string())
}

fn redirect_uris(profile: &AdminProfile) -> Value {
    profile.oidc().map_or(Value::Null, |oidc| oidc.redirect_uris().into())
}

fn what_next(profile: &AdminProfile, screen: &Screen) {
    screen.heading("What comes next");
    if let Some(oidc) = profile.oidc() {
        let uris = oidc.redirect_uris();
        screen.ask(match uris.len() {
            1 => "Register this redirect address at your provider, letter by letter:",
            _ => "Register these redirect addresses at your provider, letter by letter:",
        });
        for uri in uris {
            screen.copyable(&uri);
        }
        if matches!(oidc.client_auth, ClientAuth::KeyringSecret) {
            screen.ask("Each person stores the client secret once, on their own computer:");
            screen.copyable(&format!("credential-process --profile {} --set-client-secret", profile.name));
        }
    }
    screen.ask("Set it up in AWS; you see what will happen before it does:");
    screen.copyable(&format!("ccwb deploy --profile {}", profile.name));
    screen.ask("Change an answer at any time:");
    screen.copyable(&format!("ccwb init --profile {}", profile.name));
}
