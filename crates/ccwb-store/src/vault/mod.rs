//! Keyrings behind one small interface.

#[cfg(any(target_os = "linux", target_os = "macos", windows))]
mod keyring;
#[cfg(test)]
mod memory;
#[cfg(target_os = "linux")]
mod secret_service;

#[cfg(test)]
pub(crate) use memory::MemoryVault;

use crate::error::StoreError;
use crate::store::{Backend, KeyringAccess};

/// A place that keeps texts under names. Each call may block; the caller limits its time.
pub trait Vault {
    /// The text, or `None`.
    fn get(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Sets the text.
    fn set(&self, name: &str, value: &str) -> Result<(), StoreError>;
    /// Removes the text; none is fine.
    fn remove(&self, name: &str) -> Result<(), StoreError>;
    /// The largest value in bytes, if there is a limit.
    fn limit(&self) -> Option<usize>;
}

/// Opens a keyring.
pub(crate) fn open(backend: Backend, access: KeyringAccess) -> Result<Box<dyn Vault>, StoreError> {
    match backend {
        #[cfg(target_os = "linux")]
        Backend::Keyring => secret_service::SecretServiceVault::connect(access).map(|vault| Box::new(vault) as _),
        #[cfg(any(target_os = "macos", windows))]
        Backend::Keyring => keyring::KeyringVault::platform().map(|vault| Box::new(vault) as _),
        #[cfg(target_os = "linux")]
        Backend::KernelKeyring => keyring::KeyringVault::kernel().map(|vault| Box::new(vault) as _),
        _ => {
            let _ = access;
            Err(StoreError::unavailable(backend, "this system has none"))
        }
    }
}
