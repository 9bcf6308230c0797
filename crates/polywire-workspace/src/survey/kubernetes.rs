//! Kubernetes: manifests, Kustomize and Helm.

use polywire_syntax::{Map, Node};

use super::file::{extension, name};
use super::finding::Owner;
use super::reference::{referred, scalar};
use super::{File, Finder, Findings, Role};

pub(crate) struct Kubernetes;

/// How many containers and settings of one manifest are looked at.
const ITEMS_MAX: usize = 500;

impl Finder for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(extension(path), "yaml" | "yml") && !path.starts_with(".github/")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if name(file.path) == "Chart.yaml" {
            found.part(file.folder(), Role::Loose("chart"), "Helm", file.line(1));
            return;
        }
        let starts = |key: &str| file.lines().find(|(_, line)| line.starts_with(key));
        let (Some(_), Some((number, _))) = (starts("apiVersion:"), starts("kind:")) else { return };
        // A template is no manifest until it is rendered.
        if file.text.contains("{{") {
            return;
        }
        let what = if name(file.path).starts_with("kustomization") { "Kustomize" } else { "Kubernetes" };
        found.part(file.folder(), Role::Loose("manifest"), what, file.line(number));
        for document in file.documents() {
            if let Some(map) = document.as_map() {
                manifest(file, map, found);
            }
        }
    }
}

fn at<'a>(map: &'a Map, path: &[&str]) -> Option<&'a Node> {
    let (first, rest) = path.split_first()?;
    let node = map.get(first)?;
    if rest.is_empty() { Some(node) } else { at(node.as_map()?, rest) }
}

fn manifest(file: &File<'_>, map: &Map, found: &mut Findings) {
    let kind = map.get("kind").and_then(Node::as_text).unwrap_or_default();
    let Some(name) = at(map, &["metadata", "name"]) else { return };
    let Some(text) = name.as_text() else { return };
    match kind {
        "Service" => found.hosts.push((text.into(), file.of(name))),
        "ConfigMap" => {
            let data = map.get("data").and_then(Node::as_map);
            for entry in data.into_iter().flat_map(|data| &data.entries).take(ITEMS_MAX) {
                // A whole file inside of a value is no setting.
                if let Some(value) = scalar(&entry.value).filter(|value| !value.contains('\n')) {
                    found.setting(&entry.key, &value, file.at(entry.key_span.start as usize));
                }
            }
        }
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            let containers = at(map, &["spec", "template", "spec", "containers"]).and_then(Node::as_list);
            for container in containers.unwrap_or_default().iter().take(ITEMS_MAX).filter_map(Node::as_map) {
                environment(file, text, container, found);
            }
        }
        _ => {}
    }
}

fn environment(file: &File<'_>, deployment: &str, container: &Map, found: &mut Findings) {
    let variables = container.get("env").and_then(Node::as_list).unwrap_or_default();
    for variable in variables.iter().take(ITEMS_MAX).filter_map(Node::as_map) {
        let (Some(key), Some(node)) = (variable.get("name").and_then(Node::as_text), variable.get("value"))
        else {
            continue;
        };
        let Some(value) = scalar(node) else { continue };
        let place = file.of(node);
        found.references.extend(referred(Owner::Container(deployment.into()), key, &value, &place));
        found.setting(key, &value, place);
    }
}
