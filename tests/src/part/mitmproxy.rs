use std::path::PathBuf;

use super::python_program;
use super::server::Server;
use crate::{Gateway, Home, free_port};

/// mitmproxy: a proxy that opens TLS, with an authority of its own, and wants a password. Behind it is the gateway.
#[derive(Debug)]
pub struct Mitmproxy {
    _server: Server,
    home: Home,
    port: u16,
}

impl Mitmproxy {
    /// The name of its authority.
    pub const AUTHORITY: &str = "mitmproxy";

    /// Starts one; `None` where it is not installed.
    ///
    /// # Panics
    ///
    /// If it is installed and does not start.
    pub fn start(gateway: &Gateway) -> Option<Self> {
        let program = python_program("mitmproxy", "mitmdump")?;
        let (home, port) = (Home::new(), free_port());
        let trusted = home.write("gateway.pem", gateway.authority());
        let mut command = home.command(program);
        command.args(["--mode", &format!("upstream:{}", gateway.proxy())]);
        command.args(["--listen-host", "127.0.0.1", "--listen-port", &port.to_string(), "--proxyauth", "jo:secret"]);
        command.args(["--set", &format!("ssl_verify_upstream_trusted_ca={}", trusted.display())]);
        Some(Self { _server: Server::start_on_port(&command, port), home, port })
    }

    /// What goes into `HTTPS_PROXY`.
    pub fn address(&self) -> String {
        format!("http://jo:secret@127.0.0.1:{}", self.port)
    }

    /// The certificate of its authority (PEM).
    pub fn ca_bundle(&self) -> PathBuf {
        self.home.path().join(".mitmproxy/mitmproxy-ca-cert.pem")
    }
}
