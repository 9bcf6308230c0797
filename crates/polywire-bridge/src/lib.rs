//! Carries calls: policies, plans, links. Everything compiled is one immutable [`Snapshot`], pinned by each call.
//!
//! Must never: know a protocol, open a socket, name a runtime; keep a lock or a borrow across an `.await`;
//! let a component's internals reach a caller.

mod admin;
mod answer;
mod bridge;
mod component;
mod explain;
mod metrics;
mod pass;
mod plan;
pub mod policy;
mod settings;
mod snapshot;

pub use admin::{Action, Admin, AdminResponse, ComponentFacts, Control, ControlError};
pub use bridge::Bridge;
pub use component::{BreakerState, ComponentState, Liveness};
pub use explain::{Explanation, FieldLine, MessageLine, OutcomeLine, PolicyLine, WayLine};
pub use settings::{BreakerSettings, Overrides, ResponseCheck, Settings, SettingsTable};
pub use snapshot::{ComponentEnds, Snapshot};
