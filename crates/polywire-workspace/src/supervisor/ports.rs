//! Free ports and random tokens for the components of a run.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::File,
    io::{self, Read as _},
    net::{Ipv4Addr, TcpListener},
};

/// How often to ask again when the system offers a port that was already handed out.
const TRIES_MAX: usize = 1000;

/// Hands out free ports of the loopback address, never the same one twice.
#[derive(Default, Debug)]
pub struct Ports {
    handed_out: BTreeSet<u16>,
}

impl Ports {
    pub fn hand_out(&mut self) -> io::Result<u16> {
        for _ in 0..TRIES_MAX {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            if self.handed_out.insert(port) {
                return Ok(port);
            }
        }
        Err(io::Error::other("no free port is left"))
    }
}

/// Makes an unguessable token: 32 random bytes in hexadecimal.
pub fn token() -> io::Result<String> {
    let mut bytes = [0u8; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut text = String::with_capacity(64);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_and_can_be_bound() {
        let mut ports = Ports::default();
        let handed: BTreeSet<u16> = (0..50).map(|_| ports.hand_out().unwrap()).collect();
        assert_eq!(handed.len(), 50);
        let port = handed.first().copied().unwrap();
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (a, b) = (token().unwrap(), token().unwrap());
        assert!(a.len() == 64 && a != b);
    }
}
