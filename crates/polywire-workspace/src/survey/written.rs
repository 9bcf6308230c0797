//! The `polywire.yaml` that a survey suggests, commented where a person has to decide.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::{Component, Survey, above, core, plain, usable};
use super::file::{escaped, folder, inside};
use super::finding::{PortUse, Protocol};
use crate::schema::is_name;

/// A file that a reader of contracts knows.
#[derive(Clone, Debug)]
pub struct ContractFile {
    pub path: String,
    /// The reader's name.
    pub format: String,
    /// The names of its interfaces.
    pub interfaces: Vec<String>,
    pub operations: usize,
    /// Whether a workspace takes it as it is.
    pub accepted: bool,
    /// The line that shows what it is.
    pub line: u32,
    /// The component that provides it, once [`own`] has looked.
    pub component: Option<String>,
}

/// Finds the component that provides what each contract describes: by its name, else the one around it.
pub fn own(contracts: &mut [ContractFile], survey: &Survey) {
    let mut by_name: BTreeMap<String, Option<usize>> = BTreeMap::new();
    let mut by_folder: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, component) in survey.components.iter().enumerate() {
        by_folder.insert(&component.folder, at);
        if component.is_service() {
            // A name that two have says nothing.
            by_name
                .entry(core(&plain(&component.name)))
                .and_modify(|known| *known = None)
                .or_insert(Some(at));
        }
    }
    for contract in contracts {
        let named =
            contract.interfaces.iter().find_map(|name| by_name.get(&core(&plain(name))).copied().flatten());
        let around = || above(folder(&contract.path)).find_map(|folder| by_folder.get(folder).copied());
        let at = named.or_else(|| around().filter(|at| !survey.components[*at].is_container));
        contract.component = at.map(|at| survey.components[at].name.clone());
    }
}

/// The whole file.
pub fn manifest(name: &str, survey: &Survey, contracts: &[ContractFile]) -> String {
    let name = if is_name(name) { name.to_string() } else { usable(name) };
    let mut out =
        String::from("# Written by `polywire init`: what a person has to decide is said in comments.\n");
    out.push_str(&format!("polywire: 1\nname: {name}\n\n"));
    let services: Vec<&Component> =
        survey.components.iter().filter(|component| component.is_service()).collect();
    if services.is_empty() {
        out.push_str("# Nothing was found that answers calls. A component has a name and says how it is started or reached:\n");
        out.push_str("#   users: {path: users, contract: openapi.yaml, run: python3 main.py}\n");
        out.push_str("components: {}\n");
    } else {
        out.push_str("components:\n");
        out.push_str(&entries(&services, survey, contracts));
    }
    let unowned = unowned(survey, contracts);
    if !unowned.is_empty() {
        out.push_str("\n# Contracts that no component above owns yet; the one that provides it takes it as `contract:`.\n");
        for contract in unowned {
            out.push_str(&format!("#   {} ({})\n", escaped(&contract.path), contract.format));
        }
    }
    let others: Vec<&Component> = survey
        .components
        .iter()
        .filter(|c| !c.is_service() && !c.is_container && !c.folder.is_empty() && !c.folder.starts_with('.'))
        .collect();
    if !others.is_empty() {
        out.push_str("\n# Found as well, and nothing shows that it answers calls.\n");
        for component in others {
            let what = component.what.first().map_or("", |(what, _)| what);
            out.push_str(&format!(
                "#   {} ({}/): {}\n",
                component.name,
                escaped(&component.folder),
                escaped(what)
            ));
        }
    }
    if !survey.resources.is_empty() {
        out.push_str("\n# Nothing acts on resources yet; compose starts them.\n# resources:\n");
        for resource in &survey.resources {
            let port = resource.ports.first().map_or(String::new(), |port| format!(", port {port}"));
            let line = format!("#   {}: {} ({}{port})\n", resource.name, resource.kind, resource.image);
            out.push_str(&format!("{}\n", escaped(line.trim_end())));
        }
    }
    out
}

/// Contracts with operations that stand in no component's entry.
fn unowned<'a>(survey: &Survey, contracts: &'a [ContractFile]) -> Vec<&'a ContractFile> {
    let services = survey.components.iter().filter(|component| component.is_service());
    let services: BTreeSet<&str> = services.map(|component| component.name.as_str()).collect();
    let is_free = |contract: &&ContractFile| {
        contract.operations > 0
            && contract.component.as_ref().is_none_or(|name| !services.contains(name.as_str()))
    };
    contracts.iter().filter(is_free).collect()
}

/// The entries of some components, indented as they stand under `components`.
pub fn entries(services: &[&Component], survey: &Survey, contracts: &[ContractFile]) -> String {
    let mut edges = Edges::new();
    let names: BTreeSet<&str> = services.iter().map(|component| component.name.as_str()).collect();
    let mut out = String::new();
    for (number, component) in services.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        entry(component, survey, contracts, &mut edges, &names, &mut out);
    }
    out
}

fn entry<'a>(
    component: &'a Component,
    survey: &'a Survey,
    contracts: &[ContractFile],
    edges: &mut Edges<'a>,
    services: &BTreeSet<&str>,
    out: &mut String,
) {
    let what: Vec<&str> = component.what.iter().map(|(what, _)| what.as_str()).collect();
    out.push_str(&format!("  {}:  # {}\n", component.name, escaped(&what.join(", "))));
    if !component.folder.is_empty() {
        out.push_str(&format!("    path: {}\n", quoted(&component.folder)));
    }
    contract_lines(component, contracts, out);
    start_lines(component, out);
    let mut uses = Vec::new();
    for call in survey.calls.iter().filter(|call| call.from == component.name && !call.to_resource) {
        if !services.contains(call.to.as_str()) {
            continue;
        }
        // What is used starts first, so it cannot go round in a circle.
        if reaches(edges, &call.to, &component.name) {
            out.push_str(&format!("    # calls {} as well, which waits for this one\n", call.to));
            continue;
        }
        edges.entry(&component.name).or_default().push(&call.to);
        uses.push(call.to.as_str());
    }
    if !uses.is_empty() {
        out.push_str(&format!("    uses: [{}]\n", uses.join(", ")));
    }
}

/// What each component uses.
type Edges<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn reaches(edges: &Edges<'_>, from: &str, to: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(edges.get(at).into_iter().flatten());
        }
    }
    false
}

fn contract_lines(component: &Component, contracts: &[ContractFile], out: &mut String) {
    let own = contracts
        .iter()
        .filter(|contract| contract.operations > 0)
        .filter(|contract| contract.component.as_ref() == Some(&component.name));
    let own: Vec<&ContractFile> = own.collect();
    // Beside its own contracts, those that have its name elsewhere are copies for who calls it.
    let is_near = |contract: &ContractFile| inside(folder(&contract.path), &component.folder);
    let some_near = own.iter().any(|contract| is_near(contract));
    let own = own.into_iter().filter(|contract| !some_near || is_near(contract));
    let (good, bad): (Vec<&ContractFile>, Vec<&ContractFile>) = own.partition(|contract| contract.accepted);
    let shown: Vec<String> =
        good.iter().map(|contract| quoted(&relative(&component.folder, &contract.path))).collect();
    match &shown[..] {
        [] => {}
        [one] => out.push_str(&format!("    contract: {one}\n")),
        several => out.push_str(&format!("    contract: [{}]\n", several.join(", "))),
    }
    for contract in &bad {
        let path = escaped(&relative(&component.folder, &contract.path));
        out.push_str(&format!("    # contract: {path}  # not as it is: `polywire check` says why\n"));
    }
    if good.is_empty()
        && bad.is_empty()
        && let Some(export) = component.exports.first()
    {
        out.push_str(&format!("    # contract: openapi.yaml  # from {}: {}\n", export.by, export.how));
    }
}

fn start_lines(component: &Component, out: &mut String) {
    let scheme = if component.protocol() == Some(Protocol::Grpc) { "grpc" } else { "http" };
    let port = component.ports.first().map(|port| port.port);
    let at = |out: &mut String, port: u16| out.push_str(&format!("    at: {scheme}://127.0.0.1:{port}\n"));
    let command = component.command().and_then(|(words, whole)| command(&words).filter(|_| whole));
    let Some(command) = command else {
        match port {
            Some(port) => at(out, port),
            None => out.push_str("    at: http://127.0.0.1:9000  # nothing says on which port it listens\n"),
        }
        out.push_str(
            "    # run: nothing says how it is started here; `at` is where it has to be reachable\n",
        );
        return;
    };
    if let Some(build) = component.start.as_ref().and_then(|start| self::command(&start.build)) {
        out.push_str(&format!("    build: {build}\n"));
    }
    out.push_str(&format!("    run: {command}\n"));
    match (component.port_use(), port) {
        (PortUse::Never, _) => {
            out.push_str("    ready: {line: ready}  # it listens on no port: which line of its output shows that it works?\n");
        }
        (PortUse::Given | PortUse::Variable, _) => {}
        (PortUse::Unknown, Some(port)) => at(out, port),
        (PortUse::Unknown, None) => {
            out.push_str("    # it has to listen on the port in PORT; or add `at:` with its URL\n")
        }
    }
}

/// A path seen from a folder of the same repository.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec![".."; from.len() - common];
    parts.extend(&to[common..]);
    parts.join("/")
}

/// A command line, or a list where a line would be read otherwise; none where a word cannot be written.
fn command(words: &[String]) -> Option<String> {
    if words.iter().any(|word| word.starts_with('=') && word != "=port" || word.contains('\0')) {
        return None;
    }
    let plain = |word: &String| {
        !word.is_empty()
            && !word.ends_with(':')
            && word.chars().all(|c| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '=' | '+' | ',' | '@')
            })
    };
    let first = words.first()?;
    if words.iter().all(plain) && first.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.' || c == '/')
    {
        return Some(words.join(" "));
    }
    Some(format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")))
}

/// A scalar of YAML that is read as this text, also inside of a list.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.starts_with("../");
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if is_word && text.chars().all(plain) && !reserved.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_string();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() || escaped(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8() => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_read_back_as_they_were() {
        for text in
            ["a b", "a\nb", "ü\"\\", "true", "-x", "5", "../a/b", "a\u{202e}b", "", "#", "a: b", "=port"]
        {
            let mut diags = Vec::new();
            let written = format!("[{}]", quoted(text));
            let node = polywire_syntax::parse(
                polywire_diag::FileId(0),
                &written,
                &polywire_syntax::Limits::default(),
                &mut diags,
            );
            let node = node.expect("it is YAML");
            assert_eq!(node.as_list().and_then(|items| items[0].as_text()), Some(text), "{written}");
        }
    }

    #[test]
    fn paths_are_seen_from_a_folder() {
        assert_eq!(relative("a/b", "a/c/d.proto"), "../c/d.proto");
        assert_eq!(relative("", "d.proto"), "d.proto");
        assert_eq!(relative("a", "a/d.proto"), "d.proto");
    }
}
