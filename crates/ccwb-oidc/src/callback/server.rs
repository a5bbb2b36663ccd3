//! The listener: bound once, before the browser opens, and kept until the sign-in is over.
//!
//! Not `tiny_http`: it gives each connection a thread of a pool, and a few connections that send nothing can keep the
//! pool's threads for ever while the browser's request waits in its queue (docs/decisions/0005).

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use oauth2::CsrfToken;
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinHandle};

use super::connection;
use super::judge::{Expected, Verdict, judge};
use super::page::{Page, Tone};
use crate::authorize::AuthorizationRequest;
use crate::error::{OidcError, ProviderRefusal};

/// Connections at a time. The oldest is closed for a new one: a browser's request is over in milliseconds, so what is
/// old is slow or silent.
const CONNECTIONS: usize = 400;

/// A bound port that does not answer yet.
#[derive(Debug)]
pub struct CallbackServer {
    port: u16,
    listeners: Vec<TcpListener>,
}

/// A port that answers and waits for the provider's answer. Dropping it closes the port.
#[derive(Debug)]
pub struct Listening {
    answers: UnboundedReceiver<Answer>,
    acceptors: Vec<JoinHandle<()>>,
}

/// The end of the wait.
#[derive(Debug)]
pub struct Answer {
    /// What came.
    pub outcome: Outcome,
    /// Who brought it.
    pub browser: Browser,
}

/// A browser that still waits for a page.
#[derive(Debug)]
pub struct Browser(TcpStream);

/// What a browser can bring.
#[derive(Debug)]
pub enum Outcome {
    /// The authorization code.
    Code(SecretString),
    /// The provider's error.
    Refused(ProviderRefusal),
    /// The person's "not now" on the page that asks first.
    NotNow,
}

/// A page that asks before the person is sent to the provider: `http://localhost:<port>/sign-in?key=<key>`.
#[derive(Debug)]
pub struct AskFirst {
    /// Known to the browser that is opened, and to nobody else.
    pub key: CsrfToken,
    /// Who asks, for what.
    pub page: Page,
}

impl CallbackServer {
    /// Binds the first port that is free on 127.0.0.1 and, where it exists, `::1`: browsers take either for `localhost`.
    pub fn bind(ports: &[u16]) -> Result<Self, OidcError> {
        let mut reasons = Vec::new();
        for &port in ports {
            match bind_both(port) {
                Ok(listeners) => return Ok(Self { port, listeners }),
                Err(error) => reasons.push(format!("{port} ({error})")),
            }
        }
        Err(OidcError::NoPort(reasons.join(", ")))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers requests; only one with the right `state` (or "not now" on the page that asks first) reaches the caller,
    /// and only once.
    pub fn listen(
        self,
        request: &AuthorizationRequest,
        issuer: &str,
        ask_first: Option<AskFirst>,
    ) -> Result<Listening, OidcError> {
        let failed = |error: std::io::Error| OidcError::NoPort(format!("{} ({error})", self.port));
        let (sender, answers) = unbounded_channel();
        let (key, page) = ask_first.map(|ask| (ask.key, ask.page)).unzip();
        let ask_first = page.zip(key.as_ref()).map(|(page, key)| {
            let stop = format!("/not-now?key={}", key.secret());
            page.choice(("Sign in", request.url.as_str()), ("Not now", &stop))
        });
        let shared = Arc::new(Shared {
            expected: Expected { port: self.port, state: request.state.clone(), issuer: issuer.to_owned(), key },
            ask_first,
            answered: AtomicBool::new(false),
            answers: sender,
        });
        let mut acceptors = Vec::new();
        for listener in self.listeners {
            listener.set_nonblocking(true).map_err(failed)?;
            let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
            acceptors.push(tokio::spawn(accept(listener, Arc::clone(&shared))));
        }
        Ok(Listening { answers, acceptors })
    }
}

impl Listening {
    /// Waits for the answer; `None` when the time is over.
    pub async fn wait(&mut self, limit: Duration) -> Option<Answer> {
        tokio::time::timeout(limit, self.answers.recv()).await.ok()?
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.acceptors.iter().for_each(JoinHandle::abort);
    }
}

impl Browser {
    /// Sends the last page.
    pub async fn respond(self, page: &Page) {
        connection::send(self.0, page).await;
    }
}

struct Shared {
    expected: Expected,
    ask_first: Option<Page>,
    answered: AtomicBool,
    answers: UnboundedSender<Answer>,
}

fn bind_both(port: u16) -> std::io::Result<Vec<TcpListener>> {
    let v4 = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
        Ok(v6) => Ok(vec![v4, v6]),
        // Somebody else's server on ::1 would get the browser's request, with the code in it.
        Err(error) if is_taken(&error) => Err(error),
        // No IPv6 on this machine.
        Err(_) => Ok(vec![v4]),
    }
}

/// A port that is bound for its owner alone is "access denied" on Windows.
fn is_taken(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::AddrInUse
        || (cfg!(windows) && error.kind() == std::io::ErrorKind::PermissionDenied)
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>) {
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                open.retain(|connection| !connection.is_finished());
                if open.len() >= CONNECTIONS
                    && let Some(oldest) = open.pop_front()
                {
                    oldest.abort();
                }
                open.push_back(tokio::spawn(serve(stream, Arc::clone(&shared))).abort_handle());
            }
            // Out of descriptors, or a connection that was gone at once: the next one may do.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let Some(verdict) = connection::read_head(&mut stream, |request| judge(request, &shared.expected)).await else {
        return;
    };
    let page = match verdict {
        Verdict::Answer(Ok(code)) => return shared.hand_over(Outcome::Code(code), stream).await,
        Verdict::Answer(Err(refusal)) => return shared.hand_over(Outcome::Refused(refusal), stream).await,
        Verdict::NotNow => return shared.hand_over(Outcome::NotNow, stream).await,
        Verdict::AskFirst => shared.ask_first.clone().unwrap_or_else(|| foreign(404)),
        Verdict::Foreign(status) => foreign(status),
        Verdict::Stale => stale(),
    };
    connection::send(stream, &page).await;
}

impl Shared {
    /// The first answer goes to the caller; whoever comes again is told so.
    async fn hand_over(&self, outcome: Outcome, stream: TcpStream) {
        if self.answered.swap(true, Ordering::SeqCst) {
            connection::send(stream, &repeated()).await;
        } else {
            let _ = self.answers.send(Answer { outcome, browser: Browser(stream) });
        }
    }
}

fn foreign(status: u16) -> Page {
    Page::new(status, Tone::Neutral, "Nothing to see here")
        .paragraph("This address waits for the end of a sign-in. You can close this tab.")
}

fn stale() -> Page {
    Page::new(400, Tone::Neutral, "This link is not part of the current sign-in").paragraph(
        "It may come from an older tab. The sign-in that is waiting was not changed: finish it in its own tab, or \
         start again.",
    )
}

fn repeated() -> Page {
    Page::new(200, Tone::Neutral, "This sign-in is already being finished").paragraph("You can close this tab.")
}

#[cfg(test)]
mod tests {
    use oauth2::PkceCodeVerifier;
    use openidconnect::Nonce;
    use secrecy::ExposeSecret;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use url::Url;

    use super::*;

    fn started() -> (Listening, u16) {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let request = AuthorizationRequest {
            url: Url::parse("https://i.example").unwrap(),
            state: CsrfToken::new("right".to_owned()),
            nonce: Nonce::new("n".to_owned()),
            verifier: PkceCodeVerifier::new("v".to_owned()),
            redirect_uri: String::new(),
        };
        let server = CallbackServer::bind(&[port]).unwrap();
        (server.listen(&request, "https://i.example", None).unwrap(), port)
    }

    async fn send(port: u16, target: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let head = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    async fn text(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn forged_requests_change_nothing_and_the_right_one_gets_its_page() {
        let (mut listening, port) = started();
        for target in ["/callback?error=access_denied", "/callback?code=x&state=wrong", "/favicon.ico"] {
            let page = text(send(port, target).await).await;
            assert!(page.starts_with("HTTP/1.1 40"), "{page}");
            assert!(page.contains("frame-ancestors 'none'") && page.contains("no-store"), "{page}");
        }
        let waiting = send(port, "/callback?code=the-code&state=right").await;
        let answer = listening.wait(Duration::from_secs(10)).await.unwrap();
        assert!(matches!(&answer.outcome, Outcome::Code(code) if code.expose_secret() == "the-code"));
        assert!(text(send(port, "/callback?code=c&state=right").await).await.contains("already being finished"));
        answer.browser.respond(&Page::new(200, Tone::Good, "Signed in")).await;
        assert!(text(waiting).await.contains("<h1>Signed in</h1>"));
        assert!(listening.wait(Duration::from_millis(10)).await.is_none());
    }

    #[tokio::test]
    async fn silent_and_endless_connections_do_not_stop_the_right_one() {
        let (mut listening, port) = started();
        let mut held = Vec::new();
        for index in 0..CONNECTIONS + 50 {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            if index % 2 == 0 {
                let _ = stream.write_all(b"GET /callback?code=x HTTP/1.1\r\nX: ").await;
            }
            held.push(stream);
        }
        let _waiting = send(port, "/callback?code=c&state=right").await;
        assert!(listening.wait(Duration::from_secs(10)).await.is_some());
    }

    #[tokio::test]
    async fn what_is_not_http_is_dropped_without_an_answer() {
        let (_listening, port) = started();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(b"\x16\x03\x01 not http at all\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert_eq!(answer, b"");
    }

    #[test]
    fn the_next_port_is_taken_when_the_first_is_in_use_and_all_are_named_when_none_is_free() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken_port = taken.local_addr().unwrap().port();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(CallbackServer::bind(&[taken_port, free]).unwrap().port(), free);
        let error = CallbackServer::bind(&[taken_port]).unwrap_err().to_string();
        assert!(error.contains(&taken_port.to_string()), "{error}");
    }
}
