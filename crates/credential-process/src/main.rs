//! AWS credentials for Claude Code on Amazon Bedrock, through the company's own sign-in.
//!
//! AWS SDKs run this program as `credential_process`. It answers from its cache in a few milliseconds; when the cache
//! is cold it climbs a ladder (`ladder`): a stored ID token, a refresh token, and only then a sign-in in the browser,
//! which runs in a process of its own (`sign_in`) that no impatient caller can kill.

mod aws_files;
mod browser;
mod cache;
mod caller;
mod cli;
mod clock;
mod codes;
mod commands;
mod context;
mod detached;
mod entra;
mod error;
mod exchange;
mod http;
mod ladder;
mod last_error;
mod network_hint;
mod other_ways;
mod output;
mod port_owner;
mod quota;
mod renewal;
mod sign_in;
mod summary;
mod surroundings;
mod telemetry;
mod world;

use std::process::ExitCode;

use ccwb_hardening::{FORGETFUL_HEAP, ForgetfulHeap};

#[global_allocator]
static HEAP: ForgetfulHeap = FORGETFUL_HEAP;

fn main() -> ExitCode {
    ccwb_hardening::keep_memory_private();
    let world = world::World::from_process();
    let outcome =
        cli::parse(&world).and_then(|cli| cli.map_or(Ok(ExitCode::SUCCESS), |cli| commands::run(&world, cli)));
    outcome.unwrap_or_else(|error| error.report())
}
