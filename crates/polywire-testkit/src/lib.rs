//! For tests only: folders of cases with golden files, components that misbehave, small clients.
//!
//! Must never: be a dependency of shipped code.

mod component;
mod golden;
mod grpc;
mod http;

pub use component::{Behaviour, Component};
pub use golden::{Golden, cases, fixtures, suites};
pub use grpc::{GrpcAnswer, GrpcBehaviour, GrpcComponent, Place, grpc};
pub use http::{HttpAnswer, http};
