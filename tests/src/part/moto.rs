use super::python_program;
use super::server::Server;
use crate::{Home, free_port};

/// moto: the wire formats of STS and Cognito. It checks no token, role or session name; the sandbox is the strict one.
#[derive(Debug)]
pub struct Moto {
    _server: Server,
    _home: Home,
    port: u16,
}

impl Moto {
    /// Starts one; `None` where it is not installed.
    ///
    /// # Panics
    ///
    /// If it is installed and does not start.
    pub fn start() -> Option<Self> {
        let program = python_program("sdk", "moto_server")?;
        let (home, port) = (Home::new(), free_port());
        let mut command = home.command(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        Some(Self { _server: Server::start_on_port(&command, port), _home: home, port })
    }

    /// What goes into `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
