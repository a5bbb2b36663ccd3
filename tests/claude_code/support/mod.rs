//! What the tests with Claude Code have in common.

mod desk;
mod settings;

pub(crate) use desk::{Desk, Plan};
pub(crate) use settings::Way;
