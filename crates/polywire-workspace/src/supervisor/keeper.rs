//! Keeps one component: builds, starts, waits until it is ready, starts it again when it dies, stops it.

use std::{
    fs::File,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{
    board::{Board, State},
    error::StartError,
    output::Output,
    spec::ComponentSpec,
    toolchain,
};
use crate::guard::{Exit, Group, Guard, Launch, Refusal, Refused, Running};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A component that ran this long starts again after the first pause.
const STEADY_AFTER: Duration = Duration::from_secs(10);

pub(super) type Done = oneshot::Sender<Result<(), StartError>>;

/// What can be asked of a keeper; each is answered when it is done.
pub(super) enum Order {
    Build(Done),
    Start(Done),
    Stop(Done),
}

pub(super) struct Keeper {
    index: usize,
    spec: ComponentSpec,
    guard: Arc<Guard>,
    board: Arc<Board>,
}

/// How one life of the process ended.
enum End {
    /// By request; it stays down.
    Stopped,
    /// It never came up and somebody waits to hear why; it stays down.
    Failed(StartError),
    /// By itself; it is started again.
    Died(String),
}

/// What has to be done about a running process.
enum Turn {
    /// It has ended by itself; without an exit the guard is lost.
    Ended { exit: Option<Exit>, was_ready: bool },
    /// By request, or because nobody is left to give orders.
    Stop(Option<Done>),
    /// It is not ready, and its time is over.
    Late,
}

impl Keeper {
    pub(super) fn new(index: usize, spec: ComponentSpec, guard: Arc<Guard>, board: Arc<Board>) -> Self {
        Keeper { index, spec, guard, board }
    }

    /// Follows orders until nobody can give any more.
    pub(super) async fn run(self, mut orders: mpsc::Receiver<Order>) {
        while let Some(order) = orders.recv().await {
            match order {
                Order::Stop(done) => {
                    self.board.set(self.index, State::Stopped);
                    let _ = done.send(Ok(()));
                }
                Order::Build(done) => self.build(done, &mut orders).await,
                Order::Start(done) => self.keep(done, &mut orders).await,
            }
        }
    }

    async fn build(&self, done: Done, orders: &mut mpsc::Receiver<Order>) {
        let Some(words) = self.spec.build.clone() else {
            let _ = done.send(Ok(()));
            return;
        };
        self.board.set(self.index, State::Building);
        let result = match self.launch(words, None).await {
            Ok((mut running, output)) => {
                let exit = tokio::select! {
                    exit = &mut running.ended => Some(exit.unwrap_or(Exit::Unknown)),
                    stop = next_stop(orders) => {
                        self.end(running).await;
                        answer_stop(stop);
                        None
                    }
                };
                let output = output.finish().await;
                match exit {
                    Some(exit) if exit.is_success() => Ok(()),
                    Some(exit) => Err(StartError::Build { component: self.spec.name.clone(), exit, output }),
                    None => Err(StartError::Stopped { component: self.spec.name.clone() }),
                }
            }
            Err(error) => Err(error),
        };
        self.board.set(self.index, after_build(&result));
        let _ = done.send(result);
    }

    /// Keeps the process alive until it is stopped by request or cannot be started.
    async fn keep(&self, asked: Done, orders: &mut mpsc::Receiver<Order>) {
        let mut asked = vec![asked];
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            match self.live(&mut asked, orders).await {
                End::Stopped => return,
                End::Failed(error) => {
                    self.board.set(self.index, State::Failed { reason: error.to_string() });
                    answer_all(&mut asked, &Err(error));
                    return;
                }
                End::Died(reason) => {
                    if began.elapsed() >= STEADY_AFTER {
                        pause = FIRST_PAUSE;
                    }
                    self.board.set(self.index, State::Restarting { after: pause, reason });
                    if self.pause(pause, &mut asked, orders).await.is_break() {
                        return;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Waits before the next start; a stop breaks it off, a start cuts it short.
    async fn pause(
        &self,
        pause: Duration,
        asked: &mut Vec<Done>,
        orders: &mut mpsc::Receiver<Order>,
    ) -> std::ops::ControlFlow<()> {
        tokio::select! {
            () = tokio::time::sleep(pause) => std::ops::ControlFlow::Continue(()),
            order = orders.recv() => match order {
                Some(Order::Start(done)) => {
                    asked.push(done);
                    std::ops::ControlFlow::Continue(())
                }
                Some(Order::Build(done)) => {
                    self.build(done, orders).await;
                    std::ops::ControlFlow::Continue(())
                }
                Some(Order::Stop(done)) => {
                    self.board.set(self.index, State::Stopped);
                    let _ = done.send(Ok(()));
                    std::ops::ControlFlow::Break(())
                }
                None => std::ops::ControlFlow::Break(()),
            },
        }
    }

    /// One life of the process, from its launch to its end.
    async fn live(&self, asked: &mut Vec<Done>, orders: &mut mpsc::Receiver<Order>) -> End {
        self.board.set(self.index, State::Starting);
        let (mut running, output) = match self.launch(self.spec.run.clone(), self.marker()).await {
            Ok(launched) => launched,
            Err(error @ StartError::Guard(_)) => return End::Failed(error),
            // What ran before may be in the middle of being built anew.
            Err(error) if asked.is_empty() => return End::Died(error.to_string()),
            Err(error) => return End::Failed(error),
        };
        self.board.set_pid(self.index, running.pid);
        match self.watch(&mut running, &output, asked, orders).await {
            Turn::Ended { exit, was_ready } => self.ended(exit, was_ready, asked, output).await,
            Turn::Stop(stop) => {
                self.end(running).await;
                output.finish().await;
                self.board.set(self.index, State::Stopped);
                answer_all(asked, &Err(StartError::Stopped { component: self.spec.name.clone() }));
                answer_stop(stop);
                End::Stopped
            }
            Turn::Late => {
                self.end(running).await;
                self.not_ready(asked, output.finish().await)
            }
        }
    }

    /// Watches the process until something has to be done about it.
    async fn watch(
        &self,
        running: &mut Running,
        output: &Output,
        asked: &mut Vec<Done>,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Turn {
        let ready = tokio::time::timeout(self.spec.ready_limit, self.spec.ready.wait(output));
        tokio::pin!(ready);
        let mut is_ready = false;
        loop {
            tokio::select! {
                biased;
                exit = &mut running.ended => return Turn::Ended { exit: exit.ok(), was_ready: is_ready },
                order = orders.recv() => match order {
                    Some(Order::Start(done)) if !is_ready => asked.push(done),
                    // It runs what was built before; a new build is for the next start.
                    Some(Order::Start(done) | Order::Build(done)) => { let _ = done.send(Ok(())); }
                    Some(Order::Stop(done)) => return Turn::Stop(Some(done)),
                    None => return Turn::Stop(None),
                },
                in_time = &mut ready, if !is_ready => match in_time {
                    Ok(()) => {
                        is_ready = true;
                        self.board.set(self.index, State::Ready);
                        answer_all(asked, &Ok(()));
                    }
                    Err(_) => return Turn::Late,
                },
            }
        }
    }

    async fn ended(&self, exit: Option<Exit>, was_ready: bool, asked: &[Done], output: Output) -> End {
        let Some(exit) = exit else {
            return End::Failed(StartError::Guard("it was killed together with its components".into()));
        };
        let output = output.finish().await;
        self.board.set(self.index, State::Exited { exit });
        if was_ready || asked.is_empty() {
            return End::Died(exit.to_string());
        }
        End::Failed(StartError::DiedBeforeReady { component: self.spec.name.clone(), exit, output })
    }

    fn not_ready(&self, asked: &[Done], output: Vec<String>) -> End {
        let error = StartError::NotReady {
            component: self.spec.name.clone(),
            limit: self.spec.ready_limit,
            waited_for: self.spec.ready.to_string(),
            output,
        };
        if asked.is_empty() { End::Died(error.to_string()) } else { End::Failed(error) }
    }

    /// SIGTERM, then SIGKILL after the grace; returns when nothing of its group is left.
    async fn end(&self, running: Running) {
        self.guard.stop(running.id, self.spec.grace).await;
        let _ = running.ended.await;
    }

    async fn launch(
        &self,
        words: Vec<String>,
        marker: Option<String>,
    ) -> Result<(Running, Output), StartError> {
        let name = &self.spec.name;
        let cannot = |reason: String| StartError::Launch { component: name.clone(), reason };
        if !self.spec.folder.is_dir() {
            return Err(cannot(format!("there is no folder {}", self.spec.folder.display())));
        }
        let null = File::open(Path::new("/dev/null")).map_err(|e| cannot(e.to_string()))?;
        let awaited = self.spec.ready.awaited_line();
        let (output, [stdout, stderr]) = Output::open(name, Arc::clone(&self.board.watcher), awaited)
            .map_err(|e| cannot(e.to_string()))?;
        let launch = Launch {
            words: words.clone(),
            folder: self.spec.folder.clone(),
            environment: self.spec.environment.clone(),
            group: Group::Own,
            marker,
            streams: [null.into(), stdout, stderr],
        };
        match self.guard.launch(launch).await {
            Ok(running) => Ok((running, output)),
            Err(refused) => Err(launch_error(name, &words, refused)),
        }
    }

    /// The component's token is in its environment alone, so it tells its descendants from all others.
    fn marker(&self) -> Option<String> {
        let (name, value) = self.spec.environment.iter().find(|(name, _)| name == "POLYWIRE_TOKEN")?;
        Some(format!("{name}={value}"))
    }
}

/// Puts the guard's refusal into words.
pub(super) fn launch_error(component: &str, words: &[String], refused: Refused) -> StartError {
    let component = component.to_owned();
    let program = words.first().cloned().unwrap_or_default();
    match refused {
        Refused::Launch(Refusal::NotFound) => {
            StartError::ToolMissing { component, advice: toolchain::advice(&program), program }
        }
        Refused::Launch(Refusal::Other(reason)) => {
            StartError::Launch { component, reason: format!("`{program}`: {reason}") }
        }
        Refused::GuardLost => StartError::Guard("it has ended".into()),
    }
}

/// Waits for a stop, or for nobody being left to give orders; other orders are answered at once.
async fn next_stop(orders: &mut mpsc::Receiver<Order>) -> Option<Done> {
    loop {
        match orders.recv().await {
            Some(Order::Stop(done)) => return Some(done),
            Some(Order::Build(done) | Order::Start(done)) => {
                let reason = "it is being built".to_owned();
                let _ = done.send(Err(StartError::Launch { component: String::new(), reason }));
            }
            None => return None,
        }
    }
}

fn answer_stop(stop: Option<Done>) {
    if let Some(done) = stop {
        let _ = done.send(Ok(()));
    }
}

fn answer_all(asked: &mut Vec<Done>, answer: &Result<(), StartError>) {
    for done in asked.drain(..) {
        let _ = done.send(answer.clone());
    }
}

fn after_build(result: &Result<(), StartError>) -> State {
    match result {
        Ok(()) => State::Built,
        Err(StartError::Stopped { .. }) => State::Stopped,
        Err(error) => State::Failed { reason: error.to_string() },
    }
}
