//! The network that the other tests run in.

use std::process::Command;

use ccwb_tests::local_server::{LocalServer, Reply};
use ccwb_tests::part::Island;
use ccwb_tests::{Home, LIMIT, Output, run};

fn end(mut command: Command) -> Output {
    run(&mut command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}"))
}

#[test]
#[ignore = "needs a network namespace"]
fn an_island_leads_to_the_ports_it_was_given_and_nowhere_else_and_counts_who_tries() {
    let home = Home::new();
    let [given, other] = [1, 2].map(|_| LocalServer::start(|_| Reply::Page("land".to_owned())));
    let Some(island) = Island::with_ports(&home, &[given.port()]) else { return };
    let connect = |address: &str, port: u16| {
        let mut python = island.command(&home, "python3");
        python.args(["-c", "import socket, sys; socket.create_connection(sys.argv[1:3])", address, &port.to_string()]);
        end(python)
    };
    assert_eq!(connect("127.0.0.1", given.port()).code, Some(0));
    let refused = connect("127.0.0.1", other.port());
    assert!(refused.stderr.contains("refused"), "{refused}");
    assert_eq!(island.attempts_to_leave(), 0);

    // TEST-NET-1 (RFC 5737) and documentation addresses (RFC 3849): nobody has them.
    for (attempts, address) in [(1, "192.0.2.1"), (2, "2001:db8::1")] {
        let unreachable = connect(address, 443);
        assert!(unreachable.stderr.contains("unreachable"), "{unreachable}");
        assert_eq!(island.attempts_to_leave(), attempts, "{address}");
    }
}
