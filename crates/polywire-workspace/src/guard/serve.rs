//! The guard process itself: launches, reaps, stops, and kills everything when the socket closes.

use std::{
    collections::BTreeMap,
    io,
    os::{
        fd::AsFd,
        unix::{net::UnixStream as StdUnixStream, process::CommandExt},
    },
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};
use tokio::{
    net::UnixStream,
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use super::{
    frame::{Receiver, encode, send},
    message::{Exit, Group, Refusal, Reply, Request},
    tree,
};

/// How often a stopping group is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long after its deadline a process that does not die (uninterruptible sleep) is waited for.
const UNKILLABLE_AFTER: Duration = Duration::from_secs(3);
/// How long the guard goes on killing what does not die (a process in uninterruptible sleep) before it leaves.
const LAST_KILL_LIMIT: Duration = Duration::from_secs(10);

/// Runs the guard on the socket that is its standard input; the binary calls it when it sees the hidden argument.
pub fn guard_main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::from(3);
    };
    match runtime.block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(3),
    }
}

async fn serve() -> io::Result<()> {
    // A handler rather than "ignore": what is ignored would be inherited by every component.
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit()] {
        let _registered_for_good = signal(kind)?;
    }
    let mut child_ended = signal(SignalKind::child())?;
    adopt_orphans();
    let socket = StdUnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    socket.set_nonblocking(true)?;
    let stream = UnixStream::from_std(socket)?;
    let mut receiver = Receiver::default();
    let mut guarded = Guarded::default();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let replies = tokio::select! {
            request = receiver.receive::<Request>(&stream) => match request {
                Ok(Some(request)) => guarded.handle(request, &mut receiver),
                Ok(None) | Err(_) => break,
            },
            _ = child_ended.recv() => guarded.reap(),
            _ = look.tick(), if guarded.any_stopping() => guarded.look_at_stopping(),
        };
        let mut gone = false;
        for reply in replies {
            gone |= send(&stream, &encode(&reply), &[]).await.is_err();
        }
        if gone {
            break;
        }
    }
    kill_everything(&guarded).await;
    Ok(())
}

/// Becomes the parent of every orphan below this process, and takes a name that says what it is.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        let _ = rustix::thread::set_name(c"pw-guard");
    }
}

/// Kills every descendant until none is left, also those that come while it kills.
async fn kill_everything(guarded: &Guarded) {
    for child in guarded.children.values() {
        if let Group::Own = child.group {
            let _ = kill_process_group(child.pid, Signal::KILL);
        }
    }
    let limit = Instant::now() + LAST_KILL_LIMIT;
    loop {
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        let left = tree::descendants();
        if left.is_empty() || Instant::now() >= limit {
            return;
        }
        tree::signal_each(&left, Signal::KILL);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The processes that were launched and whose end has not been reported.
#[derive(Default)]
struct Guarded {
    children: BTreeMap<u32, Child>,
}

struct Child {
    pid: Pid,
    group: Group,
    marker: Option<String>,
    exit: Option<Exit>,
    /// Set while it is being stopped: when what is left of it is killed.
    deadline: Option<Instant>,
}

impl Guarded {
    fn handle(&mut self, request: Request, receiver: &mut Receiver) -> Vec<Reply> {
        match request {
            Request::Launch { id, words, folder, environment, group, marker } => {
                let Some(descriptors) = receiver.descriptors() else {
                    return vec![refused(id, "its standard streams did not arrive".into())];
                };
                let Some((program, arguments)) = words.split_first() else {
                    return vec![refused(id, "the command is empty".into())];
                };
                let [stdin, stdout, stderr] = descriptors.map(Stdio::from);
                let mut command = Command::new(program);
                command.args(arguments).current_dir(folder).envs(environment);
                command.stdin(stdin).stdout(stdout).stderr(stderr);
                command.process_group(match group {
                    Group::Own => 0,
                    Group::Join(number) => number,
                });
                match command.spawn() {
                    Ok(child) => {
                        let pid = Pid::from_child(&child);
                        self.children.insert(id, Child { pid, group, marker, exit: None, deadline: None });
                        vec![Reply::Launched { id, pid: pid.as_raw_nonzero().get() }]
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        vec![Reply::Refused { id, refusal: Refusal::NotFound }]
                    }
                    Err(error) => vec![refused(id, error.to_string())],
                }
            }
            Request::Stop { id, grace_ms } => {
                if let Some(child) = self.children.get_mut(&id) {
                    child.deadline = Some(Instant::now() + Duration::from_millis(grace_ms));
                    let _ = match child.group {
                        Group::Own => kill_process_group(child.pid, Signal::TERM),
                        Group::Join(_) => kill_process(child.pid, Signal::TERM),
                    };
                }
                Vec::new()
            }
            Request::Signal { id, signal } => {
                if let (Some(child), Some(signal)) = (self.children.get(&id), Signal::from_named_raw(signal))
                {
                    let _ = kill_process(child.pid, signal);
                }
                Vec::new()
            }
        }
    }

    /// Takes every ended process, adopted ones too, and reports those that were launched by request.
    fn reap(&mut self) -> Vec<Reply> {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let exit = match (status.exit_status(), status.terminating_signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, Some(signal)) => Exit::Signal(signal),
                (None, None) => continue,
            };
            if let Some(child) = self.children.values_mut().find(|c| c.pid == pid && c.exit.is_none()) {
                child.exit = Some(exit);
                // Nobody asked it to stop, so nothing of it is given time.
                child.deadline.get_or_insert_with(Instant::now);
            }
        }
        self.look_at_stopping()
    }

    fn any_stopping(&self) -> bool {
        self.children.values().any(|child| child.deadline.is_some())
    }

    /// Kills what outstayed its grace, and reports and forgets what is wholly gone.
    fn look_at_stopping(&mut self) -> Vec<Reply> {
        let now = Instant::now();
        let mut replies = Vec::new();
        self.children.retain(|id, child| match child.look(now) {
            Some(exit) => {
                replies.push(Reply::Ended { id: *id, exit });
                false
            }
            None => true,
        });
        replies
    }
}

impl Child {
    /// Moves a stopping process on; returns its exit when nothing of it is left.
    fn look(&mut self, now: Instant) -> Option<Exit> {
        let deadline = self.deadline?;
        let late = now >= deadline;
        if self.exit.is_none() && late {
            let _ = kill_process(self.pid, Signal::KILL);
        }
        let Group::Own = self.group else { return self.exit };
        let (members, strays) = self.rest();
        if late {
            tree::signal_each(&members, Signal::KILL);
            #[cfg(not(target_os = "linux"))]
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
        let exit = self.exit?;
        if members.is_empty() {
            tree::signal_each(&strays, Signal::KILL);
        }
        let gone = members.is_empty() && strays.is_empty();
        (gone || now >= deadline + UNKILLABLE_AFTER).then_some(exit)
    }

    /// What lives besides the process itself: its group, and what left the group but carries its marker.
    fn rest(&self) -> (Vec<tree::Process>, Vec<tree::Process>) {
        let group = self.pid.as_raw_nonzero().get();
        let (members, mut others): (Vec<_>, Vec<_>) = tree::descendants()
            .into_iter()
            .filter(|process| process.pid != group)
            .partition(|process| process.group == group);
        others.retain(|p| self.marker.as_ref().is_some_and(|marker| tree::has_marker(p.pid, marker)));
        (members, others)
    }
}

fn refused(id: u32, message: String) -> Reply {
    Reply::Refused { id, refusal: Refusal::Other(message) }
}
