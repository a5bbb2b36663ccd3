//! The record of the running or latest sign-in of an identity. Written only by the holder of the lock, read by anyone.

use ccwb_oidc::Who;
use ccwb_store::{StoreError, private_file};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::budget::Budget;
use crate::context::Context;
use crate::error::Error;

/// One sign-in. Times are Unix milliseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The process.
    pub(crate) pid: u32,
    pub(crate) started: i64,
    /// When it gives up by itself.
    pub(crate) deadline: i64,
    pub(crate) by_person: bool,
    /// Who shall sign in.
    #[serde(default)]
    pub(crate) who: Who,
    /// The provider, for messages.
    pub(crate) issuer: String,
    /// The program that asked, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<String>,
    /// The port that waits for the provider's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    /// What to type in where, if the sign-in is by device code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<Device>,
    /// Where the person signs in; good for this one sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorization_url: Option<String>,
    /// Whether a browser is opened here.
    #[serde(default)]
    pub(crate) opens_browser: bool,
    /// Why no browser could be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) browser_failure: Option<String>,
    /// When it ended; a record without it belongs to a sign-in that runs or died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finished: Option<i64>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Error>,
    /// What earlier sign-ins leave for later ones.
    #[serde(default)]
    pub(crate) budget: Budget,
}

/// A device code as the person sees it (RFC 8628, section 3.3).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Device {
    pub(crate) verification_uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verification_uri_complete: Option<String>,
    pub(crate) user_code: String,
    pub(crate) minutes: u64,
}

impl Record {
    /// Whether there is something to tell the person.
    pub(crate) fn has_news(&self) -> bool {
        self.authorization_url.is_some() || self.device.is_some()
    }

    /// Whether it has neither ended nor passed its deadline. A process that was killed looks like that too; the lock
    /// tells.
    pub(crate) fn is_running(&self) -> bool {
        self.finished.is_none() && crate::world::World::now().timestamp_millis() < self.deadline
    }

    pub(super) fn save(&self, context: &Context<'_>) -> Result<(), StoreError> {
        let path = context.state.sign_in(&context.profile.name, &context.identity);
        private_file::write(&path, &serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The record of this identity, if there is a readable one.
pub(crate) fn read(context: &Context<'_>) -> Option<Record> {
    let path = context.state.sign_in(&context.profile.name, &context.identity);
    serde_json::from_slice(&private_file::read(&path).ok()??).ok()
}

/// The sign-in that runs or died, told apart from others by when it was started.
pub(crate) fn unfinished(context: &Context<'_>) -> Option<i64> {
    read(context).filter(|record| record.finished.is_none()).map(|record| record.started)
}

/// For the holder of the lock, for whom an unfinished sign-in is a dead one: nobody shall take it for a running one.
pub(crate) fn bury(context: &Context<'_>) {
    if let Some(mut record) = read(context).filter(|record| record.finished.is_none()) {
        record.finished = Some(crate::world::World::now().timestamp_millis());
        let _ = record.save(context);
    }
}

/// Whether a sign-in of this identity runs: its record is open, and somebody holds the lock.
pub(crate) fn is_running(context: &Context<'_>) -> bool {
    let open = read(context).is_some_and(|record| record.is_running());
    open && context.lock().try_acquire().is_ok_and(|guard| guard.is_none())
}

/// The failure of a sign-in that ended after `since`: every waiter gets the same. One that ends in the future ended before
/// the clock was set back.
pub(crate) fn failure_since(context: &Context<'_>, since: DateTime<Utc>) -> Option<Error> {
    let record = read(context)?;
    let time = since.timestamp_millis()..=crate::world::World::now().timestamp_millis();
    record.failure.filter(|_| record.finished.is_some_and(|finished| time.contains(&finished)))
}
