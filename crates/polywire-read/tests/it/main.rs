//! Readers against folders of cases and public suites.

mod cases;
mod json_schema;
mod maps;
mod openapi;
mod protobuf;
mod protobuf_set;
mod sql;
