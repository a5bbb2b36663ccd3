//! Captive portals, in the way of plain requests and of a proxy: named, nothing lost, and all works again behind them.

use ccwb_sandbox::{Fault, Federation};
use ccwb_tests::{Office, Output};
use serde_json::json;

use crate::at_once::{Complaints, assert_all};
use crate::failure::{assert_failure, exit, from_the_error, problem};
use crate::fault_table::At;
use crate::faults::{desk, need};

/// What portals answer: a page, a redirect to their own, RFC 6585.
fn portals(at: At) -> Vec<(&'static str, Fault)> {
    let page = json!("<!DOCTYPE html><html><title>Hotel Wi-Fi</title><form action=/login>Room</form></html>");
    let fault = |status| Fault {
        endpoint: at.endpoint().into(),
        status: Some(status),
        body: Some(page.clone()),
        ..Fault::default()
    };
    let to = |status, target: &str| Fault { headers: [("location".into(), target.into())].into(), ..fault(status) };
    vec![
        ("a page", fault(200)),
        ("302", to(302, "http://login.hotel.example/?from=x")),
        ("303", to(303, "https://login.hotel.example/")),
        ("307", to(307, "http://192.168.1.1/login")),
        ("511", fault(511)),
    ]
}

fn is_named(output: &Output, what: &str) -> Option<String> {
    let output = from_the_error(output);
    let wrong = problem(&output, exit::NETWORK, &["captive-portal"]);
    let silent = || {
        let words = ["captive portal", "in its place"];
        let is_clear = words.iter().all(|word| output.stderr.contains(word)) && output.stderr.contains("browser");
        (!is_clear).then(|| format!("it is not clear: {output}"))
    };
    wrong.or_else(silent).map(|complaint| format!("{what}: {complaint}"))
}

fn in_the_way(at: At, (name, fault): (&str, Fault)) -> Complaints {
    let mut complaints = Vec::new();
    let desk = desk(at).signed_in();
    for command in [&["export"][..], &[], &["login"]] {
        need(&desk, at);
        desk.forget_traffic();
        desk.sandbox.control().add_fault(fault.clone()).expect("there is such an endpoint");
        complaints.extend(is_named(&desk.run(command), &format!("{at:?}, {name}, {command:?}")));
        desk.sandbox.control().clear_faults();
        let after = desk.run(&["export"]);
        if after.code != Some(0) || desk.windows() > 0 {
            complaints.push(format!("{at:?}, {name}, {command:?}: something was lost: {after}"));
        }
    }
    complaints
}

#[test]
fn a_portal_in_the_way_of_any_endpoint_is_named_and_nothing_is_lost() {
    let places = [At::Discovery, At::Keys, At::Refresh, At::Cognito, At::Sts];
    assert_all(
        places.into_iter().flat_map(|at| portals(at).into_iter().map(move |portal| move || in_the_way(at, portal))),
    );
}

/// Behind a proxy a portal answers the proxy's `CONNECT`; browsers show that page to nobody, and neither can we.
#[test]
fn a_proxy_that_answers_with_a_page_of_its_own_is_told_as_the_proxy_that_it_is() {
    let mut office = Office::new(Federation::Cognito);
    office.set_up();
    office.run(&["login"]).success();
    for answer in [
        "HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 511 Network Authentication Required\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    ] {
        office.gateway.refuse_with(answer);
        for command in [&["export"][..], &[], &["login"]] {
            office.lose_all_but_the_refresh_token();
            let output = office.run(command);
            assert_failure(&output, exit::NETWORK, "provider-unreachable");
            assert!(output.stderr.contains("the proxy did not make the connection"), "{output}");
            assert!(output.stderr.contains("HTTPS_PROXY"), "{output}");
        }
        assert_eq!(office.home.openings().len(), 1);
    }
}
