//! What the journeys have in common.

mod caller;
mod crowd;
mod journey;
mod state;

pub(crate) use caller::caller_arn;
pub(crate) use ccwb_tests::{Credentials, ErrorReport, alone_on_the_machine, each_case, eventually, now};
pub(crate) use crowd::all_at_once;
pub(crate) use journey::Journey;
pub(crate) use state::is_lock;
