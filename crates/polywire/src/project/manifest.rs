//! From `polywire.yaml` to a project: contracts, addresses, settings.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use polywire_bridge::{BreakerSettings, Overrides, ResponseCheck, Settings, SettingsTable};
use polywire_contract::Lock;
use polywire_read::Sources;
use polywire_syntax::Limits;
use polywire_wire::{Form, Validation};
use polywire_workspace::config::{self, Validate, ValidateResponse};
use polywire_workspace::{ComponentSpec, Ports, Workspace};

use super::{Component, LOCK, LockAccess, MANIFEST, Project, form_of, read_contract};
use crate::exit::{Context, Failure};
use crate::sources::DiskSources;

/// Reads a workspace; what is wrong with it is among the project's diagnostics.
pub(super) fn read(folder: &Path, access: LockAccess, sources: DiskSources) -> Result<Project, Failure> {
    let mut project = Project::empty("");
    project.sources = sources;
    let path = folder.join(MANIFEST);
    let file = project
        .sources
        .open(&path)
        .map_err(|missing| Failure::environment(format!("{}: {}", path.display(), missing.reason)))?;
    let text = project.sources.map().text(file).to_string();
    let node = polywire_syntax::parse(file, &text, &Limits::default(), &mut project.diags);
    let Some(loaded) = node.and_then(|node| polywire_workspace::load(file, &node, &mut project.diags)) else {
        return Ok(project);
    };
    project.name = loaded.name.clone();
    project.listen = loaded.bridge.listen;
    project.head_bytes_max =
        usize::try_from(loaded.bridge.policies.limits.header_bytes_max).unwrap_or(usize::MAX);
    project.admin = loaded.bridge.admin;
    project.settings = settings(&loaded);
    project.maps.clone_from(&loaded.maps);
    let name = project.sources.map().name(file);
    project.root = name.strip_suffix(MANIFEST).unwrap_or_default().to_string();
    read_lock(folder, &mut project)?;
    let mut ports = Ports::default();
    for component in &loaded.components {
        let component = read_component(folder, component, &mut ports, &mut project)?;
        project.components.push(component);
    }
    project.config = loaded.config;
    project.derive(access);
    Ok(project)
}

fn read_lock(folder: &Path, project: &mut Project) -> Result<(), Failure> {
    let path = folder.join(LOCK);
    if path.exists() {
        let file = project
            .sources
            .open(&path)
            .map_err(|missing| Failure::environment(format!("{}: {}", path.display(), missing.reason)))?;
        let text = project.sources.map().text(file).to_string();
        project.lock = Lock::parse(file, &text, &mut project.diags);
        project.lock_exists = true;
    }
    project.lock_path = Some(path);
    Ok(())
}

/// Reads the contracts of a component, and gives it an address where it has none.
fn read_component(
    workspace_folder: &Path,
    component: &config::Component,
    ports: &mut Ports,
    project: &mut Project,
) -> Result<Component, Failure> {
    let name = component.name.value.clone();
    let folder = workspace_folder.join(&component.path);
    let before = project.contract.interfaces.len();
    for contract in &component.contracts {
        let path = folder.join(&contract.value);
        match read_contract(&path, &mut project.sources, &mut project.contract, &mut project.diags) {
            Ok(file) => project.files.push(file),
            Err(failure) => {
                return Err(Failure { message: format!("{name}: {}", failure.message), ..failure });
            }
        }
    }
    let own = &mut project.contract.interfaces[before..];
    own.iter_mut().for_each(|interface| interface.component = name.clone());
    let interfaces = own.iter().map(|interface| interface.name.clone()).collect();
    // A contract that says how gRPC addresses it is of a component that speaks gRPC.
    let native =
        if own.iter().any(|interface| interface.service.is_some()) { Form::Message } else { Form::Document };
    let mut at: Vec<String> = component.at.iter().map(|at| at.value.clone()).collect();
    let form = match at.first() {
        Some(url) => form_of(url)?,
        None => native,
    };
    let mut start = None;
    if component.run.is_some() {
        let port = match at.first() {
            Some(url) => local_port(url),
            None => Some(ports.hand_out().context("no free port")?),
        };
        if let (true, Some(port)) = (at.is_empty(), port) {
            let scheme = if form == Form::Message { "grpc" } else { "http" };
            at.push(format!("{scheme}://127.0.0.1:{port}"));
        }
        start = ComponentSpec::from_component(component, workspace_folder, port);
    }
    Ok(Component { name, at, lent: component.needs_port(), interfaces, start, form })
}

/// The port of an address on this machine.
fn local_port(url: &str) -> Option<u16> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    authority.parse::<SocketAddr>().ok().map(|address| address.port()).or_else(|| {
        let (host, port) = authority.rsplit_once(':')?;
        (host == "localhost").then(|| port.parse().ok())?
    })
}

fn settings(workspace: &Workspace) -> SettingsTable {
    let policies = &workspace.bridge.policies;
    let breaker = BreakerSettings {
        failures_ratio: policies.breaker.failures_ratio,
        window: policies.breaker.window,
        requests_min: policies.breaker.requests_min,
        reset: policies.breaker.reset,
        ..BreakerSettings::default()
    };
    let all = Settings {
        timeout: policies.timeout,
        validate: validation(workspace.bridge.validate),
        validate_response: response_check(workspace.bridge.validate_response),
        breaker: Some(breaker),
        body_bytes_max: usize::try_from(policies.limits.body_bytes_max).unwrap_or(usize::MAX),
        ..Settings::default()
    };
    let overrides = |validate: Option<Validate>,
                     response: Option<ValidateResponse>,
                     timeout: Option<Duration>| Overrides {
        validate: validate.map(validation),
        validate_response: response.map(response_check),
        timeout,
        ..Overrides::default()
    };
    let components = workspace
        .components
        .iter()
        .map(|c| (c.name.value.clone(), overrides(c.validate, c.validate_response, None)))
        .collect();
    let operations = workspace
        .operations
        .iter()
        .map(|o| (o.operation.value.clone(), overrides(o.validate, o.validate_response, o.timeout)))
        .collect();
    SettingsTable { all, components, operations }
}

fn validation(validate: Validate) -> Validation {
    match validate {
        Validate::Enforce => Validation::Enforce,
        Validate::Observe => Validation::Observe,
    }
}

fn response_check(check: ValidateResponse) -> ResponseCheck {
    match check {
        ValidateResponse::Reject => ResponseCheck::Reject,
        ValidateResponse::Log => ResponseCheck::Log,
        ValidateResponse::Off => ResponseCheck::Off,
    }
}
