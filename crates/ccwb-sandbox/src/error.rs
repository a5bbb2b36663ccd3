/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// A port is taken, or loopback is not there.
    #[error("cannot listen on 127.0.0.1:{port} for the sandbox's {role}")]
    Listen {
        /// What would have listened: `identity provider` or `AWS endpoint`.
        role: &'static str,
        /// The port asked for; 0 asked for any free one.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
}
