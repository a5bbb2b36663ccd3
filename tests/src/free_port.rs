//! Ports for what tests start.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Below every range from which systems give a port to whoever asks for any (Linux: from 32768, others: from 49152).
const FIRST: u64 = 12_000;
const COUNT: u64 = 20_000;

/// A TCP port that nobody on loopback uses now, on IPv4 or IPv6, and that nobody gets by chance before the caller binds it.
///
/// # Panics
///
/// If there is no port left.
pub fn free_port() -> u16 {
    // Each test process begins somewhere else, so that several at once do not meet.
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one(0) % COUNT));
    let candidates = (0..COUNT).map(|_| FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT);
    let mut ports = candidates.filter_map(|port| u16::try_from(port).ok());
    ports.find(|port| is_free_on_ipv4(*port) && is_free_on_ipv6(*port)).expect("loopback has a free port")
}

fn is_free_on_ipv4(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
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
