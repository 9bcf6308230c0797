//! Who seems to call whom: hosts, ports and names of variables that mean another component or a resource.

use std::collections::{BTreeMap, BTreeSet};

use polywire_contract::words;

use super::components::index_around;
use super::resources::component_of;
use super::{Component, Container};
use crate::survey::finding::{Findings, Owner, Place, Reference};
use crate::survey::url::is_local;

/// A call that something points to.
#[derive(Clone, Debug)]
pub struct Call {
    pub from: String,
    pub to: String,
    /// Whether `to` is a resource.
    pub to_resource: bool,
    /// What points to it: variables, `depends_on`, a URL.
    pub by: Vec<String>,
    pub at: Place,
}

/// How many signs of a call are kept.
const SIGNS_MAX: usize = 20;

/// Words that say that a component is one, not which.
const FILLERS: &[&str] = &["service", "svc", "server", "api", "app"];
/// Words of variables beside the name of who is meant.
const NOISE: &[&str] = &[
    "url", "uri", "addr", "address", "host", "endpoint", "base", "http", "https", "grpc", "internal",
    "public", "next", "vite", "react", "dev", "default", "port",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Component(usize),
    Resource(usize),
}

/// What names and ports mean.
struct Index<'a> {
    components: &'a [Component],
    /// Names of compose and of a cluster.
    hosts: BTreeMap<&'a str, Target>,
    /// Names of components that are services, without the word that says so.
    cores: BTreeMap<String, usize>,
    /// None where two have the port.
    ports: BTreeMap<u16, Option<Target>>,
    /// The component of each container that is built.
    containers: BTreeMap<&'a str, usize>,
    names: &'a Names,
}

pub(super) fn gather(
    findings: &Findings,
    names: &Names,
    components: &[Component],
    resources: &[Container],
) -> Vec<Call> {
    let index = Index::new(findings, names, components, resources);
    let mut found: BTreeMap<(usize, Target), (Vec<String>, Place)> = BTreeMap::new();
    let mut add = |from: usize, to: Target, by: &str, at: &Place| {
        if to == Target::Component(from) {
            return;
        }
        let (all, _) = found.entry((from, to)).or_insert_with(|| (Vec::new(), at.clone()));
        if all.len() < SIGNS_MAX && all.iter().all(|known| known != by) {
            all.push(by.to_string());
        }
    };
    for reference in &findings.references {
        let from = match &reference.owner {
            Owner::Folder(folder) => {
                index_around(components, folder).filter(|at| !components[*at].is_container)
            }
            Owner::Container(name) => {
                index.containers.get(name.as_str()).copied().or_else(|| names.find(name))
            }
        };
        if let (Some(from), Some(to)) = (from, index.target(reference)) {
            add(from, to, &reference.how, &reference.at);
        }
    }
    for image in &findings.images {
        let Some(from) = index.containers.get(image.name.as_str()) else { continue };
        for (needed, at) in &image.needs {
            if let Some(to) = index.by_host(needed) {
                add(*from, to, "depends_on", at);
            }
        }
    }
    let call = |((from, to), (by, at)): ((usize, Target), (Vec<String>, Place))| {
        let (to, to_resource) = match to {
            Target::Component(at) => (components[at].name.clone(), false),
            Target::Resource(at) => (resources[at].name.clone(), true),
        };
        Call { from: components[from].name.clone(), to, to_resource, by, at }
    };
    let mut calls: Vec<Call> = found.into_iter().map(call).collect();
    calls.sort_by(|a, b| (&a.from, a.to_resource, &a.to).cmp(&(&b.from, b.to_resource, &b.to)));
    calls
}

impl<'a> Index<'a> {
    fn new(
        findings: &'a Findings,
        names: &'a Names,
        components: &'a [Component],
        resources: &'a [Container],
    ) -> Self {
        let mut index = Index {
            components,
            hosts: BTreeMap::new(),
            cores: BTreeMap::new(),
            ports: BTreeMap::new(),
            containers: BTreeMap::new(),
            names,
        };
        for (at, component) in components.iter().enumerate() {
            for host in &component.hosts {
                index.hosts.entry(host).or_insert(Target::Component(at));
            }
            if component.is_service() {
                index.cores.entry(core(&plain(&component.name))).or_insert(at);
            }
            let ports: BTreeSet<u16> = component.ports.iter().map(|port| port.port).collect();
            for port in ports {
                let both = index.ports.contains_key(&port);
                index.ports.insert(port, Some(Target::Component(at)).filter(|_| !both));
            }
        }
        for (at, resource) in resources.iter().enumerate() {
            index.hosts.entry(&resource.name).or_insert(Target::Resource(at));
            for port in &resource.ports {
                index.ports.entry(*port).or_insert(Some(Target::Resource(at)));
            }
        }
        for image in &findings.images {
            if let Some(at) = component_of(components, names, image.folder.as_deref(), &image.name) {
                index.containers.entry(&image.name).or_insert(at);
            }
        }
        index
    }

    fn target(&self, reference: &Reference) -> Option<Target> {
        if let Some(host) = reference.host.as_deref().filter(|host| !is_local(host)) {
            return self.by_host(host);
        }
        let by_variable = if reference.variable { self.by_words(&reference.how) } else { None };
        by_variable.or_else(|| self.ports.get(&reference.port?).copied().flatten())
    }

    /// `users`, `users.default.svc.cluster.local`
    fn by_host(&self, host: &str) -> Option<Target> {
        let label = host.split('.').next().unwrap_or(host);
        // The rest of the name of a public host is not of a cluster.
        if label != host && !host.contains(".svc") && host.split('.').count() > 2 {
            return None;
        }
        let named = || self.names.find(label).filter(|at| self.components[*at].is_service());
        self.hosts.get(label).copied().or_else(|| named().map(Target::Component))
    }

    /// `PRODUCT_CATALOG_SERVICE_ADDR` means `productcatalogservice`.
    fn by_words(&self, variable: &str) -> Option<Target> {
        let words: Vec<String> =
            words(variable).0.into_iter().filter(|word| !NOISE.contains(&word.as_str())).collect();
        let wanted = core(&words.concat());
        self.cores.get(&wanted).copied().map(Target::Component)
    }
}

/// Components by name: `user-service` and `userservice` are the same, `user` and `users` are not.
pub(super) struct Names(BTreeMap<String, usize>);

impl Names {
    pub(super) fn of(components: &[Component]) -> Self {
        let mut found = BTreeMap::new();
        for (at, component) in components.iter().enumerate() {
            found.entry(plain(&component.name)).or_insert(at);
        }
        Names(found)
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.0.get(&plain(name)).copied()
    }
}

pub(crate) fn plain(name: &str) -> String {
    words(name).0.concat()
}

/// A name without the word that says that it is a service.
pub(crate) fn core(name: &str) -> String {
    let rest = FILLERS.iter().find_map(|filler| name.strip_suffix(filler)).filter(|rest| !rest.is_empty());
    rest.unwrap_or(name).to_string()
}
