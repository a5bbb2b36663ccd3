//! What a crash leaves on the disk: no core, no secret outside the file that is for it, nothing that others can read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Stdio};

use ccwb_sandbox::{Federation, Rotation};
use ccwb_tests::{LIMIT, Program, start};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::leaks::Planted;
use crate::processes::{child_of, is_alive, name_of, soon};
use crate::skip::skipped;

/// What ends a process without a word, the last two with a core where there may be one. Not `SIGSEGV`: the first one that is
/// sent, and not caused, ends in Rust's handler for overflowing stacks.
const CRASHES: [Signal; 3] = [Signal::KILL, Signal::ABORT, Signal::QUIT];

fn send(process: u32, signal: Signal) {
    kill_process(Pid::from_raw(process.cast_signed()).expect("an id"), signal).expect("it runs");
}

/// A command for which every limit on cores is lifted.
fn without_limits(planted: &Planted, program: &Path, arguments: &[&str]) -> Child {
    let mut command = planted.desk.home.command("sh");
    command.args(["-c", "ulimit -c unlimited; exec \"$@\"", "sh"]).arg(program).args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn a_crash_leaves_no_core_whatever_the_limit_is() {
    let planted = Planted::new(Federation::Direct);
    // An ordinary program leaves one, or hands it to the system's collector.
    let mut other = without_limits(&planted, Path::new("sleep"), &["60"]);
    soon("it sleeps", || (name_of(other.id()) == "sleep").then_some(()));
    send(other.id(), Signal::ABORT);
    if !other.wait().expect("an own child").core_dumped() {
        return skipped("this system makes no cores");
    }
    // Another one of the same name would not be told from it.
    let _ = fs::remove_file(planted.desk.home.path().join("core"));
    let before = files_of_the_home(&planted);

    planted.hang("token");
    planted.desk.lose_credentials_and_id_token();
    let mut caller = without_limits(&planted, &Program::CredentialProcess.path(), &["export"]);
    let renewal = soon("a renewal", || child_of(caller.id(), "__renew"));
    send(caller.id(), Signal::ABORT);
    send(renewal, Signal::ABORT);
    let status = caller.wait().expect("an own child");
    assert_eq!((status.signal(), status.core_dumped()), (Some(Signal::ABORT.as_raw()), false));
    soon("the end of the renewal", || (!is_alive(renewal)).then_some(()));
    assert_eq!(files_of_the_home(&planted), before);
}

/// The working folder of every process of a test, where Linux puts cores by default.
fn files_of_the_home(planted: &Planted) -> Vec<String> {
    let entries = fs::read_dir(planted.desk.home.path()).expect("the home").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn after_a_crash_at_any_request_secrets_are_in_the_session_file_alone_and_closed_to_others() {
    std::thread::scope(|scope| {
        for signal in CRASHES {
            for endpoint in ["token", "sts:AssumeRoleWithWebIdentity"] {
                scope.spawn(move || crash_while_waiting_for(endpoint, signal));
            }
        }
    });
}

fn crash_while_waiting_for(endpoint: &str, signal: Signal) {
    let mut planted = Planted::with(Federation::Direct, Rotation::Always);
    planted.desk.lose_credentials_and_id_token();
    planted.desk.forget_traffic();
    planted.hang(endpoint);
    let export = start(&mut planted.desk.command(&["export"]));
    let renewal = soon("a renewal", || child_of(export.id(), "__renew"));
    if endpoint != "token" {
        soon("new tokens", || planted.desk.stored("tokens").get("id_token").cloned());
        planted.note_tokens();
    }
    send(renewal, signal);
    let output = export.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    planted.assert_tight(&output);
    let state = planted.desk.state();
    let mode = |path: &Path| fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for entry in fs::read_dir(&state).expect("the state folder").flatten() {
        assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
    }
}

impl Planted {
    fn hang(&self, endpoint: &str) {
        let fault = serde_json::from_value(json!({"endpoint": endpoint, "hang": true}));
        let fault = fault.expect("it has a fault's form");
        self.desk.sandbox.control().add_fault(fault).expect("there is such an endpoint");
    }
}
