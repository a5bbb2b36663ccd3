use super::program_on_path;
use super::server::Server;
use crate::{Gateway, Home, free_port};

/// tinyproxy: a plain proxy that wants a user name and a password. Behind it is the gateway.
#[derive(Debug)]
pub struct Tinyproxy {
    _server: Server,
    port: u16,
}

impl Tinyproxy {
    /// Who may use it.
    pub const USER: &str = "jo.doe";

    /// With which password.
    pub const PASSWORD: &str = "tinyproxy-password-5c1e";

    /// Starts one; `None` where it is not installed.
    ///
    /// # Panics
    ///
    /// If it is installed and does not start.
    pub fn start(gateway: &Gateway) -> Option<Self> {
        let program = program_on_path("tinyproxy")?;
        let (home, port) = (Home::new(), free_port());
        let (user, password) = (Self::USER, Self::PASSWORD);
        let settings = format!(
            "Listen 127.0.0.1\nPort {port}\nMaxClients 50\nBasicAuth {user} {password}\nUpstream http 127.0.0.1:{}\n",
            gateway.port()
        );
        let mut command = home.command(program);
        command.arg("-d").arg("-c").arg(home.write("tinyproxy.conf", &settings));
        Some(Self { _server: Server::start_on_port(&command, port), port })
    }

    /// What goes into `HTTPS_PROXY`, with this password.
    pub fn address(&self, password: &str) -> String {
        format!("http://{}:{password}@127.0.0.1:{}", Self::USER, self.port)
    }
}
