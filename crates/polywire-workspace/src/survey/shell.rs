//! Shell scripts.

use super::file::extension;
use super::{File, Finder, Findings, Role};

pub(crate) struct Shell;

impl Finder for Shell {
    fn name(&self) -> &'static str {
        "shell"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(extension(path), "sh" | "bash")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        found.part(file.folder(), Role::Loose("script"), "Shell", file.line(1));
    }
}
