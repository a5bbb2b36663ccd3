//! Telemetry: headers that are there and hold, and the program that tells them.

use std::path::Path;

use super::span;
use crate::cache;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::telemetry::State;
use crate::world::World;

pub(super) const HEADERS: &str = "telemetry";
pub(super) const HELPER: &str = "otel-helper";

pub(super) fn check_headers(_: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let login = context.command_line(&["login"]);
    let found = match State::of(context) {
        State::Off => Finding::ok(HEADERS, "off (monitoring_enabled is false)"),
        State::None if context.profile.monitoring.enabled && is_signed_in(context) => {
            Finding::warning(HEADERS, "somebody is signed in, and the header file is missing", format!("run {login}"))
        }
        State::None if !context.profile.auth.signs_in() => Finding::ok(HEADERS, "no headers: nobody signs in"),
        State::None => Finding::ok(HEADERS, "no headers yet; they come with the next sign-in or renewal"),
        State::Refused(reason) if context.profile.monitoring.enabled => {
            Finding::warning(HEADERS, format!("no headers are sent: {reason}"), format!("run {login}"))
        }
        State::Refused(reason) => Finding::ok(HEADERS, format!("no headers: {reason}")),
        State::Headers { left_out, .. } if !left_out.is_empty() => Finding::warning(
            HEADERS,
            format!("the provider leaves out of the ID token, for there is too much of it: {}", left_out.join(", ")),
            "let the provider send app roles, or only groups that are assigned to the application",
        ),
        State::Headers { count, written, .. } => {
            let age = span((World::now().timestamp() - written).max(0));
            Finding::ok(HEADERS, format!("{count} headers, {age} old"))
        }
    };
    vec![found]
}

fn is_signed_in(context: &Context<'_>) -> bool {
    cache::tokens(context).is_ok_and(|tokens| tokens.last_id_token().is_some())
}

/// Without it Claude Code exports what it has, and nobody knows whose it is.
pub(super) fn check_helper(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let name = format!("otel-helper{}", std::env::consts::EXE_SUFFIX);
    let program = case.world.executable.with_file_name(&name);
    let found = match (context.profile.monitoring.enabled, is_program(&program)) {
        (true, false) => Finding::failed(
            HELPER,
            format!("monitoring_enabled is true, and there is no program {}", program.display()),
            "install the package from your administrator again",
        ),
        (true, true) => Finding::ok(HELPER, "beside this program"),
        (false, _) => Finding::ok(HELPER, "not needed: config.json does not enable monitoring"),
    };
    vec![found]
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
