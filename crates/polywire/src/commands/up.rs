//! `polywire up`

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polywire_bridge::Bridge;
use polywire_workspace::{GuardCommand, RunFile, StartError, Supervisor, token};
use serde_json::json;

use crate::control::WORKSPACE_VARIABLE;
use crate::exit::{Context, Exit, Failure, Outcome};
use crate::gateway::Ports;
use crate::output::{self, Format};
use crate::project::{self, LockAccess, Project};
use crate::supervised::Supervised;
use crate::watch::Watch;
use crate::{log, signals};

/// Starts every component and the bridge; with a COMMAND runs it there, then stops everything
///
/// COMMAND finds POLYWIRE_URL, POLYWIRE_ADMIN_URL, and POLYWIRE_<COMPONENT>_URL for each component itself, past the
/// bridge; `polywire` is in its PATH. The exit code is COMMAND's. Without COMMAND everything runs until Ctrl-C.
#[derive(clap::Args)]
pub(crate) struct Up {
    /// The workspace's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Where the bridge listens; port 0 is any free port
    #[arg(long)]
    listen: Option<SocketAddr>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// A command and its arguments
    #[arg(last = true)]
    command: Vec<String>,
}

impl Up {
    pub(crate) fn run(self) -> Outcome {
        log::init("polywire");
        let mut project = project::open_with(&self.dir, LockAccess::Grow)?;
        project.report_errors()?;
        project.write_lock()?;
        let folder = self.dir.canonicalize().context(format!("cannot open {}", self.dir.display()))?;
        if let polywire_workspace::Found::Running(run) = RunFile::read(&folder) {
            let failure = Failure::environment(format!("this workspace is already running at {}", run.url));
            return Err(failure.help("`polywire ps` shows it"));
        }
        let ports = Ports::bind(self.listen.unwrap_or(project.listen), project.admin)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("no runtime")?;
        runtime.block_on(self.supervise(&mut project, &folder, ports))
    }

    async fn supervise(&self, project: &mut Project, folder: &Path, ports: Ports) -> Outcome {
        let (url, admin_url) =
            (format!("http://{}", ports.address), format!("http://{}", ports.admin_address));
        let watch = Arc::new(Watch::new(project.components.iter().map(|c| c.name.clone()).collect()));
        let specs = project.specs(&url)?;
        let guard = GuardCommand::this_program().context("cannot find this program")?;
        let supervisor = Arc::new(Supervisor::new(specs, &guard, watch.clone()).map_err(failure)?);
        let control_token = token().context("no random bytes")?;
        let supervised = Arc::new(Supervised::new(supervisor.clone(), project));
        let (bridge, admin) = project.bridge(Some(supervised), Some(&control_token))?;
        watch.tell(bridge.clone());
        let gateway = ports.serve(&bridge, admin, &project.listen_options())?;
        let run =
            RunFile::of_this_process(project.name.clone(), url.clone(), admin_url.clone(), control_token);
        run.write(folder).context("cannot write .polywire/run.json")?;

        let ended = tokio::select! {
            ended = self.inside(project, folder, &supervisor, &bridge, &run) => ended,
            stopped = signals::stop(), if self.command.is_empty() => stopped.map(|()| Exit::Ok),
        };
        supervisor.stop_all().await;
        run.remove(folder);
        // The bridge's threads may still drain; joining them must not hold up this runtime.
        let _ = tokio::task::spawn_blocking(move || gateway.stop()).await;
        ended
    }

    /// Everything that happens while it runs.
    async fn inside(
        &self,
        project: &Project,
        folder: &Path,
        supervisor: &Supervisor,
        bridge: &Bridge,
        run: &RunFile,
    ) -> Outcome {
        let starting = supervisor.start_all();
        if self.command.is_empty() {
            starting.await.map_err(failure)?;
            bridge.set_ready(true);
            self.show(project, run);
            return std::future::pending().await;
        }
        tokio::select! {
            started = starting => started.map_err(failure)?,
            stopped = signals::stop() => {
                stopped?;
                return Ok(Exit::Status(130));
            }
        }
        bridge.set_ready(true);
        let environment = environment(project, folder, run);
        let here = std::env::current_dir().context("cannot find the current folder")?;
        let status = supervisor.run_command(&self.command, &here, environment).await.map_err(failure)?;
        Ok(Exit::Status(status))
    }

    fn show(&self, project: &Project, run: &RunFile) {
        if self.format == Format::Json {
            let components: Vec<_> = project
                .components
                .iter()
                .map(|c| json!({"name": c.name, "address": c.at.join(", ")}))
                .collect();
            let said = json!({"url": run.url, "admin_url": run.admin_url, "components": components});
            return output::print_json(&said);
        }
        let mut rows = vec![
            vec!["bridge".to_string(), run.url.clone(), "REST and gRPC".into()],
            vec!["admin".into(), run.admin_url.clone(), "/livez /readyz /metrics /openapi.json".into()],
        ];
        rows.extend(
            project.components.iter().map(|c| vec![c.name.clone(), c.at.join(", "), c.interfaces.join(", ")]),
        );
        output::print(&format!(
            "\n{}\nCtrl-C stops it\n",
            output::table(&["NAME", "ADDRESS", "WHAT"], &rows)
        ));
    }
}

/// What COMMAND finds in its environment.
fn environment(project: &Project, folder: &Path, run: &RunFile) -> Vec<(String, String)> {
    let mut found = vec![
        ("POLYWIRE_URL".to_string(), run.url.clone()),
        ("POLYWIRE_ADMIN_URL".into(), run.admin_url.clone()),
        (WORKSPACE_VARIABLE.into(), folder.display().to_string()),
    ];
    for component in &project.components {
        let words = polywire_contract::words(&component.name).upper();
        if let Some(at) = component.at.first() {
            found.push((format!("POLYWIRE_{words}_URL"), at.clone()));
        }
    }
    if let Ok(program) = std::env::current_exe() {
        found.push(("POLYWIRE_BIN".into(), program.display().to_string()));
        let path = std::env::var("PATH").unwrap_or_default();
        if let Some(own) = program.parent() {
            found.push(("PATH".into(), format!("{}:{path}", own.display())));
        }
    }
    found
}

/// A component that cannot be started is the environment's fault, as far as anyone can tell.
fn failure(error: StartError) -> Failure {
    Failure::environment(error.to_string())
}
