//! The command in the foreground: with the terminal, its signals and an exit status as a shell gives it.

use std::{
    io::{self, IsTerminal},
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

use super::{GRACE, StartError, Supervisor, keeper::launch_error};
use crate::guard::{Exit, Group, Launch};

/// What a command is called in errors.
const COMMAND: &str = "the command";

impl Supervisor {
    /// Runs a command with this process's own standard streams until it ends, and returns its exit status.
    ///
    /// It joins this process's group, so a Ctrl-C at the terminal reaches both; here it is waited out,
    /// because the command decides. A signal sent to this process alone is passed on.
    pub async fn run_command(
        &self,
        words: &[String],
        folder: &Path,
        environment: Vec<(String, String)>,
    ) -> Result<u8, StartError> {
        let cannot = |e: io::Error| StartError::Launch {
            component: COMMAND.into(),
            reason: format!("its streams and signals: {e}"),
        };
        let streams = own_streams().map_err(cannot)?;
        // From here on a signal is the command's affair.
        let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
        let mut hangup = signal(SignalKind::hangup()).map_err(cannot)?;
        let group = Group::Join(rustix::process::getpgrp().as_raw_nonzero().get());
        let launch = Launch {
            words: words.to_vec(),
            folder: folder.into(),
            environment,
            group,
            marker: None,
            streams,
        };
        let mut running = self.guard.launch(launch).await.map_err(|e| launch_error(COMMAND, words, e))?;
        loop {
            tokio::select! {
                exit = &mut running.ended => return Ok(exit.unwrap_or(Exit::Unknown).shell_status()),
                _ = interrupt.recv() => {
                    if !terminal_told_it_too() {
                        self.guard.signal(running.id, Signal::INT).await;
                    }
                }
                _ = terminate.recv() => self.guard.stop(running.id, GRACE).await,
                _ = hangup.recv() => self.guard.stop(running.id, GRACE).await,
            }
        }
    }
}

/// Whether an interrupt most likely came from the terminal, which signals the whole foreground group.
fn terminal_told_it_too() -> bool {
    let ours = rustix::process::getpgrp();
    let in_foreground = |stream: &dyn AsFdTerminal| stream.foreground().is_some_and(|group| group == ours);
    in_foreground(&io::stdin()) || in_foreground(&io::stderr()) || in_foreground(&io::stdout())
}

trait AsFdTerminal {
    fn foreground(&self) -> Option<rustix::process::Pid>;
}

impl<S: AsFd + IsTerminal> AsFdTerminal for S {
    fn foreground(&self) -> Option<rustix::process::Pid> {
        if self.is_terminal() { rustix::termios::tcgetpgrp(self.as_fd()).ok() } else { None }
    }
}

fn own_streams() -> io::Result<[OwnedFd; 3]> {
    Ok([
        io::stdin().as_fd().try_clone_to_owned()?,
        io::stdout().as_fd().try_clone_to_owned()?,
        io::stderr().as_fd().try_clone_to_owned()?,
    ])
}
