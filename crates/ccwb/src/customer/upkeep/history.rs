//! What was done to a customer's keys: one JSON object a line, added and never changed, without a secret.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use ccwb_customer::{Customer, CustomersFolder};
use ccwb_rotation::Note;
use serde_json::{Value, json};

use crate::surroundings::unix_time;

/// A customer's log.
#[derive(Debug)]
pub(super) struct History {
    path: PathBuf,
    lost: AtomicBool,
}

impl History {
    pub(super) fn of(folder: &CustomersFolder, customer: &Customer) -> Self {
        Self { path: folder.of(&customer.id).join("rotation.jsonl"), lost: AtomicBool::new(false) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A step of a rotation. A full disk does not stop it: what is stored says how far it came, and the vault needs the room.
    pub(super) fn add(&self, note: &Note<'_>) {
        let outcome = note.failure.map_or("done", |_| "failed");
        self.line(&json!({
            "time": unix_time(), "step": note.change, "key": note.key, "outcome": outcome, "reason": note.failure,
        }));
    }

    /// A step that is not about a key.
    pub(super) fn say(&self, step: &str, outcome: &str, reason: Option<&str>) {
        self.line(&json!({"time": unix_time(), "step": step, "outcome": outcome, "reason": reason}));
    }

    /// Whether a line could not be written.
    pub(super) fn is_incomplete(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    fn line(&self, line: &Value) {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&self.path).and_then(|mut file| {
            // One write: two processes never share a line, and one that is killed leaves whole ones.
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_data()
        });
        if written.is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}
