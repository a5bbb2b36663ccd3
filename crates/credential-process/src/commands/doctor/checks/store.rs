//! The store, live: an entry of doctor's own is written, read back by a fresh handle, compared and removed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ccwb_config::StateDir;
use ccwb_store::{Backend, KeyringAccess, LockFile, Policy, SecretStore, Slot, StoreError, private_file};
use secrecy::{ExposeSecret, SecretString};

use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::safe::foreign;
use crate::context::{Context, KeyringManners, keyring_access, policy};
use crate::world::World;

pub(super) const NAME: &str = "store";

/// As large as what is really stored: some keyrings take small values only.
const VALUE: usize = 6_000;
/// Time limit of one keyring operation.
const LONGEST: Duration = Duration::from_secs(2);

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let probe = Probe::new(case.world, context);
    let trip = probe.round_trip();
    probe.clean_up();
    vec![judge(context, trip)]
}

fn judge(context: &Context<'_>, trip: Result<Trip, StoreError>) -> Finding {
    let wanted = context.profile.storage.name();
    match trip {
        Err(error) => Finding::failed(
            NAME,
            format!("{wanted}: {}", foreign(&error.to_string())),
            "unlock the keyring, or have \"credential_storage\" in config.json set to session",
        ),
        Ok(Trip { kept: false, backend, .. }) => Finding::failed(
            NAME,
            format!("the {backend} accepted a value and did not keep it"),
            "have \"credential_storage\" in config.json set to session",
        ),
        Ok(Trip { fallback: Some(reason), backend, .. }) => Finding::warning(
            NAME,
            format!("{wanted} is configured, but the {backend} is used: {}", foreign(&reason)),
            "unlock or start the keyring, then sign in again; or have \"credential_storage\" set to session",
        ),
        Ok(Trip { backend, took, .. }) => match context.store.fallback() {
            Some(fallback) => Finding::warning(
                NAME,
                format!(
                    "the {backend} works now, but what is stored is in the {}: {}",
                    fallback.backend,
                    foreign(&fallback.reason)
                ),
                "nothing to do: the next sign-in or renewal moves it back",
            ),
            None => Finding::ok(NAME, format!("{backend}: written, read back and removed in {} ms", took.as_millis())),
        },
    }
}

struct Trip {
    backend: Backend,
    /// Why the configured storage was not used.
    fallback: Option<String>,
    kept: bool,
    took: Duration,
}

/// A profile that nobody has, in the profile's own kind of store.
struct Probe {
    name: String,
    policy: Policy,
    access: KeyringAccess,
    state: StateDir,
}

impl Probe {
    fn new(world: &World, context: &Context<'_>) -> Self {
        let policy = policy(context.profile.storage);
        // As every call reaches it, but never longer than doctor has time for.
        let quick = keyring_access(world, KeyringManners::Quick);
        let access = KeyringAccess { limit: quick.limit.min(LONGEST), ..quick };
        Self { name: format!("doctor-{}", std::process::id()), policy, access, state: context.state.clone() }
    }

    fn handle(&self) -> SecretStore {
        let (file, note) = (self.state.session_file(&self.name), self.state.storage_note(&self.name));
        SecretStore::new(&self.name, self.policy, file, note, self.access)
    }

    fn round_trip(&self) -> Result<Trip, StoreError> {
        let held =
            LockFile::new(self.lock()).try_acquire()?.ok_or_else(|| StoreError::ForeignFile { path: self.lock() })?;
        let now = World::now();
        let value = SecretString::from(format!("{}.{:0<VALUE$}", std::process::id(), now.timestamp_micros()));
        let started = Instant::now();
        let writer = self.handle();
        let fallback = writer.write(Slot::Tokens, &value, now.timestamp(), &held)?;
        let backend = writer.backend();
        let kept = self.handle().read(Slot::Tokens)?;
        let kept = kept.is_some_and(|kept| kept.expose_secret() == value.expose_secret());
        writer.remove(Slot::Tokens)?;
        let fallback = fallback.map(|found| found.reason);
        Ok(Trip { backend, fallback, kept, took: started.elapsed() })
    }

    fn lock(&self) -> PathBuf {
        self.state.root().join(format!("{}.lock", self.name))
    }

    fn clean_up(&self) {
        for file in [self.lock(), self.state.session_file(&self.name), self.state.storage_note(&self.name)] {
            let _ = private_file::remove(&file);
        }
    }
}
