//! A server's end of a TCP connection that closes so that the last answer arrives.
//!
//! Closing a socket with unread bytes in it resets the connection, and the other end may lose an answer that came before
//! the end of its request. So what is still on its way is taken in first, within limits.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::listen::Connection;

/// How much is taken in after the last answer, and for how long.
const BYTES_MAX: usize = 64 << 20;
const TIME_MAX: Duration = Duration::from_secs(5);

/// A stream whose shutdown takes in what was not read, where the connection says that there is something.
pub(crate) struct Lingering {
    stream: TcpStream,
    connection: Arc<Connection>,
    closing: Option<Closing>,
}

struct Closing {
    deadline: Pin<Box<Sleep>>,
    left: usize,
}

impl Lingering {
    /// Wraps a stream.
    pub(crate) fn new(stream: TcpStream, connection: Arc<Connection>) -> Self {
        Lingering { stream, connection, closing: None }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        if !this.connection.unread.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let new = || Closing { deadline: Box::pin(tokio::time::sleep(TIME_MAX)), left: BYTES_MAX };
        let closing = this.closing.get_or_insert_with(new);
        let mut chunk = [0; 8 << 10];
        while closing.left > 0 && closing.deadline.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buf))?;
            let read = buf.filled().len();
            closing.left = if read == 0 { 0 } else { closing.left.saturating_sub(read) };
        }
        Poll::Ready(Ok(()))
    }
}
