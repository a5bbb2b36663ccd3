//! What a storm found, each in a few steps of its own.

use std::thread;
use std::time::Duration;

use ccwb_sandbox::Federation;
use ccwb_tests::{Credentials, LIMIT, Program, eventually, start};
use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::machine::Machine;
use crate::scenario::{Profile, Scenario, Start, Storage};

fn machine(start: Start) -> Machine {
    let scenario = Scenario {
        seed: 0,
        federation: Federation::Cognito,
        storage: Storage::Session,
        start,
        bob_renews: false,
        slow_person: false,
        slow_servers: 0,
        callers: Vec::new(),
        disturbances: Vec::new(),
    };
    Machine::new(&scenario, false).expect("it needs no part")
}

/// As when the terminal of the caller that started it is closed in that moment: the others did nothing wrong.
#[test]
fn a_sign_in_that_was_killed_before_it_opened_a_window_is_begun_again_by_whoever_waits() {
    let machine = machine(Start::Cold);
    let fault = serde_json::from_value(json!({"endpoint": "discovery", "delay_ms": 3_000, "times": 1}));
    machine.sandbox.control().add_fault(fault.expect("a fault")).expect("there is such an endpoint");
    let call = || start(&mut machine.command(Program::CredentialProcess, Profile::Alice, &[]));
    let first = call();
    eventually("it starts a sign-in", || !machine.holders(Profile::Alice).is_empty());
    let second = call();
    // Until it waits.
    thread::sleep(Duration::from_millis(500));
    kill_process(machine.holders(Profile::Alice)[0], Signal::KILL).expect("it runs");
    drop(first);
    Credentials::of(&second.wait(LIMIT).expect("it ends"));
    assert_eq!(machine.openings(Profile::Alice), 1);
}
