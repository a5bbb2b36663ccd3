//! What an install writes into other programs' files, and its exact undo.
//!
//! - [`ClaudeSettings`]: Claude Code's settings for a profile, as one value; [`template::combine`] puts an
//!   administrator's own file under it.
//! - [`aws_profile`]: the profile's section in AWS's config file, and keys elsewhere that would come before it.
//! - [`merge`](merge()) and [`undo`]: our values into a text that belongs to somebody else, and out of it. [`Jsonc`] and
//!   [`AwsIni`] are the two forms; whatever is not ours keeps every byte.
//! - [`InstallFolder`]: the programs themselves, and an older install that lay in their place.
//! - [`Leftover`]: what an older install left without a record.
//! - [`Step`], [`carry_out`], [`carry_out_undoing`]: the same for files, with a [`Record`] of what was there before.
//!
//! All but the last line is functions from text to text. Nothing here prints, asks the environment or knows a place: a
//! program hands paths in.

mod aws_ini;
pub mod aws_profile;
mod claude_settings;
mod diff;
mod document;
mod file;
mod folder;
mod jsonc;
mod leftover;
mod merge;
mod older_install;
mod plan;
mod quote;
mod record;
pub mod template;

pub use aws_ini::AwsIni;
pub use claude_settings::{ClaudeSettings, Identity, Models, Programs};
pub use diff::names_a_secret;
pub use document::{Document, Key, Malformed};
pub use file::{Audience, FileError, Found};
pub use folder::{InstallFolder, Outcome, Piece, Removal};
pub use jsonc::Jsonc;
pub use leftover::Leftover;
pub use merge::{Change, ChangeKind, Entry, Merged, Owned, Remembered, Rule, Undone, amend, digest, merge, undo};
pub use plan::{InstallError, Step, Wish, carry_out, carry_out_undoing};
pub use quote::{System, command_line, credential_process};
pub use record::{FileRecord, Form, Record, RecordError};
