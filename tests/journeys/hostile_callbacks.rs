//! Whoever can reach the port: a web page, another user, a program that went astray.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ccwb_tests::{FakeBrowser, LIMIT};

use crate::support::{Credentials, Journey, alone_on_the_machine, eventually};

const FORGERIES: usize = 10_000;

/// One forged request; whatever comes back is read, so that the server has seen it.
fn forge(port: u16, index: usize) {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let (method, target, host) = match index % 7 {
        0 => ("GET", format!("/callback?code=forged{index}&state=forged{index}"), "localhost"),
        1 => ("GET", "/callback?error=access_denied".to_owned(), "localhost"),
        2 => ("GET", format!("/callback?error=access_denied&state={index}"), "127.0.0.1"),
        3 => ("POST", "/callback?code=forged&state=forged".to_owned(), "localhost"),
        4 => ("GET", "/callback?code=forged&state=forged".to_owned(), "rebinding.example"),
        5 => ("GET", format!("/{}", "x".repeat(4_000)), "localhost"),
        _ => ("OPTIONS", "/not-now?key=guess".to_owned(), "localhost"),
    };
    let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.read_to_end(&mut Vec::new());
}

#[test]
fn ten_thousand_forged_callbacks_neither_end_nor_delay_a_sign_in() {
    let _alone = alone_on_the_machine();
    let mut journey = Journey::new();
    journey.home.use_browser(FakeBrowser::DoesNothing);
    let caller = journey.start(&[]);
    eventually("a browser opens", || journey.openings() == 1);
    let address = journey.home.openings().pop().expect("an opening");
    let port = address.split("localhost%3A").nth(1).and_then(|rest| rest.split('%').next()).expect("a redirect port");
    let port = port.parse().expect("a number");
    std::thread::scope(|scope| {
        for worker in 0..8 {
            scope.spawn(move || (worker..FORGERIES).step_by(8).for_each(|index| forge(port, index)));
        }
    });
    // The right answer after all of that, as the provider gives it.
    let answer = ccwb_tests::http::redirect_of(&address);
    let target = answer.split_once(&format!(":{port}")).expect("our port").1;
    let started = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the port is still there");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n").expect("it is sent");
    Credentials::of(&caller.wait(LIMIT).expect("it ends"));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(journey.sandbox.control().count("token"), 1, "no forged code went to the provider");
    assert_eq!(journey.openings(), 1);
}
