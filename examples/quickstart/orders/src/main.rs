//! The order service of the quickstart: gRPC on `PORT`, until SIGTERM.
//!
//! It knows `users` and `catalog` by their contracts alone, never where they run or what
//! they are written in: every call goes to the bridge at `POLYWIRE_URL`.

mod log;
mod money;
mod peers;
mod service;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tonic::transport::Server;

use crate::peers::Peers;
use crate::service::Orders;

/// The stubs that `build.rs` makes.
#[allow(dead_code, reason = "no message of an error is made here")]
#[expect(
    unreachable_pub,
    clippy::allow_attributes_without_reason,
    reason = "the generator decides how its code looks"
)]
mod contract {
    /// Our own contract.
    pub(crate) mod orders {
        tonic::include_proto!("shop.orders.v1");
    }
    /// The derived contract of `users`.
    pub(crate) mod users {
        tonic::include_proto!("shop.users.v1");
    }
    /// The derived contract of `catalog`.
    pub(crate) mod catalog {
        tonic::include_proto!("shop.catalog.v1");
    }
}

/// How long calls in flight may go on after SIGTERM.
const DRAIN: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = required("PORT")?.parse()?;
    let peers = Peers::through(required("POLYWIRE_URL")?, std::env::var("POLYWIRE_TOKEN").ok())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = Server::builder().tcp_nodelay(true).serve_with_shutdown(
        address,
        contract::orders::order_service_server::OrderServiceServer::new(Orders::new(peers)),
        async {
            tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
            log::line("INFO", "Stopping", &[]);
            // Nobody listens any more only if the server has ended already.
            let _ = stopping.send(());
        },
    );
    log::line("INFO", "Listening", &[("port", &port.to_string())]);
    tokio::select! {
        served = serving => served?,
        () = drained(stopped) => log::line("WARNING", "Stopping with calls in flight", &[]),
    }
    log::line("INFO", "Stopped", &[]);
    Ok(())
}

/// Ends when the time to drain is over, counted from the signal to stop.
async fn drained(stopped: tokio::sync::oneshot::Receiver<()>) {
    match stopped.await {
        Ok(()) => tokio::time::sleep(DRAIN).await,
        Err(_) => std::future::pending().await,
    }
}

/// Reads a setting that the service cannot do without.
fn required(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("the environment variable {name} is missing"))
}
