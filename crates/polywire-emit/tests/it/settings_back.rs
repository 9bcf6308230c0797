//! What is written is what the ecosystem's own reader gives back: random settings, each target, each reader.
//!
//! A value may be refused, never altered. Readers of a bare toolchain run always; with `POLYWIRE_SETTINGS_TOOLS` (a folder with
//! `venv` and `node_modules`) those of packages, too. `POLYWIRE_SETTINGS_READER` chooses readers by a part of their names.

mod expected;
mod readers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polywire_contract::{Group, Item, Settings};
use polywire_diag::FileId;
use polywire_emit::Files;
use polywire_syntax::{Limits, parse_json};

use crate::settings::emit;
use crate::settings_trees::random_settings;
use readers::{READERS, Reader};

pub(crate) use readers::has;

#[test]
fn what_is_written_is_what_is_read() {
    let tools = std::env::var_os("POLYWIRE_SETTINGS_TOOLS").map(PathBuf::from);
    let mut wrong = Vec::new();
    let only = std::env::var("POLYWIRE_SETTINGS_READER").unwrap_or_default();
    for reader in READERS.iter().filter(|reader| reader.name.contains(&only)) {
        match (reader.needs_tools, &tools) {
            (true, None) => continue,
            _ if !has(reader.program) || (!reader.runs.is_empty() && !has(reader.runs)) => continue,
            _ => wrong.extend(compare(reader, tools.as_deref())),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} files are not read as written:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n\n")
    );
}

/// Writes every tree, lets the reader read them all, and says what differs.
#[expect(clippy::print_stderr, reason = "the counts are worth seeing")]
fn compare(reader: &Reader, tools: Option<&Path>) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut written, mut refused) = (0, 0);
    let mut trees = Vec::new();
    for seed in 1..=reader.seeds {
        let mut settings = random_settings(seed);
        let total = settings.values().len();
        let Some(files) = sayable(&mut settings, reader) else { continue };
        written += settings.values().len();
        refused += total - settings.values().len();
        let name = format!("{seed:04}.{}", reader.suffix);
        let text = files.get("file").expect("a file").to_owned();
        for (path, text) in files.iter() {
            let path = if path == "file" { name.clone() } else { format!("{name}.{path}") };
            // Only declarations are read with the file.
            if reader.target == "tfvars" || path == name {
                std::fs::write(folder.path().join(path), text).expect("a file");
            }
        }
        trees.push((name, settings, text));
    }
    let answers = readers::run(reader, folder.path(), tools);
    let lines: Vec<&str> = answers.lines().collect();
    assert_eq!(lines.len(), trees.len(), "{}: an answer for each file:\n{answers}", reader.name);
    let mut wrong = Vec::new();
    for ((name, settings, text), line) in trees.iter().zip(lines) {
        let Some(read) = parse_json(FileId(0), line, &Limits::default(), &mut Vec::new()) else {
            wrong.push(format!("{} {name}: answered {line:?}\n{text}", reader.name));
            continue;
        };
        let wanted = (reader.expected)(settings);
        let read = if reader.null_is_nothing { expected::without_null_members(&read) } else { read };
        if let Err(place) = expected::same(&wanted, &read) {
            let shown: String = text.chars().take(2000).collect();
            wrong.push(format!("{} {name}: {place}\n{shown}", reader.name));
        }
    }
    wrong.truncate(3);
    eprintln!("figure {} {written} values read, {refused} refused", reader.name.replace(' ', "-"));
    wrong
}

/// The text without what its target refuses; the settings are left without it, too.
fn sayable(settings: &mut Settings, reader: &Reader) -> Option<Files> {
    loop {
        let mut diags = Vec::new();
        let files = emit(settings, reader.target, "file", reader.options, &mut diags);
        let places: BTreeSet<u32> =
            diags.iter().filter_map(|diag| Some(diag.labels.first()?.span.start)).collect();
        if diags.is_empty() {
            return Some(files);
        }
        assert!(diags.iter().all(|diag| ["PW-E0201", "PW-C0501"].contains(&diag.code.id)), "{diags:?}");
        assert!(remove(&mut settings.root, &places) > 0, "what is refused has a place: {diags:?}");
    }
}

/// How many settings stood at these places.
fn remove(group: &mut Group, places: &BTreeSet<u32>) -> usize {
    let before = group.settings.len();
    group.settings.retain(|setting| !places.contains(&setting.span.start));
    let mut removed = before - group.settings.len();
    for setting in &mut group.settings {
        if let Item::Group(group) = &mut setting.item {
            removed += remove(group, places);
        }
    }
    removed
}

/// Whether the same JSON value, numbers by their value.
fn same_number(a: &str, b: &str) -> bool {
    let whole = |text: &str| !text.contains(['.', 'e', 'E']);
    let zero = |text: &str| text == "0" || text == "-0";
    match whole(a) && whole(b) {
        true => a == b || (zero(a) && zero(b)),
        false => a.parse::<f64>().ok() == b.parse::<f64>().ok(),
    }
}

#[test]
fn the_comparison_tells_numbers_apart() {
    assert!(same_number("1e5", "100000.0") && same_number("-0", "0") && same_number("2.50", "2.5"));
    assert!(!same_number("9007199254740993", "9007199254740992") && !same_number("1", "2"));
}
