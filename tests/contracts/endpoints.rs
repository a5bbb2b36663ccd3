//! `AWS_ENDPOINT_URL` and its two services; and no secret goes over plain HTTP except to this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ccwb_tests::free_port;

use crate::desk::{Desk, assert_credentials};
use crate::failure::{assert_failure, exit};

fn nobody() -> String {
    format!("http://127.0.0.1:{}", free_port())
}

/// Each variable names the sandbox while the others name nobody.
#[track_caller]
fn assert_honoured(mut desk: Desk, variable: &str, others: &[&str]) {
    let sandbox = desk.sandbox.aws_url().to_string();
    for other in others {
        desk.home.set_env(other, nobody());
    }
    desk.home.set_env(variable, sandbox);
    assert_credentials(&desk.run(&[]).success());
    desk.lose_credentials();
    desk.run(&["export"]).success();
}

#[test]
fn aws_endpoint_url_is_for_both_services() {
    assert_honoured(Desk::new(), "AWS_ENDPOINT_URL", &[]);
    assert_honoured(Desk::direct(), "AWS_ENDPOINT_URL", &[]);
}

#[test]
fn a_services_own_variable_comes_before_it_and_the_other_services_one_is_not_asked() {
    assert_honoured(Desk::new(), "AWS_ENDPOINT_URL_COGNITO_IDENTITY", &["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"]);
    assert_honoured(Desk::direct(), "AWS_ENDPOINT_URL_STS", &["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY"]);
}

#[test]
fn an_endpoint_where_nobody_listens_is_an_error_of_the_network() {
    for (desk, variable) in
        [(Desk::new(), "AWS_ENDPOINT_URL_COGNITO_IDENTITY"), (Desk::direct(), "AWS_ENDPOINT_URL_STS")]
    {
        let desk = desk.signed_in();
        desk.lose_credentials();
        assert_failure(&desk.run_with(&["export"], &[(variable, &nobody())]), exit::NETWORK, "aws-unreachable");
        desk.run(&["export"]).success();
    }
}

#[test]
fn an_endpoint_that_is_no_address_is_an_error_that_names_the_variable() {
    for (desk, variable) in [(Desk::new(), "AWS_ENDPOINT_URL"), (Desk::direct(), "AWS_ENDPOINT_URL_STS")] {
        let desk = desk.signed_in();
        desk.lose_credentials();
        for junk in ["not an address", "127.0.0.1:80", "ftp://127.0.0.1", "http://"] {
            let output = desk.run_with(&["export"], &[(variable, junk)]);
            assert_failure(&output, exit::CONFIG, "config-value");
            assert!(output.stderr.contains(variable), "{output}");
        }
    }
}

/// A proxy for plain HTTP that keeps what it is asked to forward.
fn eavesdropper() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(Duration::from_millis(300)));
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = stream.read(&mut chunk) {
                ears.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..length]);
            }
            let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (address, heard)
}

/// "HTTPS for every endpoint, except loopback addresses": the ID token is worth an AWS session to whoever reads it.
#[test]
fn no_id_token_goes_to_a_plain_http_endpoint_of_another_machine() {
    for (desk, variable) in [
        (Desk::new(), "AWS_ENDPOINT_URL"),
        (Desk::new(), "AWS_ENDPOINT_URL_COGNITO_IDENTITY"),
        (Desk::direct(), "AWS_ENDPOINT_URL_STS"),
    ] {
        let desk = desk.signed_in();
        let token = desk.stored_text("tokens", "id_token");
        desk.lose_credentials();
        let (proxy, heard) = eavesdropper();
        let environment = [(variable, "http://aws.example.test"), ("http_proxy", &*proxy), ("HTTP_PROXY", &*proxy)];
        let output = desk.run_with(&["export"], &environment);
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let heard = String::from_utf8_lossy(&heard);
        assert!(
            !heard.contains(&token),
            "{variable}: the ID token went over plain HTTP: {}",
            heard.lines().next().unwrap_or_default()
        );
        assert_failure(&output, exit::CONFIG, "config-value");
    }
}
