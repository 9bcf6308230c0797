//! One port for every protocol: HTTP/1.1, and HTTP/2 by prior knowledge with gRPC in it.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use http::{Request, Response, Version};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use polywire_call::Dispatch;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::grpc::HealthCheck;
use crate::linger::Lingering;
use crate::payload::Payload;
use crate::{grpc, http as rest};

/// What holds for every connection of a listener.
#[derive(Clone)]
pub struct ListenOptions {
    /// How long a request's head may take, from the end of the one before: so it is also how long an idle HTTP/1.1
    /// connection is kept, which should be longer than clients and load balancers keep theirs (most for 60 s or less).
    pub head_timeout: Duration,
    /// How long a request's body may take.
    pub body_timeout: Duration,
    /// Largest head of a request.
    pub head_bytes_max: usize,
    /// Requests at the same time on one HTTP/2 connection.
    pub streams_max: u32,
    /// Connections at the same time; more wait to be accepted until others end.
    pub connections_max: usize,
    /// How long calls may go on after the shutdown began.
    pub drain_timeout: Duration,
    /// What `grpc.health.v1.Health` answers.
    pub health: Option<HealthCheck>,
}

impl Default for ListenOptions {
    fn default() -> Self {
        ListenOptions {
            head_timeout: Duration::from_secs(65),
            body_timeout: Duration::from_secs(60),
            head_bytes_max: 64 << 10,
            streams_max: 256,
            connections_max: 20_000,
            drain_timeout: Duration::from_secs(10),
            health: None,
        }
    }
}

/// What the fronts know of a connection.
pub(crate) struct Connection {
    pub(crate) dispatch: Arc<dyn Dispatch>,
    pub(crate) peer: Arc<str>,
    pub(crate) body_timeout: Duration,
    pub(crate) health: Option<HealthCheck>,
    /// A request was answered before it was read: what is still on its way has to be taken in, or the answer would be
    /// lost with it.
    pub(crate) unread: AtomicBool,
}

/// Listens at an address. With `reuse_port` several sockets may, each in its own thread, and the kernel divides
/// connections among them (`SO_REUSEPORT`).
pub fn bind(address: SocketAddr, reuse_port: bool) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(reuse_port)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

/// Serves connections until `shutdown` ends; calls under way are then finished, within the time for it.
pub async fn serve(
    listener: std::net::TcpListener,
    dispatch: Arc<dyn Dispatch>,
    options: ListenOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < options.connections_max => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, dispatch.clone(), options.clone(), stopped.clone()));
                }
                Err(error) => accept_failed(&error).await,
            },
            Some(_) = connections.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    drop(stop);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(options.drain_timeout, drained).await.is_err() {
        tracing::warn!("Connections were cut off at the end of the drain time");
    }
    Ok(())
}

/// A connection that is gone already is nobody's concern; without descriptors a short pause helps.
async fn accept_failed(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
        tracing::warn!(%error, "Connection could not be accepted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    dispatch: Arc<dyn Dispatch>,
    options: ListenOptions,
    mut stopped: watch::Receiver<()>,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let front = Arc::new(Connection {
        dispatch,
        peer: peer.to_string().into(),
        body_timeout: options.body_timeout,
        health: options.health.clone(),
        unread: AtomicBool::new(false),
    });
    let preface = tokio::select! {
        preface = tokio::time::timeout(options.head_timeout, is_http2(&stream)) => preface,
        _ = stopped.changed() => return,
    };
    let ended = match preface {
        Ok(Ok(true)) => http2(stream, front, &options, stopped).await,
        Ok(Ok(false)) => http1(stream, front, &options, stopped).await,
        Ok(Err(_)) | Err(_) => return,
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "Connection ended early");
    }
}

/// Looks at the first bytes without taking them: `PRI` begins HTTP/2 and no method of HTTP/1.1.
async fn is_http2(stream: &TcpStream) -> io::Result<bool> {
    const PREFACE: &[u8] = b"PRI ";
    let mut first = [0; PREFACE.len()];
    loop {
        let seen = stream.peek(&mut first).await?;
        if seen == PREFACE.len() || first[..seen] != PREFACE[..seen] || seen == 0 {
            return Ok(seen == PREFACE.len() && first == PREFACE);
        }
        // The socket stays readable, so the rest of a preface that comes in pieces cannot be waited for.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn http1(
    stream: TcpStream,
    front: Arc<Connection>,
    options: &ListenOptions,
    mut stopped: watch::Receiver<()>,
) -> hyper::Result<()> {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(options.head_timeout);
    builder.max_header_size(options.head_bytes_max);
    let stream = TokioIo::new(Lingering::new(stream, front.clone()));
    let service = service_fn(move |request| front.clone().answer(request));
    let mut serving = pin!(builder.serve_connection(stream, service));
    tokio::select! {
        biased;
        ended = &mut serving => return ended,
        _ = stopped.changed() => serving.as_mut().graceful_shutdown(),
    }
    serving.await
}

async fn http2(
    stream: TcpStream,
    front: Arc<Connection>,
    options: &ListenOptions,
    mut stopped: watch::Receiver<()>,
) -> hyper::Result<()> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(60)))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(options.streams_max)
        .max_header_list_size(u32::try_from(options.head_bytes_max).unwrap_or(u32::MAX))
        .initial_stream_window_size(256 << 10)
        .initial_connection_window_size(1 << 20);
    let service = service_fn(move |request| front.clone().answer(request));
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        biased;
        ended = &mut serving => return ended,
        _ = stopped.changed() => serving.as_mut().graceful_shutdown(),
    }
    serving.await
}

impl Connection {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Payload>, Infallible> {
        let pinned = self.dispatch.pin();
        if request.version() == Version::HTTP_2 && grpc::is_grpc(request.headers()) {
            return Ok(grpc::answer_request(request, pinned, &self).await);
        }
        Ok(rest::answer_request(request, pinned, &self).await)
    }
}
