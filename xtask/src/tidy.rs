//! The rules of the house that a machine can hold.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Which crates each crate may depend on. A new arrow needs a decision record.
const ARROWS: &[(&str, &[&str])] = &[
    ("polywire-diag", &[]),
    ("polywire-syntax", &["diag"]),
    ("polywire-contract", &["diag", "syntax"]),
    ("polywire-read", &["diag", "syntax", "contract"]),
    ("polywire-emit", &["diag", "syntax", "contract"]),
    ("polywire-wire", &["diag", "syntax", "contract"]),
    ("polywire-call", &["contract", "wire"]),
    ("polywire-link", &["contract", "wire", "call"]),
    ("polywire-bridge", &["diag", "contract", "wire", "call"]),
    ("polywire-workspace", &["diag", "syntax", "contract"]),
    ("polywire-testkit", &[]),
    (
        "polywire",
        &["diag", "syntax", "contract", "read", "emit", "wire", "call", "link", "bridge", "workspace"],
    ),
];

/// Crates without disk, clock, network and environment.
const PURE: &[&str] = &["diag", "syntax", "contract", "read", "emit", "wire"];

/// What a pure crate must not say outside of tests.
const IMPURE: &[&str] = &[
    "std::fs::",
    "std::net::",
    "std::env::",
    "std::process::",
    "Instant::now",
    "SystemTime::now",
    "tokio::",
    "println!",
    "eprintln!",
];

/// Tables of implementations: file, constant.
const REGISTRIES: &[(&str, &str)] = &[
    ("crates/polywire-read/src/lib.rs", "READERS"),
    ("crates/polywire-emit/src/lib.rs", "EMITTERS"),
    ("crates/polywire-emit/src/settings.rs", "SETTINGS"),
    ("crates/polywire-wire/src/lib.rs", "ENCODINGS"),
    ("crates/polywire-link/src/lib.rs", "LINKS"),
    ("crates/polywire-bridge/src/policy.rs", "POLICIES"),
    ("crates/polywire-workspace/src/survey.rs", "FINDERS"),
];

/// The hard cap for a file of hand-written code without tests.
const LINES_MAX: usize = 600;

/// Words that speak of something else than the project.
const FOREIGN: &[&str] = &["TODO", "FIXME", "XXX", "/root/", "/work/"];

/// Checks every rule and returns what is broken, a line each.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    arrows(root, &mut found)?;
    sources(root, &mut found)?;
    registries(root, &mut found)?;
    pages(root, &mut found)?;
    if fs::read_to_string(root.join("Cargo.lock"))?.contains("name = \"aws-lc") {
        found.push("Cargo.lock: aws-lc is in the tree; the one TLS provider is ring".into());
    }
    Ok(found)
}

fn arrows(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(root.join("crates"))? {
        folders.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    for folder in &folders {
        let manifest = fs::read_to_string(root.join("crates").join(folder).join("Cargo.toml"))?;
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == folder) else {
            found.push(format!("crates/{folder}: a crate that the table of arrows does not know"));
            continue;
        };
        let mut section = "";
        for line in manifest.lines() {
            if line.starts_with('[') {
                section = line;
            }
            let dependency =
                line.strip_prefix("polywire-").and_then(|rest| rest.split(['.', ' ', '=']).next());
            if let Some(name) = dependency
                && section == "[dependencies]"
                && !allowed.contains(&name)
            {
                found.push(format!("crates/{folder}: must not depend on polywire-{name}"));
            }
        }
    }
    Ok(())
}

fn sources(root: &Path, found: &mut Vec<String>) -> Result<()> {
    for file in rust_files(root)? {
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        let text = fs::read_to_string(&file).with_context(|| name.clone())?;
        if !text.starts_with("//!") && !text.starts_with("#!") {
            found.push(format!("{name}: does not open with `//!`"));
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let tests = name.contains("/tests/") || name.ends_with("/tests.rs");
        if code.lines().count() > LINES_MAX && !tests {
            found.push(format!("{name}: {} lines, more than {LINES_MAX}", code.lines().count()));
        }
        if name != "xtask/src/tidy.rs" {
            for word in FOREIGN.iter().filter(|word| text.contains(**word)) {
                found.push(format!("{name}: says `{word}`"));
            }
        }
        let pure = PURE.iter().any(|c| name.starts_with(&format!("crates/polywire-{c}/src/")));
        if pure && !tests {
            for word in IMPURE.iter().filter(|word| code.contains(**word)) {
                found.push(format!("{name}: a pure crate uses `{word}`"));
            }
        }
        if name.ends_with("/mod.rs") {
            found.push(format!("{name}: is `foo.rs` beside `foo/`, never `mod.rs`"));
        }
    }
    Ok(())
}

/// A registry's rows are its modules, sorted by name, and each has its file.
fn registries(root: &Path, found: &mut Vec<String>) -> Result<()> {
    for (file, constant) in REGISTRIES {
        let path = root.join(file);
        let Ok(text) = fs::read_to_string(&path) else {
            found.push(format!("{file}: the registry `{constant}` is not there"));
            continue;
        };
        let rows = rows(&text, constant);
        if rows.is_empty() {
            found.push(format!("{file}: the registry `{constant}` has no rows"));
        }
        let folder = if file.ends_with("lib.rs") {
            path.parent().map(Path::to_path_buf)
        } else {
            Some(path.with_extension(""))
        };
        let Some(folder) = folder else { continue };
        for row in &rows {
            if !folder.join(format!("{row}.rs")).exists() {
                found.push(format!("{file}: the row `{row}` has no file {row}.rs"));
            }
        }
        let ordered = *constant == "POLICIES" || rows.is_sorted();
        if !ordered {
            found.push(format!("{file}: the rows of `{constant}` are not sorted by name"));
        }
        // Whatever implements the registry's trait in this folder must have a row.
        if let Some(item) = row_trait(&text, constant) {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?.path();
                let stem = entry.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                let is_rust = entry.extension().is_some_and(|e| e == "rs");
                let text = if is_rust { fs::read_to_string(&entry)? } else { String::new() };
                let implements =
                    [" ", "<"].iter().any(|after| text.contains(&format!("\nimpl {item}{after}")));
                if implements && !rows.contains(&stem) {
                    found.push(format!("{file}: {stem}.rs implements {item} but has no row in `{constant}`"));
                }
            }
        }
    }
    Ok(())
}

/// The module names in `const NAME: … = &[…];`.
fn rows(text: &str, constant: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once(&format!("{constant}:")) else { return Vec::new() };
    let Some((body, _)) = rest.split_once("];") else { return Vec::new() };
    let body = body.split_once('=').map_or("", |(_, b)| b);
    body.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<String>()
        .split([',', '['])
        .filter_map(|row| {
            row.trim().trim_start_matches('&').split_once("::").map(|(module, _)| module.trim().to_string())
        })
        .filter(|module| !module.is_empty())
        .collect()
}

/// `Reader` in `const READERS: &[&dyn Reader]` and in `&[&dyn for<'a> Reader<Text<'a>>]`.
fn row_trait(text: &str, constant: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{constant}:"))?;
    let (_, rest) = rest.split_once("dyn ")?;
    let rest = rest.strip_prefix("for<'a> ").unwrap_or(rest);
    Some(rest.split(|c: char| !c.is_alphanumeric()).next()?.to_string())
}

/// Each code has its page, each page its code.
fn pages(root: &Path, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let codes = folder.join("codes");
        if !codes.is_dir() {
            continue;
        }
        let mut text = String::new();
        for file in rust_files(&folder.join("src"))? {
            text.push_str(&fs::read_to_string(file)?);
        }
        for page in fs::read_dir(&codes)? {
            let page = page?.path();
            let id = page.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            if !text.contains(&format!("\"{id}\"")) {
                found.push(format!("{}: a page without a code", page.display()));
            }
            if !fs::read_to_string(&page)?.starts_with(&format!("# {id}: ")) {
                found.push(format!("{}: does not begin with `# {id}: `", page.display()));
            }
        }
    }
    Ok(())
}

fn rust_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(root).hidden(true).build() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "rs") {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let found = check(&crate::root()).unwrap();
        assert!(found.is_empty(), "{} broken rules:\n{}", found.len(), found.join("\n"));
    }

    #[test]
    fn rows_are_read_from_a_table_with_comments() {
        let text = "pub const LINKS: &[&dyn Link] = &[\n    &grpc::Grpc, // first\n    &http::Http,\n];";
        assert_eq!(rows(text, "LINKS"), ["grpc", "http"]);
        assert_eq!(row_trait(text, "LINKS").as_deref(), Some("Link"));
    }
}
