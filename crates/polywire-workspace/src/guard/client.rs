//! Polywire's side of the guard: starts it, asks it for processes, hears how they end.

use std::{
    collections::BTreeMap,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdUnixStream},
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    net::UnixStream,
    sync::{mpsc, oneshot},
};

use super::{
    GuardCommand,
    frame::{DESCRIPTORS, Receiver, encode, send},
    message::{Exit, Group, Refusal, Reply, Request},
};

/// Requests that may wait to be written.
const REQUESTS_MAX: usize = 64;
/// The guard itself gives up after ten seconds.
const CLOSE_LIMIT: Duration = Duration::from_secs(15);

/// A process to be launched.
pub(crate) struct Launch {
    pub words: Vec<String>,
    pub folder: PathBuf,
    pub environment: Vec<(String, String)>,
    pub group: Group,
    pub marker: Option<String>,
    pub streams: [OwnedFd; DESCRIPTORS],
}

/// Why there is no process.
#[derive(Debug)]
pub(crate) enum Refused {
    Launch(Refusal),
    GuardLost,
}

/// The handle on the guard process.
pub(crate) struct Guard {
    outgoing: mpsc::Sender<Outgoing>,
    book: Arc<Mutex<Book>>,
    next_id: AtomicU32,
    process: tokio::sync::Mutex<tokio::process::Child>,
}

/// A launched process.
pub(crate) struct Running {
    pub id: u32,
    pub pid: i32,
    /// Resolves when it has ended; an error means that the guard is lost.
    pub ended: oneshot::Receiver<Exit>,
}

enum Outgoing {
    Request(Request, Vec<OwnedFd>),
    Close,
}

/// Who waits for what the guard has to say.
#[derive(Default)]
struct Book {
    lost: bool,
    launches: BTreeMap<u32, oneshot::Sender<Result<i32, Refused>>>,
    ends: BTreeMap<u32, oneshot::Sender<Exit>>,
    /// Groups to kill if the guard is lost.
    groups: BTreeMap<u32, i32>,
}

impl Guard {
    /// Starts the guard; must be called within a runtime.
    pub(crate) fn start(command: &GuardCommand) -> io::Result<Self> {
        let (ours, theirs) = StdUnixStream::pair()?;
        let mut process = tokio::process::Command::new(&command.program);
        process.args(&command.arguments).arg0("pw-guard").process_group(0);
        process.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).stderr(Stdio::null());
        let process = process.spawn()?;
        ours.set_nonblocking(true)?;
        let stream = Arc::new(UnixStream::from_std(ours)?);
        let (outgoing, queue) = mpsc::channel(REQUESTS_MAX);
        let book = Arc::new(Mutex::new(Book::default()));
        tokio::spawn(write_requests(Arc::clone(&stream), queue));
        tokio::spawn(read_replies(stream, Arc::clone(&book)));
        let process = tokio::sync::Mutex::new(process);
        Ok(Guard { outgoing, book, next_id: AtomicU32::new(1), process })
    }

    pub(crate) async fn launch(&self, launch: Launch) -> Result<Running, Refused> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (launched, answer) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        {
            let mut book = lock(&self.book);
            if book.lost {
                return Err(Refused::GuardLost);
            }
            book.launches.insert(id, launched);
            book.ends.insert(id, end);
            if let Group::Own = launch.group {
                book.groups.insert(id, 0);
            }
        }
        let Launch { words, folder, environment, group, marker, streams } = launch;
        let request = Request::Launch { id, words, folder, environment, group, marker };
        self.outgoing
            .send(Outgoing::Request(request, streams.into()))
            .await
            .map_err(|_| Refused::GuardLost)?;
        let pid = answer.await.map_err(|_| Refused::GuardLost)??;
        Ok(Running { id, pid, ended })
    }

    /// Asks for a graceful stop; the process's `ended` tells when it is done.
    pub(crate) async fn stop(&self, id: u32, grace: Duration) {
        let grace_ms = grace.as_millis().min(u128::from(u64::MAX)) as u64;
        let _ = self.outgoing.send(Outgoing::Request(Request::Stop { id, grace_ms }, Vec::new())).await;
    }

    pub(crate) async fn signal(&self, id: u32, signal: Signal) {
        let request = Request::Signal { id, signal: signal.as_raw() };
        let _ = self.outgoing.send(Outgoing::Request(request, Vec::new())).await;
    }

    /// Closes the socket and waits until the guard has killed whatever was left and has ended.
    pub(crate) async fn close(&self) {
        let _ = self.outgoing.send(Outgoing::Close).await;
        let mut process = self.process.lock().await;
        let _ = tokio::time::timeout(CLOSE_LIMIT, process.wait()).await;
    }
}

async fn write_requests(stream: Arc<UnixStream>, mut queue: mpsc::Receiver<Outgoing>) {
    while let Some(Outgoing::Request(request, descriptors)) = queue.recv().await {
        if send(&stream, &encode(&request), &descriptors).await.is_err() {
            break;
        }
    }
    let _ = rustix::net::shutdown(&stream, rustix::net::Shutdown::Write);
}

async fn read_replies(stream: Arc<UnixStream>, book: Arc<Mutex<Book>>) {
    let mut receiver = Receiver::default();
    while let Ok(Some(reply)) = receiver.receive::<Reply>(&stream).await {
        let mut book = lock(&book);
        match reply {
            Reply::Launched { id, pid } => {
                if let Some(group) = book.groups.get_mut(&id) {
                    *group = pid;
                }
                if let Some(waiting) = book.launches.remove(&id) {
                    let _ = waiting.send(Ok(pid));
                }
            }
            Reply::Refused { id, refusal } => {
                book.groups.remove(&id);
                book.ends.remove(&id);
                if let Some(waiting) = book.launches.remove(&id) {
                    let _ = waiting.send(Err(Refused::Launch(refusal)));
                }
            }
            Reply::Ended { id, exit } => {
                book.groups.remove(&id);
                if let Some(waiting) = book.ends.remove(&id) {
                    let _ = waiting.send(exit);
                }
            }
        }
    }
    give_up(&book);
}

/// The guard is gone: kills the groups that it can no longer watch, and tells everyone who waits.
fn give_up(book: &Mutex<Book>) {
    let mut book = lock(book);
    book.lost = true;
    for group in std::mem::take(&mut book.groups).into_values() {
        if let Some(group) = Pid::from_raw(group) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    book.launches.clear();
    book.ends.clear();
}

fn lock(book: &Mutex<Book>) -> std::sync::MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
