//! The port that waits for the provider's answer, and whoever has it already.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use ccwb_sandbox::Federation;
use ccwb_tests::{FakeBrowser, LIMIT, Output, free_port};
use serde_json::json;

use crate::support::{Credentials, ErrorReport, Journey, alone_on_the_machine, eventually};

/// Takes the redirect port, on one of the loopback addresses.
fn take(journey: &Journey, address: impl Into<std::net::IpAddr>) -> Option<TcpListener> {
    TcpListener::bind(SocketAddr::new(address.into(), journey.sandbox.redirect_port())).ok()
}

/// The fastest of a few: how long it takes when the machine has time for it.
fn fastest(mut call: impl FnMut() -> Output) -> Output {
    (0..3).map(|_| call()).min_by_key(|output| output.elapsed).expect("there are three")
}

#[test]
fn a_foreign_program_on_the_port_is_named_within_a_second() {
    let _alone = alone_on_the_machine();
    let journey = Journey::new();
    let _foreign = take(&journey, Ipv4Addr::LOCALHOST).expect("the port is free");
    let output = fastest(|| journey.call(&[]));
    output.is_error_at_once(5, "callback-port");
    assert!(output.elapsed < Duration::from_secs(1), "{output}");
    if cfg!(target_os = "linux") {
        let owner = format!("{} is used by ", journey.sandbox.redirect_port());
        assert!(output.stderr.contains(&owner), "{output}");
        assert!(output.stderr.contains(&format!("(process {})", std::process::id())), "{output}");
    }
    assert_eq!(journey.openings(), 0);
}

#[test]
fn where_every_registered_port_is_taken_each_is_named_with_its_owner_within_a_second() {
    let _alone = alone_on_the_machine();
    let mut journey = Journey::new();
    let taken: Vec<_> = (0..3).map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port")).collect();
    let ports: Vec<u16> = taken.iter().map(|one| one.local_addr().expect("it is bound").port()).collect();
    journey.configure(|profile| profile["redirect_port"] = json!(ports));
    let output = fastest(|| journey.call(&["login"]));
    output.is_error(5, "callback-port");
    assert!(output.elapsed < Duration::from_secs(1), "{output}");
    for port in ports {
        assert!(output.stderr.contains(&format!("{port} (")), "{output}");
        assert!(!cfg!(target_os = "linux") || output.stderr.contains(&format!("{port} is used by")), "{output}");
    }
    // Nobody was asked for anything: there is no pause.
    let free = journey.sandbox.redirect_port();
    journey.configure(|profile| profile["redirect_port"] = free.into());
    Credentials::of(&journey.call(&[]));
}

/// Whoever has the port on one address would get the browser's request, with the code in it.
#[test]
fn a_port_that_is_taken_on_one_of_the_loopback_addresses_is_no_port() {
    for address in [Ipv4Addr::LOCALHOST.into(), std::net::IpAddr::from(Ipv6Addr::LOCALHOST)] {
        let mut journey = Journey::new();
        let Some(foreign) = take(&journey, address) else { continue };
        foreign.set_nonblocking(true).expect("a socket of our own");
        let other = Journey::new();
        let ports = [journey.sandbox.redirect_port(), other.sandbox.redirect_port()];
        journey.configure(|profile| profile["redirect_port"] = json!(ports));
        // The second one is not registered at this provider: the window shows its page and does not come back.
        journey.home.use_browser(FakeBrowser::DoesNothing);
        let caller = journey.start(&[]);
        eventually("a browser opens", || journey.openings() == 1);
        let used = format!("redirect_uri=http%3A%2F%2Flocalhost%3A{}%2F", ports[1]);
        assert!(journey.home.openings()[0].contains(&used), "{address}: {:?}", journey.home.openings());
        assert!(foreign.accept().is_err(), "nobody came to it");
        drop(caller);
    }
}

#[test]
fn the_answer_may_come_to_either_loopback_address() {
    for address in [Ipv4Addr::LOCALHOST.into(), std::net::IpAddr::from(Ipv6Addr::LOCALHOST)] {
        if TcpListener::bind((address, 0)).is_err() {
            continue;
        }
        let mut journey = Journey::new();
        journey.home.use_browser(FakeBrowser::DoesNothing);
        let caller = journey.start(&[]);
        eventually("a browser opens", || journey.openings() == 1);
        let port = journey.sandbox.redirect_port();
        let answer = ccwb_tests::http::redirect_of(&journey.home.openings()[0]);
        let target = answer.split_once(&format!(":{port}")).expect("our port").1;
        let mut stream = TcpStream::connect((address, port)).expect("somebody listens");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n").expect("it is sent");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("a page");
        assert!(page.contains("You are signed in"), "{address}: {page}");
        Credentials::of(&caller.wait(LIMIT).expect("it ends"));
    }
}

#[test]
fn nobody_but_this_machine_reaches_the_port() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let _caller = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    let port = format!(":{:04X}", journey.sandbox.redirect_port());
    let listening = |table: &str| {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        let rows = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let ours =
            rows.filter(|row| row.get(3) == Some(&"0A") && row.get(1).is_some_and(|local| local.ends_with(&port)));
        ours.map(|row| row[1].trim_end_matches(&port).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listening("/proc/net/tcp"), ["0100007F"]);
    let v6 = listening("/proc/net/tcp6");
    assert!(v6.iter().all(|address| address == "00000000000000000000000001000000"), "{v6:?}");
}

/// Field report R-17: a program on the port cost a minute and an error although no browser was needed.
#[test]
fn what_needs_no_person_needs_no_port() {
    let mut journey = Journey::with_a_refresh_token_alone(Federation::Cognito);
    let mut foreign = None;
    eventually("the sign-in gave its port back", || {
        foreign = take(&journey, Ipv4Addr::LOCALHOST);
        foreign.is_some()
    });
    Credentials::of(&journey.call(&[]));
    journey.expire_all_but_the_refresh_token();
    Credentials::of_export(&journey.call(&["export"]));
    journey.call(&["token", "--format", "header"]).success();
    journey.call(&["logout"]).success();
    journey.call(&["export"]).is_error_at_once(4, "sign-in-needed");
    journey.call(&["--no-browser"]).is_error_at_once(4, "sign-in-needed");

    // Nor does a device code.
    journey.home.remove_env("BROWSER");
    let port = free_port();
    journey.configure(|profile| profile["redirect_port"] = port.into());
    let _taken = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    journey.call(&["login", "--method", "device"]).success();
}
