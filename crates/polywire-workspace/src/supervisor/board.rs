//! What each component is doing, and who is told when that changes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use serde::Serialize;

use super::{ComponentSpec, Stream};
use crate::guard::Exit;

/// Is told of every line of output and every change of state, from the supervisor's tasks; must not block.
pub trait Watcher: Send + Sync + 'static {
    /// One line without its end; long lines are cut, what is not UTF-8 is replaced.
    fn line(&self, component: &str, stream: Stream, line: &str);
    fn event(&self, event: &Event);
}

/// A component changed its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    pub component: String,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum State {
    Building,
    /// What `build:` says has ended well; not started yet.
    Built,
    Starting,
    Ready,
    /// Not started yet, or stopped by request: stays as it is.
    Stopped,
    /// Ended by itself.
    Exited {
        exit: Exit,
    },
    /// Will be started again when the time has passed.
    Restarting {
        #[serde(serialize_with = "as_ms", rename = "after_ms")]
        after: Duration,
        reason: String,
    },
    /// Could not be started: stays as it is.
    Failed {
        reason: String,
    },
}

impl State {
    /// The word shown to people and programs.
    pub fn name(&self) -> &'static str {
        match self {
            State::Building => "building",
            State::Built => "built",
            State::Starting => "starting",
            State::Ready => "ready",
            State::Stopped => "stopped",
            State::Exited { .. } => "exited",
            State::Restarting { .. } => "restarting",
            State::Failed { .. } => "failed",
        }
    }
}

/// One row of `polywire ps`.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub name: String,
    pub state: State,
    pub pid: Option<i32>,
    pub port: Option<u16>,
    /// How often it was started again after it ended by itself.
    pub restarts: u32,
    /// When the state began, in milliseconds since 1970.
    #[serde(serialize_with = "as_epoch_ms", rename = "since_ms")]
    pub since: SystemTime,
}

/// The states of all components; changing one tells the watcher.
pub(crate) struct Board {
    rows: Mutex<Vec<Status>>,
    pub(crate) watcher: Arc<dyn Watcher>,
}

impl Board {
    pub(crate) fn new(specs: &[ComponentSpec], watcher: Arc<dyn Watcher>) -> Self {
        let row = |spec: &ComponentSpec| Status {
            name: spec.name.clone(),
            state: State::Stopped,
            pid: None,
            port: spec.port,
            restarts: 0,
            since: SystemTime::now(),
        };
        Board { rows: Mutex::new(specs.iter().map(row).collect()), watcher }
    }

    pub(crate) fn status(&self) -> Vec<Status> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_running(&self, name: &str) -> bool {
        let running = |row: &Status| matches!(row.state, State::Starting | State::Ready);
        self.status().iter().any(|row| row.name == name && running(row))
    }

    pub(crate) fn set(&self, index: usize, state: State) {
        let event = {
            let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            let row = &mut rows[index];
            row.restarts += u32::from(matches!(state, State::Restarting { .. }));
            if !matches!(state, State::Starting | State::Ready) {
                row.pid = None;
            }
            row.since = SystemTime::now();
            row.state = state.clone();
            Event { component: row.name.clone(), state }
        };
        self.watcher.event(&event);
    }

    pub(crate) fn set_pid(&self, index: usize, pid: i32) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)[index].pid = Some(pid);
    }
}

fn as_ms<S: serde::Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(value.as_millis() as u64)
}

fn as_epoch_ms<S: serde::Serializer>(value: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let passed = value.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    serializer.serialize_u64(passed.as_millis() as u64)
}
