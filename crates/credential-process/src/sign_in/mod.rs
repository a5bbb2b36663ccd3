//! The sign-in, which belongs to nobody who waits for it: a detached process owns the lock, the callback port and one
//! deadline, stores the result, and is only then gone. Whoever started it is one more waiter.

mod budget;
mod pages;
mod process;
mod record;
mod start;

pub(crate) use process::run;
pub(crate) use record::{Record, failure_since, read as record};
pub(crate) use start::start;

use std::time::Duration;

/// How long a person has, from the opening of the browser to the provider's answer.
pub(crate) const LIFE: Duration = Duration::from_mins(5);
