//! The running bridge: a thread with its own runtime and listener per core, and the admin port in a runtime of its own.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use polywire_bridge::{Admin, Bridge};
use polywire_link::ListenOptions;
use tokio::sync::watch;

use crate::exit::{Context, Failure};

/// Listeners that are bound but do not answer yet: their addresses can be handed out.
pub(crate) struct Ports {
    listeners: Vec<TcpListener>,
    admin: TcpListener,
    pub address: SocketAddr,
    pub admin_address: SocketAddr,
}

/// Threads that answer until they are told to stop.
pub(crate) struct Gateway {
    threads: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Ports {
    /// Binds a listener per core, and the admin port.
    pub(crate) fn bind(listen: SocketAddr, admin: SocketAddr) -> Result<Ports, Failure> {
        let busy = |address: SocketAddr, error: std::io::Error| {
            let failure = Failure::environment(format!("cannot listen on {address}: {}", reason(&error)));
            failure.help("another program may listen there; `--listen 127.0.0.1:0` takes any free port")
        };
        // Ports that are shared between threads could be shared with a stranger, too: ask for it alone first.
        let alone = TcpListener::bind(listen).map_err(|error| busy(listen, error))?;
        let address = alone.local_addr().context("the listener has no address")?;
        drop(alone);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let listeners = (0..cores)
            .map(|_| polywire_link::bind(address, true))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| busy(address, error))?;
        let admin = TcpListener::bind(admin).map_err(|error| busy(admin, error))?;
        let admin_address = admin.local_addr().context("the admin listener has no address")?;
        Ok(Ports { listeners, admin, address, admin_address })
    }

    /// Begins to answer.
    pub(crate) fn serve(
        self,
        bridge: &Arc<Bridge>,
        admin: Arc<Admin>,
        options: &ListenOptions,
    ) -> Result<Gateway, Failure> {
        let (stop, stopped) = watch::channel(false);
        let mut threads = Vec::new();
        for (number, listener) in self.listeners.into_iter().enumerate() {
            let (bridge, stopped, options) = (bridge.clone(), stopped.clone(), options.clone());
            let body = move |runtime: tokio::runtime::Runtime| {
                let serving = polywire_link::serve(listener, bridge, options, until(stopped));
                runtime.block_on(async {
                    if let Err(error) = serving.await {
                        tracing::error!(%error, "Listener failed");
                    }
                });
            };
            threads.push(spawn(&format!("bridge-{number}"), body)?);
        }
        let listener = self.admin;
        let body = move |runtime: tokio::runtime::Runtime| {
            runtime.block_on(async {
                if let Err(error) = crate::admin::serve(listener, admin, until(stopped)).await {
                    tracing::error!(%error, "Admin listener failed");
                }
            });
        };
        threads.push(spawn("admin", body)?);
        Ok(Gateway { threads, stop })
    }
}

impl Gateway {
    /// Stops accepting, lets requests end, waits for the threads.
    pub(crate) fn stop(self) {
        let _ = self.stop.send(true);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

fn spawn(
    name: &str,
    body: impl FnOnce(tokio::runtime::Runtime) + Send + 'static,
) -> Result<JoinHandle<()>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    std::thread::Builder::new().name(name.into()).spawn(move || body(runtime)).context("no thread")
}

/// Resolves when the channel says stop, or its sender has gone.
async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "the address is in use".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
        _ => error.to_string(),
    }
}
