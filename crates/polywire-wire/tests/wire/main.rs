//! Plans on real bytes: JSON and Protobuf of types from `.proto` texts and of types as OpenAPI has them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod avro;
mod contract;
mod generated;
mod hostile;
mod layout;
mod maps;
mod openapi;
mod operation;
mod options;
mod oracle;
mod parts;
mod protojson;
mod random;
mod record;
mod rules;
mod run;
mod values;
