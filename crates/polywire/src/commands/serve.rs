//! `polywire serve`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::exit::{Context, Exit, Failure, Outcome};
use crate::gateway::Ports;
use crate::output::{self, Format};
use crate::project::{self, LockAccess, Project};
use crate::{log, signals};

/// Runs the bridge in front of components that are already running
///
/// In a folder with a polywire.yaml every component needs an address (`at`). Without one,
/// `serve --contract api.yaml --to http://127.0.0.1:9000` puts the bridge before one service.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// The workspace's folder
    #[arg(conflicts_with_all = ["contract", "to"])]
    dir: Option<PathBuf>,
    /// A contract, instead of a workspace; several may be named
    #[arg(long, requires = "to")]
    contract: Vec<PathBuf>,
    /// A folder at which the imports of Protobuf files begin; several may be named
    #[arg(long = "import", value_name = "ROOT", requires = "contract")]
    imports: Vec<PathBuf>,
    /// Where the service is: http://HOST:PORT or grpc://HOST:PORT
    #[arg(long, requires = "contract")]
    to: Option<String>,
    /// Where to listen; port 0 is any free port
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where the admin port listens
    #[arg(long)]
    admin: Option<SocketAddr>,
    /// How long a call may take: 500ms, 2s
    #[arg(long, value_parser = polywire_workspace::parse_duration)]
    timeout: Option<Duration>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Serve {
    pub(crate) fn run(self) -> Outcome {
        log::init("polywire");
        let mut project = self.project()?;
        if let Some(timeout) = self.timeout {
            project.settings.all.timeout = timeout;
        }
        let unreachable: Vec<&str> = project
            .components
            .iter()
            .filter(|c| c.at.is_empty() || c.lent)
            .map(|c| c.name.as_str())
            .collect();
        if !unreachable.is_empty() {
            let failure = Failure::wrong(format!("no address (`at`) for {}", unreachable.join(", ")));
            return Err(failure.help("`polywire up` starts components; `serve` needs to know where they run"));
        }
        let listen = self.listen.unwrap_or(project.listen);
        let ports = Ports::bind(listen, self.admin.unwrap_or(project.admin))?;
        let (url, admin_url) =
            (format!("http://{}", ports.address), format!("http://{}", ports.admin_address));
        let (bridge, admin) = project.bridge(None, None)?;
        let gateway = ports.serve(&bridge, admin, &project.listen_options())?;
        match self.format {
            Format::Json => output::print_json(&json!({"url": url, "admin_url": admin_url})),
            _ => output::print(&self.summary(&project, &url, &admin_url)),
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
        runtime.block_on(signals::stop())?;
        gateway.stop();
        Ok(Exit::Ok)
    }

    fn project(&self) -> Result<Project, Failure> {
        let project = match &self.to {
            Some(to) => project::single(&self.contract, &self.imports, to)?,
            None => project::open_with(self.dir.as_deref().unwrap_or(".".as_ref()), LockAccess::Frozen)?,
        };
        project.report_errors()?;
        Ok(project)
    }

    fn summary(&self, project: &Project, url: &str, admin_url: &str) -> String {
        let mut rows =
            vec![vec!["bridge".to_string(), url.to_string()], vec!["admin".into(), admin_url.to_string()]];
        rows.extend(project.components.iter().map(|c| vec![c.name.clone(), c.at.join(", ")]));
        output::table(&["NAME", "ADDRESS"], &rows)
    }
}
