//! Settings as structures: groups and records by name, fields with their types, values with their variables.

use std::collections::BTreeSet;

use polywire_contract::{Content, Flat, Group, Int, Item, Literal, Member, SettingKind, Settings, Words};
use polywire_diag::Diagnostic;

use super::names::Naming;
use super::values::{Lit, typed};

/// What stands in a path for the items of a list or map: a name's word, and in texts `[]`.
const ITEM: &str = "[]item";

/// All structures of one file.
pub(in crate::settings) struct Program<'a> {
    /// The root first, each before those that it holds.
    pub(in crate::settings) structs: Vec<Struct<'a>>,
    pub(in crate::settings) choices: Vec<Choice>,
    /// The most bits that an integer has, where there is a most.
    pub(super) bits: Option<u32>,
}

/// A group, or the items of a list or map.
pub(in crate::settings) struct Struct<'a> {
    pub(in crate::settings) name: String,
    /// The dotted key; empty for the root.
    pub(in crate::settings) at: String,
    pub(in crate::settings) fields: Vec<Field<'a>>,
    /// Items of a list or map; else a group.
    pub(in crate::settings) is_record: bool,
}

/// One key.
pub(in crate::settings) struct Field<'a> {
    pub(in crate::settings) name: String,
    pub(in crate::settings) key: String,
    pub(in crate::settings) doc: &'a str,
    pub(in crate::settings) ty: Ty,
    pub(in crate::settings) source: Source<'a>,
}

/// Where a field's value comes from.
pub(in crate::settings) enum Source<'a> {
    /// From the values below it: the structure's place.
    Group(usize),
    Value(Entry<'a>),
    /// From the item; it need not be in every item.
    Member {
        required: bool,
        /// It may be `null` where it is.
        nullable: bool,
    },
}

/// A value of its own.
pub(in crate::settings) struct Entry<'a> {
    pub(in crate::settings) variable: String,
    /// What stands in the file, checked against the type.
    pub(in crate::settings) value: Option<Lit<'a>>,
    /// Without a value the environment has to bring one.
    pub(in crate::settings) required: bool,
    pub(in crate::settings) masked: bool,
}

/// Texts of which a value is one.
pub(in crate::settings) struct Choice {
    pub(in crate::settings) name: String,
    /// Names of constants for the values, beside those of types.
    pub(in crate::settings) constants: Vec<String>,
    pub(in crate::settings) values: Vec<String>,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::settings) enum Ty {
    Bool,
    /// `wide`: some value here is beyond 2⁵³.
    Int {
        domain: Option<Int>,
        wide: bool,
    },
    Float,
    Text,
    Choice(usize),
    List(Box<Ty>),
    Map(Box<Ty>),
    Struct(usize),
    Nullable(Box<Ty>),
    Any,
}

/// The largest integer up to which a binary64 holds all.
pub(in crate::settings) const SAFE_MAX: i128 = (1 << 53) - 1;

impl<'a> Program<'a> {
    /// Names everything and checks every value; whoever finds an error among `diags` writes nothing.
    pub(in crate::settings) fn new(
        settings: &'a Settings,
        naming: &Naming,
        root: &str,
        diags: &mut Vec<Diagnostic>,
    ) -> Self {
        let variables =
            settings.flat(Flat::Variable, diags).into_iter().map(|named| (named.at.dotted(), named.name));
        let mut builder = Builder {
            program: Program { structs: Vec::new(), choices: Vec::new(), bits: naming.bits },
            naming,
            taken: BTreeSet::from([root.to_lowercase(), format!("{root}Error").to_lowercase()]),
            variables: variables.collect::<Vec<_>>().into_iter(),
            diags,
        };
        builder.group(&settings.root, &mut Vec::new(), root.to_owned());
        for choice in &mut builder.program.choices {
            let constant = |value: &String| naming.type_name(&[&choice.name, value], &mut builder.taken);
            choice.constants = choice.values.iter().map(constant).collect();
        }
        builder.program
    }

    /// The structures of items.
    pub(in crate::settings) fn of_records(&self) -> impl Iterator<Item = &Struct<'a>> {
        self.structs.iter().filter(|of| of.is_record)
    }

    /// Every value, in the order of the source.
    pub(in crate::settings) fn entries(&self) -> impl Iterator<Item = (&Field<'a>, &Entry<'a>)> {
        self.structs.iter().flat_map(|of| &of.fields).filter_map(|field| match &field.source {
            Source::Value(entry) => Some((field, entry)),
            Source::Group(_) | Source::Member { .. } => None,
        })
    }
}

impl Ty {
    /// The smallest and the largest value, where both are known.
    pub(in crate::settings) fn range(domain: Int) -> (i128, i128) {
        match domain {
            Int::I8 => (i8::MIN.into(), i8::MAX.into()),
            Int::I16 => (i16::MIN.into(), i16::MAX.into()),
            Int::I32 => (i32::MIN.into(), i32::MAX.into()),
            Int::I64 => (i64::MIN.into(), i64::MAX.into()),
            Int::U8 => (0, u8::MAX.into()),
            Int::U16 => (0, u16::MAX.into()),
            Int::U32 => (0, u32::MAX.into()),
            Int::U64 => (0, u64::MAX.into()),
        }
    }

    /// Whether it is written as one plain word.
    pub(in crate::settings) fn is_scalar(&self) -> bool {
        match self {
            Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) => true,
            Ty::Nullable(of) => of.is_scalar(),
            Ty::List(_) | Ty::Map(_) | Ty::Struct(_) | Ty::Any => false,
        }
    }

    /// The type without `null`.
    pub(in crate::settings) fn bare(&self) -> &Ty {
        if let Ty::Nullable(of) = self { of } else { self }
    }

    /// The type of what is in a list or map.
    pub(in crate::settings) fn item(&self) -> &Ty {
        match self.bare() {
            Ty::List(of) | Ty::Map(of) => of,
            _ => &Ty::Any,
        }
    }

    /// The type, and `null` where that is so.
    pub(in crate::settings) fn nullable(self, yes: bool) -> Ty {
        let already = matches!(self, Ty::Nullable(_) | Ty::Any);
        if yes && !already { Ty::Nullable(Box::new(self)) } else { self }
    }
}

struct Builder<'a, 'b> {
    program: Program<'a>,
    naming: &'b Naming,
    taken: BTreeSet<String>,
    variables: std::vec::IntoIter<(String, String)>,
    diags: &'b mut Vec<Diagnostic>,
}

impl<'a> Builder<'a, '_> {
    fn group(&mut self, group: &'a Group, path: &mut Vec<&'a str>, name: String) -> usize {
        let keys: Vec<(&str, &Words)> =
            group.settings.iter().map(|of| (of.key.as_str(), &of.words)).collect();
        let names = self.naming.solve_fields(&keys);
        let place = self.place(name, path, false);
        for (setting, name) in group.settings.iter().zip(names) {
            path.push(&setting.key);
            let (ty, source) = match &setting.item {
                Item::Group(below) => {
                    let name = self.naming.type_name(path, &mut self.taken);
                    let below = self.group(below, path, name);
                    (Ty::Struct(below), Source::Group(below))
                }
                Item::Value(value) => self.value(value, path),
            };
            path.pop();
            let field = Field { name, key: setting.key.clone(), doc: &setting.doc, ty, source };
            self.program.structs[place].fields.push(field);
        }
        place
    }

    fn place(&mut self, name: String, path: &[&str], is_record: bool) -> usize {
        self.program.structs.push(Struct { name, at: shown(path), fields: Vec::new(), is_record });
        self.program.structs.len() - 1
    }

    fn value(
        &mut self,
        value: &'a polywire_contract::SettingValue,
        path: &mut Vec<&'a str>,
    ) -> (Ty, Source<'a>) {
        let literals: Vec<&Literal> = match &value.content {
            Content::Literal(node) => vec![node],
            Content::Secret(_) | Content::Absent => Vec::new(),
        };
        let mut keys: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        let ty = self.ty(&value.kind, &literals, &mut keys).nullable(value.nullable);
        let dotted = path.join(".");
        // Where names collide there is an error, and nothing is written.
        let same = |(at, _): &(String, String)| *at == dotted;
        let is_next = self.variables.as_slice().first().is_some_and(same);
        let variable = if is_next { self.variables.next().map(|(_, name)| name) } else { None };
        let checked = literals.first().and_then(|node| typed(&self.program, &ty, node, &dotted, self.diags));
        let is_secret = matches!(value.content, Content::Secret(_));
        let is_absent = matches!(value.content, Content::Absent);
        let required = is_secret || (is_absent && value.required);
        let entry = Entry {
            variable: variable.unwrap_or_default(),
            value: checked,
            required,
            masked: is_secret || value.sensitive,
        };
        (ty.nullable(is_absent && !required), Source::Value(entry))
    }

    /// The type of a kind; `seen` are the values that stand there.
    fn ty(&mut self, kind: &SettingKind, seen: &[&Literal], path: &mut Vec<String>) -> Ty {
        match kind {
            SettingKind::Bool => Ty::Bool,
            SettingKind::Int(domain) => {
                let safe = |node: &&Literal| {
                    let number = node.as_number().and_then(|number| number.as_i64());
                    node.as_number().is_none() || number.is_some_and(|n| i128::from(n).abs() <= SAFE_MAX)
                };
                Ty::Int { domain: *domain, wide: !seen.iter().all(safe) }
            }
            SettingKind::Float => Ty::Float,
            SettingKind::Text => Ty::Text,
            SettingKind::Choice(values) if values.is_empty() => Ty::Text,
            SettingKind::Choice(values) => {
                let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                let name = self.naming.type_name(&keys, &mut self.taken);
                let mut distinct: Vec<String> = Vec::new();
                for value in values {
                    if !distinct.contains(value) {
                        distinct.push(value.clone());
                    }
                }
                self.program.choices.push(Choice { name, constants: Vec::new(), values: distinct });
                Ty::Choice(self.program.choices.len() - 1)
            }
            SettingKind::List(of) => {
                let items: Vec<&Literal> = seen.iter().filter_map(|node| node.as_list()).flatten().collect();
                Ty::List(Box::new(self.item(of, &items, path)))
            }
            SettingKind::Map(of) => {
                let entries = seen.iter().filter_map(|node| node.as_map()).flat_map(|map| &map.entries);
                let items: Vec<&Literal> = entries.map(|entry| &entry.value).collect();
                Ty::Map(Box::new(self.item(of, &items, path)))
            }
            SettingKind::Record(members) => Ty::Struct(self.record(members, seen, path)),
            SettingKind::Nullable(of) => self.ty(of, seen, path).nullable(true),
            SettingKind::Any => Ty::Any,
        }
    }

    /// Named things in lists and maps are items of what the key names.
    fn item(&mut self, kind: &SettingKind, seen: &[&Literal], path: &mut Vec<String>) -> Ty {
        path.push(ITEM.to_owned());
        let ty = self.ty(kind, seen, path);
        path.pop();
        ty
    }

    fn record(&mut self, members: &[Member], seen: &[&Literal], path: &mut Vec<String>) -> usize {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        let name = self.naming.type_name(&keys, &mut self.taken);
        let place = self.place(name, &keys, true);
        let scope: Vec<(&str, &Words)> = members.iter().map(|of| (of.key.as_str(), &of.words)).collect();
        let names = self.naming.solve_fields(&scope);
        for (member, name) in members.iter().zip(names) {
            let values: Vec<&Literal> =
                seen.iter().filter_map(|node| node.as_map()?.get(&member.key)).collect();
            path.push(member.key.clone());
            let ty = self.ty(&member.kind, &values, path);
            path.pop();
            let nullable = matches!(ty, Ty::Nullable(_));
            let source = Source::Member { required: member.required, nullable };
            let ty = ty.nullable(!member.required);
            let field = Field { name, key: member.key.clone(), doc: "", ty, source };
            self.program.structs[place].fields.push(field);
        }
        place
    }
}

/// A path for people: `servers[].tls`.
fn shown(path: &[&str]) -> String {
    path.join(".").replace(&format!(".{ITEM}"), "[]").trim_end_matches("[]").to_owned()
}
