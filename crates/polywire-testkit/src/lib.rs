//! For tests only: folders of cases with golden files, a component that misbehaves, a small HTTP client.
//!
//! Must never: be a dependency of shipped code.

mod component;
mod golden;
mod http;

pub use component::{Behaviour, Component};
pub use golden::{Golden, cases, fixtures, suites};
pub use http::{HttpAnswer, http};
