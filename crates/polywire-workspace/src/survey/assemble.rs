//! From single findings to a survey: components, what each is called by and calls, resources, doubled settings.

mod calls;
mod components;
mod resources;
mod settings;

use super::finding::{Address, Export, Findings, Place, Port, PortUse, Protocol, Serves, Start};

pub use self::{calls::Call, resources::Container, settings::Duplicate};
pub(crate) use self::{
    calls::{core, plain},
    components::{above, usable},
};

/// A component, as far as it can be told.
#[derive(Clone, Debug)]
pub struct Component {
    /// Usable in `polywire.yaml`.
    pub name: String,
    /// Empty for the root.
    pub folder: String,
    /// Languages, frameworks and tools, with the line of each.
    pub what: Vec<(String, Place)>,
    pub start: Option<Start>,
    pub serves: Vec<Serves>,
    pub ports: Vec<Port>,
    pub exports: Vec<Export>,
    /// Names by which a compose file or a cluster calls it.
    pub hosts: Vec<String>,
    /// Holds others together, or is no program.
    pub is_container: bool,
    pub reads_port: bool,
}

impl Component {
    /// Whether something shows that others call it, or that it works on its own.
    pub fn is_service(&self) -> bool {
        let works = self.start.as_ref().is_some_and(|start| start.port == PortUse::Never);
        let is_called = !self.serves.is_empty() || !self.hosts.is_empty();
        works || is_called && (self.start.is_some() || !self.ports.is_empty())
    }

    /// What it is called by.
    pub fn protocol(&self) -> Option<Protocol> {
        let has = |protocol| self.serves.iter().any(|serves| serves.protocol == protocol);
        if has(Protocol::Http) { Some(Protocol::Http) } else { has(Protocol::Grpc).then_some(Protocol::Grpc) }
    }
}

/// A repository, surveyed.
#[derive(Default)]
pub struct Survey {
    pub components: Vec<Component>,
    pub resources: Vec<Container>,
    pub calls: Vec<Call>,
    pub addresses: Vec<Address>,
    pub duplicates: Vec<Duplicate>,
}

/// Joins what the finders told.
pub fn assemble(findings: Findings) -> Survey {
    let mut components = components::gather(&findings);
    let names = calls::Names::of(&components);
    let resources = resources::gather(&findings, &names, &mut components);
    for (host, _) in &findings.hosts {
        let found = names.find(host).map(|at| &mut components[at]);
        if let Some(component) = found.filter(|component| !component.hosts.contains(host)) {
            component.hosts.push(host.clone());
        }
    }
    let calls = calls::gather(&findings, &names, &components, &resources);
    let duplicates = settings::gather(&findings.settings);
    let mut addresses = findings.addresses;
    addresses.sort_by(|a, b| (&a.at, &a.text).cmp(&(&b.at, &b.text)));
    addresses.dedup_by(|a, b| a.at == b.at && a.text == b.text);
    Survey { components, resources, calls, addresses, duplicates }
}
