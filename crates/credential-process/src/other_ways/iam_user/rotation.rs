//! `key rotate`: a new key by the old one's permissions, tried before it is used, and only then the old one deleted. Each step
//! is in the keyring before it is done; a process that dies leaves a key that works, and the next run goes on.

use ccwb_config::AssumeRole;
use ccwb_federation::{AwsSettings, FederationError, Holder, Iam, ListedKey, MachineCredentials};
use ccwb_http::HttpClient;
use ccwb_rotation::{
    Account, Change, Key, Listed, NotCreated, Note, Outcome, Record, RotationError, Verdict, pause_after,
};
use ccwb_store::{LockGuard, SecretStore, Slot};

use super::{SESSION, Stored, is_bad_key, lasting_key, signing, stored};
use crate::context::{Context, KeyringManners};
use crate::error::Error;
use crate::output::note;
use crate::world::World;
use crate::{codes, http};

pub(in crate::other_ways) fn rotate(context: &Context<'_>, second: Option<&AssumeRole>) -> Result<(), Error> {
    let held = lasting_key::lock(context)?;
    let before = stored(context, KeyringManners::Person)?;
    let mut user = User {
        client: http::client(context)?,
        settings: http::aws_settings(context.world)?,
        region: context.profile.aws_region.clone(),
        second: second.cloned(),
        store: lasting_key::store(context, KeyringManners::Person),
        stored: before.clone(),
        held,
    };
    let outcome = http::runtime()?.block_on(ccwb_rotation::rotate(&mut user, before.record));
    // What was had with the old key ends by itself; nobody needs to wait for that.
    context.store.remove(Slot::Credentials)?;
    match outcome.map_err(|error| in_words(context, error))? {
        Outcome::Rotated { record, old } => {
            note(&format!("Rotated: {} is in use, {old} is deleted.", record.current.id));
            Ok(())
        }
        Outcome::Restored { record, reason } => {
            let message = format!("the new key did not work ({reason}); {} is in use again", record.current.id);
            Err(Error::new(codes::AWS_REFUSED, message, "have the user's policies looked at, then run this again"))
        }
        Outcome::Switched { .. } | Outcome::AtRest { .. } => Ok(()),
    }
}

fn in_words(context: &Context<'_>, error: RotationError<Error>) -> Error {
    match error {
        RotationError::Account(error) => error,
        RotationError::Full { .. } => {
            let message = format!("{error}; AWS allows two");
            let hint = "have the one that nobody uses deleted (aws iam delete-access-key), then run this again";
            Error::new(codes::AWS_REFUSED, message, hint)
        }
        RotationError::NeitherWorks(_) => {
            let hint = format!(
                "nothing was deleted; when AWS can be reached as usual, run {}",
                context.command_line(&["key", "rotate"])
            );
            Error::new(codes::AWS_REFUSED, error.to_string(), hint)
        }
    }
}

/// The user's keys at AWS, and the keyring.
struct User {
    client: HttpClient,
    settings: AwsSettings,
    region: String,
    second: Option<AssumeRole>,
    store: SecretStore,
    stored: Stored,
    held: LockGuard,
}

impl User {
    fn iam<'a>(&'a self, keys: &'a MachineCredentials) -> Iam<'a> {
        Iam { http: &self.client, settings: &self.settings, region: &self.region, signer: keys.signer() }
    }

    fn holder<'a>(&'a self, keys: &'a MachineCredentials) -> Holder<'a> {
        Holder { http: &self.client, settings: &self.settings, region: &self.region, signer: keys.signer() }
    }
}

impl Account for User {
    type Error = Error;

    async fn save(&mut self, record: &Record) -> Result<(), Error> {
        // A key that was made here has a known age.
        self.stored.age_is_known |= record.current.id != self.stored.record.current.id;
        self.stored.record = record.clone();
        lasting_key::write(&self.store, &self.stored, &self.held)
    }

    async fn list(&mut self, with: &Key) -> Result<Vec<Listed>, Error> {
        let keys = signing(with);
        let listed = self.iam(&keys).list().await?.into_iter();
        Ok(listed.map(|ListedKey { id, active, created }| Listed { id, active, created }).collect())
    }

    async fn last_used(&mut self, with: &Key, id: &str) -> Result<Option<i64>, Error> {
        let keys = signing(with);
        Ok(self.iam(&keys).last_used(id).await?)
    }

    async fn create(&mut self, with: &Key) -> Result<Key, NotCreated<Error>> {
        let keys = signing(with);
        match self.iam(&keys).create().await {
            Ok((id, secret, created)) => Ok(Key { id, secret, created }),
            Err(error @ FederationError::Refused(_)) => Err(NotCreated::Refused(error.into())),
            Err(error) => Err(NotCreated::Unknown(error.into())),
        }
    }

    async fn attempt(&mut self, key: &Key) -> Result<Verdict, Error> {
        let (keys, second) = (signing(key), self.second.clone());
        let tried = match &second {
            Some(role) => self.holder(&keys).assume(role, "key-rotation").await,
            None => self.holder(&keys).session(SESSION).await,
        };
        match tried {
            Ok(_) => Ok(Verdict::Works),
            Err(error) if is_bad_key(&error) => Ok(Verdict::NotYet(error.to_string())),
            Err(error @ FederationError::Refused(_)) => Ok(Verdict::Refused(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    async fn activate(&mut self, with: &Key, id: &str) -> Result<(), Error> {
        let keys = signing(with);
        Ok(self.iam(&keys).set_active(id, true).await?)
    }

    async fn deactivate(&mut self, with: &Key, id: &str) -> Result<(), Error> {
        let keys = signing(with);
        gone_is_fine(self.iam(&keys).set_active(id, false).await)
    }

    async fn delete(&mut self, with: &Key, id: &str) -> Result<(), Error> {
        let keys = signing(with);
        gone_is_fine(self.iam(&keys).delete(id).await)
    }

    async fn pause(&mut self, attempts: u32) {
        tokio::time::sleep(pause_after(attempts)).await;
    }

    fn now(&self) -> i64 {
        World::now().timestamp()
    }

    fn note(&mut self, step: &Note<'_>) {
        let what = match step.change {
            Change::Created => "made",
            Change::Tried => "tried",
            Change::MadeCurrent => "in use",
            Change::Deactivated => "deactivated",
            Change::Activated => "activated again",
            Change::Restored => "in use again",
            Change::Deleted => "deleted",
        };
        let key = if step.key.is_empty() { "a key" } else { step.key };
        match step.failure {
            None => note(&format!("{key}: {what}")),
            Some(failure) => note(&format!("{key}: not {what}: {failure}")),
        }
    }
}

fn gone_is_fine(result: Result<(), FederationError>) -> Result<(), Error> {
    match result {
        Err(error) if error.code() == Some("NoSuchEntity") => Ok(()),
        other => Ok(other?),
    }
}
