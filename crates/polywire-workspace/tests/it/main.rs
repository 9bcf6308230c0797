//! Real processes under the supervisor. This binary is its own guard and its own victim, hence its own `main`.

#![expect(clippy::unwrap_used, reason = "every line of this crate is a test")]

mod guard;
mod lives;
mod start;
mod support;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

use polywire_workspace::{GUARD_ARGUMENT, guard_main};

type Test = (&'static str, fn());

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(GUARD_ARGUMENT) => guard_main(),
        Some(guard::VICTIM_ARGUMENT) => guard::victim(&arguments[1]),
        _ => run(&arguments),
    }
}

/// Runs the tests whose name contains one of the words given, or all.
#[expect(clippy::print_stdout, reason = "a test harness reports on stdout")]
fn run(arguments: &[String]) -> ExitCode {
    let words: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let tests: Vec<&Test> = [guard::TESTS, start::TESTS, lives::TESTS]
        .into_iter()
        .flatten()
        .filter(|(name, _)| chosen(name))
        .collect();
    if arguments.iter().any(|word| word == "--list") {
        for (name, _) in tests {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let mut failed = Vec::new();
    for (name, test) in &tests {
        let passed = catch_unwind(AssertUnwindSafe(test)).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        if !passed {
            failed.push(*name);
        }
    }
    println!("\ntest result: {} passed; {} failed {failed:?}", tests.len() - failed.len(), failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
