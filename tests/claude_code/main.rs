//! The real Claude Code against the sandbox: what a person sees who types `claude`.
//!
//! Each test has a network of its own with the sandbox and nothing else, and fails if anything tries to leave it.
#![cfg(target_os = "linux")]

mod a_slow_sign_in;
mod answers;
mod demo;
mod failing_provider;
mod island;
mod recording;
mod regions;
mod renewal;
mod sign_in_again;
mod status_line;
mod support;
mod telemetry;
