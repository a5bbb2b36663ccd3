//! Telemetry: headers that hold, and the program that tells them.

use std::fs;
use std::process::Command;

use ccwb_sandbox::Federation;
use ccwb_tests::{LIMIT, Program, run};

use crate::machine::Machine;
use crate::report::Report;

fn monitored() -> Machine {
    let mut machine = Machine::with_sandbox(Federation::Cognito);
    machine.configure("monitoring_enabled", true);
    machine.call(&["login"]).success();
    machine
}

#[test]
fn a_healthy_install_with_monitoring_has_headers_and_the_program() {
    let report = monitored().doctor(&[]);
    assert_eq!(report.problems(), [""; 0], "{report:#?}");
    assert!(report.check("telemetry").message.contains(" headers, "), "{report:#?}");
    assert_eq!(report.check("otel-helper").message, "beside this program");
}

#[test]
fn headers_that_are_not_sent_any_more_are_a_warning_where_monitoring_is_on() {
    let machine = monitored();
    let path = machine.state_file(".otel-headers.json");
    let good = fs::read_to_string(&path).expect("there is a header file");
    for (bad, word) in
        [("{}".to_owned(), "damaged"), (good.replace("\"token_expires\":", "\"token_expires\":1,\"was\":"), "12 hours")]
    {
        fs::write(&path, bad).expect("the state folder can be written");
        let report = machine.doctor(&[]);
        assert_eq!(report.problems(), ["warning telemetry"], "{report:#?}");
        assert!(report.check("telemetry").message.contains(word), "{report:#?}");
    }
    fs::write(&path, good.replace("alice@example.com", "\u{100}")).expect("the state folder can be written");
    assert_eq!(machine.doctor(&[]).problems(), ["warning telemetry"]);
    fs::remove_file(&path).expect("it was written");
    assert!(machine.doctor(&[]).check("telemetry").message.contains("is missing"));
    machine.call(&["login"]).success();
    assert_eq!(machine.doctor(&[]).problems(), [""; 0]);
}

#[test]
fn monitoring_without_its_program_is_a_failure() {
    let machine = monitored();
    let alone = machine.home.path().join("alone");
    fs::create_dir(&alone).expect("HOME can be written");
    let program = alone.join(Program::CredentialProcess.path().file_name().expect("it has a name"));
    fs::copy(Program::CredentialProcess.path(), &program).expect("HOME can be written");
    let mut command: Command = machine.home.command(&program);
    command.args(["doctor", "--json"]);
    let report = Report::read(run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")));
    assert!(report.problems().contains(&"failed otel-helper".to_owned()), "{report:#?}");
    assert!(report.check("otel-helper").message.contains("alone/otel-helper"), "{report:#?}");
}

/// Field report R-23: a collector that refuses shows as one line in a log of Claude Code, and nowhere else.
#[test]
fn live_asks_the_collector_with_the_headers_that_would_be_sent() {
    let mut machine = Machine::with_sandbox(Federation::Cognito);
    let collector = machine.sandbox().otlp_url().to_string();
    machine.configure("monitoring_enabled", true);
    machine.configure("otel_collector_endpoint", collector);
    machine.configure("telemetry_bearer", true);
    machine.call(&["login"]).success();
    let report = machine.doctor(&["--live"]);
    assert_eq!(report.problems(), [""; 0], "{report:#?}");
    assert!(report.check("collector").message.ends_with("headers, the ID token among them)"), "{report:#?}");

    let refuses = ccwb_sandbox::Fault { endpoint: "otlp:metrics".into(), status: Some(401), ..Default::default() };
    machine.sandbox().control().add_fault(refuses).expect("there is such an endpoint");
    let report = machine.doctor(&["--live"]);
    assert_eq!(report.problems(), ["failed collector"], "{report:#?}");
    assert!(report.check("collector").message.contains("401"), "{report:#?}");

    machine.configure("otel_collector_endpoint", format!("http://127.0.0.1:{}", ccwb_tests::free_port()));
    machine.call(&["login"]).success();
    assert_eq!(machine.doctor(&["--live"]).problems(), ["failed collector"]);
}
