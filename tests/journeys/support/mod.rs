//! What the journeys have in common.

mod answer;
mod caller;
mod journey;
mod state;
mod wait;

pub(crate) use answer::{Credentials, ErrorReport};
pub(crate) use caller::caller_arn;
pub(crate) use journey::Journey;
pub(crate) use state::is_lock;
pub(crate) use wait::{all_at_once, alone_on_the_machine, each_case, eventually, now};
