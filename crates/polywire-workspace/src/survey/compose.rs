//! Compose files: what is built, what comes as an image, and what each is told of the others.

use polywire_syntax::{Map, Node};

use super::file::{folder, join, name};
use super::finding::{Image, Owner};
use super::reference::{referred, resolved, scalar};
use super::{File, Finder, Findings, Role};

pub(crate) struct Compose;

impl Finder for Compose {
    fn name(&self) -> &'static str {
        "compose"
    }

    fn wants(&self, path: &str) -> bool {
        let name = name(path);
        let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else {
            return false;
        };
        ["compose", "docker-compose"].iter().any(|known| {
            stem.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        })
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        let Some(document) = file.document() else { return };
        let Some(entry) = document.as_map().and_then(|map| map.entry("services")) else { return };
        let Some(services) = entry.value.as_map() else { return };
        found.part(file.folder(), Role::Mention, "Compose", file.at(entry.key_span.start as usize));
        for entry in &services.entries {
            if let Some(map) = entry.value.as_map() {
                let at = file.at(entry.key_span.start as usize);
                service(file, &entry.key, at, map, found);
            }
        }
    }
}

fn service(file: &File<'_>, name: &str, at: super::Place, map: &Map, found: &mut Findings) {
    let text = |key: &str| map.get(key).and_then(scalar).and_then(|value| resolved(&value));
    let (ports, inner_ports) = ports(map.get("ports"));
    let needs = match map.get("depends_on") {
        Some(node) => match (node.as_list(), node.as_map()) {
            (Some(items), _) => {
                items.iter().filter_map(|item| Some((item.as_text()?.to_string(), file.of(item)))).collect()
            }
            (_, Some(map)) => {
                map.entries.iter().map(|e| (e.key.clone(), file.at(e.key_span.start as usize))).collect()
            }
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    for (key, value, at) in environment(file, map.get("environment")) {
        found.references.extend(referred(Owner::Container(name.into()), &key, &value, &at));
        if let Some(value) = resolved(&value) {
            found.setting(&key, &value, at);
        }
    }
    let folder = map.get("build").and_then(|build| built_from(file, build));
    found.images.push(Image {
        name: name.into(),
        folder,
        image: text("image"),
        ports,
        inner_ports,
        needs,
        at,
    });
}

/// The folder of what is built: of its Dockerfile, if that lies elsewhere than the context.
fn built_from(file: &File<'_>, build: &Node) -> Option<String> {
    let (context, dockerfile) = match build.as_map() {
        Some(map) => (
            map.get("context").and_then(scalar).unwrap_or_else(|| ".".into()),
            map.get("dockerfile").and_then(scalar),
        ),
        None => (scalar(build)?, None),
    };
    let context = join(file.folder(), &resolved(&context)?)?;
    match dockerfile.as_deref().and_then(|path| join(&context, path)) {
        Some(path) => Some(folder(&path).to_string()),
        None => Some(context),
    }
}

/// Ports of this machine and of the container.
fn ports(node: Option<&Node>) -> (Vec<u16>, Vec<u16>) {
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    for item in node.and_then(Node::as_list).unwrap_or_default() {
        if let Some(map) = item.as_map() {
            let port = |key: &str| map.get(key).and_then(scalar).and_then(|port| port.parse::<u16>().ok());
            outer.extend(port("published"));
            inner.extend(port("target"));
            continue;
        }
        let Some(text) = scalar(item).and_then(|text| resolved(&text)) else { continue };
        let text = text.split('/').next().unwrap_or_default();
        let parts: Vec<&str> = text.split(':').collect();
        let number = |part: &str| part.parse::<u16>().ok();
        match parts[..] {
            [port] => inner.extend(number(port)),
            [.., host, port] => {
                outer.extend(number(host));
                inner.extend(number(port));
            }
            [] => {}
        }
    }
    (outer, inner)
}

fn environment(file: &File<'_>, node: Option<&Node>) -> Vec<(String, String, super::Place)> {
    let Some(node) = node else { return Vec::new() };
    if let Some(map) = node.as_map() {
        let pair = |entry: &polywire_syntax::Entry| {
            Some((entry.key.clone(), scalar(&entry.value)?, file.at(entry.key_span.start as usize)))
        };
        return map.entries.iter().filter_map(pair).collect();
    }
    let pair = |item: &Node| {
        let (key, value) = item.as_text()?.split_once('=')?;
        Some((key.to_string(), value.to_string(), file.of(item)))
    };
    node.as_list().unwrap_or_default().iter().filter_map(pair).collect()
}
