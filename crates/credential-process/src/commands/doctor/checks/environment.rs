//! Variables that make AWS tools look elsewhere.

use ccwb_config::AuthMode;

use crate::aws_files;
use crate::commands::doctor::case::Case;
use crate::commands::doctor::finding::Finding;
use crate::context::Context;
use crate::http;

pub(super) const KEYS: &str = "environment-keys";
pub(in super::super) const ENDPOINTS: &str = "endpoint-variable";
pub(super) const PROFILE: &str = "profile-variable";

/// What every SDK, or Claude Code, takes before any profile; then what goes with it and does nothing alone.
const DECISIVE: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK", "AWS_WEB_IDENTITY_TOKEN_FILE"];
const COMPANIONS: &[&str] = &["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];

pub(super) fn check_keys(case: &Case<'_>) -> Vec<Finding> {
    let set = |names: &[&str]| -> Vec<String> {
        names.iter().filter(|name| case.world.var(name).is_some()).map(|&name| name.to_owned()).collect()
    };
    let (decisive, companions) = (set(DECISIVE), set(COMPANIONS));
    let all = [decisive.clone(), companions].concat();
    let fix = format!("unset {} (look in your shell's start-up files)", all.join(" "));
    let hands_on = case.context.as_ref().is_ok_and(|context| matches!(context.profile.auth, AuthMode::Ambient(_)));
    let found = match (decisive.is_empty(), all.is_empty()) {
        (false, _) if hands_on => Finding::ok(KEYS, format!("{} set, which is what is handed on", all.join(", "))),
        (_, true) => Finding::ok(KEYS, "no AWS keys in the environment"),
        (true, false) => Finding::warning(KEYS, format!("{} set without a key id", all.join(", ")), fix),
        (false, _) => {
            Finding::failed(KEYS, format!("{} set: AWS tools use that and never ask this program", all.join(", ")), fix)
        }
    };
    vec![found]
}

/// `AWS_ENDPOINT_URL` and its relatives: an address that is not safe to send a token to stops every exchange.
pub(super) fn check_endpoints(case: &Case<'_>) -> Vec<Finding> {
    let set: Vec<String> = case.world.names_starting_with("AWS_ENDPOINT_URL").map(str::to_owned).collect();
    let found = match http::aws_settings(case.world) {
        Err(error) => Finding::failed(ENDPOINTS, error.message, error.hint),
        Ok(_) if set.is_empty() => Finding::ok(ENDPOINTS, "AWS_ENDPOINT_URL is not set"),
        Ok(_) => Finding::ok(ENDPOINTS, format!("{} can be used", super::listed(&set))),
    };
    vec![found]
}

/// `AWS_PROFILE` may name another profile that runs this program too.
pub(super) fn check_profile(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let ours = &context.profile.name;
    let variable =
        ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].into_iter().find_map(|name| Some((name, case.world.var(name)?)));
    let found = match variable {
        None => Finding::ok(PROFILE, "AWS_PROFILE is not set"),
        Some((name, value)) if value == ours => Finding::ok(PROFILE, format!("{name} is {ours}")),
        Some((name, value)) if runs_this_program(case, value) => {
            Finding::ok(PROFILE, format!("{name} is {value}, which runs this program too"))
        }
        Some((name, value)) => Finding::warning(
            PROFILE,
            format!("{name} is {value}, so AWS tools in this shell do not use {ours}"),
            format!("export {name}={ours}, or unset it"),
        ),
    };
    vec![found]
}

fn runs_this_program(case: &Case<'_>, profile: &str) -> bool {
    let ini = case.aws_file("AWS_CONFIG_FILE", "config").and_then(|path| aws_files::look_into(&path).ok().flatten());
    let command = ini.and_then(|ini| ini.value(profile, "credential_process").map(str::to_owned));
    let program = command.and_then(|command| shlex::split(&command)?.into_iter().next());
    program.is_some_and(|program| {
        std::path::Path::new(&program).canonicalize().ok() == case.world.executable.canonicalize().ok()
    })
}
