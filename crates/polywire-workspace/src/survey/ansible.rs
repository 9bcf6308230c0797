//! Ansible: playbooks, roles, inventories.

use polywire_syntax::Node;

use super::file::{extension, folder, name};
use super::reference::flatten;
use super::{File, Finder, Findings, Role};

pub(crate) struct Ansible;

impl Finder for Ansible {
    fn name(&self) -> &'static str {
        "ansible"
    }

    fn wants(&self, path: &str) -> bool {
        name(path) == "ansible.cfg" || is_inventory(path) || is_variables(path) || is_playbook_name(path)
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if file.name() == "ansible.cfg" {
            found.part(file.folder(), Role::Loose("configuration"), "Ansible", file.line(1));
        } else if is_variables(file.path) {
            variables(file, found);
        } else if is_inventory(file.path) {
            let group = file.lines().find(|(_, line)| line.trim_start().starts_with('['));
            if let Some((number, _)) = group {
                found.part(file.folder(), Role::Loose("inventory"), "Ansible", file.line(number));
            }
        } else if let Some((base, _)) =
            file.path.split_once("roles/").filter(|_| file.path.ends_with("/tasks/main.yml"))
        {
            found.part(base.trim_end_matches('/'), Role::Loose("role"), "Ansible", file.line(1));
        } else {
            playbook(file, found);
        }
    }
}

fn is_yaml(path: &str) -> bool {
    matches!(extension(path), "yml" | "yaml")
}

fn is_inventory(path: &str) -> bool {
    let stem = name(path).split('.').next().unwrap_or_default();
    let kind = extension(path);
    (matches!(stem, "hosts" | "inventory")
        || name(folder(path)) == "inventory"
        || name(folder(path)) == "inventories")
        && (kind.is_empty() || kind == "ini" || !name(path).contains('.'))
}

fn is_variables(path: &str) -> bool {
    is_yaml(path) && path.split('/').any(|part| part == "group_vars" || part == "host_vars")
}

fn is_playbook_name(path: &str) -> bool {
    is_yaml(path) && !path.starts_with('.') && !path.contains("/.")
}

fn variables(file: &File<'_>, found: &mut Findings) {
    // What Ansible Vault wrote is no YAML tree.
    let mut pairs = Vec::new();
    for document in file.documents() {
        flatten(file, "", &document, &mut pairs);
    }
    for (key, value, at) in pairs.into_iter().filter(|(_, value, _)| !value.contains("{{")) {
        found.setting(&key, &value, at);
    }
}

/// A list of plays, each with hosts.
fn playbook(file: &File<'_>, found: &mut Findings) {
    let looks = file.lines().any(|(_, line)| {
        let line = line.trim_start_matches(['-', ' ']);
        line.starts_with("hosts:")
            || line.starts_with("import_playbook:")
            || line.starts_with("ansible.builtin.import_playbook:")
    });
    if !looks || !file.text.trim_start_matches(['-', '\n']).contains("- ") {
        return;
    }
    let Some(document) = file.document() else { return };
    let is_play = |node: &Node| {
        node.as_map().is_some_and(|map| {
            map.get("hosts").is_some()
                || map.entries.iter().any(|entry| entry.key.ends_with("import_playbook"))
        })
    };
    let Some(plays) = document.as_list().filter(|plays| !plays.is_empty() && plays.iter().all(is_play))
    else {
        return;
    };
    let base = match file.folder().strip_suffix("playbooks") {
        Some(above) => above.trim_end_matches('/'),
        None => file.folder(),
    };
    found.part(base, Role::Loose("playbook"), "Ansible", file.of(&plays[0]));
}
