//! Every folder under `fixtures/syntax`: a text, and the tree and the diagnostics that it gives.
//!
//! `input.json` is strict JSON, `input.yaml` one document, `stream.yaml` a stream of documents. A tree is expected in
//! `tree.txt`, diagnostics in `diag.txt`; `POLYWIRE_UPDATE=1` writes both.
#![expect(clippy::disallowed_methods, reason = "a test reads its cases from the disk")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use polywire_diag::{Format, SourceMap, Span, render};
use polywire_syntax::{CODES, Limits, Node, TOO_LARGE, TOO_MANY_NODES, Value, parse_all, parse_source};

#[test]
fn texts_give_the_trees_and_diagnostics_beside_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/syntax");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut failures = String::new();
    for case in &cases {
        let (tree, diag) = run(case);
        compare(&case.join("tree.txt"), &tree, &mut failures);
        compare(&case.join("diag.txt"), &diag, &mut failures);
    }
    assert!(cases.len() > 30, "the cases are gone from {}", root.display());
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_code_has_a_case() {
    // These two need large texts, and are tested with smaller limits elsewhere.
    let elsewhere = [TOO_LARGE.id, TOO_MANY_NODES.id];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/syntax");
    let cases = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path().join("diag.txt"));
    let shown: String = cases.filter_map(|path| fs::read_to_string(path).ok()).collect();
    for code in CODES.iter().filter(|code| !elsewhere.contains(&code.id)) {
        assert!(shown.contains(&format!("[{}]", code.id)), "no case for {}", code.id);
    }
}

fn run(case: &Path) -> (String, String) {
    let names = ["input.json", "input.yaml", "stream.yaml"];
    let name = names.into_iter().find(|name| case.join(name).exists());
    let name = name.unwrap_or_else(|| panic!("{} has no input", case.display()));
    let mut sources = SourceMap::default();
    let file = sources.add(name, fs::read_to_string(case.join(name)).unwrap());
    let limits = Limits { depth_max: 20, aliases_max: 200, ..Limits::default() };
    let mut diags = Vec::new();
    let documents: Vec<Node> = if name == "stream.yaml" {
        parse_all(file, sources.text(file), &limits, &mut diags)
    } else {
        parse_source(&sources, file, &limits, &mut diags).into_iter().collect()
    };
    let mut tree = String::new();
    for node in &documents {
        if name == "stream.yaml" {
            tree.push_str("---\n");
        }
        write_node(&mut tree, &sources, node, "", 0);
    }
    (tree, render(&sources, &diags, Format::Text { color: false }))
}

fn write_node(out: &mut String, sources: &SourceMap, node: &Node, key: &str, depth: usize) {
    let place = place(sources, node.span);
    let head = format!("{:indent$}{key}", "", indent = depth * 2);
    match &node.value {
        Value::List(items) => {
            writeln!(out, "{head}list  @{place}").unwrap();
            items.iter().for_each(|item| write_node(out, sources, item, "- ", depth + 1));
        }
        Value::Map(map) => {
            writeln!(out, "{head}map  @{place}").unwrap();
            for entry in &map.entries {
                let (line, column) = sources.position(entry.key_span.file, entry.key_span.start);
                let key = format!("{:?} @{line}:{column}: ", entry.key);
                write_node(out, sources, &entry.value, &key, depth + 1);
            }
        }
        Value::Text(text) => writeln!(out, "{head}{text:?}  @{place}").unwrap(),
        _ => writeln!(out, "{head}{node}  @{place}").unwrap(),
    }
}

fn place(sources: &SourceMap, span: Span) -> String {
    let (line, column) = sources.position(span.file, span.start);
    let (end_line, end_column) = sources.position(span.file, span.end);
    if line == end_line {
        format!("{line}:{column}-{end_column}")
    } else {
        format!("{line}:{column}-{end_line}:{end_column}")
    }
}

/// An expectation is a file where there is something to expect, and no file where there is nothing.
fn compare(path: &Path, actual: &str, failures: &mut String) {
    if std::env::var_os("POLYWIRE_UPDATE").is_some() {
        if actual.is_empty() {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, actual).unwrap();
        }
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        writeln!(failures, "== {}\n-- expected\n{expected}\n-- actual\n{actual}", path.display()).unwrap();
    }
}
