//! Keys in the keyring of the operating system, or nowhere: beside the vault it would be a key under the mat, and the
//! kernel's keyring forgets at the next start.

use std::path::PathBuf;

use ccwb_store::{KeyringAccess, Policy, SecretStore, Slot, StoreError};

use super::VaultError;
use super::key::Key;
use crate::id::CustomerId;
use crate::lock::CustomerLock;

const PLACE: &str = "OS keyring";

/// The keyring.
#[derive(Clone, Copy, Debug)]
pub struct KeyringKeys {
    access: KeyringAccess,
}

impl KeyringKeys {
    /// The keyring, reached this way.
    pub fn new(access: KeyringAccess) -> Self {
        Self { access }
    }

    /// A customer's key.
    pub fn load(&self, customer: &CustomerId) -> Result<Key, VaultError> {
        let text = self.store(customer).read(Slot::CustomerKey)?;
        let text = text.ok_or_else(|| VaultError::NoKey { customer: customer.clone(), place: PLACE })?;
        Key::parse(&text).ok_or_else(|| VaultError::BadKey { customer: customer.clone(), place: PLACE })
    }

    /// Keeps a customer's key, and reads it back.
    pub fn keep(&self, key: &Key, now: i64, held: &CustomerLock) -> Result<(), VaultError> {
        self.store(held.id()).write(Slot::CustomerKey, &key.text(), now, held.guard())?;
        Ok(())
    }

    /// Removes a customer's key; none is fine.
    pub fn remove(&self, held: &CustomerLock) -> Result<(), StoreError> {
        self.store(held.id()).remove(Slot::CustomerKey)
    }

    /// Whether the keyring holds anything under a customer's name.
    pub fn has(&self, customer: &CustomerId) -> Result<bool, StoreError> {
        Ok(self.store(customer).read(Slot::CustomerKey)?.is_some())
    }

    fn store(&self, customer: &CustomerId) -> SecretStore {
        // `KeyringOnly` neither reads nor writes a file.
        SecretStore::new(customer.as_str(), Policy::KeyringOnly, PathBuf::new(), PathBuf::new(), self.access)
    }
}
