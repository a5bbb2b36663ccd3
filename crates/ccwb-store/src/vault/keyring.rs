//! The keyrings that the `keyring` project's store crates reach: macOS Keychain, Windows Credential Manager and the
//! Linux kernel keyring.

use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};

use super::Vault;
use crate::KEYRING_SERVICE;
use crate::error::StoreError;
use crate::store::Backend;

pub(crate) struct KeyringVault {
    store: Arc<dyn CredentialStoreApi>,
    backend: Backend,
    limit: Option<usize>,
}

impl KeyringVault {
    /// The login keychain.
    #[cfg(target_os = "macos")]
    pub(crate) fn platform() -> Result<Self, StoreError> {
        let store =
            apple_native_keyring_store::keychain::Store::new().map_err(|error| refused(Backend::Keyring, &error))?;
        Ok(Self { store, backend: Backend::Keyring, limit: None })
    }

    /// The Credential Manager. One credential holds at most 2,560 bytes (`CRED_MAX_CREDENTIAL_BLOB_SIZE`).
    #[cfg(windows)]
    pub(crate) fn platform() -> Result<Self, StoreError> {
        let store = windows_native_keyring_store::Store::new().map_err(|error| refused(Backend::Keyring, &error))?;
        Ok(Self { store, backend: Backend::Keyring, limit: Some(2_560) })
    }

    /// The session and persistent keyrings of this user in the kernel. One key holds at most 32,767 bytes (`add_key(2)`).
    #[cfg(target_os = "linux")]
    pub(crate) fn kernel() -> Result<Self, StoreError> {
        let backend = Backend::KernelKeyring;
        let store = linux_keyutils_keyring_store::Store::new().map_err(|error| refused(backend, &error))?;
        let vault = Self { store, backend, limit: Some(32_000) };
        // Where the login gave no session keyring, the first entry of a thread makes one and links the persistent
        // keyring into it, but itself still looks at the one before. Every later entry looks at the right one.
        vault.entry("session")?;
        Ok(vault)
    }

    fn entry(&self, name: &str) -> Result<Entry, StoreError> {
        // Windows copies what is not "Local" to every machine of a roaming user.
        let local = cfg!(windows).then(|| std::collections::HashMap::from([("persistence", "Local")]));
        self.store.build(KEYRING_SERVICE, name, local.as_ref()).map_err(|error| refused(self.backend, &error))
    }
}

impl Vault for KeyringVault {
    fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        match self.entry(name)?.get_secret() {
            // What is not text was not written by us.
            Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(self.backend, &error)),
        }
    }

    fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.entry(name)?.set_secret(value.as_bytes()).map_err(|error| refused(self.backend, &error))
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(self.backend, &error)),
        }
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }
}

/// Never formats the error itself: two of its variants hold the secret's bytes.
fn refused(backend: Backend, error: &Error) -> StoreError {
    let reason = match error {
        Error::PlatformFailure(source) => format!("it failed: {source}"),
        Error::NoStorageAccess(source) => format!("it denied access (locked?): {source}"),
        Error::TooLong(what, limit) => format!("{what} is over its limit of {limit}"),
        Error::Ambiguous(entries) => format!("it holds {} entries of the same name", entries.len()),
        Error::NoDefaultStore => "there is none".to_owned(),
        Error::NotSupportedByStore(what) => format!("it does not support {what}"),
        _ => "it answered something unexpected".to_owned(),
    };
    StoreError::unavailable(backend, reason)
}
