//! The sign-in, which belongs to nobody who waits for it: a detached process owns the lock, the callback port and one
//! deadline, stores the result, and is only then gone. Whoever started it is one more waiter.

mod budget;
mod by_callback;
mod by_device_code;
mod by_identity_center;
mod pages;
mod process;
mod record;
mod start;

pub(crate) use ccwb_oidc::Who;
pub(crate) use process::run;
pub(crate) use record::{Device, Record, bury, failure_since, is_running, read as record, unfinished};
pub(crate) use start::start;

use std::time::Duration;

use clap::ValueEnum;

/// How long a person has, from the opening of the browser to the provider's answer.
pub(crate) const LIFE: Duration = Duration::from_mins(5);

/// A sign-in as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) method: Method,
    pub(crate) who: Who,
}

impl Wish {
    /// What fits this machine, for whoever comes.
    pub(crate) fn any() -> Self {
        Self { method: Method::Auto, who: Who::default() }
    }
}

/// How to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// What fits this machine
    Auto,
    /// The browser on this machine
    Browser,
    /// A code that is entered on any other device
    Device,
    /// Any browser elsewhere; the address of its last page is pasted here
    Paste,
}

impl Method {
    /// As on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Browser => "browser",
            Self::Device => "device",
            Self::Paste => "paste",
        }
    }
}
