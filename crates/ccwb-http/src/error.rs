//! How a request can fail, in the words that a person needs.

use std::path::PathBuf;

use url::Url;

use crate::trust::{causes, tls_failure};

/// A request that got no usable response.
#[derive(Clone, Debug, thiserror::Error)]
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
    #[error("{host}{}: {detail}", through(.proxy.as_deref()))]
    Request {
        /// Host and port.
        host: String,
        /// The proxy on the way, if there was one.
        proxy: Option<Box<UsedProxy>>,
        /// What kind of failure.
        kind: HttpErrorKind,
        /// What happened, without query parameters.
        detail: String,
    },
}

/// A proxy on the way to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedProxy {
    /// The variable that names it.
    pub variable: &'static str,
    /// Its host and port; who uses it is left out.
    pub address: String,
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
    /// The proxy wants a user name and a password, or others.
    ProxyAuthentication,
    /// The proxy did not make the connection: it may not lead there, or it could not.
    ProxyRefused,
    /// Somebody on the way answered in the server's place: a captive portal.
    Portal,
}

impl HttpError {
    /// Classifies an error of the client; its URL, which may hold secrets in its query, is dropped.
    pub(crate) fn request(url: &Url, proxy: Option<UsedProxy>, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let said: Vec<String> = causes(&error).map(ToString::to_string).collect();
        let says = |words: &str| said.iter().any(|said| said.contains(words));
        let innermost = said.last().cloned().unwrap_or_default();
        let tls = tls_failure(&error);
        let (kind, detail) = if error.is_timeout() {
            return Self::timed_out(url, proxy);
        } else if error.is_dns() || says("dns error") || says("failed to lookup") || says("invalid dns name") {
            let whose = if proxy.is_some() { "the proxy's" } else { "the" };
            (HttpErrorKind::Dns, format!("{whose} name could not be resolved"))
        } else if let Some(reason) = tls {
            (HttpErrorKind::Tls, reason)
        } else if says("proxy authorization required") {
            (HttpErrorKind::ProxyAuthentication, "the proxy wants a user name and a password, or others".to_owned())
        } else if says("tunnel error: unsuccessful") {
            // It does not say with which status: tinyproxy answers a wrong password with 401, others with 403.
            let why = "a wrong password, a host that it does not allow, a login page?";
            (HttpErrorKind::ProxyRefused, format!("the proxy did not make the connection ({why})"))
        } else if error.is_connect() {
            (HttpErrorKind::Connect, innermost)
        } else {
            (HttpErrorKind::Broken, innermost)
        };
        Self::Request { host: host(url), proxy: proxy.map(Box::new), kind, detail }
    }

    pub(crate) fn timed_out(url: &Url, proxy: Option<UsedProxy>) -> Self {
        let detail = "no answer in time".to_owned();
        Self::Request { host: host(url), proxy: proxy.map(Box::new), kind: HttpErrorKind::Timeout, detail }
    }

    pub(crate) fn too_large(url: &Url, limit: usize) -> Self {
        let detail = format!("the response is larger than {limit} bytes");
        Self::Request { host: host(url), proxy: None, kind: HttpErrorKind::TooLarge, detail }
    }

    pub(crate) fn portal(url: &Url, proxy: Option<UsedProxy>, how: &str) -> Self {
        let detail = format!("something between this machine and it answered in its place, {how} (a captive portal?)");
        Self::Request { host: host(url), proxy: proxy.map(Box::new), kind: HttpErrorKind::Portal, detail }
    }

    /// The kind, if a request was made.
    pub fn kind(&self) -> Option<HttpErrorKind> {
        match self {
            Self::Request { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// The proxy on the way, if there was one.
    pub fn proxy(&self) -> Option<&UsedProxy> {
        match self {
            Self::Request { proxy, .. } => proxy.as_deref(),
            _ => None,
        }
    }
}

fn through(proxy: Option<&UsedProxy>) -> String {
    proxy.map_or_else(String::new, |UsedProxy { variable, address }| {
        format!(", through the proxy {address} ({variable})")
    })
}

fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "the server".to_owned(),
    }
}
