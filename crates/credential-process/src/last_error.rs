//! The last failure, kept for people: AWS SDKs swallow what a credential process says.

use std::path::Path;

use ccwb_store::private_file;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A failure and when it was, in Unix seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LastError {
    #[serde(flatten)]
    pub(crate) error: Error,
    pub(crate) at: i64,
}

/// Remembers a failure. That this fails too (a full disk) is not worth a second message.
pub(crate) fn remember(path: &Path, error: &Error, at: i64) {
    let _ = private_file::write(path, &serde_json::to_vec(&LastError { error: error.clone(), at }).unwrap_or_default());
}

/// The last failure.
pub(crate) fn read(path: &Path) -> Option<LastError> {
    serde_json::from_slice(&private_file::read(path).ok()??).ok()
}

/// Forgets it: things work again.
pub(crate) fn forget(path: &Path) {
    let _ = private_file::remove(path);
}
