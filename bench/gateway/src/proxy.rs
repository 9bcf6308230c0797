//! The rivals: the least that hyper needs to be a proxy. No route, no limit, no timeout, no log, nothing checked.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::Result;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

type Pool = Rc<RefCell<Vec<SendRequest<Incoming>>>>;

/// A proxy on hyper-util's pooling client, which is how one is usually written: the measure of all ratios.
pub(crate) async fn with_client(port: u16, upstream: &str) -> Result<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<_, Incoming> =
        Client::builder(TokioExecutor::new()).pool_max_idle_per_host(1024).build(connector);
    let upstream: Rc<str> = upstream.into();
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (client, upstream) = (client.clone(), upstream.clone());
        tokio::task::spawn_local(async move {
            let service = service_fn(move |mut request: Request<Incoming>| {
                let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
                let uri = Uri::builder().scheme("http").authority(&*upstream).path_and_query(target).build();
                *request.uri_mut() = uri.expect("the target came from a URI");
                request.headers_mut().remove("host");
                forwarded(&mut request);
                client.request(request)
            });
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        });
    }
}

/// A proxy on bare connections and a pool of its own.
pub(crate) async fn with_own_pool(port: u16, upstream: SocketAddr) -> Result<()> {
    let pool = Pool::default();
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let pool = pool.clone();
        tokio::task::spawn_local(async move {
            let service = service_fn(move |mut request: Request<Incoming>| {
                forwarded(&mut request);
                send(pool.clone(), upstream, request)
            });
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        });
    }
}

async fn send(pool: Pool, upstream: SocketAddr, request: Request<Incoming>) -> Result<Response<Incoming>> {
    let pooled = pool.borrow_mut().pop();
    let mut sender = match pooled {
        Some(sender) if sender.is_ready() => sender,
        _ => connect(upstream).await?,
    };
    let response = sender.send_request(request).await?;
    pool.borrow_mut().push(sender);
    Ok(response)
}

async fn connect(upstream: SocketAddr) -> Result<SendRequest<Incoming>> {
    let stream = TcpStream::connect(upstream).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(connection);
    Ok(sender)
}

fn forwarded(request: &mut Request<Incoming>) {
    request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
}
