//! Starts everything, takes the proxies in turn, prints the tables.

mod start;
mod steady;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{self, Process, wait_for};

/// Where the proxies run; alone.
const PROXY_PROCESSOR: usize = 0;
/// Where the client and the components run.
const OTHER_PROCESSOR: usize = 1;

/// Measures and prints.
pub(crate) fn run(rounds: usize, seconds: u64) -> Result<()> {
    process::pin(OTHER_PROCESSOR)?;
    let place = Place::new()?;
    let component = place.start_own("backend", OTHER_PROCESSOR, &[])?;
    let grpc_component = place.start_own("grpc-backend", OTHER_PROCESSOR, &[])?;
    println!(
        "proxies on processor {PROXY_PROCESSOR}, client and components on {OTHER_PROCESSOR}; {rounds} rounds of {seconds} s"
    );
    steady::run(&place, &component, &grpc_component, rounds, seconds)?;
    start::run(&place, &component)
}

/// Where things lie.
pub(super) struct Place {
    own: PathBuf,
    polywire: PathBuf,
    contracts: PathBuf,
    /// What the processes say, a file each.
    said: PathBuf,
}

/// A process that listens.
pub(super) struct Server {
    pub(super) process: Process,
    pub(super) address: SocketAddr,
}

impl Place {
    fn new() -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let polywire = match std::env::var_os("POLYWIRE") {
            Some(path) => PathBuf::from(path),
            None => folder.join("../../target/release/polywire"),
        };
        ensure!(polywire.is_file(), "no {}: build it, or say in POLYWIRE where it is", polywire.display());
        let said = std::env::temp_dir().join(format!("polywire-gateway-{}", std::process::id()));
        std::fs::create_dir_all(&said)?;
        let own = std::env::current_exe()?;
        Ok(Place { own, polywire, contracts: folder.join("contracts"), said })
    }

    /// Starts one of this program's other modes.
    fn start_own(&self, mode: &str, processor: usize, rest: &[String]) -> Result<Server> {
        let address = free_address()?;
        let mut command = Command::new(&self.own);
        command.arg(mode).arg(address.port().to_string()).args(rest);
        self.start(mode, processor, address, &mut command)
    }

    /// Starts the bridge before one component.
    fn start_bridge(&self, name: &str, contract: &str, to: &str) -> Result<Server> {
        let address = free_address()?;
        self.start(name, PROXY_PROCESSOR, address, &mut self.bridge(contract, to, address)?)
    }

    /// What starts the bridge, with everything as it is without configuration.
    fn bridge(&self, contract: &str, to: &str, address: SocketAddr) -> Result<Command> {
        let mut command = Command::new(&self.polywire);
        command.arg("serve").arg("--contract").arg(self.contracts.join(contract)).args(["--to", to]);
        command.args(["--listen", &address.to_string(), "--admin", &free_address()?.to_string()]);
        Ok(command)
    }

    /// Starts the bridge with as little on the way as it can be told to have.
    fn start_bare_bridge(&self, to: &str) -> Result<Server> {
        let address = free_address()?;
        let folder = self.said.join("bare");
        std::fs::create_dir_all(&folder)?;
        let text = std::fs::read_to_string(self.contracts.join("bare/polywire.yaml"))?;
        std::fs::write(folder.join("polywire.yaml"), text.replace("http://127.0.0.1:9000", to))?;
        std::fs::copy(self.contracts.join("users.yaml"), self.said.join("users.yaml"))?;
        let mut command = Command::new(&self.polywire);
        command.arg("serve").arg(&folder).env("POLYWIRE_LOG", "off");
        command.args(["--listen", &address.to_string(), "--admin", &free_address()?.to_string()]);
        self.start("bare", PROXY_PROCESSOR, address, &mut command)
    }

    fn start(&self, name: &str, processor: usize, address: SocketAddr, command: &mut Command) -> Result<Server> {
        let said = self.said.join(format!("{name}.log"));
        let process = Process::start(processor, command, &said)?;
        wait_for(address).with_context(|| format!("{name} said {}", said.display()))?;
        Ok(Server { process, address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Kept where something went wrong: the processes said why.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.said);
        }
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
