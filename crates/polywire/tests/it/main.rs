//! Tests of the `polywire` command as people run it.

mod bridge;
mod command_line;
mod drift;
mod harness;
mod manual;
mod transcode;
