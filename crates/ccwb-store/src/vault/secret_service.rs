//! The Secret Service of a Linux desktop (GNOME Keyring, KWallet, KeePassXC), over a plain session.
//!
//! The session bus is a local socket of this user: who can read it can call the service just as well, so the
//! Diffie-Hellman session that the stock store crate insists on protects nothing and costs five times the rest
//! (docs/decisions/0002). Attributes and label are those of the `keyring` crates.

use std::collections::HashMap;

use dbus_secret_service::{EncryptionType, Error, Item, SecretService};

use super::Vault;
use crate::KEYRING_SERVICE;
use crate::error::StoreError;
use crate::store::{Backend, KeyringAccess};

pub(crate) struct SecretServiceVault {
    service: SecretService,
}

impl SecretServiceVault {
    pub(crate) fn connect(access: KeyringAccess) -> Result<Self, StoreError> {
        if !access.session_bus {
            // libdbus would start a bus of its own, and leave it running.
            return Err(StoreError::unavailable(Backend::Keyring, "there is no D-Bus session bus"));
        }
        // Zero seconds for a prompt: none is shown, and a locked keyring answers at once that it is locked.
        SecretService::connect_with_max_prompt_timeout(EncryptionType::Plain, access.prompt_seconds)
            .map(|service| Self { service })
            .map_err(|error| refused(&error))
    }

    fn attributes(name: &str) -> HashMap<&str, &str> {
        HashMap::from([("service", KEYRING_SERVICE), ("username", name)])
    }

    fn items(&self, name: &str) -> Result<Vec<Item<'_>>, StoreError> {
        let found = self.service.search_items(Self::attributes(name)).map_err(|error| refused(&error))?;
        for locked in &found.locked {
            locked.unlock().map_err(|error| refused(&error))?;
        }
        Ok(found.unlocked.into_iter().chain(found.locked).collect())
    }
}

impl Vault for SecretServiceVault {
    fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        match self.items(name)?.first() {
            None => Ok(None),
            Some(item) => item.get_secret().map(|bytes| String::from_utf8(bytes).ok()).map_err(|error| refused(&error)),
        }
    }

    fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let collection = self.service.get_default_collection().map_err(|error| refused(&error))?;
        collection.ensure_unlocked().or_else(|_| collection.unlock()).map_err(|error| refused(&error))?;
        let label = format!("keyring:{name}@{KEYRING_SERVICE}");
        collection
            .create_item(&label, Self::attributes(name), value.as_bytes(), true, "text/plain")
            .map(drop)
            .map_err(|error| refused(&error))
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        for item in self.items(name)? {
            item.delete().map_err(|error| refused(&error))?;
        }
        Ok(())
    }

    fn limit(&self) -> Option<usize> {
        None
    }
}

fn refused(error: &Error) -> StoreError {
    let reason = match error {
        Error::Locked | Error::Prompt => "it is locked".to_owned(),
        Error::NoResult => "it has no default collection (it was never unlocked)".to_owned(),
        Error::Unavailable => "no Secret Service answers on the session bus".to_owned(),
        Error::Dbus(source) => format!("D-Bus: {source}"),
        _ => "it answered something unexpected".to_owned(),
    };
    StoreError::unavailable(Backend::Keyring, reason)
}
