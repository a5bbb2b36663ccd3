//! Who changes a customer holds its lock.

use std::path::Path;
use std::time::Duration;

use ccwb_store::{LockFile, LockGuard};
use sha2::{Digest as _, Sha256};

use crate::error::CustomerError;
use crate::id::CustomerId;

/// The right to change one customer, until it is dropped or this process ends.
#[derive(Debug)]
pub struct CustomerLock {
    id: CustomerId,
    guard: LockGuard,
}

impl CustomerLock {
    /// Whose it is.
    pub fn id(&self) -> &CustomerId {
        &self.id
    }

    /// For the keyring, which asks for a lock as well.
    pub(crate) fn guard(&self) -> &LockGuard {
        &self.guard
    }

    /// Waits at most so long.
    ///
    /// The lock's file is one of 4,096 that customers share by the digest of their ids. It cannot be in the customer's
    /// folder, which is removed (two processes would lock two files of one name), and it must not keep the name of a
    /// customer who was removed. Two customers who share one wait for each other and notice nothing: a process holds one
    /// lock at a time in each of its tasks.
    pub(crate) fn acquire(root: &Path, id: &CustomerId, patience: Duration) -> Result<Self, CustomerError> {
        let digest = Sha256::digest(id.as_str());
        let stripe = (u16::from(digest[0]) << 4) | (u16::from(digest[1]) >> 4);
        let lock = LockFile::new(root.join(".locks").join(format!("{stripe:03x}.lock")));
        let mut left = patience;
        loop {
            if let Some(guard) = lock.try_acquire()? {
                return Ok(Self { id: id.clone(), guard });
            }
            if left.is_zero() {
                return Err(CustomerError::Busy { id: id.clone(), waited: patience });
            }
            // Waiters wake all at once, and one is the first: the others wait on.
            let step = left.min(Duration::from_millis(200));
            lock.waiter()?.wait(step)?;
            left = left.saturating_sub(step);
        }
    }
}
