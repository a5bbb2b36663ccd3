//! Speed and size of whole programs, as they are released. How to run it and what it found: docs/development/benchmarks.md.

#[cfg(target_os = "linux")]
mod arguments;
#[cfg(target_os = "linux")]
mod bench;
#[cfg(target_os = "linux")]
mod build;
#[cfg(target_os = "linux")]
mod growth;
#[cfg(target_os = "linux")]
mod record;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod subjects;
#[cfg(target_os = "linux")]
mod tools;
#[cfg(target_os = "linux")]
mod waiters;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    bench::run(&clap::Parser::parse())
}

/// callgrind, strace and what the kernel says of a process are Linux's.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    ExitCode::from(2)
}
