//! What the tests with Claude Code have in common.

mod desk;
mod parallel;
mod session;
mod settings;

pub(crate) use desk::{Desk, Plan};
pub(crate) use parallel::in_parallel;
pub(crate) use settings::Way;
