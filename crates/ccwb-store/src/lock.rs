//! One advisory lock per identity. The kernel frees it when its holder dies, so there is no stale lock and nothing to
//! clean up; the file stays (removing it would let two processes lock two files of the same name).

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use crate::error::StoreError;
use crate::private_file::open_for_lock;

/// A lock that can be taken.
#[derive(Clone, Debug)]
pub struct LockFile {
    path: PathBuf,
}

/// The lock, held. Dropping it frees the lock, unless another process holds the same open file.
#[derive(Debug)]
pub struct LockGuard {
    file: File,
}

impl LockFile {
    /// A lock at this path; nothing is opened yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the lock if it is free.
    pub fn try_acquire(&self) -> Result<Option<LockGuard>, StoreError> {
        let file = open_for_lock(&self.path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(LockGuard { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => {
                Err(StoreError::File { action: "lock", path: self.path.clone(), source })
            }
        }
    }

    /// Starts to wait until the holder is done or dead.
    ///
    /// Waiters take the lock as readers, all at once and for an instant, so that a hundred of them wake together
    /// instead of one after the other.
    pub fn waiter(&self) -> Result<Waiter, StoreError> {
        let file = open_for_lock(&self.path)?;
        let (sender, receiver) = mpsc::sync_channel(1);
        let failed = StoreError::file("wait for the lock", &self.path);
        std::thread::Builder::new()
            .name("lock".to_owned())
            .spawn(move || {
                let _ = sender.send(file.lock_shared());
            })
            .map_err(failed)?;
        Ok(Waiter { path: self.path.clone(), receiver })
    }
}

/// A wait that has begun.
#[derive(Debug)]
pub struct Waiter {
    path: PathBuf,
    receiver: mpsc::Receiver<std::io::Result<()>>,
}

impl Waiter {
    /// Waits on; `false` if the holder still holds the lock after `limit`. May be called again.
    pub fn wait(&self, limit: Duration) -> Result<bool, StoreError> {
        match self.receiver.recv_timeout(limit) {
            // Disconnected: the thread is gone, it has sent its one answer, which was taken.
            Ok(Ok(())) | Err(mpsc::RecvTimeoutError::Disconnected) => Ok(true),
            Ok(Err(source)) => Err(StoreError::File { action: "wait for the lock", path: self.path.clone(), source }),
            Err(mpsc::RecvTimeoutError::Timeout) => Ok(false),
        }
    }
}

impl LockGuard {
    /// The open file, to hand the lock over to a child process as its standard input: the lock belongs to the open
    /// file, so it is held without a gap until the last process that has it ends.
    pub fn into_file(self) -> File {
        self.file
    }

    /// Takes over a lock that another process handed over, as the open file that it is.
    pub fn adopt(file: File) -> std::io::Result<Self> {
        // The lock is on the open file already; on one that is not locked, this takes it.
        file.try_lock()?;
        Ok(Self { file })
    }

    /// Frees the lock in every process that has the open file.
    pub fn release(self) {
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_all_waiters_wake_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let lock = LockFile::new(folder.path().join("x.lock"));
        let guard = lock.try_acquire().unwrap().unwrap();
        assert!(lock.try_acquire().unwrap().is_none());
        assert!(!lock.waiter().unwrap().wait(Duration::from_millis(10)).unwrap());
        let waiters: Vec<_> = (0..8)
            .map(|_| {
                let lock = lock.clone();
                std::thread::spawn(move || lock.waiter().unwrap().wait(Duration::from_secs(20)).unwrap())
            })
            .collect();
        std::thread::sleep(Duration::from_millis(20));
        drop(guard);
        assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
        assert!(lock.try_acquire().unwrap().is_some());
    }
}
