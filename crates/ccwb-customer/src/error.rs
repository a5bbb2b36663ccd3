use std::path::PathBuf;
use std::time::Duration;

use ccwb_store::StoreError;

use crate::id::CustomerId;
use crate::vault::VaultError;

/// What can go wrong with a customer's files. No variant ever holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum CustomerError {
    /// There is no such customer.
    #[error("there is no customer \"{id}\"{}", .near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    NotFound {
        /// Who was looked for.
        id: String,
        /// Who may be meant.
        near: Option<String>,
    },
    /// There is one already.
    #[error("there is a customer \"{id}\" already: {organisation}")]
    Exists {
        /// Its id.
        id: CustomerId,
        /// Its name.
        organisation: String,
    },
    /// An external id that two customers would share protects neither.
    #[error("this external id is that of the customer \"{other}\" already")]
    SharedExternalId {
        /// Whose it is.
        other: CustomerId,
    },
    /// A record that cannot be read.
    #[error("{}: {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Somebody else works on this customer.
    #[error("another ccwb has been working on \"{id}\" for {} s", .waited.as_secs())]
    Busy {
        /// Which customer.
        id: CustomerId,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A folder that cannot be read.
    #[error("could not read {}: {source}", .path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers")]
    NoRandomness,
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file, or the keyring.
    #[error(transparent)]
    Store(#[from] StoreError),
}
