//! The address of the last page, pasted by the person: brought to the port that waits for it, as the browser would have.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use url::Url;

use crate::output::note;

/// Longer than any callback address.
const LONGEST_LINE: u64 = 32 * 1024;

/// Starts to listen to the person, if there is a terminal to listen to.
pub(super) fn listen(port: u16) {
    if !std::io::stdin().is_terminal() {
        return;
    }
    let (sender, receiver) = mpsc::channel::<String>();
    // Both threads end with the process: it ends when the sign-in does.
    let reader = move || {
        let mut stdin = std::io::stdin().lock();
        let mut line = String::new();
        while stdin.by_ref().take(LONGEST_LINE).read_line(&mut line).is_ok_and(|read| read > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    };
    let bringer = move || {
        for line in receiver {
            match target(line.trim(), port) {
                Some(target) => {
                    if let Err(error) = bring(&target, port) {
                        note(&format!("The address could not be brought to the sign-in: {error}."));
                    }
                }
                None if line.trim().is_empty() => {}
                None => note(&format!(
                    "That is not the address of the last page. It starts with http://localhost:{port}/callback?"
                )),
            }
        }
    };
    for thread in [Box::new(reader) as Box<dyn FnOnce() + Send>, Box::new(bringer)] {
        let _ = std::thread::Builder::new().spawn(thread);
    }
}

/// Path and query of a pasted address, if it is one of this sign-in's port. Whether its `state` is right is for the
/// port to judge.
fn target(line: &str, port: u16) -> Option<String> {
    let url = Url::parse(line).ok()?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let ours = url.scheme() == "http" && local && url.port() == Some(port) && url.path() == "/callback";
    ours.then(|| format!("{}?{}", url.path(), url.query().unwrap_or_default()))
}

fn bring(target: &str, port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 400") {
        note("The sign-in did not accept this address. If it is from an older attempt, open the address above again.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_callback_address_of_this_port_is_brought() {
        assert_eq!(
            target("http://localhost:8400/callback?code=c&state=s", 8400).as_deref(),
            Some("/callback?code=c&state=s")
        );
        for other in [
            "https://localhost:8400/callback?code=c",
            "http://localhost:8401/callback?code=c",
            "http://evil.example:8400/callback?code=c",
            "http://localhost:8400/other?code=c",
            "code=c",
        ] {
            assert_eq!(target(other, 8400), None, "{other}");
        }
    }
}
