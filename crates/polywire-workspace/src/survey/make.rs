//! Make: a Makefile, and the target that starts something.

use super::file::name;
use super::{File, Finder, Findings, PortUse, Role};

pub(crate) struct Make;

impl Finder for Make {
    fn name(&self) -> &'static str {
        "make"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(name(path), "Makefile" | "GNUmakefile" | "makefile")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        found.part(file.folder(), Role::Mention, "Make", file.line(1));
        for (number, line) in file.lines() {
            let target = line.split(':').next().unwrap_or_default();
            if line.contains(':') && !line.contains(":=") && matches!(target, "run" | "start" | "serve") {
                found.start(file.folder(), 6, PortUse::Unknown, &["make", target], file.line(number));
            }
        }
    }
}
