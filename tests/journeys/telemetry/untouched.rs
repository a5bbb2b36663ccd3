//! What `otel-helper` does not do: no request, no other process, no write, no wait.

use std::fs;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ccwb_tests::{LIMIT, Program, part, run, start};

use super::{Told, header_file};
use crate::support::{Journey, alone_on_the_machine, eventually, now};

/// config.json of a moment ago is not trusted to be the same; one that has settled is not read.
fn settled() -> Journey {
    let journey = Journey::new();
    let config = journey.home.path().join("claude-code-with-bedrock/config.json");
    let written = fs::metadata(config).and_then(|metadata| metadata.modified()).expect("it is there");
    let settled = written + Duration::from_secs(4);
    eventually("config.json has settled", || SystemTime::from(now()) > settled);
    journey.sign_in();
    journey
}

#[test]
fn a_hundred_at_once_all_tell_the_same_and_nothing_changes() {
    let _alone = alone_on_the_machine();
    let journey = Journey::new();
    journey.sign_in();
    let expected = Told::by(&journey);
    let files = journey.state_files();
    let started: Vec<_> =
        (0..100).map(|_| start(&mut journey.home.otel_helper(&["--profile", "ClaudeCode"]))).collect();
    for running in started {
        let output = running.wait(LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
        assert_eq!(Told::of(&output), expected);
    }
    assert_eq!(journey.state_files(), files);
    assert_eq!((journey.openings(), journey.requests()), (1, Vec::new()));
}

#[test]
fn while_headers_are_written_anew_every_call_tells_all_of_them() {
    let journey = Journey::new();
    journey.sign_in();
    let expected = Told::by(&journey);
    let path = header_file(&journey);
    let bytes = fs::read(&path).expect("there is a header file");
    let end = Instant::now() + Duration::from_secs(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let beside = path.with_extension("new");
            while Instant::now() < end {
                fs::write(&beside, &bytes).and_then(|()| fs::rename(&beside, &path)).expect("it can be replaced");
            }
        });
        while Instant::now() < end {
            assert_eq!(Told::by(&journey), expected);
        }
    });
}

/// Every system call, as the kernel saw it.
#[test]
#[ignore = "needs strace"]
fn it_starts_nothing_opens_no_socket_writes_nothing_and_reads_config_json_only_if_it_must() {
    if part::program_on_path("strace").is_some() {
        // strace reads the names of files in the memory of what it looks at.
        part::as_root(starts_nothing);
    }
}

fn starts_nothing() {
    let journey = settled();
    let (told, calls) = traced(&journey, &["--profile", "ClaudeCode"]);
    assert!(told.get("authorization").is_some(), "{told:?}");
    assert!(calls.contains("otel-headers.json") && calls.contains("session.json"), "{calls}");
    let forbidden = [
        "clone(", "clone3(", "fork(", "socket(", "connect(", "O_CREAT", "O_WRONLY", "O_RDWR", "rename", "unlink",
        "sleep(",
    ];
    for call in forbidden {
        assert!(!calls.contains(call), "{call} in {calls}");
    }
    assert_eq!(calls.lines().filter(|line| line.contains("execve(")).count(), 1, "{calls}");
    let reads_config = |calls: &str| calls.lines().any(|line| line.contains("open") && line.contains("/config.json\""));
    assert!(!reads_config(&calls), "{calls}");
    // The same look sees it where it is: nobody named the profile.
    assert!(reads_config(&traced(&journey, &[]).1));
}

fn traced(journey: &Journey, arguments: &[&str]) -> (Told, String) {
    let log = journey.home.root().join("strace.log");
    let mut command = journey.home.command("strace");
    command.args(["-f", "-o"]).arg(&log).arg(Program::OtelHelper.path()).args(arguments);
    let output = run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"));
    (Told::of(&output), fs::read_to_string(&log).expect("strace wrote its log"))
}

#[test]
fn with_the_provider_and_aws_gone_it_tells_what_it_knows() {
    let mut journey = Journey::new();
    journey.sign_in();
    let before = Told::by(&journey);
    journey.sandbox.shut_down();
    assert_eq!(Told::by(&journey), before);
}
