//! Servers that do not answer, or only just: each command keeps the limit that it promises. All at once, for they mostly
//! wait.

use std::time::Duration;

use ccwb_sandbox::Fault;
use ccwb_tests::{LIMIT, Output, start};

use crate::at_once::{Complaints, assert_all};
use crate::failure::{exit, from_the_error, problem};
use crate::fault_table::At;
use crate::faults::{desk, need};

/// `export`, `token`, `logout`: 10 s; a little for starting, on a busy machine in a debug build.
const TEN_SECONDS: Duration = Duration::from_millis(10_500);
/// What the main path and `login` may take for one server that never answers; they themselves promise more.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);

fn hang(at: At) -> Fault {
    Fault { endpoint: at.endpoint().into(), hang: true, ..Fault::default() }
}

fn judge(name: &str, output: &Output, limit: Duration, exit: i32, codes: &[&str]) -> Complaints {
    let late = (output.elapsed > limit).then(|| format!("took {:?}, {limit:?} are allowed", output.elapsed));
    let wrong = problem(output, exit, codes);
    late.into_iter().chain(wrong).map(|complaint| format!("{name}: {complaint}")).collect()
}

fn renewal_against_a_hang(at: At, command: &[&str]) -> Complaints {
    let desk = desk(at).signed_in();
    need(&desk, at);
    desk.sandbox.control().add_fault(hang(at)).expect("there is such an endpoint");
    let limit = if command == ["export"] { TEN_SECONDS } else { HALF_A_MINUTE };
    let output = desk.run(command);
    let unreachable = at.unreachable();
    let mut complaints =
        judge(&format!("renewal, {at:?} hangs, {command:?}"), &output, limit, unreachable.exit, &[unreachable.code]);
    desk.sandbox.control().clear_faults();
    let after = desk.run(&["export"]);
    let lost = (after.code != Some(0) || desk.windows() > 0)
        .then(|| format!("{at:?} hung, {command:?}: lost something: {after}"));
    complaints.extend(lost);
    complaints
}

fn sign_in_against_a_hang(at: At, command: &[&str]) -> Complaints {
    let desk = desk(at);
    desk.sandbox.control().add_fault(hang(at)).expect("there is such an endpoint");
    let output = desk.run(command);
    let unreachable = at.unreachable();
    let windows = usize::from(!matches!(at, At::Discovery | At::Keys));
    let second = (desk.windows() != windows).then(|| format!("{at:?} hung: {} windows", desk.windows()));
    let (name, output) = (format!("sign-in, {at:?} hangs, {command:?}"), from_the_error(&output));
    let mut complaints = judge(&name, &output, HALF_A_MINUTE, unreachable.exit, &[unreachable.code]);
    complaints.extend(second);
    complaints
}

#[test]
fn a_renewal_that_nobody_answers_ends_inside_the_limit_and_loses_nothing() {
    let places = [At::Discovery, At::Keys, At::Refresh, At::Cognito, At::Sts];
    let jobs = places.into_iter().flat_map(|at| [&["export"][..], &[], &["login"]].map(|command| (at, command)));
    assert_all(jobs.map(|(at, command)| move || renewal_against_a_hang(at, command)));
}

#[test]
fn a_sign_in_that_nobody_answers_ends_with_the_network_to_blame() {
    let places = [At::Discovery, At::Keys, At::Exchange, At::Cognito, At::Sts];
    let jobs = places.into_iter().zip([&[][..], &["login"], &[], &["login"], &[]]);
    assert_all(jobs.map(|(at, command)| move || sign_in_against_a_hang(at, command)));
}

/// Each answer comes just inside the limit of one request; together they are far outside the command's.
fn slow_everywhere(command: &'static [&'static str], codes: &'static [&'static str]) -> Complaints {
    let desk = desk(At::Discovery).signed_in();
    need(&desk, At::Discovery);
    for endpoint in ["discovery", "jwks", "token", "revoke", "cognito"] {
        let fault = Fault { endpoint: endpoint.into(), delay_ms: 4_500, ..Fault::default() };
        desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    }
    let output = desk.run(command);
    let late =
        (output.elapsed > TEN_SECONDS).then(|| format!("everybody is slow, {command:?}: took {:?}", output.elapsed));
    let wrong = (output.code != Some(0))
        .then(|| {
            [exit::UNEXPECTED, exit::SIGN_IN_NEEDED, exit::NETWORK, exit::STORE]
                .into_iter()
                .all(|exit| problem(&output, exit, codes).is_some())
        })
        .filter(|wrong| *wrong)
        .map(|_| format!("everybody is slow, {command:?}: {output}"));
    late.into_iter().chain(wrong).collect()
}

#[test]
fn slow_answers_do_not_add_up_beyond_the_limit() {
    let codes: &[&str] =
        &["provider-unreachable", "aws-unreachable", "lock-held", "renewal-unfinished", "renewal-running", "time-over"];
    let commands: [&[&str]; 6] = [
        &["export"],
        &["--no-browser"],
        &["token", "--format", "header"],
        &["token"],
        &["--get-mcp-auth-header"],
        &["logout"],
    ];
    assert_all(commands.into_iter().map(|command| move || slow_everywhere(command, codes)));
}

/// Each waits for the one before it, and none may wait longer than it promises.
#[test]
fn several_exports_against_a_hang_all_end_inside_the_limit() {
    let desk = desk(At::Refresh).signed_in();
    need(&desk, At::Refresh);
    desk.sandbox.control().add_fault(hang(At::Refresh)).expect("there is such an endpoint");
    let running: Vec<_> = (0..4).map(|_| start(&mut desk.command(&["export"]))).collect();
    let outputs: Vec<_> =
        running.into_iter().map(|running| running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))).collect();
    for output in &outputs {
        assert!(output.elapsed < TEN_SECONDS, "{output}");
        assert_ne!(output.code, Some(0), "{output}");
    }
    assert_eq!(desk.windows(), 0);
}
