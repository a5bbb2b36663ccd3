//! The steps in their order, apart from what carries them out.

use std::time::Duration;

use crate::orphan;
use crate::{Account, Change, Key, Listed, NotCreated, Note, Record, Step, Verdict};

/// How often a key is tried before it counts as bad.
pub const TRIES: u32 = 10;

/// How long to wait after so many attempts: 1, 2, 4 and then 8 seconds, a minute in all.
pub fn pause_after(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.saturating_sub(1).min(3))
}

/// How a rotation ended, with what is stored now.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The new key is in use, and the old one gone.
    Rotated {
        /// At rest.
        record: Record,
        /// The id of the key that is gone.
        old: String,
    },
    /// The new key did not work: the old one is in use, and the new one gone.
    Restored {
        /// At rest.
        record: Record,
        /// Why.
        reason: String,
    },
    /// The new key is in use, and the old one still works for those who have it, until [`Account::keeps_previous`] says no.
    Switched {
        /// With the old key as its previous one.
        record: Record,
    },
    /// There was nothing to do. Only [`settle`] says this.
    AtRest {
        /// As it was.
        record: Record,
    },
}

/// Why a rotation did not end. The stored record's current key works, and the next run goes on from its step.
#[derive(Debug, thiserror::Error)]
pub enum RotationError<E> {
    /// AWS keeps two keys for a user, and the other one is not ours to delete.
    #[error("the user has a second access key, {}, {}", .other.id, told(.last_used.as_ref()))]
    Full {
        /// The other key.
        other: Listed,
        /// When it was last used, in Unix seconds; `None` if never.
        last_used: Option<i64>,
    },
    /// Neither key does what it is for: the reason is not in them. Both are kept.
    #[error("neither the new key nor the old one works: {0}")]
    NeitherWorks(String),
    /// Something could not be done.
    #[error("{0}")]
    Account(E),
}

fn told(last_used: Option<&i64>) -> &'static str {
    if last_used.is_none() { "which was never used" } else { "which is in use" }
}

impl<E> From<E> for RotationError<E> {
    fn from(error: E) -> Self {
        Self::Account(error)
    }
}

type Result<T, A> = std::result::Result<T, RotationError<<A as Account>::Error>>;

/// Finishes what an earlier run began, or else exchanges the key for a new one.
pub async fn rotate<A: Account>(account: &mut A, record: Record) -> Result<Outcome, A> {
    Rotation { account, record }.run(true).await
}

/// Finishes what an earlier run began, and begins nothing.
pub async fn settle<A: Account>(account: &mut A, record: Record) -> Result<Outcome, A> {
    Rotation { account, record }.run(false).await
}

struct Rotation<'a, A> {
    account: &'a mut A,
    record: Record,
}

/// Which key won in this run.
enum Won {
    New { old: String },
    Old { reason: String },
}

impl<A: Account> Rotation<'_, A> {
    async fn run(mut self, mut begin: bool) -> Result<Outcome, A> {
        let mut won = None;
        loop {
            match self.record.step.clone() {
                Step::Idle => match won {
                    Some(Won::New { old }) => return Ok(Outcome::Rotated { record: self.record, old }),
                    Some(Won::Old { reason }) => return Ok(Outcome::Restored { record: self.record, reason }),
                    None if begin => {
                        begin = false;
                        self.create().await?;
                    }
                    None => return Ok(Outcome::AtRest { record: self.record }),
                },
                Step::Creating { before, at } => self.delete_orphan(&before, at).await?,
                Step::Trying => won = self.try_candidate().await?,
                Step::Switched { at } if self.account.keeps_previous(at) => {
                    return Ok(Outcome::Switched { record: self.record });
                }
                Step::Switched { .. } => self.save(Step::Retiring).await?,
                Step::Retiring => won = self.retire().await?,
                Step::Deleting => won = self.delete_previous().await?,
                Step::Restoring => self.restore().await?,
                Step::Discarding => self.discard().await?,
            }
        }
    }

    async fn create(&mut self) -> Result<(), A> {
        let current = self.record.current.clone();
        let keys = self.account.list(&current).await?;
        if let Some(other) = keys.iter().find(|key| key.id != current.id).cloned() {
            let last_used = self.account.last_used(&current, &other.id).await?;
            return Err(RotationError::Full { other, last_used });
        }
        let (before, at) = (keys.into_iter().map(|key| key.id).collect::<Vec<_>>(), self.account.now());
        self.save(Step::Creating { before: before.clone(), at }).await?;
        let key = match self.account.create(&current).await {
            Ok(key) => key,
            Err(error) => {
                let (NotCreated::Refused(said) | NotCreated::Unknown(said)) = &error;
                let said = said.to_string();
                self.note(Change::Created, "", Some(&said));
                match error {
                    NotCreated::Refused(error) => {
                        self.save(Step::Idle).await?;
                        return Err(error.into());
                    }
                    NotCreated::Unknown(error) => {
                        self.delete_orphan(&before, at).await?;
                        return Err(error.into());
                    }
                }
            }
        };
        self.note(Change::Created, &key.id, None);
        self.record.candidate = Some(key.clone());
        let saved = self.save(Step::Trying).await;
        if saved.is_err() {
            // Nobody will know its secret. If this fails too, the next run finds it by what is stored.
            let _ = self.delete(&current, &key.id).await;
        }
        saved
    }

    async fn delete_orphan(&mut self, before: &[String], at: i64) -> Result<(), A> {
        let current = self.record.current.clone();
        if let Some(orphan) = orphan::find(self.account, &current, before, at).await? {
            self.delete(&current, &orphan.id).await?;
        }
        self.save(Step::Idle).await
    }

    async fn try_candidate(&mut self) -> Result<Option<Won>, A> {
        let Some(candidate) = self.record.candidate.clone() else {
            self.save(Step::Idle).await?;
            return Ok(None);
        };
        if let Some(reason) = self.fault_of(&candidate).await? {
            self.save(Step::Discarding).await?;
            return Ok(Some(Won::Old { reason }));
        }
        self.record.candidate = None;
        self.record.previous = Some(std::mem::replace(&mut self.record.current, candidate));
        self.save(Step::Switched { at: self.account.now() }).await?;
        self.note(Change::MadeCurrent, &self.record.current.id.clone(), None);
        Ok(None)
    }

    async fn retire(&mut self) -> Result<Option<Won>, A> {
        let current = self.record.current.clone();
        if let Some(previous) = self.record.previous.clone() {
            // Done with the new key, which has to be able to do it: an inactive one could not take it back.
            let done = self.account.deactivate(&current, &previous.id).await;
            self.noted(Change::Deactivated, &previous.id, done)?;
            if let Some(reason) = self.fault_of(&current).await? {
                self.save(Step::Restoring).await?;
                return Ok(Some(Won::Old { reason }));
            }
        }
        self.save(Step::Deleting).await?;
        Ok(None)
    }

    async fn delete_previous(&mut self) -> Result<Option<Won>, A> {
        let current = self.record.current.clone();
        let old = self.record.previous.as_ref().map(|key| key.id.clone());
        if let Some(old) = &old {
            self.delete(&current, old).await?;
        }
        self.record.previous = None;
        self.save(Step::Idle).await?;
        Ok(old.map(|old| Won::New { old }))
    }

    async fn restore(&mut self) -> Result<(), A> {
        let current = self.record.current.clone();
        let Some(previous) = self.record.previous.clone() else {
            return self.save(Step::Idle).await;
        };
        let done = self.account.activate(&current, &previous.id).await;
        self.noted(Change::Activated, &previous.id, done)?;
        if let Some(reason) = self.fault_of(&previous).await? {
            // Nor does the old one: then the new one is as good, and stays unless it fails again.
            self.save(Step::Switched { at: self.account.now() }).await?;
            return Err(RotationError::NeitherWorks(reason));
        }
        self.record.candidate = Some(std::mem::replace(&mut self.record.current, previous));
        self.record.previous = None;
        self.save(Step::Discarding).await?;
        self.note(Change::Restored, &self.record.current.id.clone(), None);
        Ok(())
    }

    async fn discard(&mut self) -> Result<(), A> {
        if let Some(candidate) = self.record.candidate.clone() {
            self.delete(&self.record.current.clone(), &candidate.id).await?;
        }
        self.record.candidate = None;
        self.save(Step::Idle).await
    }

    /// Why a key does not do what it is for, after having been given time; none if it does.
    async fn fault_of(&mut self, key: &Key) -> Result<Option<String>, A> {
        let mut attempts = 0;
        loop {
            let verdict = self.account.attempt(key).await;
            attempts += 1;
            let reason = match verdict {
                Ok(Verdict::Works) => {
                    self.note(Change::Tried, &key.id, None);
                    return Ok(None);
                }
                Ok(Verdict::NotYet(_)) if attempts < TRIES => {
                    self.account.pause(attempts).await;
                    continue;
                }
                Ok(Verdict::NotYet(reason) | Verdict::Refused(reason)) => reason,
                Err(error) => {
                    self.note(Change::Tried, &key.id, Some(&error.to_string()));
                    return Err(error.into());
                }
            };
            self.note(Change::Tried, &key.id, Some(&reason));
            return Ok(Some(reason));
        }
    }

    async fn delete(&mut self, with: &Key, id: &str) -> Result<(), A> {
        let done = self.account.delete(with, id).await;
        self.noted(Change::Deleted, id, done)
    }

    async fn save(&mut self, step: Step) -> Result<(), A> {
        self.record.step = step;
        Ok(self.account.save(&self.record).await?)
    }

    fn noted(&mut self, change: Change, key: &str, done: std::result::Result<(), A::Error>) -> Result<(), A> {
        let failure = done.as_ref().err().map(ToString::to_string);
        self.note(change, key, failure.as_deref());
        Ok(done?)
    }

    fn note(&mut self, change: Change, key: &str, failure: Option<&str>) {
        self.account.note(&Note { change, key, failure });
    }
}
