//! What is printed as OpenAPI is read as the same model: the description says exactly what the bridge accepts.

use std::path::Path;

use polywire_contract::dump;
use polywire_testkit::{cases, fixtures, suites};

use crate::cases::Case;

/// What is used twice and has no name is printed twice, so that its members stand in both places then.
const SHARED: &str = "… as above";

/// The model in pieces that do not depend on files and order: types and operations by themselves.
fn pieces(case: &Case) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for line in dump(&case.contract).lines() {
        let head = line.starts_with("type ") || line.starts_with("interface ");
        if head || line.starts_with("description ") || line.starts_with("  operation ") {
            pieces.push(String::new());
        }
        // The bridge is another server; the file is another one.
        if line.starts_with("  servers ") || line.starts_with("    servers ") {
            continue;
        }
        let line = match line.split_once('#').filter(|_| head) {
            Some((_, name)) => format!("type {}", name.rsplit_once('/').map_or(name, |(_, last)| last)),
            None if line.starts_with("description ") => "description".to_string(),
            None => line.to_string(),
        };
        let last = pieces.last_mut().expect("there is one from the beginning");
        last.push_str(&names_without_files(line.trim_end()));
        last.push('\n');
    }
    pieces.iter_mut().for_each(|piece| *piece = piece.trim_end().to_string());
    pieces.retain(|piece| !piece.is_empty());
    pieces.sort();
    pieces
}

/// References in kept values name types by their files, and residuals lie in them.
fn names_without_files(line: &str) -> String {
    if let Some((before, address)) = line.split_once(" file:///").filter(|_| line.starts_with("schema ")) {
        return format!("{before} {}", address.rsplit(['/', '#']).next().unwrap_or(address));
    }
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{\"$ref\":\"") {
        let (name, behind) = after.split_once('"').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(&format!("{{$ref {}", name.rsplit(['/', '#']).next().unwrap_or(name)));
        rest = behind;
    }
    text + rest
}

fn check(root: &Path, name: &str) {
    let mut first = Case { texts: crate::cases::Texts::below(root), ..Case::default() };
    first.read(name);
    assert!(!first.has_errors(), "{}", first.rendered());
    let files = first.emit("openapi");
    let (_, text) = files.iter().next().expect("one file");
    let mut second = Case::default();
    second.texts.add("openapi.json", text);
    second.read("openapi.json");
    assert!(!second.has_errors(), "{}", second.rendered());
    let (before, after) = (pieces(&first), pieces(&second));
    let only = |some: &[String], others: &[String]| -> String {
        let missing = some.iter().filter(|piece| !others.contains(piece) && !piece.contains(SHARED));
        missing.take(4).cloned().collect::<Vec<_>>().join("\n")
    };
    let (lost, new) = (only(&before, &after), only(&after, &before));
    let shared = before.iter().any(|piece| piece.contains(SHARED));
    assert!(lost.is_empty() && (new.is_empty() || shared), "{}\nlost:\n{lost}\nnew:\n{new}", root.display());
}

#[test]
fn what_is_printed_is_read_as_the_same() {
    for folder in cases(&fixtures("contracts")).iter().filter(|folder| folder.join("openapi.yaml").exists()) {
        check(folder, "openapi.yaml");
    }
}

#[test]
fn descriptions_of_others_come_back_as_they_were() {
    let Some(root) = suites("openapi/large") else { return };
    check(&root, "petstorev3.json");
    check(&root, "api.github.com.yaml");
}
