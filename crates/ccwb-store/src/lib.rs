//! Where secrets rest, and how processes that want the same secret wait for each other.
//!
//! - [`SecretStore`]: one profile's secrets in the OS keyring, the kernel keyring or a private file. Every write is read
//!   back, every keyring call has a time limit, and a keyring that fails is replaced by an announced fallback.
//! - [`LockFile`]: one advisory lock per identity; the kernel frees it when its holder dies.
//! - [`split`]: values over a keyring's limit, in parts.
//! - [`private_file`]: files for this user only, replaced atomically.
//!
//! The store knows nothing of what it keeps: values are texts, and what they mean is the caller's business.

mod error;
mod lock;
pub mod private_file;
mod session_file;
pub mod split;
mod store;
mod time_limit;
mod vault;

pub use error::StoreError;
pub use lock::{LockFile, LockGuard, Waiter};
pub use store::{Backend, Fallback, KeyringAccess, Policy, SecretStore, Slot};
pub use vault::Vault;

/// The service name of every keyring entry, the one that the AWS guidance uses.
pub const KEYRING_SERVICE: &str = "claude-code-with-bedrock";
