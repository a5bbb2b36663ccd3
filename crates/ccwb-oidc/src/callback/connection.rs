//! One connection: one request head in, one page out, all within a few seconds.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::judge::Request;
use super::page::Page;

/// A request head is at most this large: a callback carries a code and a state, a few kilobytes.
const LARGEST_HEAD: usize = 32 * 1024;
const HEADERS: usize = 64;
const READ_LIMIT: Duration = Duration::from_secs(10);
const WRITE_LIMIT: Duration = Duration::from_secs(5);
const LINGER: Duration = Duration::from_millis(300);

/// Reads one request head and hands its parts to `judge`; `None` for a connection that sends no HTTP request in time.
pub(super) async fn read_head<T>(stream: &mut TcpStream, judge: impl FnOnce(Request<'_>) -> T) -> Option<T> {
    let head = timeout(READ_LIMIT, read_until_complete(stream)).await.ok()??;
    parse_head(&head).map(judge)
}

/// The parts of a request head; `None` if it is not a complete one.
pub fn parse_head(head: &[u8]) -> Option<Request<'_>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(head).ok().filter(httparse::Status::is_complete)?;
    // Two Host headers are an error (RFC 9112, section 3.2); `None` is refused as a foreign host.
    let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => std::str::from_utf8(host.value).ok(),
        _ => None,
    };
    Some(Request { method: request.method?, target: request.path?, host })
}

async fn read_until_complete(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::with_capacity(2048);
    loop {
        if stream.read_buf(&mut head).await.ok()? == 0 || head.len() > LARGEST_HEAD {
            return None;
        }
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        match httparse::Request::new(&mut headers).parse(&head) {
            Ok(status) if status.is_complete() => return Some(head),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

/// Sends a page and closes the connection. A browser that is gone is fine.
pub(super) async fn send(mut stream: TcpStream, page: &Page) {
    let body = page.html();
    let status = http::StatusCode::from_u16(page.status()).unwrap_or(http::StatusCode::OK);
    let mut response = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in Page::headers() {
        let _ = write!(response, "{name}: {value}\r\n");
    }
    response.push_str("\r\n");
    response.push_str(&body);
    let write = async {
        stream.write_all(response.as_bytes()).await?;
        stream.shutdown().await
    };
    if let Ok(Ok(())) = timeout(WRITE_LIMIT, write).await {
        // What the client still sends is read away: closing on unread bytes would reset the connection under the page.
        let mut rest = [0; 4096];
        let _ = timeout(LINGER, async { while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {} }).await;
    }
}
