use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::ops::Deref;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use ccwb_sandbox::{Federation, Options, SigningAlgorithm};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The project's own strict provider and AWS endpoints, served by a thread of the test.
///
/// Everything that [`ccwb_sandbox::Sandbox`] offers is there: `control()` for faults, forged tokens and the request log.
#[derive(Debug)]
pub struct Sandbox {
    inner: Option<ccwb_sandbox::Sandbox>,
    runtime: Option<Runtime>,
    redirect_port: u16,
}

impl Sandbox {
    /// A generic provider that approves by itself.
    ///
    /// # Panics
    ///
    /// If loopback has no free port.
    pub fn start() -> Self {
        // ES256 keys are made at once, RS256 ones take a moment.
        Self::start_with(Options {
            auto_approve: true,
            signing_algorithm: SigningAlgorithm::Es256,
            ..Options::default()
        })
    }

    /// One that is set up differently. Its redirect URIs get one with a free port, the test's own.
    ///
    /// # Panics
    ///
    /// If loopback has no free port.
    pub fn start_with(mut options: Options) -> Self {
        let redirect_port = lasting_port();
        options.redirect_uris.push(format!("http://localhost:{redirect_port}/callback"));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread can be started");
        let inner = runtime.block_on(ccwb_sandbox::Sandbox::start(options)).expect("loopback has free ports");
        Self { inner: Some(inner), runtime: Some(runtime), redirect_port }
    }

    /// The port of the callback, which no other test uses.
    pub fn redirect_port(&self) -> u16 {
        self.redirect_port
    }

    /// A config.json with one profile, `ClaudeCode`, for this sandbox and its redirect port.
    pub fn config(&self, federation: Federation, storage: &str) -> Value {
        let mut config = self.config_json(federation, storage);
        config["ClaudeCode"]["redirect_port"] = self.redirect_port.into();
        config
    }

    /// Nobody listens there any more, as when the network is gone.
    pub fn shut_down(&mut self) {
        if let (Some(inner), Some(runtime)) = (self.inner.take(), self.runtime.take()) {
            runtime.block_on(inner.shutdown());
            runtime.shutdown_background();
        }
    }
}

impl Deref for Sandbox {
    type Target = ccwb_sandbox::Sandbox;

    fn deref(&self) -> &ccwb_sandbox::Sandbox {
        self.inner.as_ref().expect("it was not shut down")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// A port that stays free until a sign-in wants it: below those that the system hands out by itself (32768 on Linux, 49152
/// elsewhere), where each connection of a busy test run takes one. Each process begins elsewhere.
fn lasting_port() -> u16 {
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 20_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(process::id().wrapping_mul(397));
        let port = u16::try_from(FIRST + next % COUNT).expect("30,000 is a port");
        let ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        let ipv6_is_taken = matches!(ipv6, Err(error) if error.kind() == std::io::ErrorKind::AddrInUse);
        if !ipv6_is_taken && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
