//! Who seems to call whom: hosts, ports and names of variables that mean another component or a resource.

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

/// Words that say that a component is one, not which.
const FILLERS: &[&str] = &["service", "svc", "server", "api", "app"];
/// Words of variables beside the name of who is meant.
const NOISE: &[&str] = &[
    "url", "uri", "addr", "address", "host", "endpoint", "base", "http", "https", "grpc", "internal",
    "public", "next", "vite", "react", "dev", "default", "port",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Component(usize),
    Resource(usize),
}

pub(super) fn gather(findings: &Findings, components: &[Component], resources: &[Container]) -> Vec<Call> {
    let mut found: Vec<Call> = Vec::new();
    let mut add = |from: usize, to: Target, by: &str, at: &Place| {
        if to == Target::Component(from) {
            return;
        }
        let from = &components[from].name;
        let (to, to_resource) = match to {
            Target::Component(at) => (&components[at].name, false),
            Target::Resource(at) => (&resources[at].name, true),
        };
        match found.iter_mut().find(|call| call.from == *from && call.to == *to) {
            Some(call) if call.by.iter().any(|known| known == by) => {}
            Some(call) => call.by.push(by.to_string()),
            None => found.push(Call {
                from: from.clone(),
                to: to.clone(),
                to_resource,
                by: vec![by.to_string()],
                at: at.clone(),
            }),
        }
    };
    for reference in &findings.references {
        let from = match &reference.owner {
            Owner::Folder(folder) => {
                index_around(components, folder).filter(|at| !components[*at].is_container)
            }
            Owner::Container(name) => container(findings, components, name),
        };
        if let (Some(from), Some(to)) = (from, target(reference, components, resources)) {
            add(from, to, &reference.how, &reference.at);
        }
    }
    for image in &findings.images {
        let Some(from) = component_of(components, image.folder.as_deref(), &image.name) else { continue };
        for (needed, at) in &image.needs {
            if let Some(to) = by_host(needed, components, resources) {
                add(from, to, "depends_on", at);
            }
        }
    }
    found.sort_by(|a, b| (&a.from, a.to_resource, &a.to).cmp(&(&b.from, b.to_resource, &b.to)));
    found
}

fn container(findings: &Findings, components: &[Component], name: &str) -> Option<usize> {
    let image = findings.images.iter().find(|image| image.name == name);
    let built = image.and_then(|image| component_of(components, image.folder.as_deref(), name));
    built.or_else(|| components.iter().position(|component| same_name(name, &component.name)))
}

fn target(reference: &Reference, components: &[Component], resources: &[Container]) -> Option<Target> {
    let host = reference.host.as_deref();
    if let Some(host) = host.filter(|host| !is_local(host)) {
        return by_host(host, components, resources);
    }
    let by_port = || {
        let port = reference.port?;
        let mut fits =
            components.iter().enumerate().filter(|(_, c)| c.ports.iter().any(|known| known.port == port));
        let first = fits.next().map(|(at, _)| Target::Component(at));
        let resource = || resources.iter().position(|r| r.ports.contains(&port)).map(Target::Resource);
        // A port that two have says nothing.
        if fits.next().is_some() { None } else { first.or_else(resource) }
    };
    let by_variable = || if reference.variable { by_words(&reference.how, components) } else { None };
    by_variable().or_else(by_port)
}

/// `users`, `users.default.svc.cluster.local`
fn by_host(host: &str, components: &[Component], resources: &[Container]) -> Option<Target> {
    let label = host.split('.').next().unwrap_or(host);
    // The rest of the name of a public host is not of a cluster.
    if label != host && !host.contains(".svc") && host.split('.').count() > 2 {
        return None;
    }
    let named = |component: &Component| component.hosts.iter().any(|known| known == label);
    if let Some(at) = components.iter().position(named) {
        return Some(Target::Component(at));
    }
    if let Some(at) = resources.iter().position(|resource| resource.name == label) {
        return Some(Target::Resource(at));
    }
    components
        .iter()
        .position(|component| same_name(label, &component.name) && component.is_service())
        .map(Target::Component)
}

/// `PRODUCT_CATALOG_SERVICE_ADDR` means `productcatalogservice`.
fn by_words(variable: &str, components: &[Component]) -> Option<Target> {
    let words: Vec<String> =
        words(variable).0.into_iter().filter(|word| !NOISE.contains(&word.as_str())).collect();
    let wanted = core(&words.concat());
    if wanted.is_empty() {
        return None;
    }
    let fits = |component: &Component| core(&plain(&component.name)) == wanted && component.is_service();
    components.iter().position(fits).map(Target::Component)
}

/// Whether two names mean the same: `user-service` and `userservice`, not `user` and `users`.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    !a.is_empty() && a == b
}

fn plain(name: &str) -> String {
    words(name).0.concat()
}

/// A name without the word that says that it is a service.
pub(crate) fn core(name: &str) -> String {
    for filler in FILLERS {
        if let Some(rest) = name.strip_suffix(filler).filter(|rest| !rest.is_empty()) {
            return rest.to_string();
        }
    }
    name.to_string()
}
