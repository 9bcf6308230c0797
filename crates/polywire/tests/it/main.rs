//! Tests of the `polywire` command as people run it.

mod bridge;
mod command_line;
mod config;
mod contracts;
mod drift;
mod harness;
mod init;
mod json_schema_oracle;
mod json_schema_suite;
mod manual;
mod maps;
mod transcode;
