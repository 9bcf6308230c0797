//! `.proto` files, one for each package: <https://protobuf.dev/reference/protobuf/proto3-spec/>.
//!
//! Prints what the side tables of the model say; must not give out names or numbers.

mod fields;
mod methods;
mod reach;

use std::collections::BTreeSet;
use std::fmt::Write;

use polywire_contract::{Contract, InterfaceId, ProtoEnum, Shape, TypeId};
use polywire_diag::Diagnostic;

use crate::{Emitter, Files, Interfaces, NOT_SAYABLE, Options};
use reach::Reach;

/// Prints Protobuf.
pub(crate) struct Protobuf;

impl Emitter<Interfaces<'_>> for Protobuf {
    fn name(&self) -> &'static str {
        "protobuf"
    }

    fn about(&self) -> &'static str {
        "proto3 files, one for each package"
    }

    fn emit(&self, model: &Interfaces<'_>, _options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let Interfaces { contract, ids: interfaces } = *model;
        let reach = Reach::of(contract, interfaces);
        groups(contract, &reach, diags);
        let mut files = Files::default();
        for package in reach.packages() {
            let mut printer =
                Printer { contract, reach: &reach, package, text: String::new(), imports: BTreeSet::new() };
            printer.body(interfaces);
            files.insert(file_name(package), printer.file());
        }
        files
    }
}

/// Says which fields are groups: proto3 has none, and printed as messages they lie on the wire in another way.
fn groups(contract: &Contract, reach: &Reach, diags: &mut Vec<Diagnostic>) {
    for (id, message) in &contract.protobuf.messages {
        let Some(record) = contract.record(*id).filter(|_| reach.package(&message.full_name).is_some())
        else {
            continue;
        };
        for (field, proto) in record.fields.iter().zip(&message.fields) {
            if proto.as_ref().is_some_and(|proto| proto.delimited) {
                let text = format!("`{}` is a group, which proto3 cannot say", field.name);
                let diagnostic =
                    Diagnostic::warning(&NOT_SAYABLE, text).at(field.span, "printed as a message");
                diags.push(diagnostic.help("give clients the contract's own file"));
            }
        }
    }
}

/// The file of a package.
fn file_name(package: &str) -> String {
    if package.is_empty() { "contract.proto".into() } else { format!("{package}.proto") }
}

struct Printer<'a> {
    contract: &'a Contract,
    reach: &'a Reach,
    package: &'a str,
    text: String,
    imports: BTreeSet<String>,
}

impl Printer<'_> {
    fn file(self) -> String {
        let mut text = String::from(
            "// Printed by polywire; the contract it comes from is the source.\nsyntax = \"proto3\";\n",
        );
        if !self.package.is_empty() {
            let _ = write!(text, "\npackage {};\n", self.package);
        }
        for (at, import) in self.imports.iter().enumerate() {
            let _ = writeln!(text, "{}import \"{import}\";", if at == 0 { "\n" } else { "" });
        }
        text + &self.text
    }

    fn body(&mut self, interfaces: &[InterfaceId]) {
        for id in interfaces {
            let interface = &self.contract.interfaces[id.0 as usize];
            if interface.service.as_deref().is_some_and(|service| reach::package_of(service) == self.package)
            {
                self.service(*id);
            }
        }
        for (name, id) in self.reach.top_level(self.package) {
            self.text.push('\n');
            self.declaration(&name, id, 0);
        }
    }

    /// A message with those inside it, or an enum.
    fn declaration(&mut self, name: &str, id: TypeId, depth: usize) {
        let contract = self.contract;
        self.comment(&contract.ty(id).doc, depth);
        if let Some(found) = contract.protobuf.enums.get(&id).filter(|found| found.full_name == name) {
            return self.enumeration(id, found, depth);
        }
        let Some(message) = contract.protobuf.messages.get(&id) else { return };
        let start = self.text.len();
        self.line(depth, &format!("message {} {{", last(name)));
        let opened = self.text.len();
        for (inner, id) in self.reach.inside(name) {
            self.declaration(&inner, id, depth + 1);
            self.text.push('\n');
        }
        self.fields(id, message, depth + 1);
        if self.text.len() == opened {
            self.text.truncate(start);
            self.line(depth, &format!("message {} {{}}", last(name)));
        } else {
            self.line(depth, "}");
        }
    }

    fn enumeration(&mut self, id: TypeId, found: &ProtoEnum, depth: usize) {
        let Shape::Enum(values) = &self.contract.ty(id).shape else { return };
        let name = last(&found.full_name);
        self.line(depth, &format!("enum {name} {{"));
        let mut lines: Vec<(i32, String)> = Vec::new();
        for ((value, number), called) in values.values.iter().zip(&found.numbers).zip(&found.names) {
            lines.push((*number, called.clone().unwrap_or_else(|| value.name.clone())));
        }
        if lines.iter().all(|(number, _)| *number != 0) {
            lines.insert(0, (0, format!("{}_UNSPECIFIED", polywire_contract::words(name).upper())));
        }
        lines.sort_by_key(|(number, _)| *number != 0);
        let numbers: BTreeSet<i32> = lines.iter().map(|(number, _)| *number).collect();
        if numbers.len() < lines.len() {
            self.line(depth + 1, "option allow_alias = true;");
        }
        for (number, name) in lines {
            self.line(depth + 1, &format!("{name} = {number};"));
        }
        self.line(depth, "}");
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.text.extend(std::iter::repeat_n("  ", depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn comment(&mut self, doc: &str, depth: usize) {
        for line in doc.trim().lines() {
            self.line(depth, format!("// {}", line.trim_end()).trim_end());
        }
    }

    /// A message's or enum's name as it is written in this file; its file is imported.
    fn refer(&mut self, full_name: &str) -> String {
        if let Some(name) = full_name.strip_prefix("google.protobuf.") {
            let file = match name {
                "Struct" | "Value" | "ListValue" => "struct".to_string(),
                name if name.ends_with("Value") => "wrappers".to_string(),
                name => polywire_contract::words(name).snake(),
            };
            return self.well_known(name, &file);
        }
        let package = self.reach.package(full_name).unwrap_or_else(|| reach::package_of(full_name));
        if package != self.package {
            self.imports.insert(file_name(package));
            return format!(".{full_name}");
        }
        let prefix = if package.is_empty() { 0 } else { package.len() + 1 };
        full_name[prefix..].to_string()
    }

    fn well_known(&mut self, name: &str, file: &str) -> String {
        self.imports.insert(format!("google/protobuf/{file}.proto"));
        format!("google.protobuf.{name}")
    }
}

/// The last part of a full name.
fn last(full_name: &str) -> &str {
    full_name.rsplit('.').next().unwrap_or(full_name)
}

/// Text between quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
