//! What a binary read from the environment and hands in.

use std::path::PathBuf;
use std::time::Duration;

/// How to reach the network.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// PEM files with certificate authorities that are trusted beside the operating system's
    /// (`AWS_CA_BUNDLE`, `SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE`).
    pub ca_bundles: Vec<PathBuf>,
    /// `SSL_CERT_FILE` or `SSL_CERT_DIR` is set. On Linux and the BSDs the loader of the system's certificates then reads
    /// those in their place; here they are to be added.
    pub system_store_is_overridden: bool,
    /// Proxies.
    pub proxy: ProxySettings,
    /// Time limit for a connection, TLS included.
    pub connect_timeout: Duration,
    /// Time limit for a whole request.
    pub timeout: Duration,
    /// `User-Agent`.
    pub user_agent: String,
    /// This machine's clock in Unix seconds, to be compared with what servers say.
    pub clock: fn() -> i64,
}

/// The variables that name a bundle of certificate authorities: AWS's, OpenSSL's, Node's, Python's.
pub const CA_BUNDLE_VARIABLES: [&str; 4] =
    ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"];

impl HttpSettings {
    /// From the variables that other programs go by too. `var` looks one up; `limit` is for a whole request.
    pub fn from_variables<'v>(var: impl Fn(&str) -> Option<&'v str>, user_agent: &str, limit: Duration) -> Self {
        const CONNECT: Duration = Duration::from_secs(4);
        let mut ca_bundles: Vec<PathBuf> =
            CA_BUNDLE_VARIABLES.iter().filter_map(|name| var(name)).map(PathBuf::from).collect();
        ca_bundles.sort();
        ca_bundles.dedup();
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| var(name).map(|address| ProxyVariable::new(name, address)))
        };
        Self {
            ca_bundles,
            system_store_is_overridden: ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| var(name).is_some()),
            proxy: ProxySettings {
                https: first(["HTTPS_PROXY", "https_proxy"]),
                http: first(["http_proxy", "HTTP_PROXY"]),
                all: first(["ALL_PROXY", "all_proxy"]),
                no_proxy: ["NO_PROXY", "no_proxy"].iter().find_map(|name| var(name)).map(str::to_owned),
                none: false,
            },
            connect_timeout: limit.min(CONNECT),
            timeout: limit,
            user_agent: user_agent.to_owned(),
            clock: system_clock,
        }
    }
}

/// Proxies, as the usual variables name them. Loopback addresses are never reached through one.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// `HTTPS_PROXY` or `https_proxy`; may hold a user name and a password.
    pub https: Option<ProxyVariable>,
    /// `HTTP_PROXY` or `http_proxy`.
    pub http: Option<ProxyVariable>,
    /// `ALL_PROXY` or `all_proxy`.
    pub all: Option<ProxyVariable>,
    /// `NO_PROXY` or `no_proxy`.
    pub no_proxy: Option<String>,
    /// None at all, whatever the system's settings say: for what is on this machine or beside it.
    pub none: bool,
}

/// A variable that names a proxy, so that an error can name the variable.
#[derive(Clone)]
pub struct ProxyVariable {
    pub(crate) name: &'static str,
    pub(crate) address: String,
}

impl ProxyVariable {
    /// A variable and what it holds.
    pub fn new(name: &'static str, address: impl Into<String>) -> Self {
        Self { name, address: address.into() }
    }
}

impl std::fmt::Debug for ProxyVariable {
    /// A proxy's address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The operating system's clock, for [`HttpSettings::clock`].
#[expect(clippy::disallowed_methods, reason = "for binaries to hand in")]
pub fn system_clock() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since_epoch.as_secs().cast_signed()
}
