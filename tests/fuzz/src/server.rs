//! A server on loopback that answers every request with what it is told: what answers go through before they are read is then
//! the real client.

use std::cell::OnceCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ccwb_http::{HttpClient, HttpSettings, ProxySettings};
use tokio::runtime::Runtime;

/// An answer: a status, a media type and a body.
#[derive(Default)]
struct Answer {
    head: String,
    body: Vec<u8>,
}

pub(crate) struct Server {
    /// `http://127.0.0.1:<port>`.
    pub(crate) address: String,
    pub(crate) client: HttpClient,
    pub(crate) runtime: Runtime,
    answer: Arc<Mutex<Answer>>,
}

impl Server {
    /// Gives `work` this thread's server, which answers what an input says: its first byte chooses status and media type, the
    /// rest is the body. `work` is told whether the status is 200, and what is left of the first byte.
    pub(crate) fn answering<T>(input: &[u8], work: impl FnOnce(&Self, bool, u8) -> T) -> Option<T> {
        // Statuses for which nobody waits and asks again.
        const STATUSES: [&str; 4] = ["200 OK", "400 Bad Request", "403 Forbidden", "500 Internal Server Error"];
        const TYPES: [&str; 4] = ["application/json", "text/xml", "text/html", "application/x-amz-json-1.1"];
        thread_local! {
            static SERVER: OnceCell<Server> = const { OnceCell::new() };
        }
        let (choice, body) = input.split_first()?;
        let status = STATUSES[usize::from(choice & 3)];
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            status,
            TYPES[usize::from(choice >> 2 & 3)],
            body.len()
        );
        SERVER.with(|server| {
            let server = server.get_or_init(Self::start);
            *server.answer.lock().unwrap_or_else(PoisonError::into_inner) = Answer { head, body: body.to_owned() };
            Some(work(server, status == STATUSES[0], choice >> 4))
        })
    }

    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let answer = Arc::new(Mutex::new(Answer::default()));
        let shared = Arc::clone(&answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &answer));
            }
        });
        let limit = Duration::from_secs(4);
        let settings = HttpSettings {
            ca_bundles: Vec::new(),
            system_store_is_overridden: false,
            proxy: ProxySettings::default(),
            connect_timeout: limit,
            timeout: limit,
            user_agent: "ccwb-fuzz".to_owned(),
            clock: || 1_800_000_000,
        };
        let client = HttpClient::new(&settings).expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { address, client, runtime, answer }
    }
}

/// Answers request after request until the client goes.
fn serve(stream: &TcpStream, answer: &Mutex<Answer>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse().ok()?;
            }
            if line.is_empty() {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = [answer.head.as_bytes(), &answer.body].concat();
        drop(answer);
        (&*stream).write_all(&whole).ok()?;
    }
}
