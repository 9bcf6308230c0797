//! COBOL: programs, copybooks, and the jobs that run them.

use super::file::extension;
use super::{File, Finder, Findings, Role};

pub(crate) struct Cobol;

impl Finder for Cobol {
    fn name(&self) -> &'static str {
        "cobol"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(extension(path).to_ascii_lowercase().as_str(), "cbl" | "cob" | "cobol" | "cpy" | "jcl")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        match extension(file.path).to_ascii_lowercase().as_str() {
            "cpy" => {
                let first = file.lines().find(|(_, line)| line.split_whitespace().next() == Some("01"));
                found.part(
                    file.folder(),
                    Role::Loose("copybook"),
                    "COBOL",
                    file.line(first.map_or(1, |(n, _)| n)),
                );
            }
            "jcl" => {
                let job = file.lines().find(|(_, line)| {
                    line.starts_with("//") && line.split_whitespace().nth(1) == Some("JOB")
                });
                if let Some((number, _)) = job {
                    found.part(file.folder(), Role::Loose("job"), "JCL", file.line(number));
                }
            }
            _ => {
                let program = file.lines().find(|(_, line)| line.to_ascii_uppercase().contains("PROGRAM-ID"));
                found.part(
                    file.folder(),
                    Role::Loose("program"),
                    "COBOL",
                    file.line(program.map_or(1, |(n, _)| n)),
                );
            }
        }
    }
}
