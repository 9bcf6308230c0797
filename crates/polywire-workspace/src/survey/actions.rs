//! GitHub Actions: workflows.

use super::file::extension;
use super::{File, Finder, Findings, Role};

pub(crate) struct Actions;

impl Finder for Actions {
    fn name(&self) -> &'static str {
        "actions"
    }

    fn wants(&self, path: &str) -> bool {
        path.starts_with(".github/workflows/") && matches!(extension(path), "yml" | "yaml")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if let Some((number, _)) = file.lines().find(|(_, line)| line.starts_with("jobs:")) {
            found.part(".github", Role::Loose("workflow"), "GitHub Actions", file.line(number));
        }
    }
}
