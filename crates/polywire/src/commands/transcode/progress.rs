//! How far a long run is, for someone who waits at a terminal.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often it is said.
const EVERY: Duration = Duration::from_millis(500);

/// Says from time to time how far it is, where stderr is a terminal and stdout is not.
pub(super) struct Progress {
    next: Option<Instant>,
    said: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        let shown = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        Progress { next: shown.then(|| Instant::now() + EVERY), said: false }
    }

    /// After each message.
    pub(super) fn tick(&mut self, messages: u64, bytes: u64) {
        let Some(next) = self.next else { return };
        if messages.is_multiple_of(256) && Instant::now() >= next {
            let _ = write!(std::io::stderr(), "\r{messages} messages, {} MB", bytes / 1_000_000);
            (self.next, self.said) = (Some(Instant::now() + EVERY), true);
        }
    }

    /// Takes the line away.
    pub(super) fn end(&mut self) {
        if self.said {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
