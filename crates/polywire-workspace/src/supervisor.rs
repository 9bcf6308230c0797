//! Starts the components of a workspace in order, keeps them alive, and stops them.
//!
//! What happens is told to a [`Watcher`]; every process belongs to the guard (see [`crate::guard`]).
//! Must never: know contracts or the bridge, choose how output looks.

mod board;
mod command;
mod error;
mod keeper;
mod order;
mod output;
mod ports;
mod ready;
mod spec;
mod toolchain;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use crate::guard::{Guard, GuardCommand};

use board::Board;
pub use board::{Event, State, Status, Watcher};
pub use error::StartError;
use keeper::{Keeper, Order};
pub use output::Stream;
pub use ports::{Ports, token};
pub use ready::ReadyCheck;
pub use spec::{ComponentSpec, Facts};

/// Orders that may wait for one component.
const ORDERS_MAX: usize = 16;

/// The running components of one workspace.
pub struct Supervisor {
    keepers: Vec<Kept>,
    /// Positions in `keepers`: who can start at the same time, dependencies first.
    waves: Vec<Vec<usize>>,
    board: Arc<Board>,
    guard: Arc<Guard>,
}

struct Kept {
    name: String,
    builds: bool,
    orders: mpsc::Sender<Order>,
    task: JoinHandle<()>,
}

impl Supervisor {
    /// Starts the guard, but no component yet; must be called within a runtime.
    pub fn new(
        mut specs: Vec<ComponentSpec>,
        guard: &GuardCommand,
        watcher: Arc<dyn Watcher>,
    ) -> Result<Self, StartError> {
        specs.sort_by(|a, b| a.name.cmp(&b.name));
        let guard = Arc::new(Guard::start(guard).map_err(|e| StartError::Guard(e.to_string()))?);
        let waves = order::waves(&specs);
        let board = Arc::new(Board::new(&specs, watcher));
        let keepers = specs
            .into_iter()
            .enumerate()
            .map(|(index, spec)| {
                let (orders, queue) = mpsc::channel(ORDERS_MAX);
                let (name, builds) = (spec.name.clone(), spec.build.is_some());
                let keeper = Keeper::new(index, spec, Arc::clone(&guard), Arc::clone(&board));
                Kept { name, builds, orders, task: tokio::spawn(keeper.run(queue)) }
            })
            .collect();
        Ok(Supervisor { keepers, waves, board, guard })
    }

    /// Builds what has a build, one after the other, dependencies first.
    pub async fn build_all(&self) -> Result<(), StartError> {
        for index in self.waves.iter().flatten().filter(|index| self.keepers[**index].builds) {
            ask(&self.keepers[*index].orders, Order::Build).await?;
        }
        Ok(())
    }

    /// Builds and starts everything and waits until all are ready; returns at the first that fails.
    ///
    /// After an error the others may be running; `stop_all` ends them.
    pub async fn start_all(&self) -> Result<(), StartError> {
        self.build_all().await?;
        for wave in &self.waves {
            let mut starting = JoinSet::new();
            for index in wave {
                let orders = self.keepers[*index].orders.clone();
                starting.spawn(async move { ask(&orders, Order::Start).await });
            }
            while let Some(started) = starting.join_next().await {
                started.map_err(|e| StartError::Guard(e.to_string()))??;
            }
        }
        Ok(())
    }

    /// Builds and starts one component and waits until it is ready; nothing happens to one that runs.
    pub async fn start(&self, name: &str) -> Result<(), StartError> {
        let kept = self.kept(name)?;
        if kept.builds && !self.board.is_running(name) {
            ask(&kept.orders, Order::Build).await?;
        }
        ask(&kept.orders, Order::Start).await
    }

    /// Stops one component, which then stays stopped.
    pub async fn stop(&self, name: &str) -> Result<(), StartError> {
        ask(&self.kept(name)?.orders, Order::Stop).await
    }

    /// Stops one component, builds it and starts it again.
    pub async fn restart(&self, name: &str) -> Result<(), StartError> {
        let kept = self.kept(name)?;
        ask(&kept.orders, Order::Stop).await?;
        self.start(name).await
    }

    /// What each component is doing, by name.
    pub fn status(&self) -> Vec<Status> {
        self.board.status()
    }

    /// Stops everything, dependants first, then ends the guard, which kills whatever is left.
    pub async fn stop_all(&self) {
        for wave in self.waves.iter().rev() {
            let mut stopping = JoinSet::new();
            for index in wave.iter().rev() {
                let orders = self.keepers[*index].orders.clone();
                stopping.spawn(async move { ask(&orders, Order::Stop).await });
            }
            while stopping.join_next().await.is_some() {}
        }
        self.guard.close().await;
    }

    fn kept(&self, name: &str) -> Result<&Kept, StartError> {
        self.keepers
            .iter()
            .find(|kept| kept.name == name)
            .ok_or_else(|| StartError::Unknown { component: name.to_owned() })
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        for kept in &self.keepers {
            kept.task.abort();
        }
    }
}

/// Gives an order and waits until it is done.
async fn ask(
    orders: &mpsc::Sender<Order>,
    order: impl FnOnce(oneshot::Sender<Result<(), StartError>>) -> Order,
) -> Result<(), StartError> {
    let gone = || StartError::Guard("the supervisor is ending".into());
    let (done, answer) = oneshot::channel();
    orders.send(order(done)).await.map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

/// How long a process may take to end after SIGTERM.
pub(crate) const GRACE: Duration = Duration::from_secs(5);
