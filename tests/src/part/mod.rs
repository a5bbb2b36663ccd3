//! Real third-party programs, installed by `tests/run` below `target/parts`.
//!
//! Each starts on loopback and a free port, ends when dropped (and when the test run ends in any other way), and says `None`
//! where it is not installed. Under `CI=true` a missing part is a failure.

mod chromium;
mod claude_code;
mod clients;
#[cfg(target_os = "linux")]
mod disk;
mod duckdb;
mod faketime;
#[cfg(target_os = "linux")]
mod island;
mod linters;
mod mitmproxy;
mod moto;
mod oidc_provider;
mod page;
mod presence;
mod root;
mod sandbox;
mod secret_service;
mod server;
mod tinyproxy;

pub use chromium::Chromium;
pub use claude_code::{ClaudeCode, ClaudeCodeVersion};
pub use clients::{aws_cli, boto3_client, js_client};
#[cfg(target_os = "linux")]
pub use disk::Disk;
pub use duckdb::duckdb;
pub use faketime::Clock;
#[cfg(target_os = "linux")]
pub use island::Island;
pub use linters::{cfn_lint, parliament};
pub use mitmproxy::Mitmproxy;
pub use moto::{Moto, MotoRequest};
pub use oidc_provider::{OidcProvider, Tls};
pub use root::as_root;
pub use page::inspect_page;
pub use sandbox::Sandbox;
pub use secret_service::{SecretService, SecretServiceMode};
pub use tinyproxy::Tinyproxy;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Home, surroundings};
use presence::present;

/// Where the parts are installed.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/parts")
}

/// A file of ours that belongs to a part.
fn source(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("parts").join(relative)
}

/// An npm package.
fn node_package(name: &str) -> Option<PathBuf> {
    let package = installed().join("node/node_modules").join(name);
    present(&format!("npm {name}"), package.join("package.json").is_file()).then_some(package)
}

/// A program of a Python environment: `sdk`, `awscli`, `duckdb`, `lint` or `mitmproxy`.
fn python_program(environment: &str, program: &str) -> Option<PathBuf> {
    let path = installed().join("python").join(environment).join("bin").join(program);
    present(&format!("PyPI {program} ({environment})"), path.is_file()).then_some(path)
}

/// A program on the `PATH`, of a Debian package.
pub fn program_on_path(program: &str) -> Option<PathBuf> {
    let found = surroundings::find_program(program);
    present(program, found.is_some());
    found
}

/// A command of ours that is run by Node.
fn node(home: &Home, script: &str) -> Command {
    let mut command = home.command("node");
    command.arg(source(script)).env("CCWB_PARTS", installed());
    command
}
