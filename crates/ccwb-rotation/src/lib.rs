//! Exchanges a stored access key for a new one, so that a process that dies anywhere loses no key that works.
//!
//! What is stored is one [`Record`]: the key in use, a new one that is being tried, an old one that is on its way out, and the
//! [`Step`] between them. [`rotate`] writes it before and after each effect, so that the next run goes on wherever the last
//! one ended; [`settle`] goes on, and begins nothing new. Whoever only reads takes [`Record::current`]: it works at all times.
//!
//! ```text
//! Idle ─ Creating ─ Trying ─ Switched ─ Retiring ─ Deleting ─ Idle      the old key is gone
//!            │         │                    │
//!            │         └─ Discarding ─ Idle └─ Restoring ─ Discarding ─ Idle      the new one is
//!            └─ Idle
//! ```
//!
//! AWS keeps two access keys for a user. This crate knows no AWS: an [`Account`] does what it decides.

mod account;
mod key;
#[cfg(test)]
mod model;
mod orphan;
mod record;
mod rotate;

pub use account::{Account, Change, Listed, NotCreated, Note, Verdict};
pub use key::Key;
pub use record::{Record, Step};
pub use rotate::{Outcome, RotationError, TRIES, pause_after, rotate, settle};
