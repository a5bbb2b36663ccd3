use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What is beside a machine: an instance's metadata service, or a container's agent. Answers by method and path.
#[derive(Debug)]
pub(crate) struct Neighbour {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

/// `GET /path` and a header's lines, to a status and a body.
type Answer = dyn Fn(&str, &[String]) -> (u16, String) + Send + Sync;

impl Neighbour {
    pub(crate) fn start(answer: impl Fn(&str, &[String]) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, answer): (_, Arc<Answer>) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(&connection, &log, &*answer));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `GET /path`, oldest first.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(connection: &TcpStream, log: &Mutex<Vec<String>>, answer: &Answer) -> Option<()> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let request = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        match header.trim_end() {
            "" => break,
            header => headers.push(header.to_ascii_lowercase()),
        }
    }
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok());
    reader.take(length.unwrap_or(0)).read_to_end(&mut Vec::new()).ok()?;
    log.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let (status, body) = answer(&request, &headers);
    write!(&mut &*connection, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len()).ok()?;
    write!(&mut &*connection, "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n{body}").ok()
}
