//! A key that lasts rests in the OS keyring or nowhere, wherever the profile keeps what expires: a file with it would be worth
//! stealing for as long as nobody notices.

use ccwb_config::Profile;
use ccwb_store::{LockGuard, Policy, SecretStore, Slot, StoreError};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codes;
use crate::context::{Context, KeyringManners, keyring_access};
use crate::error::Error;
use crate::world::World;

/// The profile's place for it.
pub(super) fn store(context: &Context<'_>, manners: KeyringManners) -> SecretStore {
    let (name, state) = (&context.profile.name, &context.state);
    let access = keyring_access(context.world, manners);
    SecretStore::new(name, Policy::KeyringOnly, state.session_file(name), state.storage_note(name), access)
}

/// What is stored, if anything that this version understands is.
pub(super) fn read<T: DeserializeOwned>(store: &SecretStore) -> Result<Option<T>, Error> {
    let stored = store.read(Slot::LastingKey).map_err(keyring_only)?;
    Ok(stored.and_then(|stored| serde_json::from_str(stored.expose_secret()).ok()))
}

pub(super) fn write(store: &SecretStore, value: &impl Serialize, held: &LockGuard) -> Result<(), Error> {
    let text = SecretString::from(serde_json::to_string(value).unwrap_or_default());
    store.write(Slot::LastingKey, &text, World::now().timestamp(), held).map(drop).map_err(keyring_only)
}

pub(super) fn remove(store: &SecretStore) -> Result<(), Error> {
    store.remove(Slot::LastingKey).map_err(keyring_only)
}

/// The key and what was had with it are changed by one process at a time.
pub(super) fn lock(context: &Context<'_>) -> Result<LockGuard, Error> {
    context.lock().try_acquire()?.ok_or_else(|| {
        let message = format!("another process uses the key of profile \"{}\" at this moment", context.profile.name);
        Error::new(codes::LOCK_HELD, message, "try again in a moment")
    })
}

pub(super) fn missing(context: &Context<'_>, what: &str) -> Error {
    let message = format!("no {what} is stored for profile \"{}\"", context.profile.name);
    Error::new(codes::KEY_MISSING, message, format!("run {}", context.command_line(&["key", "set"])))
}

pub(super) fn not_one(problem: &str, hint: &str) -> Error {
    Error::new(codes::KEY_FORM, format!("this is {problem}; nothing was stored"), hint)
}

/// A profile without such a key.
pub(super) fn no_key_here(profile: &Profile) -> Error {
    let message = format!("profile \"{}\" has no key that is stored", profile.name);
    let hint = "this is for profiles whose auth_type is iam-user or bedrock-api-key";
    Error::new(codes::MODE_UNSUPPORTED, message, hint)
}

fn keyring_only(error: StoreError) -> Error {
    let is_the_keyring = matches!(error, StoreError::Unavailable { .. } | StoreError::Forgotten { .. });
    let mut error = Error::from(error);
    if is_the_keyring {
        error.message = format!("{}; a key that lasts is kept nowhere else, least of all in a file", error.message);
        let hint = "unlock the keyring, or use a way that stores no key: sign-in, Identity Center, a role of the machine or of CI \
                    (docs/guides/other-ways-in.md)";
        hint.clone_into(&mut error.hint);
    }
    error
}
