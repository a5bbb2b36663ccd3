//! Telemetry: what `otel-helper` tells the collector after a real sign-in, and what it never does.

mod bad_files;
mod bearer;
mod lifetime;
mod providers;
mod rules;
mod told;
mod untouched;

pub(crate) use told::{Told, header_file, rewrite};
