//! The admin port over HTTP/1.1: hands each request to [`polywire_bridge::Admin`].

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use polywire_bridge::Admin;
use polywire_call::Metadata;

/// How long a client may take to send its head.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// Answers until `stop` resolves.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    admin: Arc<Admin>,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Out of file descriptors: others may close theirs.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => return Ok(()),
        };
        let admin = admin.clone();
        let service = service_fn(move |request| answer(admin.clone(), request));
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
        tokio::spawn(async move {
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(admin: Arc<Admin>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut headers = Metadata::default();
    for (name, value) in request.headers() {
        headers.push(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    let said = admin.handle(request.method().as_str(), request.uri().path(), &headers).await;
    let mut response = Response::builder().status(said.status).header("content-type", said.content_type);
    if let Some(allow) = said.allow {
        response = response.header("allow", allow);
    }
    let body = if request.method() == Method::HEAD { Bytes::new() } else { Bytes::from(said.body) };
    Ok(response.body(Full::new(body)).unwrap_or_else(|_| Response::new(Full::default())))
}
