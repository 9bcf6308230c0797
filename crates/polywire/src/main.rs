//! The `polywire` command: parses, runs, and maps to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    if polywire_workspace::is_guard() {
        return polywire_workspace::guard_main();
    }
    polywire::run(std::env::args_os()).into()
}
