//! The one thing that is stored.

use serde::{Deserialize, Serialize};

use crate::Key;

/// A key in use, and how far its rotation has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The key that callers use. It works at every step.
    pub current: Key,
    /// A key that may come into use: one that is tried, or one that was not good enough and has to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Key>,
    /// The key that was in use before, until it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Key>,
    /// What the next run begins with.
    #[serde(default)]
    pub step: Step,
}

/// How far a rotation has come. Each is stored before what it names is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Nothing is under way.
    #[default]
    Idle,
    /// A key is being made. If its answer was lost, it is the one that is not in `before`.
    Creating {
        /// The ids of the user's keys until now.
        before: Vec<String>,
        /// When it was asked for, in Unix seconds.
        at: i64,
    },
    /// The candidate is stored and being tried.
    Trying,
    /// The candidate worked and is the current key; the previous one still works.
    Switched {
        /// Since when, in Unix seconds.
        at: i64,
    },
    /// The previous key is being deactivated, and the current one tried once more without it.
    Retiring,
    /// The previous key is being deleted.
    Deleting,
    /// The current key failed without the previous one, which is being activated again.
    Restoring,
    /// The candidate was not good enough and is being deleted.
    Discarding,
}

impl Record {
    /// A key that was brought in, at rest.
    pub fn new(current: Key) -> Self {
        Self { current, candidate: None, previous: None, step: Step::Idle }
    }

    /// Whether nothing has to be finished.
    pub fn is_at_rest(&self) -> bool {
        self.step == Step::Idle
    }

    /// Whole days since the current key was made; none of a clock that is behind it.
    pub fn age_in_days(&self, now: i64) -> i64 {
        now.saturating_sub(self.current.created).max(0) / 86_400
    }
}
