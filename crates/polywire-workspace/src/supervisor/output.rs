//! The output of a process: lines for the watcher, the last of them kept, one of them awaited.

use std::{
    collections::VecDeque,
    io::{self, PipeReader},
    os::fd::OwnedFd,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::{io::AsyncReadExt, net::unix::pipe, sync::watch, task::JoinHandle};

use super::Watcher;

/// A longer line is cut.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Lines kept for an error.
const KEPT_LINES: usize = 30;
/// How long to wait for output still in the pipe after the process has ended.
const FLUSH_LIMIT: Duration = Duration::from_millis(500);

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// The readers of one process's output.
pub(super) struct Output {
    shared: Arc<Shared>,
    readers: Vec<JoinHandle<()>>,
    seen: watch::Receiver<bool>,
}

struct Shared {
    component: String,
    watcher: Arc<dyn Watcher>,
    last: Mutex<VecDeque<String>>,
    /// The text that a line must contain to say that the process is ready.
    awaited: Option<String>,
    seen: watch::Sender<bool>,
}

impl Output {
    /// Makes the two pipes and reads them; returns the ends that the process writes to.
    pub(super) fn open(
        component: &str,
        watcher: Arc<dyn Watcher>,
        awaited: Option<String>,
    ) -> io::Result<(Self, [OwnedFd; 2])> {
        let (seen_by, seen) = watch::channel(false);
        let component = component.to_owned();
        let shared = Arc::new(Shared { component, watcher, last: Mutex::default(), awaited, seen: seen_by });
        let (stdout_reader, stdout) = io::pipe()?;
        let (stderr_reader, stderr) = io::pipe()?;
        let readers = vec![
            read(stdout_reader, Stream::Stdout, Arc::clone(&shared))?,
            read(stderr_reader, Stream::Stderr, Arc::clone(&shared))?,
        ];
        Ok((Output { shared, readers, seen }, [stdout.into(), stderr.into()]))
    }

    /// Resolves when the awaited line was seen.
    pub(super) fn awaited_line(&self) -> impl Future<Output = ()> + use<> {
        let mut seen = self.seen.clone();
        async move {
            if seen.wait_for(|seen| *seen).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Reads what the ended process has left in the pipes, and returns the last lines.
    pub(super) async fn finish(self) -> Vec<String> {
        for mut reader in self.readers {
            // A process that outlives its group may hold the pipe open.
            if tokio::time::timeout(FLUSH_LIMIT, &mut reader).await.is_err() {
                reader.abort();
            }
        }
        self.shared.last.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

fn read(pipe: PipeReader, stream: Stream, shared: Arc<Shared>) -> io::Result<JoinHandle<()>> {
    let mut pipe = pipe::Receiver::from_owned_fd(OwnedFd::from(pipe))?;
    Ok(tokio::spawn(async move {
        let mut lines = Lines::default();
        let mut chunk = vec![0; 8192];
        while let Ok(count) = pipe.read(&mut chunk).await {
            if count == 0 {
                break;
            }
            lines.push(&chunk[..count], |line| shared.line(stream, line));
        }
        lines.end(|line| shared.line(stream, line));
    }))
}

impl Shared {
    fn line(&self, stream: Stream, line: &str) {
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.len() == KEPT_LINES {
                last.pop_front();
            }
            last.push_back(line.to_owned());
        }
        if self.awaited.as_ref().is_some_and(|text| line.contains(text)) {
            self.seen.send_replace(true);
        }
        self.watcher.line(&self.component, stream, line);
    }
}

/// Splits bytes into lines; what is beyond the limit of a line is dropped.
#[derive(Default)]
struct Lines {
    line: Vec<u8>,
}

impl Lines {
    fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&str)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.append(&bytes[..end]);
            self.emit(&mut each);
            bytes = &bytes[end + 1..];
        }
        self.append(bytes);
    }

    fn end(&mut self, mut each: impl FnMut(&str)) {
        if !self.line.is_empty() {
            self.emit(&mut each);
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = LINE_BYTES_MAX - self.line.len();
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn emit(&mut self, each: &mut impl FnMut(&str)) {
        let line = String::from_utf8_lossy(&self.line);
        each(line.strip_suffix('\r').unwrap_or(&line));
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(chunks: &[&[u8]], expected: &[&str]) {
        let mut lines = Lines::default();
        let mut found: Vec<String> = Vec::new();
        for chunk in chunks {
            lines.push(chunk, |line| found.push(line.to_owned()));
        }
        lines.end(|line| found.push(line.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_come_whole_however_they_arrive() {
        check(&[b"a\nb", b"c\r\n", b"\n", b"d"], &["a", "bc", "", "d"]);
        check(&[b"\xffx\n"], &["\u{fffd}x"]);
        check(&[], &[]);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_is_whole() {
        let long = vec![b'x'; LINE_BYTES_MAX + 5];
        check(&[&long, b"yy\nnext\n"], &[&"x".repeat(LINE_BYTES_MAX), "next"]);
    }
}
