//! A component that answers as it is told, or misbehaves, over a real socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What the component does with a request.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Nobody listens.
    Refuse,
    /// Reads the request, then breaks the connection.
    Reset,
    /// Reads the request and never answers.
    Hang,
    /// Answers these bytes, whatever they are, and closes.
    Raw(Vec<u8>),
    /// Answers with a status, a media type and a body.
    Answer(u16, String, Vec<u8>),
}

/// A running component; it stops listening when the test's process ends.
pub struct Component {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    behaviour: Mutex<Behaviour>,
    requests: AtomicUsize,
    last: Mutex<String>,
}

impl Component {
    /// Starts listening on a free port; for [`Behaviour::Refuse`] the port is free but closed.
    pub fn start(behaviour: Behaviour) -> Component {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let refuses = matches!(behaviour, Behaviour::Refuse);
        let shared = Shared {
            behaviour: Mutex::new(behaviour),
            requests: AtomicUsize::new(0),
            last: Mutex::default(),
        };
        let component = Component { address, shared: Arc::new(shared) };
        if refuses {
            return component;
        }
        let shared = component.shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        component
    }

    /// What it does from now on; one that refuses connections goes on doing so.
    pub fn set(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().expect("no holder panics") = behaviour;
    }

    /// How many requests arrived whole.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// A header of the last request; `:target` is what stands behind the method, `:body` the body.
    pub fn header(&self, name: &str) -> Option<String> {
        let request = self.shared.last.lock().expect("no holder panics");
        match name {
            ":target" => return request.split(' ').nth(1).map(str::to_string),
            ":body" => return request.split_once("\r\n\r\n").map(|(_, body)| body.to_string()),
            _ => drop(request),
        }
        let head = self.shared.last.lock().expect("no holder panics");
        let head = head.split("\r\n\r\n").next().unwrap_or_default();
        let fields = head.lines().filter_map(|line| line.split_once(':'));
        fields
            .into_iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_string())
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    while let Some(head) = read_request(&mut stream) {
        shared.requests.fetch_add(1, Ordering::SeqCst);
        *shared.last.lock().expect("no holder panics") = head;
        let behaviour = shared.behaviour.lock().expect("no holder panics").clone();
        let done = match behaviour {
            Behaviour::Refuse | Behaviour::Reset => true,
            Behaviour::Hang => {
                let _ = stream.read(&mut [0]);
                true
            }
            Behaviour::Raw(bytes) => {
                let _ = stream.write_all(&bytes);
                true
            }
            Behaviour::Answer(status, media, body) => {
                let head = format!(
                    "HTTP/1.1 {status} Status\r\ncontent-type: {media}\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err()
            }
        };
        if done {
            return;
        }
    }
}

/// Reads a head and a body of the announced length, as one text.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut block = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        let read = stream.read(&mut block).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&block[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_lowercase().strip_prefix("content-length:").and_then(|v| v.trim().parse::<usize>().ok())
        })
        .unwrap_or(0);
    while bytes.len() - end < length {
        let read = stream.read(&mut block).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&block[..read]);
    }
    Some(head + &String::from_utf8_lossy(&bytes[end..]))
}
