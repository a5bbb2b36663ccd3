//! Every check that needs no network, in the order in which they are shown.

mod aws_config;
mod browser;
mod client_secret;
pub(super) mod clock;
mod config;
mod environment;
mod lasting_key;
mod network_settings;
mod older_install;
mod permissions;
mod port;
mod session_file;
mod sign_in;
mod state_folder;
mod static_keys;
mod store;
mod telemetry;
mod way_in;

use std::fmt::Write as _;

use ccwb_config::OidcProfile;

use super::case::Case;
use super::finding::{Finding, State};
use crate::context::Context;

pub(super) use environment::ENDPOINTS;
pub(super) use network_settings::{CA_BUNDLE, PROXY};

/// One check.
struct Check {
    name: &'static str,
    /// Checks that must not have failed: their failure explains this one's.
    after: &'static [&'static str],
    run: Run,
}

/// What a check needs.
enum Run {
    Always(fn(&Case<'_>) -> Vec<Finding>),
    Profile(fn(&Case<'_>, &Context<'_>) -> Vec<Finding>),
    SignIn(fn(&Case<'_>, &Context<'_>, &OidcProfile) -> Vec<Finding>),
}

const CHECKS: &[Check] = &[
    Check { name: config::CONFIG, after: &[], run: Run::Always(config::check) },
    Check { name: config::KEYS, after: &[], run: Run::Profile(config::check_keys) },
    Check { name: permissions::CONFIG, after: &[], run: Run::Profile(permissions::check_config) },
    Check { name: permissions::PROGRAM, after: &[], run: Run::Always(permissions::check_program) },
    Check { name: state_folder::NAME, after: &[], run: Run::Always(state_folder::check) },
    Check { name: session_file::NAME, after: &[state_folder::NAME], run: Run::Profile(session_file::check) },
    Check { name: store::NAME, after: &[state_folder::NAME], run: Run::Profile(store::check) },
    Check {
        name: client_secret::NAME,
        after: &[state_folder::NAME, store::NAME],
        run: Run::SignIn(client_secret::check),
    },
    Check { name: lasting_key::NAME, after: &[], run: Run::Profile(lasting_key::check) },
    Check { name: sign_in::RUNNING, after: &[state_folder::NAME], run: Run::Profile(sign_in::check_running) },
    Check { name: sign_in::BUDGET, after: &[state_folder::NAME], run: Run::Profile(sign_in::check_budget) },
    Check { name: sign_in::LAST_ERROR, after: &[state_folder::NAME], run: Run::Profile(sign_in::check_last_error) },
    Check { name: port::NAME, after: &[], run: Run::SignIn(port::check) },
    Check { name: browser::NAME, after: &[], run: Run::Profile(browser::check) },
    Check { name: way_in::NAME, after: &[], run: Run::Profile(way_in::check) },
    Check { name: aws_config::NAME, after: &[], run: Run::Profile(aws_config::check) },
    Check { name: static_keys::NAME, after: &[], run: Run::Profile(static_keys::check) },
    Check { name: environment::KEYS, after: &[], run: Run::Always(environment::check_keys) },
    Check { name: environment::PROFILE, after: &[], run: Run::Profile(environment::check_profile) },
    Check { name: ENDPOINTS, after: &[], run: Run::Always(environment::check_endpoints) },
    Check { name: older_install::NAME, after: &[], run: Run::Always(older_install::check) },
    Check { name: telemetry::HEADERS, after: &[state_folder::NAME], run: Run::Profile(telemetry::check_headers) },
    Check { name: telemetry::HELPER, after: &[], run: Run::Profile(telemetry::check_helper) },
    Check { name: PROXY, after: &[], run: Run::Always(network_settings::check_proxy) },
    Check { name: CA_BUNDLE, after: &[], run: Run::Always(network_settings::check_ca_bundles) },
    Check { name: clock::NAME, after: &[], run: Run::Always(clock::check) },
];

pub(super) fn run_all(case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for check in CHECKS {
        let cause = check.after.iter().find(|cause| has_failed(&findings, cause));
        let found = match cause {
            Some(cause) => vec![Finding::skipped(check.name, format!("needs {cause}, which failed"))],
            None => run_one(check, case),
        };
        findings.extend(found);
    }
    findings
}

fn run_one(check: &Check, case: &Case<'_>) -> Vec<Finding> {
    let context = case.context.as_ref().ok();
    match (&check.run, context, context.and_then(|context| context.profile.oidc())) {
        (Run::Always(run), ..) => run(case),
        (Run::Profile(run), Some(context), _) => run(case, context),
        (Run::SignIn(run), Some(context), Some(oidc)) => run(case, context, oidc),
        (Run::SignIn(_), Some(_), None) => {
            vec![Finding::skipped(check.name, "the profile does not sign in with OpenID Connect")]
        }
        (_, None, _) => vec![Finding::skipped(check.name, "needs config, which failed")],
    }
}

pub(super) fn has_failed(findings: &[Finding], check: &str) -> bool {
    findings.iter().any(|finding| finding.check == check && finding.state == State::Failed)
}

/// A span of time in one unit.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A few names for a message.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        let _ = write!(shown, " and {} more", names.len() - SHOWN);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_that_fits_its_column_and_comes_after_its_causes() {
        for (index, check) in CHECKS.iter().enumerate() {
            assert!(check.name.len() <= 18, "{}", check.name);
            assert!(CHECKS[..index].iter().all(|before| before.name != check.name), "{}", check.name);
            for cause in check.after {
                assert!(CHECKS[..index].iter().any(|before| before.name == *cause), "{cause}");
            }
        }
    }
}
