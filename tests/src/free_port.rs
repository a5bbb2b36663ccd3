//! Ports for what tests start.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// A TCP port that nobody on loopback uses now, on IPv4 or IPv6. Somebody may take it before the caller does; the system
/// hands out another each time, so that is rare.
///
/// # Panics
///
/// If the system has no port left.
pub fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        if is_free_on_ipv6(port) {
            return port;
        }
    }
}

/// A machine without IPv6 has nobody on the port there.
fn is_free_on_ipv6(port: u16) -> bool {
    !matches!(TcpListener::bind((Ipv6Addr::LOCALHOST, port)), Err(error) if error.kind() == std::io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_bound() {
        TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).expect("it is free");
    }
}
