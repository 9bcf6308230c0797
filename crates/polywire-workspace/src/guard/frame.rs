//! Messages with file descriptors over a stream socket: four bytes of length, then JSON.
//!
//! Descriptors travel beside the first bytes of their message, so they are there when it is complete.

use std::{
    collections::VecDeque,
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{io::Interest, net::UnixStream};

/// The descriptors of one message: stdin, stdout and stderr.
pub(crate) const DESCRIPTORS: usize = 3;
/// A command line and its environment stay far below this.
const MESSAGE_BYTES_MAX: usize = 4 << 20;

/// Turns a message into the bytes that carry it.
pub(crate) fn encode(message: &impl Serialize) -> Vec<u8> {
    let body = serde_json::to_vec(message).expect("a message has only text keys");
    let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
    bytes.extend_from_slice(&body);
    bytes
}

/// Writes one encoded message; the descriptors go with its first byte.
pub(crate) async fn send(stream: &UnixStream, bytes: &[u8], descriptors: &[OwnedFd]) -> io::Result<()> {
    let mut sent = 0;
    while sent < bytes.len() {
        let borrowed: Vec<BorrowedFd<'_>> =
            if sent == 0 { descriptors.iter().map(AsFd::as_fd).collect() } else { Vec::new() };
        sent += stream
            .async_io(Interest::WRITABLE, || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
                let mut control = SendAncillaryBuffer::new(&mut space);
                if !borrowed.is_empty() && !control.push(SendAncillaryMessage::ScmRights(&borrowed)) {
                    return Err(io::Error::other("too many descriptors for one message"));
                }
                Ok(sendmsg(stream, &[IoSlice::new(&bytes[sent..])], &mut control, send_flags())?)
            })
            .await?;
    }
    Ok(())
}

/// A peer that has gone must be an error, not a signal.
fn send_flags() -> SendFlags {
    #[cfg(target_os = "linux")]
    return SendFlags::NOSIGNAL;
    #[cfg(not(target_os = "linux"))]
    return SendFlags::empty();
}

/// Puts messages together from what arrives; a cancelled receive loses nothing.
#[derive(Default)]
pub(crate) struct Receiver {
    bytes: Vec<u8>,
    descriptors: VecDeque<OwnedFd>,
}

impl Receiver {
    /// Waits for the next message; `None` when the other side has closed.
    pub(crate) async fn receive<M: DeserializeOwned>(
        &mut self,
        stream: &UnixStream,
    ) -> io::Result<Option<M>> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(Some(message));
            }
            let count = stream.async_io(Interest::READABLE, || self.read(stream)).await?;
            if count == 0 {
                return Ok(None);
            }
        }
    }

    /// Takes the three oldest descriptors that came.
    pub(crate) fn descriptors(&mut self) -> Option<[OwnedFd; DESCRIPTORS]> {
        if self.descriptors.len() < DESCRIPTORS {
            return None;
        }
        let taken: Vec<OwnedFd> = self.descriptors.drain(..DESCRIPTORS).collect();
        taken.try_into().ok()
    }

    fn read(&mut self, stream: &UnixStream) -> io::Result<usize> {
        let mut chunk = [0u8; 8192];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let received = recvmsg(stream, &mut [IoSliceMut::new(&mut chunk)], &mut control, receive_flags())?;
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors);
            }
        }
        self.bytes.extend_from_slice(&chunk[..received.bytes]);
        Ok(received.bytes)
    }

    fn take<M: DeserializeOwned>(&mut self) -> io::Result<Option<M>> {
        let Some(head) = self.bytes.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if length > MESSAGE_BYTES_MAX {
            return Err(io::Error::other("a message is too long"));
        }
        let Some(body) = self.bytes.get(4..4 + length) else { return Ok(None) };
        let message = serde_json::from_slice(body).map_err(io::Error::other)?;
        self.bytes.drain(..4 + length);
        Ok(Some(message))
    }
}

/// Descriptors must not leak into the next process that is launched.
fn receive_flags() -> RecvFlags {
    #[cfg(target_os = "linux")]
    return RecvFlags::CMSG_CLOEXEC;
    #[cfg(not(target_os = "linux"))]
    return RecvFlags::empty();
}
