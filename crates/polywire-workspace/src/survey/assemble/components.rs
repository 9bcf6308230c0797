//! Which folders are components, and what belongs to each.

use std::collections::{BTreeMap, BTreeSet};

use super::Component;
use crate::schema::is_name;
use crate::survey::file::name;
use crate::survey::finding::{FOLDER, Findings, MODULE, Part, PortUse, Role, Start};
use crate::survey::secret;

const NAME_BYTES_MAX: usize = 63;

pub(super) fn gather(findings: &Findings) -> Vec<Component> {
    let folders = folders(findings);
    let names = names(findings, &folders);
    let mut components: Vec<Component> = folders
        .iter()
        .zip(names)
        .map(|(folder, name)| Component {
            name,
            folder: folder.clone(),
            what: Vec::new(),
            start: None,
            serves: Vec::new(),
            ports: Vec::new(),
            exports: Vec::new(),
            hosts: Vec::new(),
            is_container: false,
            reads_port: false,
        })
        .collect();
    describe(findings, &mut components);
    for start in &findings.starts {
        if let Some(component) = around(&mut components, &start.folder) {
            take_start(component, start);
        }
    }
    for serves in &findings.serves {
        if let Some(component) = around(&mut components, &serves.folder) {
            component.serves.push(serves.clone());
        }
    }
    for port in &findings.ports {
        if let Some(component) = around(&mut components, &port.folder) {
            component.ports.push(port.clone());
        }
    }
    for export in &findings.exports {
        if let Some(component) = around(&mut components, &export.folder)
            && component.exports.iter().all(|known| known.by != export.by)
        {
            component.exports.push(export.clone());
        }
    }
    for folder in &findings.reads_port {
        if let Some(component) = around(&mut components, folder) {
            component.reads_port = true;
        }
    }
    components
}

/// A unit, how many of it, and the first.
type Counted<'a> = (&'static str, usize, &'a Part);

/// The component that a folder belongs to: the innermost around it.
pub(super) fn around<'a>(components: &'a mut [Component], folder: &str) -> Option<&'a mut Component> {
    let at = index_around(components, folder)?;
    components.get_mut(at)
}

/// Components are sorted by folder, so that the folders above are looked up one by one.
pub(super) fn index_around(components: &[Component], folder: &str) -> Option<usize> {
    let at =
        |folder: &str| components.binary_search_by(|component| component.folder.as_str().cmp(folder)).ok();
    above(folder).find_map(at)
}

/// A folder and those above it, the root last.
pub(crate) fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None => (!folder.is_empty()).then_some(""),
    })
}

/// What kinds of loose files are told together.
fn family(what: &str) -> &str {
    match what {
        "JCL" => "COBOL",
        "Kustomize" | "Helm" => "Kubernetes",
        what => what,
    }
}

/// The folders of loose files outside of other components: for each kind the innermost one that holds all of it below the
/// same first folder.
fn loose_folders(findings: &Findings, known: &BTreeSet<String>) -> Vec<String> {
    let mut found: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for part in &findings.parts {
        let has_one = || above(&part.folder).any(|folder| !folder.is_empty() && known.contains(folder));
        let Role::Loose(unit) = part.role else { continue };
        if part.folder.is_empty() || has_one() {
            continue;
        }
        // Each Dockerfile has a folder of its own.
        let first = if unit.is_empty() {
            part.folder.as_str()
        } else {
            part.folder.split('/').next().unwrap_or_default()
        };
        let folder = found.entry((first, family(&part.what))).or_insert_with(|| part.folder.clone());
        *folder = shared(folder, &part.folder);
    }
    found.into_values().collect()
}

fn shared(a: &str, b: &str) -> String {
    let common = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).map(|(a, _)| a);
    common.collect::<Vec<_>>().join("/")
}

fn folders(findings: &Findings) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let manifests = findings.parts.iter().filter(|part| part.role == Role::Manifest);
    found.extend(manifests.map(|part| part.folder.clone()));
    let programs = findings.parts.iter().filter(|part| part.role == Role::Program);
    let mut by_module: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
    for program in programs {
        let module = above(&program.folder).find(|folder| found.contains(*folder));
        by_module.entry(module.map(str::to_string)).or_default().insert(program.folder.clone());
    }
    for (module, programs) in by_module {
        if module.is_none() || programs.len() > 1 {
            found.extend(programs);
        }
    }
    // What is started where no manifest is has no other folder than its own.
    for start in findings.starts.iter().filter(|start| start.rank < 6) {
        if !above(&start.folder).any(|folder| found.contains(folder)) {
            found.insert(start.folder.clone());
        }
    }
    let loose = loose_folders(findings, &found);
    found.extend(loose);
    // A script at the root makes no component of it.
    let says_something =
        |part: &&Part| part.role == Role::Root || part.role != Role::Language && part.what != "Shell";
    let at_root = |part: &&Part| part.folder.is_empty() && says_something(part);
    if findings.parts.iter().find(at_root).is_some() {
        found.insert(String::new());
    }
    found.into_iter().collect()
}

fn describe(findings: &Findings, components: &mut [Component]) {
    let mut counts: BTreeMap<(usize, &str), Vec<Counted<'_>>> = BTreeMap::new();
    // Languages come before what is built with them.
    let rank = |part: &Part| match part.role {
        Role::Manifest | Role::Program => 0,
        Role::Language => 1,
        Role::Loose(_) => 3,
        _ => 2,
    };
    let mut parts: Vec<&Part> = findings.parts.iter().collect();
    parts.sort_by_key(|part| rank(part));
    for part in parts {
        let Some(at) = index_around(components, &part.folder) else { continue };
        match part.role {
            Role::Language if !components[at].what.is_empty() => {}
            Role::Language
            | Role::Loose("")
            | Role::Mention
            | Role::Manifest
            | Role::Program
            | Role::Root => {
                let component = &mut components[at];
                if part.role == Role::Root {
                    component.is_container = true;
                }
                if component.what.iter().all(|(what, _)| *what != part.what) {
                    component.what.push((part.what.clone(), part.at.clone()));
                }
            }
            Role::Loose(unit) => {
                let units = counts.entry((at, part.what.as_str())).or_default();
                match units.iter_mut().find(|(known, ..)| *known == unit) {
                    Some((_, count, _)) => *count += 1,
                    None => units.push((unit, 1, part)),
                }
            }
        }
    }
    counted(findings, counts, components);
    for component in components {
        let only_tools = component.what.iter().all(|(what, _)| {
            matches!(what.as_str(), "Make" | "Compose" | "Dockerfile") || what.starts_with("Shell")
        });
        if component.folder.is_empty() && only_tools {
            component.is_container = true;
        }
    }
}

/// Adds how many loose files there are of each kind, with the first of them.
fn counted(
    findings: &Findings,
    counts: BTreeMap<(usize, &str), Vec<Counted<'_>>>,
    components: &mut [Component],
) {
    let manifests = findings.parts.iter().filter(|part| part.role == Role::Manifest);
    let languages: BTreeSet<&str> = manifests.map(|part| part.folder.as_str()).collect();
    for ((at, what), units) in counts {
        // Every folder has a script or two.
        if what == "Shell" && languages.contains(components[at].folder.as_str()) {
            continue;
        }
        let number =
            |count: usize, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        let said: Vec<String> = units.iter().map(|(unit, count, _)| number(*count, unit)).collect();
        if let Some((.., part)) = units.first() {
            let text = format!("{what} ({})", said.join(", "));
            // A provider is named behind what it is one of.
            let provider = components[at].what.iter().position(|(known, _)| known.starts_with("provider "));
            let place = provider.unwrap_or(components[at].what.len());
            components[at].what.insert(place, (text, part.at.clone()));
        }
    }
}

/// The best way to start a component, in its own folder's words.
fn take_start(component: &mut Component, start: &Start) {
    let below =
        start.folder.strip_prefix(component.folder.as_str()).unwrap_or(&start.folder).trim_start_matches('/');
    let better = |known: &Start| {
        (start.rank, start.folder.len(), &start.at) < (known.rank, known.folder.len(), &known.at)
    };
    if !component.start.as_ref().is_none_or(better) {
        return;
    }
    let path = if below.is_empty() { String::new() } else { format!("{below}/") };
    let module = path.strip_prefix("src/").unwrap_or(&path).replace('/', ".");
    let words = start.words.iter().map(|word| word.replace(MODULE, &module).replace(FOLDER, &path)).collect();
    component.start = Some(Start { words, ..start.clone() });
}

impl Component {
    /// The command, fit to be shown, and whether nothing in it had to be hidden.
    pub fn command(&self) -> Option<(Vec<String>, bool)> {
        self.start.as_ref().map(|start| secret::command(&start.words))
    }

    /// How it gets its port, as far as the command and the source say.
    pub fn port_use(&self) -> PortUse {
        match self.start.as_ref().map_or(PortUse::Unknown, |start| start.port) {
            PortUse::Unknown if self.reads_port => PortUse::Variable,
            port => port,
        }
    }
}

fn names(findings: &Findings, folders: &[String]) -> Vec<String> {
    let own = |folder: &str| {
        let part = findings.parts.iter().find(|part| part.folder == folder && part.name.is_some());
        part.and_then(|part| part.name.as_deref())
    };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    let mut same: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in folders {
        *same.entry(name(folder)).or_default() += 1;
    }
    for folder in folders {
        let last = name(folder);
        let above = folder.rsplit_once('/').map(|(above, _)| name(above)).unwrap_or_default();
        let others = same.get(last).copied().unwrap_or_default();
        let mut wanted = if folder.is_empty() {
            usable(own(folder).unwrap_or("root"))
        } else if last == "src" && !above.is_empty() {
            usable(above)
        } else if others > 1 && !above.is_empty() {
            usable(&format!("{above}-{last}"))
        } else {
            usable(last)
        };
        let base = wanted.clone();
        let mut number = 2;
        // Names that differ in `-` and `_` alone are one name.
        while !taken.insert(wanted.replace('-', "_")) {
            wanted = format!("{base}-{number}");
            number += 1;
        }
        found.push(wanted);
    }
    found
}

/// A name that `polywire.yaml` takes.
pub(crate) fn usable(text: &str) -> String {
    let text = text.rsplit('/').next().unwrap_or(text);
    let mut name: String = text
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' { c } else { '-' })
        .collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    let name = name.trim_matches(['-', '_']);
    let name: String =
        if name.starts_with(|c: char| c.is_ascii_lowercase()) { name.into() } else { format!("c-{name}") };
    let name: String = name.chars().take(NAME_BYTES_MAX - 4).collect();
    let name = name.trim_end_matches('-').to_string();
    debug_assert!(is_name(&name), "`{name}` is made of what names are made of");
    name
}
