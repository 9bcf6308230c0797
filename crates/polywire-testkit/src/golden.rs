//! Folders of cases: what a file says is what is expected.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The project's `fixtures/NAME`.
pub fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

/// The public suites beside the checkout, or `None` after saying that they are skipped; where `CI=true` they must be there.
#[expect(clippy::print_stderr, reason = "a skip must be seen in the test's output")]
pub fn suites(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites").join(name);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "suites not found ({name})");
    eprintln!("skipped: suites not found ({name})");
    None
}

/// The folders below a folder, sorted by name; at least one.
pub fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    found.sort();
    assert!(!found.is_empty(), "{} has no cases", folder.display());
    found
}

/// Compares texts with golden files and reports all differences at once, when it is finished.
#[derive(Default)]
pub struct Golden {
    compared: usize,
    wrong: String,
}

impl Golden {
    /// Compares with a file; with `POLYWIRE_UPDATE=1` writes it.
    pub fn check(&mut self, file: &Path, actual: &str) {
        self.compared += 1;
        if std::env::var_os("POLYWIRE_UPDATE").is_some_and(|v| v == "1") {
            fs::write(file, actual).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            return;
        }
        match fs::read_to_string(file) {
            Ok(expected) if expected == actual => {}
            Ok(expected) => {
                let _ = writeln!(self.wrong, "--- {}\n{}", file.display(), difference(&expected, actual));
            }
            Err(error) => {
                let _ = writeln!(self.wrong, "--- {}: {error}; it would be:\n{actual}", file.display());
            }
        }
    }

    /// Fails with every difference.
    pub fn finish(self) {
        assert!(self.compared > 0, "nothing was compared");
        assert!(self.wrong.is_empty(), "\n{}\n(POLYWIRE_UPDATE=1 writes what is)", self.wrong);
    }
}

/// The first line that differs, with its neighbours.
fn difference(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let at = (0..old.len().max(new.len())).find(|i| old.get(*i) != new.get(*i)).unwrap_or(0);
    let mut text = String::new();
    for line in &old[at.saturating_sub(3).min(old.len())..at.min(old.len())] {
        let _ = writeln!(text, "  {line}");
    }
    for line in old.iter().skip(at).take(6) {
        let _ = writeln!(text, "- {line}");
    }
    for line in new.iter().skip(at).take(6) {
        let _ = writeln!(text, "+ {line}");
    }
    text
}
