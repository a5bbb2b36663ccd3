//! The quota service of the guidance: `GET <endpoint>/check` with the ID token.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::desk::{Desk, assert_credentials};
use crate::failure::assert_failure;

const QUOTA: i32 = 10;

/// A quota service that gives one answer to everybody, until it is told another.
struct Service {
    address: String,
    answer: Arc<Mutex<(u16, String)>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn answering(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = format!("http://{}/stage/", listener.local_addr().expect("it is bound"));
        let answer = Arc::new(Mutex::new((status, body.to_owned())));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (given, seen) = (Arc::clone(&answer), Arc::clone(&heads));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = [0; 16_384];
                let length = stream.read(&mut head).unwrap_or(0);
                locked(&seen).push(String::from_utf8_lossy(&head[..length]).into_owned());
                let (status, body) = locked(&given).clone();
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { address, answer, heads }
    }

    fn answers_now(&self, status: u16, body: &str) {
        *locked(&self.answer) = (status, body.to_owned());
    }

    fn heads(&self) -> Vec<String> {
        locked(&self.heads).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn desk(service: &Service, fail_mode: &str, interval: u64) -> Desk {
    let mut desk = Desk::new();
    desk.configure("quota_api_endpoint", service.address.as_str());
    desk.configure("quota_fail_mode", fail_mode);
    desk.configure("quota_check_interval", interval);
    desk
}

#[test]
fn it_is_asked_once_with_the_id_token_before_credentials_are_made_and_not_again_within_the_interval() {
    let service = Service::answering(200, r#"{"allowed": true}"#);
    let desk = desk(&service, "closed", 30);
    assert_credentials(&desk.run(&[]).success());
    assert_credentials(&desk.run(&[]).success());
    let heads = service.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with("GET /stage/check HTTP/1.1\r\n"), "{}", heads[0]);
    let bearer = format!("authorization: Bearer {}\r\n", desk.stored_text("tokens", "id_token"));
    assert!(heads[0].contains(&bearer), "no bearer token");
}

#[test]
fn who_is_over_the_quota_gets_no_credentials_and_aws_is_not_asked() {
    let service = Service::answering(200, r#"{"allowed": false, "message": "Monthly limit\u001b[31m reached"}"#);
    let desk = desk(&service, "open", 30);
    let output = desk.run(&["--no-browser", "login"]);
    assert_eq!(output.code, Some(4), "{output}");
    let output = desk.run(&[]);
    assert_failure(&output, QUOTA, "quota-exceeded");
    assert!(output.stderr.contains("Monthly limit [31m reached") && !output.stderr.contains('\u{1b}'), "{output}");
    assert_eq!(desk.sandbox.control().count("cognito"), 0);
}

#[test]
fn a_service_that_does_not_answer_means_what_the_fail_mode_says() {
    for (status, body) in [(500, "oops"), (200, "<html>"), (403, "{}")] {
        let service = Service::answering(status, body);
        assert_credentials(&desk(&service, "open", 30).run(&[]).success());
        assert_failure(&desk(&service, "closed", 30).run(&[]), QUOTA, "quota-exceeded");
    }
}

#[test]
fn zero_minutes_ask_each_time_and_a_denial_holds_for_cached_credentials_too_until_it_is_lifted() {
    let service = Service::answering(200, r#"{"allowed": true, "usage": {"monthly_percent": 12.5}}"#);
    let desk = desk(&service, "closed", 0);
    assert_credentials(&desk.run(&[]).success());
    service.answers_now(200, r#"{"allowed": false, "reason": "monthly_exceeded"}"#);
    assert_failure(&desk.run(&["export"]), QUOTA, "quota-exceeded");
    assert_failure(&desk.run(&[]), QUOTA, "quota-exceeded");
    service.answers_now(200, r#"{"allowed": true, "usage": {"monthly_percent": 83}}"#);
    let output = desk.run(&[]).success();
    assert!(output.stderr.contains("83 % of your quota"), "{output}");
    assert_credentials(&output);
}
