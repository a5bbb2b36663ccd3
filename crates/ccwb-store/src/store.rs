//! One profile's secrets, wherever they rest.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::lock::LockGuard;
use crate::time_limit::within;
use crate::{private_file, session_file, split, vault};

/// What is kept, one value each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// AWS credentials.
    Credentials,
    /// ID token and refresh token.
    Tokens,
    /// The OAuth client's secret.
    ClientSecret,
    /// A key that lasts: of an IAM user, or for Bedrock.
    LastingKey,
    /// The key of a customer's vault (`ccwb customer`).
    CustomerKey,
    /// Nothing; to try whether a keyring keeps what it is given.
    #[doc(hidden)]
    Probe,
}

impl Slot {
    fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Tokens => "tokens",
            Self::ClientSecret => "client-secret",
            Self::LastingKey => "lasting-key",
            Self::CustomerKey => "customer-key",
            Self::Probe => "probe",
        }
    }
}

/// Where a profile's secrets are to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The OS keyring, else the kernel keyring, else the session file.
    Keyring,
    /// The OS keyring or nothing.
    KeyringOnly,
    /// The session file.
    SessionFile,
}

/// Where secrets rest in fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// macOS Keychain, Windows Credential Manager, Secret Service.
    Keyring,
    /// Keys in the Linux kernel, gone at reboot.
    KernelKeyring,
    /// A 0600 file in the state folder.
    SessionFile,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "OS keyring",
            Self::KernelKeyring => "kernel keyring",
            Self::SessionFile => "session file",
        })
    }
}

/// How the OS keyring may be reached.
#[derive(Clone, Copy, Debug)]
pub struct KeyringAccess {
    /// Whether this process has a D-Bus session bus (Linux).
    pub session_bus: bool,
    /// How long a person may be asked to unlock the keyring; 0 never asks.
    pub prompt_seconds: u64,
    /// Time limit of one keyring operation.
    pub limit: Duration,
}

/// A storage in use instead of a keyring that failed, and why. Kept in the state folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// Where secrets rest instead.
    pub backend: Backend,
    /// Why the keyring is not used.
    pub reason: String,
    /// When this was found, in Unix seconds.
    pub since: i64,
}

/// One profile's secrets.
#[derive(Debug)]
pub struct SecretStore {
    profile: String,
    policy: Policy,
    session_file: PathBuf,
    note: PathBuf,
    access: KeyringAccess,
    /// The keyring failed in this process: it is not asked again.
    failed: RefCell<Option<String>>,
}

/// How long a keyring that failed is left alone before it is tried again, in seconds.
const RETRY_KEYRING_AFTER: i64 = 3_600;

impl SecretStore {
    /// A store; nothing is opened yet. `note` is where a fallback is remembered.
    pub fn new(profile: &str, policy: Policy, session_file: PathBuf, note: PathBuf, access: KeyringAccess) -> Self {
        Self { profile: profile.to_owned(), policy, session_file, note, access, failed: RefCell::new(None) }
    }

    /// Reads a value. A keyring that cannot be used holds none, unless nothing else is allowed: the next write finds
    /// another place and says so.
    pub fn read(&self, slot: Slot) -> Result<Option<SecretString>, StoreError> {
        let value = match self.policy {
            Policy::SessionFile => self.read_from(Backend::SessionFile, slot)?,
            Policy::KeyringOnly => self.read_from(Backend::Keyring, slot)?,
            Policy::Keyring => self.read_with_fallback(slot),
        };
        Ok(value.map(SecretString::from))
    }

    /// Writes a value and reads it back. Writing needs the identity's lock.
    ///
    /// Returns the fallback if the keyring failed and another storage took the value.
    pub fn write(
        &self,
        slot: Slot,
        value: &SecretString,
        now: i64,
        _held: &LockGuard,
    ) -> Result<Option<Fallback>, StoreError> {
        let value = value.expose_secret();
        match self.policy {
            Policy::SessionFile => self.write_to(Backend::SessionFile, slot, value).map(|()| None),
            Policy::KeyringOnly => self.write_to(Backend::Keyring, slot, value).map(|()| None),
            Policy::Keyring => self.write_with_fallback(slot, value, now),
        }
    }

    /// Proves that what is written will be kept, where the configuration allows no other place: before somebody is asked
    /// to sign in for nothing. Elsewhere a write finds its place.
    pub fn ensure_usable(&self) -> Result<(), StoreError> {
        if self.policy != Policy::KeyringOnly {
            return Ok(());
        }
        self.write_to(Backend::Keyring, Slot::Probe, "probe")?;
        self.remove_from(Backend::Keyring, Slot::Probe)
    }

    /// Removes a value from every place where it may be.
    pub fn remove(&self, slot: Slot) -> Result<(), StoreError> {
        session_file::remove(&self.session_file, slot.name())?;
        if self.policy == Policy::SessionFile {
            return Ok(());
        }
        if cfg!(target_os = "linux") {
            // A kernel keyring that cannot be reached holds nothing of ours.
            let _ = self.remove_from(Backend::KernelKeyring, slot);
        }
        match self.remove_from(Backend::Keyring, slot) {
            Err(_) if self.fallback().is_some() => Ok(()),
            other => other,
        }
    }

    /// The storage in use instead of a keyring that failed.
    pub fn fallback(&self) -> Option<Fallback> {
        if self.policy != Policy::Keyring {
            return None;
        }
        let bytes = private_file::read(&self.note).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    /// Where values go at the moment.
    pub fn backend(&self) -> Backend {
        match self.policy {
            Policy::SessionFile => Backend::SessionFile,
            Policy::KeyringOnly => Backend::Keyring,
            Policy::Keyring => self.fallback().map_or(Backend::Keyring, |fallback| fallback.backend),
        }
    }

    /// Makes the next write try the keyring again, whatever happened before.
    pub fn forget_fallback(&self) -> Result<(), StoreError> {
        self.failed.replace(None);
        private_file::remove(&self.note)
    }

    fn read_with_fallback(&self, slot: Slot) -> Option<String> {
        // A kernel keyring forgets at reboot; what was in the OS keyring before may still be good.
        let fallback = self.fallback().map(|fallback| fallback.backend);
        let mut places = fallback.into_iter().chain([Backend::Keyring]);
        places.find_map(|backend| self.read_from(backend, slot).ok().flatten())
    }

    fn write_with_fallback(&self, slot: Slot, value: &str, now: i64) -> Result<Option<Fallback>, StoreError> {
        let before = self.fallback();
        let waiting =
            before.as_ref().is_some_and(|fallback| (0..RETRY_KEYRING_AFTER).contains(&(now - fallback.since)));
        let reason = match before.as_ref().filter(|_| waiting) {
            Some(fallback) => fallback.reason.clone(),
            None => match self.write_to(Backend::Keyring, slot, value) {
                Ok(()) => {
                    self.leave_fallback(before.as_ref(), slot)?;
                    return Ok(None);
                }
                Err(error) => error.to_string(),
            },
        };
        let backend = match self.write_to(Backend::KernelKeyring, slot, value) {
            Ok(()) => Backend::KernelKeyring,
            Err(_) => {
                // What did not hold must not lie about either.
                let _ = self.remove_from(Backend::KernelKeyring, slot);
                self.write_to(Backend::SessionFile, slot, value).map(|()| Backend::SessionFile)?
            }
        };
        let since = before.filter(|_| waiting).map_or(now, |before| before.since);
        let fallback = Fallback { backend, reason, since };
        private_file::write(&self.note, &serde_json::to_vec(&fallback).unwrap_or_default())?;
        Ok(Some(fallback))
    }

    /// The keyring is back: what the fallback held for this slot must not be found again.
    fn leave_fallback(&self, before: Option<&Fallback>, slot: Slot) -> Result<(), StoreError> {
        let Some(before) = before else { return Ok(()) };
        let other = if slot == Slot::Credentials { Slot::Tokens } else { Slot::Credentials };
        let moved = self.read_from(before.backend, other).ok().flatten();
        if let Some(value) = moved {
            self.write_to(Backend::Keyring, other, &value)?;
        }
        for slot in [slot, other] {
            self.remove_from(before.backend, slot)?;
        }
        private_file::remove(&self.note)
    }

    fn read_from(&self, backend: Backend, slot: Slot) -> Result<Option<String>, StoreError> {
        match backend {
            Backend::SessionFile => session_file::read(&self.session_file, slot.name()),
            _ => self.on_keyring(backend, slot, split::read),
        }
    }

    fn write_to(&self, backend: Backend, slot: Slot, value: &str) -> Result<(), StoreError> {
        if backend == Backend::SessionFile {
            return session_file::write(&self.session_file, slot.name(), value);
        }
        let to_write = zeroize::Zeroizing::new(value.to_owned());
        self.on_keyring(backend, slot, move |vault, entry| split::write(vault, entry, &to_write))?;
        // Some keyrings accept and forget, and a kernel keyring may be this thread's alone: better to know it now than
        // at the next call. The reader is another thread with a connection of its own, as the next process will be.
        match self.on_keyring(backend, slot, split::read)? {
            Some(kept) if kept == value => Ok(()),
            _ => Err(StoreError::Forgotten { backend }),
        }
    }

    fn remove_from(&self, backend: Backend, slot: Slot) -> Result<(), StoreError> {
        match backend {
            Backend::SessionFile => session_file::remove(&self.session_file, slot.name()),
            _ => self.on_keyring(backend, slot, split::remove),
        }
    }

    /// Runs one keyring operation within its time limit. A keyring that failed once is not asked again by this process.
    fn on_keyring<T: Send + 'static>(
        &self,
        backend: Backend,
        slot: Slot,
        operation: impl FnOnce(&dyn vault::Vault, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if backend == Backend::Keyring
            && let Some(reason) = self.failed.borrow().clone()
        {
            return Err(StoreError::unavailable(backend, reason));
        }
        let (access, entry) = (self.access, format!("{}-{}", self.profile, slot.name()));
        let limit = access.limit + Duration::from_secs(access.prompt_seconds);
        let result = within(limit, move || operation(&*vault::open(backend, access)?, &entry)).unwrap_or_else(|| {
            let reason = format!("it did not answer within {} ms", limit.as_millis());
            Err(StoreError::unavailable(backend, reason))
        });
        if backend == Backend::Keyring
            && let Err(StoreError::Unavailable { reason, .. }) = &result
        {
            self.failed.replace(Some(reason.clone()));
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LockFile;

    struct World {
        folder: tempfile::TempDir,
        guard: LockGuard,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let guard = LockFile::new(folder.path().join("l")).try_acquire().unwrap().unwrap();
            Self { folder, guard }
        }

        fn store(&self, policy: Policy) -> SecretStore {
            let access = KeyringAccess { session_bus: false, prompt_seconds: 0, limit: Duration::from_secs(1) };
            let path = |name: &str| self.folder.path().join(name);
            SecretStore::new("P", policy, path("P.session.json"), path("P.storage.json"), access)
        }
    }

    fn exposed(value: Option<SecretString>) -> Option<String> {
        value.map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn a_session_file_keeps_each_slot_and_goes_with_the_last() {
        let world = World::new();
        let store = world.store(Policy::SessionFile);
        assert_eq!(exposed(store.read(Slot::Credentials).unwrap()), None);
        store.write(Slot::Credentials, &"c".into(), 0, &world.guard).unwrap();
        store.write(Slot::Tokens, &"t".into(), 0, &world.guard).unwrap();
        assert_eq!(exposed(store.read(Slot::Credentials).unwrap()).as_deref(), Some("c"));
        assert_eq!(exposed(store.read(Slot::Tokens).unwrap()).as_deref(), Some("t"));
        store.remove(Slot::Credentials).unwrap();
        assert_eq!(exposed(store.read(Slot::Tokens).unwrap()).as_deref(), Some("t"));
        store.remove(Slot::Tokens).unwrap();
        assert!(!world.folder.path().join("P.session.json").exists());
    }

    #[test]
    fn a_corrupt_session_file_is_an_empty_one() {
        let world = World::new();
        let store = world.store(Policy::SessionFile);
        private_file::write(&world.folder.path().join("P.session.json"), b"{\"credentials\": \"c").unwrap();
        assert_eq!(exposed(store.read(Slot::Credentials).unwrap()), None);
        store.write(Slot::Credentials, &"new".into(), 0, &world.guard).unwrap();
        assert_eq!(exposed(store.read(Slot::Credentials).unwrap()).as_deref(), Some("new"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_a_session_bus_keyring_only_refuses_and_keyring_falls_back_and_says_so_once() {
        let world = World::new();
        let error = world.store(Policy::KeyringOnly).write(Slot::Tokens, &"t".into(), 0, &world.guard).unwrap_err();
        assert!(error.to_string().contains("no D-Bus session bus"), "{error}");

        let store = world.store(Policy::Keyring);
        let first = store.write(Slot::Tokens, &"t".into(), 100, &world.guard).unwrap().unwrap();
        let second = store.write(Slot::Credentials, &"c".into(), 200, &world.guard).unwrap().unwrap();
        assert_eq!((first.since, second.since), (100, 100));
        let reader = world.store(Policy::Keyring);
        assert_eq!(exposed(reader.read(Slot::Tokens).unwrap()).as_deref(), Some("t"));
        assert_eq!(reader.backend(), first.backend);
        store.remove(Slot::Tokens).unwrap();
        store.remove(Slot::Credentials).unwrap();
        assert_eq!(exposed(reader.read(Slot::Tokens).unwrap()), None);
    }
}
