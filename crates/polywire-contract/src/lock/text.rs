//! The lock as text: YAML, sorted by name, one number or entry of a map a line, so that branches merge and conflicts are seen.

use std::collections::BTreeMap;
use std::fmt::Write;

use polywire_diag::{Diagnostic, FileId, Span};
use polywire_syntax::{Limits, Map, Node};

use super::{FIELD_MAX, Lock, LockedLine, RESERVED, Table};
use crate::codes::{LOCK_CONFLICT, LOCK_FORM, LOCK_MOVED};

const HEADER: &str = "\
# Written by polywire: the numbers of Protobuf fields and enum values that contracts do not give themselves.
# Keep it in version control. To rename without changing a number, add: moved: {package.Message.old_name: new_name}
polywire-lock: 1
";
const MAPS_HEADER: &str = "\
# Confirmed by `polywire check --accept`: to each field of the target where its value comes from, to each value of an enum
# what it becomes.
maps:
";

impl Lock {
    /// Reads the text of a lock; what is wrong with it is reported, and the rest is kept.
    pub fn parse(file: FileId, text: &str, diags: &mut Vec<Diagnostic>) -> Lock {
        if text.trim().is_empty() {
            return Lock::default();
        }
        let Some(node) = polywire_syntax::parse(file, text, &Limits::default(), diags) else {
            return Lock::default();
        };
        let mut reader = Reader { diags, lock: Lock::default() };
        reader.read(&node);
        reader.lock
    }

    /// The text of the lock; the same content gives the same text.
    pub fn write(&self) -> String {
        let mut text = HEADER.to_string();
        for (name, table) in
            [("messages", &self.messages), ("enums", &self.enums), ("removed", &self.removed)]
        {
            if table.values().all(BTreeMap::is_empty) {
                continue;
            }
            let _ = writeln!(text, "{name}:");
            for (owner, numbers) in table.iter().filter(|(_, numbers)| !numbers.is_empty()) {
                let _ = writeln!(text, "  {owner}:");
                for (name, number) in numbers {
                    let _ = writeln!(text, "    {name}: {number}");
                }
            }
        }
        self.write_maps(&mut text);
        text
    }

    fn write_maps(&self, text: &mut String) {
        if self.maps.values().all(BTreeMap::is_empty) {
            return;
        }
        text.push_str(MAPS_HEADER);
        for (pair, lines) in self.maps.iter().filter(|(_, lines)| !lines.is_empty()) {
            let _ = writeln!(text, "  {}:", scalar(pair));
            for (name, line) in lines {
                let source = line.source.as_deref().map_or_else(|| "null".to_string(), scalar);
                let _ = writeln!(text, "    {}: {source}", scalar(name));
            }
        }
    }
}

/// A text as YAML: as it is where nothing else could be meant, else in quotes.
pub(crate) fn scalar(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/');
    let plain = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '#' | '>' | ' ' | '(' | ')' | '$' | '~')
    };
    let is_word = matches!(
        text.to_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    let calm = !text.contains(" #") && !text.ends_with(' ') && !text.contains("  ");
    if begins && calm && !is_word && text.chars().all(plain) {
        return text.to_string();
    }
    serde_json::Value::from(text).to_string()
}

struct Reader<'a> {
    diags: &'a mut Vec<Diagnostic>,
    lock: Lock,
}

impl Reader<'_> {
    fn read(&mut self, node: &Node) {
        let Some(root) = self.map(node) else { return };
        let mut moved = None;
        for entry in &root.entries {
            match entry.key.as_str() {
                "polywire-lock" if entry.value.as_number().and_then(|n| n.as_i64()) == Some(1) => {}
                "polywire-lock" => self.form(entry.value.span, "this version of the lock is not known"),
                "messages" => self.lock.messages = self.table(&entry.value, true),
                "enums" => self.lock.enums = self.table(&entry.value, false),
                "removed" => self.lock.removed = self.table(&entry.value, false),
                "maps" => self.maps(&entry.value),
                "moved" => moved = Some(&entry.value),
                key => {
                    let known = ["messages", "enums", "removed", "maps", "moved", "polywire-lock"];
                    let message = match polywire_diag::nearest(key, known) {
                        Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
                        None => format!("unknown key `{key}`"),
                    };
                    self.form(entry.key_span, &message);
                }
            }
        }
        self.buried_and_used(root);
        if let Some(moved) = moved.and_then(|node| self.map(node)) {
            for entry in &moved.entries {
                self.follow(&entry.key, &entry.value, entry.key_span);
            }
        }
    }

    fn maps(&mut self, node: &Node) {
        for pair in self.map(node).map(|map| &map.entries[..]).unwrap_or_default() {
            for line in self.map(&pair.value).map(|map| &map.entries[..]).unwrap_or_default() {
                let source = match line.value.as_text() {
                    None if !line.value.is_null() => {
                        self.form(line.value.span, "expected the name of a field or value, or null");
                        continue;
                    }
                    source => source.map(str::to_string),
                };
                let locked = LockedLine { source, span: Some(line.key_span) };
                self.lock.maps.entry(pair.key.clone()).or_default().insert(line.key.clone(), locked);
            }
        }
    }

    fn map<'n>(&mut self, node: &'n Node) -> Option<&'n Map> {
        let map = node.as_map();
        if map.is_none() && !node.is_null() {
            self.form(node.span, &format!("expected a map, found {}", node.kind()));
        }
        map
    }

    fn table(&mut self, node: &Node, fields: bool) -> Table {
        let mut table = Table::new();
        for entry in self.map(node).map(|map| &map.entries[..]).unwrap_or_default() {
            let Some(names) = self.map(&entry.value) else { continue };
            let mut first: BTreeMap<i64, (&str, Span)> = BTreeMap::new();
            let numbers = table.entry(entry.key.clone()).or_default();
            for line in &names.entries {
                let number = line.value.as_number().and_then(|number| number.as_i64());
                let allowed = |n: &i64| {
                    (!fields || (1..=FIELD_MAX).contains(n) && !RESERVED.contains(n))
                        && i32::try_from(*n).is_ok()
                };
                let Some(number) = number.filter(allowed) else {
                    self.form(line.value.span, "expected a number that Protobuf allows here");
                    continue;
                };
                match first.get(&number) {
                    Some((name, span)) => {
                        let message = format!(
                            "`{name}` and `{}` of `{}` have the number {number}",
                            line.key, entry.key
                        );
                        self.conflict(&message, line.key_span, *span);
                    }
                    None => {
                        first.insert(number, (&line.key, line.key_span));
                        numbers.insert(line.key.clone(), number);
                    }
                }
            }
        }
        table
    }

    /// A removed name's number that another name has now.
    fn buried_and_used(&mut self, root: &Map) {
        let span_of = |table: &str, owner: &str, name: &str| {
            let names = root.get(table)?.as_map()?.get(owner)?.as_map()?;
            names.entry(name).map(|entry| entry.key_span)
        };
        let mut found = Vec::new();
        for (owner, removed) in &self.lock.removed {
            for (table, numbers) in [("messages", &self.lock.messages), ("enums", &self.lock.enums)] {
                for (name, number) in numbers.get(owner).into_iter().flatten() {
                    let Some((gone, _)) = removed.iter().find(|(_, n)| *n == number) else { continue };
                    if let (Some(here), Some(there)) =
                        (span_of(table, owner, name), span_of("removed", owner, gone))
                    {
                        let message =
                            format!("`{name}` of `{owner}` has the number {number} of the removed `{gone}`");
                        found.push((message, here, there));
                    }
                }
            }
        }
        for (message, here, there) in found {
            self.conflict(&message, here, there);
        }
    }

    /// Gives the numbers of an old name to a new one.
    fn follow(&mut self, old: &str, new: &Node, span: Span) {
        let Some(target) = new.as_text() else { return self.moved(span, "the new name is text") };
        let is_table =
            [&self.lock.messages, &self.lock.enums].into_iter().any(|table| table.contains_key(old));
        if is_table {
            for table in [&mut self.lock.messages, &mut self.lock.enums, &mut self.lock.removed] {
                if let Some(numbers) = table.remove(old) {
                    table.entry(target.to_string()).or_insert(numbers);
                }
            }
            self.lock.changed = true;
            return;
        }
        let Some((owner, name)) = old.rsplit_once('.') else {
            return self.moved(span, "the old name is not there");
        };
        let name_only =
            target.strip_prefix(owner).and_then(|rest| rest.strip_prefix('.')).unwrap_or(target).to_string();
        let lock = &mut self.lock;
        let from = [&mut lock.messages, &mut lock.enums]
            .into_iter()
            .find(|t| t.get(owner).is_some_and(|n| n.contains_key(name)));
        let Some(numbers) = from.and_then(|table| table.get_mut(owner)) else {
            return self.moved(span, "the old name is not there");
        };
        if numbers.contains_key(&name_only) {
            return self.moved(span, "the new name has a number already");
        }
        if let Some(number) = numbers.remove(name) {
            numbers.insert(name_only, number);
            lock.changed = true;
        }
    }

    fn form(&mut self, span: Span, message: &str) {
        self.diags.push(Diagnostic::error(&LOCK_FORM, message).at(span, ""));
    }

    fn moved(&mut self, span: Span, message: &str) {
        self.diags.push(Diagnostic::error(&LOCK_MOVED, message).at(span, ""));
    }

    fn conflict(&mut self, message: &str, here: Span, there: Span) {
        self.diags.push(
            Diagnostic::error(&LOCK_CONFLICT, message).at(here, "given out here").at(there, "and here"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_of_any_names_are_read_as_they_were_written() {
        let names = [
            "id",
            "CUSTOMER-NAME",
            "a.b",
            "a\\.b",
            "null",
            "True",
            "no",
            "5",
            "a: b",
            "a #b",
            "#",
            "- x",
            "{",
            "[x]",
            "*x",
            "&x",
            "!x",
            "%x",
            "@x",
            "`x",
            "é",
            " ",
            "",
            "a\nb",
            "a\"b",
            "it's",
            "~",
            "?",
            "a -> b",
            "x  y",
            "1e3",
        ];
        let mut lock = Lock::default();
        let lines = names.iter().map(|name| ((*name).to_string(), Some((*name).to_string())));
        lock.set_map("a/b.yaml#/components/schemas/A -> c.sql#public.\"b c\"", lines.collect());
        lock.set_map("x -> y", BTreeMap::from([("gone".to_string(), None)]));
        let text = lock.write();
        let mut diags = Vec::new();
        let again = Lock::parse(FileId(0), &text, &mut diags);
        assert!(diags.is_empty(), "{text}\n{diags:?}");
        assert_eq!(again.write(), text);
        for (pair, lines) in &lock.maps {
            let read: Vec<_> =
                again.map_lines(pair).map(|(name, line)| (name, line.source.as_deref())).collect();
            let written: Vec<_> =
                lines.iter().map(|(name, line)| (name.as_str(), line.source.as_deref())).collect();
            assert_eq!(read, written);
        }
    }
}
