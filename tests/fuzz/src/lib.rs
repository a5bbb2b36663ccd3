//! What must hold for any input: one function from bytes for each thing that strangers, other programs or a damaged disk hand
//! us. A function panics where its promise is broken.
//!
//! `cargo fuzz` looks for such an input (`targets/`); the stored corpus runs as ordinary tests (`tests/corpus.rs`).
//! How to run, reproduce and add one: docs/development/fuzzing.md.

#![expect(clippy::missing_panics_doc, reason = "to panic where something does not hold is what each is for")]

mod aws_answer;
mod aws_config;
mod callback;
mod claude_settings;
mod config;
mod discovery;
mod header_file;
mod id_token;
mod keyring_parts;
mod profiles;
mod server;
mod settings_text;
mod stored_credentials;
mod text;
mod token_answer;

pub use aws_answer::aws_answer;
pub use aws_config::aws_config;
pub use callback::callback;
pub use claude_settings::claude_settings;
pub use config::config;
pub use discovery::discovery;
pub use header_file::header_file;
pub use id_token::id_token;
pub use keyring_parts::keyring_parts;
pub use stored_credentials::stored_credentials;
pub use token_answer::token_answer;
