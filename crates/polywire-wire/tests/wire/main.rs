//! Plans on real bytes: JSON and Protobuf of types from `.proto` texts and of types as OpenAPI has them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod contract;
mod hostile;
mod openapi;
mod operation;
mod oracle;
mod protojson;
mod random;
mod record;
mod rules;
mod run;
