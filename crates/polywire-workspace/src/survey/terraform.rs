//! Terraform: providers of `*.tf`, values of `*.tfvars`.

use super::file::extension;
use super::{File, Finder, Findings, Role};

pub(crate) struct Terraform;

impl Finder for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(extension(path), "tf" | "tfvars")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if extension(file.path) == "tfvars" {
            values(file, found);
            return;
        }
        found.part(file.folder(), Role::Loose("file"), "Terraform", file.line(first_block(file)));
        for (number, line) in file.lines() {
            if let Some(name) = line.strip_prefix("provider ").and_then(|rest| rest.split('"').nth(1)) {
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                if plain {
                    found.part(file.folder(), Role::Mention, &format!("provider {name}"), file.line(number));
                }
            }
        }
    }
}

fn first_block(file: &File<'_>) -> usize {
    file.lines().find(|(_, line)| line.trim_end().ends_with('{')).map_or(1, |(number, _)| number)
}

/// Plain values; blocks and lists say nothing that could be said elsewhere.
fn values(file: &File<'_>, found: &mut Findings) {
    for (number, line) in file.lines() {
        let line = line.trim();
        let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', '/'])) else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            || value.starts_with(['{', '[', '<'])
        {
            continue;
        }
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => value.split('#').next().unwrap_or(value).trim_end(),
        };
        found.setting(key, value, file.line(number));
    }
}
