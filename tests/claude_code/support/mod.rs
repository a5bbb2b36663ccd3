//! What the tests with Claude Code have in common.

mod desk;
mod parallel;
mod session;
mod settings;
mod wait;

pub(crate) use desk::{Desk, Plan};
pub(crate) use parallel::in_parallel;
pub(crate) use settings::Way;
pub(crate) use wait::eventually;
