//! The `polywire` command: parses, runs, and maps to an exit code.

use std::process::ExitCode;

use polywire_workspace::{GUARD_ARGUMENT, guard_main};

/// The bridge takes and gives back a few small blocks per call.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == GUARD_ARGUMENT) {
        return guard_main();
    }
    polywire::run(std::env::args_os()).into()
}
