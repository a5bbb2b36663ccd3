//! A few lines of HTTP server: the callback page of a test that signs in by hand, or a provider that says yes to all.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use url::Url;

/// What a [`LocalServer`] answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A page with this HTML.
    Page(String),
    /// A redirect to this URL.
    Redirect(String),
}

/// Serves GET requests on `localhost` for the rest of the test's process.
#[derive(Debug)]
pub struct LocalServer {
    port: u16,
    requests: Arc<Mutex<Vec<Url>>>,
}

impl LocalServer {
    /// Listens on a free port.
    ///
    /// # Panics
    ///
    /// If loopback has no free port.
    pub fn start(reply: impl Fn(&Url) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, reply) = (Arc::clone(&requests), Arc::new(reply));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
                // A browser opens connections ahead of need and says nothing on them: each waits in a thread of its own.
                thread::spawn(move || answer(&connection, port, &log, &*reply));
            }
        });
        Self { port, requests }
    }

    /// Its port on IPv4.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A URL of this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// Every URL that was asked for, oldest first.
    pub fn requests(&self) -> Vec<Url> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A parameter of the first request to `/callback`; `None` before there is one.
    pub fn callback_parameter(&self, name: &str) -> Option<String> {
        let callback = self.requests().into_iter().find(|url| url.path() == "/callback")?;
        parameter(&callback, name)
    }
}

/// The value of a query parameter.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A gone client is no concern of the server.
fn answer(connection: &TcpStream, port: u16, log: &Mutex<Vec<Url>>, reply: &dyn Fn(&Url) -> Reply) -> Option<()> {
    let mut lines = BufReader::new(connection).lines();
    let target = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    while !lines.next()?.ok()?.is_empty() {}
    let url = Url::parse(&format!("http://localhost:{port}{target}")).ok()?;
    log.lock().unwrap_or_else(PoisonError::into_inner).push(url.clone());
    let (status, body) = match reply(&url) {
        Reply::Page(text) => ("200 OK".to_owned(), text),
        Reply::Redirect(to) => (format!("302 Found\r\nlocation: {to}"), String::new()),
    };
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n", body.len());
    write!(&mut &*connection, "{head}connection: close\r\n\r\n{body}").ok()
}
