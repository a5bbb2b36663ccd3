//! What can go wrong with a store. No variant ever holds a stored value: keyring libraries put the raw bytes into some
//! of their errors, so those are turned into texts of our own at the boundary.

use std::path::{Path, PathBuf};

use crate::store::Backend;

/// A store that did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder could not be used.
    #[error("could not {action} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not ours alone.
    #[error("{} belongs to another user, so nothing secret is read from it or written to it", .path.display())]
    ForeignFile {
        /// The file.
        path: PathBuf,
    },
    /// A keyring cannot be used.
    #[error("the {backend} cannot be used: {reason}")]
    Unavailable {
        /// Which one.
        backend: Backend,
        /// Why, without any stored value.
        reason: String,
    },
    /// A value was accepted and is not there.
    #[error("the {backend} accepted a value and did not keep it")]
    Forgotten {
        /// Which one.
        backend: Backend,
    },
}

impl StoreError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(crate) fn unavailable(backend: Backend, reason: impl Into<String>) -> Self {
        Self::Unavailable { backend, reason: reason.into() }
    }
}
