//! What an install remembers, so that it can be undone: one private file for all files that were written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ccwb_store::{StoreError, private_file};
use serde::{Deserialize, Serialize};

use crate::merge::Remembered;

/// The record of all installs on this account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Every file that holds something of ours.
    pub files: BTreeMap<PathBuf, FileRecord>,
    /// The folders that were created for them, innermost first.
    #[serde(default)]
    pub folders: Vec<PathBuf>,
}

/// The record of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// How its text is read.
    pub form: Form,
    /// What is undone.
    #[serde(flatten)]
    pub remembered: Remembered,
    /// Copies that were made of it.
    #[serde(default)]
    pub backups: Vec<PathBuf>,
}

/// How a file's text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Claude Code's settings.
    ClaudeSettings,
    /// `~/.aws/config`.
    AwsConfig,
    /// `~/.aws/credentials`.
    AwsCredentials,
}

/// A record that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Its file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its text.
    #[error("the install record {} cannot be read: {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without quoting it.
        problem: String,
    },
}

impl Record {
    /// Reads the record; an empty one if there is none.
    pub fn load(path: &Path) -> Result<Self, RecordError> {
        let Some(bytes) = private_file::read(path)? else { return Ok(Self::default()) };
        serde_json::from_slice(&bytes).map_err(|error| RecordError::Malformed {
            path: path.to_owned(),
            problem: format!("line {}, column {}", error.line(), error.column()),
        })
    }

    /// Writes the record, for this user only; one that remembers nothing is removed.
    pub fn save(&self, path: &Path) -> Result<(), RecordError> {
        if self.files.is_empty() {
            return Ok(private_file::remove(path)?);
        }
        let bytes = serde_json::to_vec(self)
            .map_err(|error| RecordError::Malformed { path: path.to_owned(), problem: error.to_string() })?;
        Ok(private_file::write(path, &bytes)?)
    }
}
