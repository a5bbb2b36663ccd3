//! R-08, the fault matrix: right exit code and error code, inside the command's limit, nothing lost, no second window.

use std::fs;
use std::time::Duration;

use ccwb_sandbox::{Federation, Options, Rotation};
use ccwb_tests::{FakeBrowser, Output};

use crate::at_once::{Complaints, assert_all};
use crate::desk::{Desk, assert_credentials, options};
use crate::failure::{assert_failure, exit, from_the_error, problem};
use crate::fault_table::{At, Outcome, Row, rows};

/// The contract's limit of `export`.
const EXPORT_LIMIT: Duration = Duration::from_secs(10);

/// Without rotation: an answer that is lost takes a rotated token with it, whatever the client does.
pub(crate) fn desk(at: At) -> Desk {
    let federation = if at == At::Sts { Federation::Direct } else { Federation::Cognito };
    Desk::with(Options { rotation: Some(Rotation::Never), ..options() }, federation)
}

/// The next call has to go to the endpoint.
pub(crate) fn need(desk: &Desk, at: At) {
    match at {
        At::Cognito | At::Sts => desk.lose_credentials(),
        At::Refresh | At::Exchange => desk.lose_credentials_and_id_token(),
        At::Discovery | At::Keys => {
            desk.lose_credentials_and_id_token();
            desk.lose_provider();
        }
    }
}

fn wrong(output: &Output, expected: Outcome) -> Option<String> {
    if expected.may_work && output.code == Some(0) {
        return None;
    }
    problem(output, expected.exit, &[expected.code]).or_else(|| {
        let hint = output.stderr.rsplit_once("\nhint: ").map_or("", |(_, hint)| hint);
        (!hint.contains(expected.hint)).then(|| format!("the hint is not about {:?}: {hint}", expected.hint))
    })
}

/// A renewal meets the fault: every command says the same, nobody is asked to sign in, and all works again after it.
fn renewals(at: At, (name, fault, expected): Row) -> Complaints {
    let mut complaints = Vec::new();
    let desk = desk(at).signed_in();
    let good = fs::read(desk.session_file()).expect("there is one");
    for command in [&["export"][..], &[], &["login"]] {
        fs::write(desk.session_file(), &good).expect("it can be written");
        need(&desk, at);
        desk.forget_traffic();
        desk.sandbox.control().add_fault(fault.clone()).expect("there is such an endpoint");
        let output = desk.run(command);
        desk.sandbox.control().clear_faults();
        let mut complain = |what: String| complaints.push(format!("{at:?}, {name}, {command:?}: {what}"));
        if expected.needs_sign_in {
            complain_about_sign_in(&desk, command, &output, &mut complain);
            continue;
        }
        if let Some(wrong) = wrong(&output, expected) {
            complain(wrong);
        }
        if command == ["export"] && output.elapsed > EXPORT_LIMIT {
            complain(format!("took {:?}", output.elapsed));
        }
        let after = desk.run(&["export"]);
        if after.code != Some(0) {
            complain(format!("something was lost: {}", after.stderr));
        }
        if desk.windows() > 0 {
            complain("a window was opened".into());
        }
    }
    complaints
}

/// Only a sign-in helps: `export` says so, the others open one window.
fn complain_about_sign_in(desk: &Desk, command: &[&str], output: &Output, complain: &mut impl FnMut(String)) {
    let (expected, windows) = if command == ["export"] { (exit::SIGN_IN_NEEDED, 0) } else { (0, 1) };
    if output.code != Some(expected) || desk.windows() != windows {
        complain(format!("{} windows, {output}", desk.windows()));
    }
}

/// A sign-in meets the fault: one window at most, the next call opens none, and all works again after it.
fn sign_ins(at: At, (name, fault, expected): Row) -> Complaints {
    let desk = desk(at);
    let commands = [&[][..], &["login"]];
    commands.into_iter().flat_map(|command| one_sign_in(&desk, at, command, (name, fault.clone(), expected))).collect()
}

fn one_sign_in(desk: &Desk, at: At, command: &[&str], (name, fault, expected): Row) -> Complaints {
    let mut complaints = Vec::new();
    let mut complain = |what: String| complaints.push(format!("signing in, {at:?}, {name}, {command:?}: {what}"));
    let _ = fs::remove_dir_all(desk.state());
    desk.forget_traffic();
    desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    let output = desk.run(command);
    if let Some(wrong) = wrong(&from_the_error(&output), expected) {
        complain(wrong);
    }
    let windows = usize::from(!matches!(at, At::Discovery | At::Keys) || output.code == Some(0));
    if output.code != Some(0) {
        // An SDK asks again at once.
        let again = desk.run(&[]);
        if again.code == Some(0) {
            complain(format!("asked again, it worked against the fault: {again}"));
        }
    }
    if desk.windows() != windows {
        complain(format!("{} windows instead of {windows}", desk.windows()));
    }
    desk.sandbox.control().clear_faults();
    // After AWS's fault the tokens are there: no sign-in is needed. After the provider's, a person asks for one.
    let after = if matches!(at, At::Cognito | At::Sts) { desk.run(&["export"]) } else { desk.run(&["login"]) };
    if after.code != Some(0) {
        complain(format!("it does not recover: {after}"));
    }
    complaints
}

#[track_caller]
fn assert_rows(at: At, judge: fn(At, Row) -> Complaints) {
    assert_all(rows(at).into_iter().map(|row| move || judge(at, row)));
}

#[test]
fn a_renewal_without_discovery() {
    assert_rows(At::Discovery, renewals);
}

#[test]
fn a_renewal_without_keys() {
    assert_rows(At::Keys, renewals);
}

#[test]
fn a_renewal_without_token_endpoint() {
    assert_rows(At::Refresh, renewals);
}

#[test]
fn a_renewal_without_cognito() {
    assert_rows(At::Cognito, renewals);
}

#[test]
fn a_renewal_without_sts() {
    assert_rows(At::Sts, renewals);
}

#[test]
fn a_sign_in_without_discovery() {
    assert_rows(At::Discovery, sign_ins);
}

#[test]
fn a_sign_in_without_keys() {
    assert_rows(At::Keys, sign_ins);
}

#[test]
fn a_sign_in_without_token_endpoint() {
    assert_rows(At::Exchange, sign_ins);
}

#[test]
fn a_sign_in_without_cognito() {
    assert_rows(At::Cognito, sign_ins);
}

#[test]
fn a_sign_in_without_sts() {
    assert_rows(At::Sts, sign_ins);
}

#[test]
fn with_everybody_gone_the_network_is_to_blame_and_a_hit_still_works() {
    let mut desk = Desk::new().signed_in();
    desk.sandbox.shut_down();
    assert_credentials(&desk.run(&[]).success());
    desk.run(&["export"]).success();
    desk.run(&["login"]).success();
    desk.lose_credentials();
    for command in [&["export"][..], &[], &["login"]] {
        assert_failure(&desk.run(command), exit::NETWORK, "aws-unreachable");
    }
    desk.lose_credentials_and_id_token();
    for command in [&["export"][..], &[], &["login"], &["token"], &["--get-mcp-auth-header"]] {
        let expected = if command == ["--get-mcp-auth-header"] { exit::UNEXPECTED } else { exit::NETWORK };
        assert_failure(&desk.run(command), expected, "provider-unreachable");
    }
    desk.lose_provider();
    assert_failure(&desk.run(&["export"]), exit::NETWORK, "provider-unreachable");
    assert_eq!(desk.windows(), 0);
    let logout = desk.run(&["logout"]).success();
    assert!(logout.stderr.contains("could not be revoked"), "{logout}");
    assert_failure(&desk.run(&[]), exit::NETWORK, "provider-unreachable");
    assert_eq!(desk.windows(), 0);
}

#[test]
fn a_sign_in_that_was_forced_and_failed_is_a_failure_and_keeps_what_was_there() {
    let mut desk = Desk::new().signed_in();
    let before = desk.run(&["export"]).success().stdout;
    desk.home.use_browser(FakeBrowser::Cancels);
    assert_failure(&from_the_error(&desk.run(&["login", "--force"])), exit::SIGN_IN_FAILED, "sign-in-cancelled");
    assert_eq!(desk.windows(), 1);
    assert_eq!(desk.run(&["export"]).success().stdout, before);
}

#[test]
fn a_network_that_comes_back_before_any_window_was_opened_is_signed_in_with_at_once() {
    let desk = desk(At::Discovery);
    let (_, fault, _) = rows(At::Discovery).remove(0);
    desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    assert_failure(&desk.run(&[]), exit::NETWORK, "provider-unreachable");
    desk.sandbox.control().clear_faults();
    assert_credentials(&desk.run(&[]).success());
    assert_eq!(desk.windows(), 1);
}
