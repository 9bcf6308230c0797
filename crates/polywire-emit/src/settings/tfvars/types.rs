//! Types of Terraform's variables, and text of HCL as `terraform fmt` has it.

use polywire_contract::SettingKind;

/// Names that no variable may have.
pub(super) const RESERVED: &[&str] =
    &["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

/// A type constraint.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Word(&'static str),
    List(Box<Type>),
    Map(Box<Type>),
    /// Name, type, whether it may be missing.
    Object(Vec<(String, Type, bool)>),
    /// Whatever the value is: within a list or map all items would get one type.
    Any,
}

impl Type {
    pub(super) fn of(kind: &SettingKind) -> Type {
        match kind {
            SettingKind::Bool => Type::Word("bool"),
            SettingKind::Int(_) | SettingKind::Float => Type::Word("number"),
            SettingKind::Text | SettingKind::Choice(_) => Type::Word("string"),
            SettingKind::Nullable(of) => Type::of(of),
            SettingKind::List(of) => Type::collection(of, Type::List),
            SettingKind::Map(of) => Type::collection(of, Type::Map),
            SettingKind::Record(members) => {
                let member = |member: &polywire_contract::Member| {
                    (member.key.clone(), Type::of(&member.kind), !member.required)
                };
                Type::object(members.iter().map(member).collect())
            }
            SettingKind::Any => Type::Any,
        }
    }

    /// An object, where its names can be written.
    pub(super) fn object(members: Vec<(String, Type, bool)>) -> Type {
        if members.iter().all(|(name, ..)| is_name(name)) { Type::Object(members) } else { Type::Any }
    }

    /// Whether an object without members.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Type::Object(members) if members.is_empty())
    }

    fn collection(of: &SettingKind, wrap: fn(Box<Type>) -> Type) -> Type {
        let of = Type::of(of);
        if of.holds_any() { Type::Any } else { wrap(Box::new(of)) }
    }

    fn holds_any(&self) -> bool {
        match self {
            Type::Word(_) => false,
            Type::List(of) | Type::Map(of) => of.holds_any(),
            Type::Object(members) => members.iter().any(|(_, of, _)| of.holds_any()),
            Type::Any => true,
        }
    }

    /// The constraint, whose further lines stand at a depth.
    pub(super) fn text(&self, depth: usize) -> String {
        match self {
            Type::Word(word) => (*word).to_owned(),
            Type::List(of) => format!("list({})", of.text(depth)),
            Type::Map(of) => format!("map({})", of.text(depth)),
            Type::Object(members) if members.is_empty() => "object({})".into(),
            Type::Object(members) => {
                let row = |of: &Type, optional: bool| {
                    let of = of.text(depth + 1);
                    if optional { format!("optional({of})") } else { of }
                };
                let rows: Vec<(&str, String)> =
                    members.iter().map(|(name, of, optional)| (name.as_str(), row(of, *optional))).collect();
                format!("object({{\n{}{}}})", aligned(&rows, depth + 1), "  ".repeat(depth))
            }
            Type::Any => "any".into(),
        }
    }
}

/// Whether a key can be written as the name of an attribute.
fn is_name(key: &str) -> bool {
    let begins = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    begins && key.chars().all(inner) && !matches!(key, "for" | "null" | "true" | "false")
}

/// Attributes a line each, their `=` below one another; one of several lines stands alone.
pub(super) fn aligned(rows: &[(&str, String)], depth: usize) -> String {
    let mut text = String::new();
    let is_long = |row: &(&str, String)| row.1.contains('\n');
    for (at, row) in rows.iter().enumerate() {
        let run = |rows: &mut dyn Iterator<Item = &(&str, String)>| {
            rows.take_while(|row| !is_long(row)).map(|(name, _)| name.len()).max().unwrap_or(0)
        };
        let width = match is_long(row) {
            true => row.0.len(),
            false => run(&mut rows[..=at].iter().rev()).max(run(&mut rows[at..].iter())),
        };
        text.push_str(&format!("{}{:width$} = {}\n", "  ".repeat(depth), row.0, row.1));
    }
    text
}

/// A string of HCL, in which nothing is a template.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("\"{text}\"")
}
