//! The bridge against minimal proxies. See `docs/manual/benchmarks.md`.
//!
//! `gateway [ROUNDS] [SECONDS]` measures; the other modes are the processes that it starts: proxies and components.

mod backend;
mod driver;
mod grpc_backend;
mod load;
mod message;
mod process;
mod proxy;
mod table;

use std::future::Future;

use anyhow::{Context, Result, bail};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["backend", port] => on_one_thread(backend::run(port.parse()?)),
        ["grpc-backend", port] => on_one_thread(grpc_backend::run(port.parse()?)),
        ["proxy-client", port, upstream] => on_one_thread(proxy::with_client(port.parse()?, upstream)),
        ["proxy-pool", port, upstream] => on_one_thread(proxy::with_own_pool(port.parse()?, upstream.parse()?)),
        [] => driver::run(5, 2),
        [rounds] => driver::run(rounds.parse().context("ROUNDS is a number")?, 2),
        [rounds, seconds] => driver::run(rounds.parse()?, seconds.parse()?),
        _ => bail!("gateway [ROUNDS] [SECONDS]"),
    }
}

/// Runs a future and the tasks it spawns on this thread alone.
fn on_one_thread<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, future)
}
