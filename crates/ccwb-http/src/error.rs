//! How a request can fail, in the words that a person needs.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use url::Url;

/// A request that got no usable response.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// A certificate bundle could not be used.
    #[error("could not use the certificate bundle {}: {problem}", .path.display())]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A proxy's address could not be used. The address itself is not shown: it may hold a password.
    #[error("the address in {variable} is not a proxy's address")]
    ProxyAddress {
        /// The variable.
        variable: &'static str,
    },
    /// The client could not be made.
    #[error("could not set up TLS: {0}")]
    Setup(String),
    /// The request failed.
    #[error("{host}: {detail}")]
    Request {
        /// Host and port.
        host: String,
        /// What kind of failure.
        kind: HttpErrorKind,
        /// What happened, without query parameters.
        detail: String,
    },
}

/// Kinds of failed requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpErrorKind {
    /// The name does not resolve.
    Dns,
    /// No connection.
    Connect,
    /// The server's certificate is not trusted.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection broke.
    Broken,
    /// The response is larger than any real one.
    TooLarge,
}

impl HttpError {
    /// Classifies an error of the client; its URL, which may hold secrets in its query, is dropped.
    pub(crate) fn request(url: &Url, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let chain = chain(&error);
        let kind = if error.is_timeout() {
            HttpErrorKind::Timeout
        } else if error.is_dns() || chain.contains("dns error") || chain.contains("failed to lookup") {
            HttpErrorKind::Dns
        } else if chain.contains("certificate") || chain.contains("tls") || chain.contains("TLS") {
            HttpErrorKind::Tls
        } else if error.is_connect() {
            HttpErrorKind::Connect
        } else {
            HttpErrorKind::Broken
        };
        let detail = match kind {
            HttpErrorKind::Timeout => "no answer in time".to_owned(),
            HttpErrorKind::Dns => "the name could not be resolved".to_owned(),
            HttpErrorKind::Tls => in_words(&chain),
            _ => chain,
        };
        Self::Request { host: host(url), kind, detail }
    }

    pub(crate) fn too_large(url: &Url, limit: usize) -> Self {
        let detail = format!("the response is larger than {limit} bytes");
        Self::Request { host: host(url), kind: HttpErrorKind::TooLarge, detail }
    }

    /// The kind, if a request was made.
    pub fn kind(&self) -> Option<HttpErrorKind> {
        match self {
            Self::Request { kind, .. } => Some(*kind),
            _ => None,
        }
    }
}

/// The usual refusals of a certificate, said so that a person can act on them.
fn in_words(chain: &str) -> String {
    let words = [
        ("UnknownIssuer", "its certificate is not signed by an authority that this computer trusts"),
        ("CaUsedAsEndEntity", "its certificate is that of an authority (CA:TRUE), which no server may use"),
        ("certificate expired", "its certificate has expired (or this computer's clock is wrong)"),
        ("Expired", "its certificate has expired (or this computer's clock is wrong)"),
        ("NotValidForName", "its certificate is for another name"),
        ("not valid for name", "its certificate is for another name"),
    ];
    let found = words.iter().find(|(sign, _)| chain.contains(sign));
    found.map_or(chain, |(_, words)| words).to_owned()
}

fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "the server".to_owned(),
    }
}

/// The causes of an error, innermost last, each said once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            let _ = write!(text, ": {said}");
        }
        source = cause.source();
    }
    text
}
