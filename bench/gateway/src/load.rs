//! The client: keep-alive connections, each with one request on its way at a time.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::backend::whole;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `GET /api/users/1`
    Get,
    /// `POST /api/users` with 1 KB
    Post,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) requests: usize,
    /// Sorted, in microseconds.
    pub(crate) latencies: Vec<f64>,
}

impl Outcome {
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        self.latencies.get(((self.requests - 1) as f64 * share) as usize).copied().unwrap_or_default()
    }
}

impl Kind {
    fn request(self) -> Rc<[u8]> {
        match self {
            Kind::Get => "GET /api/users/1 HTTP/1.1\r\nhost: localhost\r\n\r\n".as_bytes().into(),
            Kind::Post => {
                let body = crate::message::new_user();
                let head = "POST /api/users HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
                format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes().into()
            }
        }
    }
}

/// Every connection sends its next request as soon as it has its answer.
pub(crate) async fn closed_loop(to: SocketAddr, kind: Kind, connections: usize, time: Duration) -> Result<Outcome> {
    let end = Instant::now() + time;
    let request = kind.request();
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let request = request.clone();
        clients.spawn_local(async move {
            let mut client = Client::connect(to, request).await?;
            let mut latencies = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                client.call().await?;
                latencies.push(start.elapsed());
            }
            Ok(latencies)
        });
    }
    gather(clients).await
}

/// Requests start on a schedule, whether or not earlier ones have their answer: a late answer makes the ones behind it late.
pub(crate) async fn open_loop(to: SocketAddr, kind: Kind, per_second: u32, time: Duration) -> Result<Outcome> {
    const CONNECTIONS: u32 = 64;
    let begin = Instant::now() + Duration::from_millis(50);
    let request = kind.request();
    let mut clients = JoinSet::new();
    for number in 0..CONNECTIONS {
        let request = request.clone();
        clients.spawn_local(async move {
            let mut client = Client::connect(to, request).await?;
            let mut latencies = Vec::new();
            let step = Duration::from_secs(1) * CONNECTIONS / per_second;
            let mut due = begin + step * number / CONNECTIONS;
            while due < begin + time {
                // A timer wakes up to a millisecond late; that is the client's own lateness, not the answer's.
                let in_time = Instant::now() < due;
                tokio::time::sleep_until(due.into()).await;
                let start = if in_time { Instant::now() } else { due };
                client.call().await?;
                latencies.push(start.elapsed());
                due += step;
            }
            Ok(latencies)
        });
    }
    gather(clients).await
}

async fn gather(mut clients: JoinSet<Result<Vec<Duration>>>) -> Result<Outcome> {
    let mut latencies = Vec::new();
    while let Some(client) = clients.join_next().await {
        latencies.extend(client??.iter().map(|latency| latency.as_secs_f64() * 1e6));
    }
    ensure!(!latencies.is_empty(), "no request was answered");
    latencies.sort_by(f64::total_cmp);
    Ok(Outcome { requests: latencies.len(), latencies })
}

/// One request, for the start of a process: fails where nobody listens yet.
pub(crate) async fn once(to: SocketAddr, kind: Kind) -> Result<()> {
    Client::connect(to, kind.request()).await?.call().await
}

struct Client {
    stream: TcpStream,
    request: Rc<[u8]>,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(to: SocketAddr, request: Rc<[u8]>) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, request, buffer: vec![0; 16 << 10] })
    }

    /// Sends the request and reads the answer, which must be 200.
    async fn call(&mut self) -> Result<()> {
        self.stream.write_all(&self.request).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            ensure!(read > 0, "the connection was closed");
            filled += read;
            if whole(&self.buffer[..filled])?.is_some() {
                break;
            }
        }
        if !self.buffer.starts_with(b"HTTP/1.1 200 ") {
            bail!("not the answer: {}", String::from_utf8_lossy(&self.buffer[..filled]));
        }
        Ok(())
    }
}
