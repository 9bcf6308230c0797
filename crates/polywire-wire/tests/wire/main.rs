//! Plans on real bytes: every encoding, of types from `.proto` texts, as OpenAPI has them, by hand and generated.

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
