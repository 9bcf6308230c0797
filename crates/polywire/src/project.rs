//! A workspace as a whole: its configuration, the contracts of its components in one model, and the bridge made of it.

mod contracts;
mod manifest;
mod maps;
mod settings;
mod types;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use polywire_bridge::{Admin, Bridge, ComponentEnds, Control, SettingsTable, Snapshot};
use polywire_call::{BoxFuture, LinkOptions, SystemClock, Timer};
use polywire_contract::{Contract, InterfaceId, Lock, LockMode, OperationId, WrittenMap, derive_grpc};
use polywire_diag::{Diagnostic, FileId};
use polywire_emit::{EMITTERS, Interfaces, Options};
use polywire_link::{LINKS, ListenOptions};
use polywire_read::Sources;
use polywire_wire::Form;
use polywire_workspace::config::Configuration;
use polywire_workspace::{ComponentSpec, Facts};

use crate::exit::{Context, Exit, Failure};
use crate::output;
use crate::sources::DiskSources;

pub(crate) use contracts::{contracts_at, may_be_contract, read_contract, read_each, reader_of};
pub(crate) use settings::{OpenSettings, check_settings, document, emitted, open_settings, open_source};
pub(crate) use types::{find_type, listed, named_types, short};

/// The file that makes a folder a workspace.
pub(crate) const MANIFEST: &str = "polywire.yaml";
/// What is given out once and must stay.
const LOCK: &str = "polywire.lock";

/// How many operations are named where another one was asked for.
const OPERATIONS_SHOWN: usize = 24;

/// Whether new numbers may be given out and written to the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockAccess {
    Grow,
    Frozen,
}

/// A component of the workspace.
pub(crate) struct Component {
    pub name: String,
    /// Where it can be reached; for one that is started here, its own address.
    pub at: Vec<String>,
    /// The address was given out for this run; it is not in polywire.yaml.
    pub(crate) lent: bool,
    /// The names of what it provides.
    pub interfaces: Vec<String>,
    /// How it is started, if it is.
    start: Option<ComponentSpec>,
    form: Form,
}

/// Everything that was read.
pub(crate) struct Project {
    pub name: String,
    pub contract: Contract,
    /// The contracts.
    pub files: Vec<FileId>,
    pub components: Vec<Component>,
    pub settings: SettingsTable,
    pub listen: SocketAddr,
    /// Largest head of a request, in bytes.
    pub head_bytes_max: usize,
    pub admin: SocketAddr,
    /// Where its settings are; only commands about them read them.
    pub(crate) config: Option<Configuration>,
    /// What is written of maps between types.
    maps: Vec<WrittenMap>,
    /// What the names of its files begin with: its folder.
    root: String,
    pub diags: Vec<Diagnostic>,
    sources: DiskSources,
    lock: Lock,
    /// A lock that is not there locks nothing.
    lock_exists: bool,
    lock_path: Option<PathBuf>,
}

/// Opens a workspace to look at it: numbers that the lock lacks are made up, but not written.
pub(crate) fn open(folder: &Path) -> Result<Project, Failure> {
    open_with(folder, LockAccess::Grow)
}

/// Opens a workspace.
pub(crate) fn open_with(folder: &Path, access: LockAccess) -> Result<Project, Failure> {
    if !folder.join(MANIFEST).is_file() {
        let message = format!("there is no {MANIFEST} in {}", folder.display());
        return Err(Failure::environment(message)
            .help("name the workspace's folder, or make one with a polywire.yaml"));
    }
    manifest::read(folder, access, DiskSources::default())
}

/// Reads a workspace whose `polywire.yaml` is not written yet; nothing is written.
pub(crate) fn open_draft(folder: &Path, text: &str) -> Result<Project, Failure> {
    let mut sources = DiskSources::default();
    sources.give_text(&folder.join(MANIFEST), text);
    manifest::read(folder, LockAccess::Grow, sources)
}

/// Opens a workspace among other contracts: its texts and mistakes are added to theirs.
pub(crate) fn open_into(
    folder: &Path,
    sources: &mut DiskSources,
    diags: &mut Vec<Diagnostic>,
) -> Result<Project, Failure> {
    let mut project = manifest::read(folder, LockAccess::Grow, std::mem::take(sources))?;
    *sources = std::mem::take(&mut project.sources);
    diags.append(&mut project.diags);
    Ok(project)
}

/// One service behind the bridge, without a configuration file.
pub(crate) fn single(contracts: &[PathBuf], imports: &[PathBuf], to: &str) -> Result<Project, Failure> {
    let mut project = Project::read(contracts, imports)?;
    let interfaces = project.contract.interfaces.iter().map(|i| i.name.clone()).collect();
    for interface in &mut project.contract.interfaces {
        interface.component = "service".into();
    }
    let form = form_of(to)?;
    let at = vec![to.to_string()];
    let component = Component { name: "service".into(), at, lent: false, interfaces, start: None, form };
    project.components.push(component);
    project.derive(LockAccess::Grow);
    Ok(project)
}

/// The form of the link that a URL means.
fn form_of(url: &str) -> Result<Form, Failure> {
    let link = polywire_link::by_url(url).ok_or_else(|| {
        let schemes: Vec<String> =
            LINKS.iter().flat_map(|link| link.schemes()).map(|scheme| format!("{scheme}://")).collect();
        Failure::wrong(format!("`{url}` is no address of a link"))
            .help(format!("links are {}", schemes.join(", ")))
    })?;
    Ok(link.form())
}

impl Project {
    /// Contracts without a workspace around them.
    pub(crate) fn of_contracts(contracts: &[PathBuf], imports: &[PathBuf]) -> Result<Project, Failure> {
        let mut project = Project::read(contracts, imports)?;
        project.derive(LockAccess::Grow);
        Ok(project)
    }

    fn read(contracts: &[PathBuf], imports: &[PathBuf]) -> Result<Project, Failure> {
        let mut project = Project::empty("polywire");
        project.sources = DiskSources::with_roots(imports)?;
        for path in contracts {
            let file = read_contract(path, &mut project.sources, &mut project.contract, &mut project.diags)?;
            project.files.push(file);
        }
        Ok(project)
    }

    /// The texts that were read.
    pub(crate) fn sources(&self) -> &DiskSources {
        &self.sources
    }

    /// Whether Protobuf numbers were given out that stand nowhere.
    pub(crate) fn made_up_numbers(&self) -> bool {
        self.lock.changed()
    }

    fn empty(name: &str) -> Project {
        Project {
            name: name.into(),
            contract: Contract::default(),
            files: Vec::new(),
            components: Vec::new(),
            settings: SettingsTable::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            head_bytes_max: ListenOptions::default().head_bytes_max,
            admin: SocketAddr::from(([127, 0, 0, 1], 0)),
            config: None,
            maps: Vec::new(),
            root: String::new(),
            diags: Vec::new(),
            sources: DiskSources::default(),
            lock: Lock::default(),
            lock_exists: false,
            lock_path: None,
        }
    }

    /// Gives every interface without a Protobuf service one.
    fn derive(&mut self, access: LockAccess) {
        let frozen = access == LockAccess::Frozen && self.lock_exists;
        let mode = if frozen { LockMode::Frozen } else { LockMode::Grow };
        derive_grpc(&mut self.contract, &self.name, &mut self.lock, mode, &mut self.diags);
    }

    /// Shows what is wrong on stderr, and fails if there is an error.
    pub(crate) fn report_errors(&self) -> Result<(), Failure> {
        let mut diags = self.diags.clone();
        output::note_diagnostics(self.sources.map(), &mut diags);
        match diags.iter().filter(|diag| diag.is_error()).count() {
            0 => Ok(()),
            errors => Err(Failure::wrong(format!(
                "{} in the contracts and the configuration",
                output::count(errors, "mistake")
            ))),
        }
    }

    /// Writes the lock where numbers were given out.
    pub(crate) fn write_lock(&self) -> Result<(), Failure> {
        let Some(path) = self.lock_path.as_ref().filter(|_| self.lock.changed()) else { return Ok(()) };
        if is_ci() {
            if !self.lock_exists {
                return Ok(());
            }
            let message = format!("{} does not hold every number, and CI never writes it", path.display());
            return Err(Failure::wrong(message).help("run the command once elsewhere, and commit the file"));
        }
        let draft = path.with_extension("lock.tmp");
        std::fs::write(&draft, self.lock.write()).context(format!("cannot write {}", draft.display()))?;
        std::fs::rename(&draft, path).context(format!("cannot write {}", path.display()))
    }

    /// Finds an operation by its name, or says which there are.
    pub(crate) fn operation(&self, name: &str) -> Result<OperationId, Failure> {
        self.contract.find_operation(name).ok_or_else(|| {
            let ids: Vec<&str> =
                self.contract.operations.iter().map(|operation| operation.id.as_str()).collect();
            let failure = Failure::wrong(format!("there is no operation `{name}`"));
            match polywire_diag::nearest(name, ids.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None if ids.len() > OPERATIONS_SHOWN => {
                    let some = ids[..OPERATIONS_SHOWN].join(", ");
                    failure.help(format!("there are {some} and {} more", ids.len() - OPERATIONS_SHOWN))
                }
                None => failure.help(format!("there are {}", ids.join(", "))),
            }
        })
    }

    /// Compiles a snapshot whose links are not used.
    pub(crate) fn snapshot_for_explanation(mut self) -> Result<Snapshot, Failure> {
        self.report_errors()?;
        self.snapshot()
    }

    /// What is to be started, with the facts that each component finds in its environment.
    pub(crate) fn specs(&self, url: &str) -> Result<Vec<ComponentSpec>, Failure> {
        let mut specs = Vec::new();
        for component in &self.components {
            let Some(spec) = &component.start else { continue };
            let token = polywire_workspace::token().context("no random bytes")?;
            let facts = Facts { url: url.to_string(), token, port: spec.port };
            let mut spec = spec.clone();
            spec.environment.extend(facts.environment());
            specs.push(spec);
        }
        Ok(specs)
    }

    /// Compiles the bridge and its admin.
    pub(crate) fn bridge(
        &mut self,
        control: Option<Arc<dyn Control>>,
        token: Option<&str>,
    ) -> Result<(Arc<Bridge>, Arc<Admin>), Failure> {
        let snapshot = self.snapshot()?;
        let bridge = Bridge::new(snapshot, Arc::new(SystemClock), Arc::new(TokioTimer));
        let mut admin = Admin::new(bridge.clone());
        if let (Some(control), Some(token)) = (control, token) {
            admin = admin.with_control(control, token);
        }
        Ok((bridge, Arc::new(admin)))
    }

    /// What holds for each connection.
    pub(crate) fn listen_options(&self) -> ListenOptions {
        ListenOptions { head_bytes_max: self.head_bytes_max, ..ListenOptions::default() }
    }

    fn snapshot(&mut self) -> Result<Snapshot, Failure> {
        let contract = Arc::new(std::mem::take(&mut self.contract));
        let mut ends = Vec::new();
        for component in &self.components {
            let url = component.at.first().map_or("", String::as_str);
            let link =
                polywire_link::by_url(url).ok_or_else(|| Failure::wrong(format!("`{url}` is no address")))?;
            let opened = link
                .open(url, &LinkOptions::default())
                .map_err(|error| Failure::wrong(format!("{}: `{url}`: {error}", component.name)))?;
            ends.push(ComponentEnds { name: component.name.clone(), form: component.form, ends: opened });
        }
        let mut diags = Vec::new();
        let snapshot = Snapshot::compile(contract.clone(), ends, LINKS, &self.settings, &mut diags);
        let openapi = openapi(&contract, &mut diags);
        output::note_diagnostics(self.sources.map(), &mut diags);
        if diags.iter().any(Diagnostic::is_error) {
            return Err(Failure {
                exit: Exit::Wrong,
                message: "the bridge cannot be made of these contracts".into(),
                help: None,
            });
        }
        Ok(match openapi {
            Some(document) => snapshot.with_openapi(document),
            None => snapshot,
        })
    }
}

/// Whether this is continuous integration, which never writes the lock.
fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}

/// Waits by the runtime of whoever waits.
struct TokioTimer;

impl Timer for TokioTimer {
    fn until(&self, moment: Instant) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep_until(moment.into()))
    }
}

/// What the bridge accepts over REST, as a contract.
fn openapi(contract: &Contract, diags: &mut Vec<Diagnostic>) -> Option<String> {
    let emitter = EMITTERS.iter().find(|emitter| emitter.name() == "openapi")?;
    let all: Vec<InterfaceId> = (0..contract.interfaces.len()).map(|at| InterfaceId(at as u32)).collect();
    let files = emitter.emit(&Interfaces { contract, ids: &all }, &Options::default(), diags);
    files.iter().next().map(|(_, text)| text.to_string())
}
