//! Bodies as hyper wants them, and reading one up to its limit.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

/// A complete body in one piece, with trailers where gRPC needs them.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Payload {
    /// Bytes alone.
    pub(crate) fn bytes(data: Bytes) -> Self {
        Payload { data: Some(data).filter(|d| !d.is_empty()), trailers: None }
    }

    /// Bytes and then trailers.
    pub(crate) fn with_trailers(data: Bytes, trailers: HeaderMap) -> Self {
        Payload { data: Some(data), trailers: Some(trailers) }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let frame = this.data.take().map(Frame::data).or_else(|| this.trailers.take().map(Frame::trailers));
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.trailers.is_some() {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum ReadError<E> {
    /// It is larger than the limit; the rest was not read.
    TooLarge,
    /// The connection or its framing broke.
    Broken(E),
}

/// Reads a body of at most `bytes_max` bytes, and the trailers behind it.
pub(crate) async fn read<B>(
    mut body: B,
    bytes_max: usize,
) -> Result<(Bytes, Option<HeaderMap>), ReadError<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(ReadError::TooLarge);
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(ReadError::Broken)?;
        let data = match frame.into_data() {
            Ok(data) => data,
            Err(frame) => {
                trailers = frame.into_trailers().ok();
                continue;
            }
        };
        if first.len().max(all.len()) + data.len() > bytes_max {
            return Err(ReadError::TooLarge);
        }
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            let rest = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(bytes_max);
            all.reserve(first.len() + data.len() + rest.min(1 << 20));
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    Ok((if all.is_empty() { first } else { all.freeze() }, trailers))
}
