//! What a generated loader loaded, beside what it should have.
//!
//! A driver prints values as JSON whose texts and keys are in hexadecimal; groups and records are lists in the order of
//! the source, or maps.

use polywire_contract::{Content, Group, Item, Literal, Member, SettingKind};
use polywire_syntax::Value;

pub(crate) fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// What differs first.
pub(crate) fn same_group(group: &Group, actual: &Literal) -> Result<(), String> {
    for (place, setting) in group.settings.iter().enumerate() {
        let found = member(actual, place, &setting.key);
        let result = match (&setting.item, found) {
            (Item::Group(below), Some(found)) => same_group(below, found),
            (Item::Group(below), None) => {
                if below.settings.is_empty() {
                    Ok(())
                } else {
                    Err("no group".into())
                }
            }
            (Item::Value(value), found) => match (&value.content, found) {
                (Content::Literal(node), Some(found)) => same(&value.kind, node, found),
                (Content::Literal(node), None) if node.is_null() => Ok(()),
                (Content::Literal(_), None) => Err("no value".into()),
                (Content::Secret(_) | Content::Absent, None) => Ok(()),
                (Content::Secret(_) | Content::Absent, Some(found)) if found.is_null() => Ok(()),
                (Content::Secret(_) | Content::Absent, Some(found)) => {
                    Err(format!("{found} instead of nothing"))
                }
            },
        };
        result.map_err(|error| format!("{}.{error}", setting.key))?;
    }
    Ok(())
}

fn member<'a>(actual: &'a Literal, place: usize, key: &str) -> Option<&'a Literal> {
    match &actual.value {
        Value::List(items) => items.get(place),
        Value::Map(map) => map.get(&hex(key)),
        _ => None,
    }
}

fn same(kind: &SettingKind, expected: &Literal, actual: &Literal) -> Result<(), String> {
    let differs = || Err(format!(" {expected} became {actual}"));
    match (kind, &expected.value, &actual.value) {
        (_, Value::Null, Value::Null) => Ok(()),
        (SettingKind::Nullable(of), _, _) => same(of, expected, actual),
        (_, Value::Bool(a), Value::Bool(b)) if a == b => Ok(()),
        (SettingKind::Float, Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => Ok(()),
        (_, Value::Number(a), Value::Number(b)) if a == b || (a.0 == "-0" && b.0 == "0") => Ok(()),
        (_, Value::Number(a), Value::Number(b)) if !a.is_integer() && a.as_f64() == b.as_f64() => Ok(()),
        (_, Value::Text(a), Value::Text(b)) if hex(a) == *b => Ok(()),
        (SettingKind::Record(members), Value::Map(map), _) => same_record(members, map, actual),
        (_, Value::List(a), Value::List(b)) if a.len() == b.len() => {
            let of = if let SettingKind::List(of) = kind { of } else { &SettingKind::Any };
            a.iter().zip(b).try_for_each(|(a, b)| same(of, a, b))
        }
        (_, Value::Map(a), Value::Map(b)) if a.entries.len() == b.entries.len() => {
            let of = if let SettingKind::Map(of) = kind { of } else { &SettingKind::Any };
            a.entries.iter().try_for_each(|entry| match b.get(&hex(&entry.key)) {
                Some(found) => same(of, &entry.value, found),
                None => Err(format!(".{} is missing", entry.key)),
            })
        }
        _ => differs(),
    }
}

fn same_record(members: &[Member], map: &polywire_syntax::Map, actual: &Literal) -> Result<(), String> {
    members.iter().enumerate().try_for_each(|(place, of)| {
        let found = member(actual, place, &of.key).filter(|found| !found.is_null());
        match (map.get(&of.key).filter(|node| !node.is_null()), found) {
            (Some(expected), Some(found)) => same(&of.kind, expected, found),
            (None, None) => Ok(()),
            (Some(_), None) => Err(format!("{} is missing", of.key)),
            (None, Some(found)) => Err(format!("{} is {found}", of.key)),
        }
    })
}
