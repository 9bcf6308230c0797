//! When a component counts as ready.

use std::{fmt, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::output::Output;

/// Between two tries.
const TRY_EVERY: Duration = Duration::from_millis(25);
/// For one try.
const TRY_LIMIT: Duration = Duration::from_secs(2);

/// What shows that a component can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadyCheck {
    /// `GET path` is answered with 2xx or 3xx.
    Http { address: SocketAddr, path: String },
    /// A connection is accepted.
    Tcp { address: SocketAddr },
    /// A line of its output contains this text.
    Line { text: String },
    /// Its process exists.
    Started,
}

impl ReadyCheck {
    pub(super) fn awaited_line(&self) -> Option<String> {
        if let ReadyCheck::Line { text } = self { Some(text.clone()) } else { None }
    }

    /// Tries until the check holds; has no limit of its own.
    pub(super) async fn wait(&self, output: &Output) {
        match self {
            ReadyCheck::Started => {}
            ReadyCheck::Line { .. } => output.awaited_line().await,
            ReadyCheck::Tcp { address } => {
                while !within_limit(async { TcpStream::connect(address).await.is_ok() }).await {
                    tokio::time::sleep(TRY_EVERY).await;
                }
            }
            ReadyCheck::Http { address, path } => {
                while !within_limit(answers(*address, path)).await {
                    tokio::time::sleep(TRY_EVERY).await;
                }
            }
        }
    }
}

impl fmt::Display for ReadyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadyCheck::Http { address, path } => {
                write!(f, "GET http://{address}{path} was not answered with 2xx")
            }
            ReadyCheck::Tcp { address } => write!(f, "nothing accepts connections on {address}"),
            ReadyCheck::Line { text } => write!(f, "no line of its output contains `{text}`"),
            ReadyCheck::Started => f.write_str("its process does not exist"),
        }
    }
}

async fn within_limit(try_once: impl Future<Output = bool>) -> bool {
    tokio::time::timeout(TRY_LIMIT, try_once).await.unwrap_or(false)
}

/// Sends one plain request and looks at the status alone.
async fn answers(address: SocketAddr, path: &str) -> bool {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut head = [0u8; 12];
        stream.read_exact(&mut head).await?;
        std::io::Result::Ok(head)
    };
    exchange.await.is_ok_and(|head| head.starts_with(b"HTTP/1.") && matches!(head[9], b'2' | b'3'))
}
