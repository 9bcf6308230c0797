//! C and C++: `CMakeLists.txt`, `meson.build`.

use super::file::name;
use super::{File, Finder, Findings, PortUse, Role};

pub(crate) struct C;

impl Finder for C {
    fn name(&self) -> &'static str {
        "c"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(name(path), "CMakeLists.txt" | "meson.build")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        for (number, line) in file.lines() {
            let line = line.trim_start();
            let Some((command, rest)) = line.split_once('(') else { continue };
            let command = command.trim_end().to_ascii_lowercase();
            let words: Vec<&str> =
                rest.split([' ', '\t', ')', ',', '\'', '"']).filter(|word| !word.is_empty()).collect();
            let at = || file.line(number);
            match command.as_str() {
                "project" => {
                    let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
                    let what = if has("CXX") || has("cpp") || words.len() == 1 { "C++" } else { "C" };
                    let what = if has("C") && has("CXX") { "C, C++" } else { what };
                    found.named(file.folder(), Role::Manifest, what, words.first().copied(), at());
                    let tool = if file.name() == "meson.build" { "Meson" } else { "CMake" };
                    found.part(file.folder(), Role::Mention, tool, at());
                }
                "pybind11_add_module" | "nanobind_add_module" | "python_add_library" => {
                    found.part(file.folder(), Role::Mention, "Python binding", at());
                }
                "add_executable" => {
                    if let Some(name) =
                        words.first().filter(|name| !name.contains("test") && !name.contains("${"))
                    {
                        let program = format!("build/{name}");
                        found.start(file.folder(), 9, PortUse::Unknown, &[&program], at());
                    }
                }
                _ => {}
            }
        }
    }
}
