//! The survey for people: short tables, each row with the line that it rests on.

use std::collections::BTreeMap;

use polywire_workspace::survey::{Component, ContractFile, Duplicate, Place, escaped};

use super::Found;
use crate::output;

/// How many rows of a table are shown.
const ROWS_MAX: usize = 12;
/// How many characters of a cell, and how many places of a row.
const CELL_MAX: usize = 64;
const PLACES_CELL_MAX: usize = 140;
const PLACES_MAX: usize = 2;
/// How many lines of one file.
const LINES_MAX: usize = 4;
/// From how many files on contracts of a folder are told together.
const TOGETHER_MIN: usize = 4;

pub(super) fn text(found: &Found) -> String {
    let mut out = format!("{}: {} looked at", escaped(&found.name), output::count(found.files, "file"));
    out.push_str(&skipped(found));
    out.push('\n');
    components(found, &mut out);
    starts(found, &mut out);
    contracts(found, &mut out);
    exports(found, &mut out);
    resources(found, &mut out);
    calls(found, &mut out);
    drift(found, &mut out);
    addresses(found, &mut out);
    settings(found, &mut out);
    if found.survey.components.is_empty() && found.contracts.is_empty() {
        out.push_str("\nNothing that is known was found.\n");
    }
    out.push('\n');
    out
}

fn skipped(found: &Found) -> String {
    let skipped = &found.skipped;
    let mut said = Vec::new();
    if skipped.large > 0 {
        said.push(format!("{} larger than 1 MiB left out", skipped.large));
    }
    if skipped.unreadable > 0 {
        said.push(format!("{} unreadable", skipped.unreadable));
    }
    if skipped.deep > 0 {
        said.push(format!("{} too deep to follow", output::count(skipped.deep, "folder")));
    }
    if skipped.names_count > 0 {
        said.push(format!(
            "{} {} no UTF-8 left out ({})",
            output::count(skipped.names_count, "name"),
            if skipped.names_count == 1 { "that is" } else { "that are" },
            skipped.names.join(", ")
        ));
    }
    if skipped.rest {
        said.push("more files than are looked at".into());
    }
    said.iter().map(|said| format!(", {said}")).collect()
}

/// A heading and a table, cut where it gets long.
fn section(out: &mut String, title: &str, head: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let more = rows.len().saturating_sub(ROWS_MAX);
    let cell = |row: &Vec<String>, at: usize, cell: &str| {
        let most = if at + 1 == row.len() { PLACES_CELL_MAX } else { CELL_MAX };
        format!("{}{}", if at == 0 { "  " } else { "" }, cut(cell, most))
    };
    let shown: Vec<Vec<String>> = rows
        .iter()
        .take(ROWS_MAX)
        .map(|row| row.iter().enumerate().map(|(at, text)| cell(row, at, text)).collect())
        .collect();
    let first = format!("  {}", head[0]);
    let head: Vec<&str> = std::iter::once(first.as_str()).chain(head[1..].iter().copied()).collect();
    out.push_str(&format!("\n{title}\n{}", output::table(&head, &shown)));
    if more > 0 {
        out.push_str(&format!("  … and {more} more: `--format json` has all\n"));
    }
}

/// A cell in one line, its end left out where it is long.
fn cut(text: &str, most: usize) -> String {
    let text = escaped(text);
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn place(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// The first few places; those of one file together.
fn places<'a>(all: impl Iterator<Item = &'a Place>) -> String {
    let mut files: Vec<(&str, Vec<u32>)> = Vec::new();
    for place in all {
        match files.iter_mut().find(|(file, _)| *file == place.file) {
            Some((_, lines)) if lines.contains(&place.line) => {}
            Some((_, lines)) => lines.push(place.line),
            None => files.push((&place.file, vec![place.line])),
        }
    }
    let one = |(file, lines): &(&str, Vec<u32>)| {
        let lines: Vec<String> = lines.iter().take(LINES_MAX).map(u32::to_string).collect();
        format!("{file}:{}", lines.join(","))
    };
    let shown = files.iter().take(PLACES_MAX).map(one).collect::<Vec<_>>().join(" ");
    if files.len() > PLACES_MAX { format!("{shown} +{}", files.len() - PLACES_MAX) } else { shown }
}

fn folder(component: &Component) -> String {
    format!("{}/", if component.folder.is_empty() { "." } else { &component.folder })
}

fn components(found: &Found, out: &mut String) {
    let row = |component: &Component| {
        let what: Vec<&str> = component.what.iter().map(|(what, _)| what.as_str()).collect();
        let places = places(component.what.iter().map(|(_, at)| at));
        let name =
            if component.is_container && component.folder.is_empty() { "(root)" } else { &component.name };
        vec![name.to_string(), folder(component), what.join(", "), places]
    };
    // What runs comes first.
    let mut all: Vec<&Component> = found.survey.components.iter().collect();
    all.sort_by_key(|component| (!component.is_service(), component.is_container));
    section(out, "Components", &["NAME", "FOLDER", "WHAT", "EVIDENCE"], all.into_iter().map(row).collect());
}

fn starts(found: &Found, out: &mut String) {
    let row = |component: &Component| {
        let start = component.start.as_ref()?;
        let (words, _) = component.command()?;
        Some(vec![component.name.clone(), words.join(" "), place(&start.at)])
    };
    let rows =
        found.survey.components.iter().filter(|component| !component.is_container).filter_map(row).collect();
    section(out, "Started by", &["NAME", "COMMAND", "EVIDENCE"], rows);
}

fn contracts(found: &Found, out: &mut String) {
    let mut by_folder: BTreeMap<(&str, &str), Vec<&ContractFile>> = BTreeMap::new();
    for contract in &found.contracts {
        let folder = contract.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        by_folder.entry((folder, &contract.format)).or_default().push(contract);
    }
    let mut rows = Vec::new();
    let owner = |contract: &ContractFile| contract.component.clone().unwrap_or_default();
    let operations = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    for ((_, format), files) in by_folder {
        if files.len() >= TOGETHER_MIN {
            let all = files.iter().map(|contract| contract.operations).sum();
            let more = format!("{}:{} and {} more", files[0].path, files[0].line, files.len() - 1);
            rows.push(vec![format.into(), operations(all), owner(files[0]), more]);
            continue;
        }
        for contract in files {
            let evidence = format!("{}:{}", contract.path, contract.line);
            rows.push(vec![format.into(), operations(contract.operations), owner(contract), evidence]);
        }
    }
    section(out, "Contracts", &["FORMAT", "OPERATIONS", "COMPONENT", "EVIDENCE"], rows);
}

fn exports(found: &Found, out: &mut String) {
    let mut rows = Vec::new();
    for component in &found.survey.components {
        let has_one = found
            .contracts
            .iter()
            .any(|contract| contract.operations > 0 && contract.component.as_ref() == Some(&component.name));
        for export in component.exports.iter().filter(|_| !has_one) {
            rows.push(vec![component.name.clone(), export.by.clone(), export.how.clone(), place(&export.at)]);
        }
    }
    section(out, "Where contracts could come from", &["COMPONENT", "BY", "HOW", "EVIDENCE"], rows);
}

fn resources(found: &Found, out: &mut String) {
    let rows = found.survey.resources.iter().map(|resource| {
        let port = resource.ports.first().map_or(String::new(), u16::to_string);
        vec![resource.name.clone(), resource.kind.clone(), resource.image.clone(), port, place(&resource.at)]
    });
    section(out, "Resources", &["NAME", "WHAT", "IMAGE", "PORT", "EVIDENCE"], rows.collect());
}

fn calls(found: &Found, out: &mut String) {
    let rows = found.survey.calls.iter().map(|call| {
        let shown = call.by.iter().take(PLACES_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
        vec![call.from.clone(), call.to.clone(), shown, place(&call.at)]
    });
    section(out, "Who seems to call whom", &["FROM", "TO", "BY", "EVIDENCE"], rows.collect());
}

fn drift(found: &Found, out: &mut String) {
    let drift = &found.drift;
    if !drift.compared {
        out.push_str(&format!("\nDrift\n  {} is for so many contracts\n", found.command("drift")));
        return;
    }
    if drift.differ == 0 {
        return;
    }
    let rows = drift.worst.iter().map(|worst| {
        let path = if worst.path.is_empty() { "(itself)" } else { &worst.path };
        vec![
            format!("{} ⇄ {}", worst.left.0, worst.right.0),
            path.to_string(),
            worst.what.to_string(),
            worst.fates.clone(),
            format!("{} {}", place(&worst.left.1), place(&worst.right.1)),
        ]
    });
    section(out, "Drift", &["TYPES", "FIELD", "WHAT", "DATA", "EVIDENCE"], rows.collect());
    let pairs = output::count(drift.differ, "pair");
    out.push_str(&format!(
        "  {pairs} of the same words {} in {}, in {} of them data can be lost or refused: {} shows all\n",
        if drift.differ == 1 { "differs" } else { "differ" },
        output::count(drift.places, "place"),
        drift.harmful,
        found.command("drift")
    ));
}

fn addresses(found: &Found, out: &mut String) {
    let mut by_text: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for address in &found.survey.addresses {
        by_text.entry(&address.text).or_default().push(&address.at);
    }
    let mut all: Vec<_> = by_text.into_iter().collect();
    all.sort_by_key(|(text, places)| (std::cmp::Reverse(places.len()), *text));
    let rows = all.into_iter().map(|(text, all)| vec![text.to_string(), places(all.into_iter())]);
    section(out, "Addresses written into source", &["ADDRESS", "EVIDENCE"], rows.collect());
}

fn settings(found: &Found, out: &mut String) {
    let mut rows = Vec::new();
    for Duplicate { key, values } in &found.survey.duplicates {
        let differs = values.len() > 1;
        for (at, (value, all)) in values.iter().enumerate() {
            let key = if at == 0 { key.clone() } else { String::new() };
            let same = if !differs { "the same" } else { "differs" };
            rows.push(vec![
                key,
                value.clone(),
                if at == 0 { same.into() } else { String::new() },
                places(all.iter()),
            ]);
        }
    }
    section(out, "Settings that several files have", &["KEY", "VALUE", "", "WHERE"], rows);
}
