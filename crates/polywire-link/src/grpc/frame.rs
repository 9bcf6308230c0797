//! The five bytes before a message: a flag and a length.

use bytes::{BufMut, Bytes, BytesMut};

/// Bytes before a message.
pub(crate) const PREFIX: usize = 5;

/// What is wrong with a body that should be one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// The flag says so; nothing but identity was offered.
    Compressed,
    /// The flag is none, or bytes are missing.
    Truncated,
    /// More than one message.
    Several,
}

/// Writes a message with its prefix; `None` where its length does not fit.
pub(crate) fn encode(message: &[u8]) -> Option<Bytes> {
    let length = u32::try_from(message.len()).ok()?;
    let mut frame = BytesMut::with_capacity(PREFIX + message.len());
    frame.put_u8(0);
    frame.put_u32(length);
    frame.put_slice(message);
    Some(frame.freeze())
}

/// Reads a body of one message, or of none.
pub(crate) fn decode(mut body: Bytes) -> Result<Option<Bytes>, FrameError> {
    if body.is_empty() {
        return Ok(None);
    }
    let Some((prefix, rest)) = body.split_first_chunk::<PREFIX>() else { return Err(FrameError::Truncated) };
    let [flag, length @ ..] = *prefix;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| FrameError::Truncated)?;
    match flag {
        0 if rest.len() == length => Ok(Some(body.split_off(PREFIX))),
        0 if rest.len() > length => Err(FrameError::Several),
        1 => Err(FrameError::Compressed),
        _ => Err(FrameError::Truncated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames() {
        for message in [&b""[..], b"x", &[7; 300]] {
            let frame = encode(message).unwrap();
            assert_eq!(decode(frame.clone()), Ok(Some(Bytes::copy_from_slice(message))));
            for cut in 1..frame.len() {
                assert_eq!(decode(frame.slice(..cut)), Err(FrameError::Truncated), "{cut}");
            }
            assert_eq!(decode([&frame[..], &frame[..]].concat().into()), Err(FrameError::Several));
        }
        assert_eq!(decode(Bytes::new()), Ok(None));
        assert_eq!(decode(Bytes::from_static(&[1, 0, 0, 0, 0])), Err(FrameError::Compressed));
        assert_eq!(decode(Bytes::from_static(&[2, 0, 0, 0, 0])), Err(FrameError::Truncated));
        assert_eq!(decode(Bytes::from_static(&[0, 255, 255, 255, 255, 1])), Err(FrameError::Truncated));
    }
}
