//! Who carries out what a rotation decides.

use std::fmt;

use crate::{Key, Record};

/// The user's keys at AWS, the place where the record is kept, and a clock.
///
/// `with` is the key whose permissions are used: one that works. Whoever has an administrator's may ignore it.
pub trait Account: Send {
    /// What went wrong, in the words of the caller.
    type Error: fmt::Display + Send;

    /// Stores the record so that it outlives the machine's power: what was returned to the caller is on the disk.
    fn save(&mut self, record: &Record) -> impl Future<Output = Result<(), Self::Error>> + Send;
    /// All keys of the user, active or not.
    fn list(&mut self, with: &Key) -> impl Future<Output = Result<Vec<Listed>, Self::Error>> + Send;
    /// When a key was last used, in Unix seconds; `None` if never.
    fn last_used(&mut self, with: &Key, id: &str) -> impl Future<Output = Result<Option<i64>, Self::Error>> + Send;
    /// Makes a key. It must not be asked for twice if an answer is lost: no automatic retries.
    fn create(&mut self, with: &Key) -> impl Future<Output = Result<Key, NotCreated<Self::Error>>> + Send;
    /// Whether a key does what it is for. An error is that nobody could be asked, not that the key is bad.
    fn attempt(&mut self, key: &Key) -> impl Future<Output = Result<Verdict, Self::Error>> + Send;
    /// Activates a key.
    fn activate(&mut self, with: &Key, id: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;
    /// Deactivates a key. One that is not there any more is no error.
    fn deactivate(&mut self, with: &Key, id: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;
    /// Deletes a key. One that is not there any more is no error.
    fn delete(&mut self, with: &Key, id: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;
    /// Whether the previous key has to stay, since programs use it that read it before the switch (a time in Unix seconds).
    fn keeps_previous(&self, _switched_at: i64) -> bool {
        false
    }
    /// Waits before the next attempt: [`crate::pause_after`] says how long.
    fn pause(&mut self, attempts: u32) -> impl Future<Output = ()> + Send;
    /// Unix seconds.
    fn now(&self) -> i64;
    /// Writes down what was done. Nothing in it is secret.
    fn note(&mut self, note: &Note<'_>);
}

/// A key of the user, as AWS lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Such as `AKIA...`.
    pub id: String,
    /// Whether it can be used.
    pub active: bool,
    /// When it was made, in Unix seconds.
    pub created: i64,
}

/// Why there is no new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCreated<E> {
    /// It was refused: none was made.
    Refused(E),
    /// The answer was lost: one may have been made.
    Unknown(E),
}

/// What came of trying a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does what it is for.
    Works,
    /// It does not work, and may do so soon: a new key takes seconds to be known everywhere at AWS.
    NotYet(String),
    /// It does not work and will not: it belongs to another account, say.
    Refused(String),
}

/// One effect, for a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// What was done.
    pub change: Change,
    /// The key that it was done to; empty if there is none yet.
    pub key: &'a str,
    /// What went wrong.
    pub failure: Option<&'a str>,
}

/// What can be done to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Made.
    Created,
    /// Tried.
    Tried,
    /// Came into use.
    MadeCurrent,
    /// Deactivated.
    Deactivated,
    /// Activated again.
    Activated,
    /// Came into use again, after its successor failed.
    Restored,
    /// Deleted.
    Deleted,
}
