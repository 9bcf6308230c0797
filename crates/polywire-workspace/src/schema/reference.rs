//! The description as a page of the manual.

use std::fmt::Write as _;

use super::{Kind, Need, Table};

/// Writes every table as a section, outer before inner.
pub(crate) fn reference(root: &Table) -> String {
    let mut page = format!("# {}\n\n{}\n", root.name, root.doc);
    section(root, &mut page);
    page
}

fn section(table: &Table, page: &mut String) {
    page.push_str("\n| key | value | default | |\n| --- | --- | --- | --- |\n");
    for key in table.keys {
        let default = match key.need {
            Need::Required => "required".to_owned(),
            Need::Optional => String::new(),
            Need::Default(default) => format!("`{default}`"),
        };
        let value = match &key.kind {
            Kind::Entries(what, _) => format!("a map by {what}"),
            kind => kind.describe(),
        };
        writeln!(page, "| `{}` | {value} | {default} | {} |", key.name, key.doc)
            .expect("a String takes everything");
    }
    for key in table.keys {
        if let Some(inner) = inner(&key.kind) {
            write!(page, "\n## {}\n\n{}\n", inner.name, inner.doc).expect("a String takes everything");
            section(inner, page);
        }
    }
}

fn inner(kind: &Kind) -> Option<&'static Table> {
    match kind {
        Kind::Table(table) => Some(table),
        Kind::Entries(_, of) | Kind::Items(_, of) => inner(of),
        _ => None,
    }
}
