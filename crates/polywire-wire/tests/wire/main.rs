//! Plans on real bytes: JSON and Protobuf of types from `.proto` texts and of types as OpenAPI has them.

mod contract;
mod hostile;
mod openapi;
mod operation;
mod oracle;
mod protojson;
mod random;
mod run;
