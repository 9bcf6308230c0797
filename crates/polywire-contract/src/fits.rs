//! Whether a written value is one of a type's: for defaults, which stand for what is absent. Formats of text and patterns
//! are not looked at.

use std::cell::Cell;
use std::cmp::Ordering;

use polywire_syntax::{Number, Value};

use crate::{Check, Contract, Extra, Literal, Shape, TypeRef};

/// How deep a value is looked into, and how often: alternatives of alternatives multiply.
const DEPTH_MAX: usize = 32;
const STEPS_MAX: u32 = 10_000;

impl Contract {
    /// Says in words for people why a value is none of the type; nothing where it is one, or where that cannot be told.
    pub fn misfit(&self, ty: TypeRef, value: &Literal) -> Option<String> {
        let steps = Cell::new(0);
        self.misfit_at(ty, value, (0, &steps)).filter(|_| steps.get() <= STEPS_MAX)
    }

    fn misfit_at(&self, ty: TypeRef, value: &Literal, at: (usize, &Cell<u32>)) -> Option<String> {
        let (depth, steps) = at;
        steps.set(steps.get() + 1);
        let inner = (depth + 1, steps);
        if depth > DEPTH_MAX || steps.get() > STEPS_MAX || (value.value == Value::Null && ty.nullable) {
            return None;
        }
        let described = self.ty(ty.id);
        let wrong = |wanted: &str| Some(format!("must be {wanted}, not {}", value.kind()));
        let shape = match (&described.shape, &value.value) {
            (Shape::Any, _) | (Shape::Bool, Value::Bool(_)) | (Shape::Float(_), Value::Number(_)) => None,
            (Shape::Int(_), Value::Number(number)) if is_whole(number) => None,
            (Shape::Int(_), Value::Number(number)) => {
                Some(format!("must be a whole number, not {}", number.0))
            }
            (Shape::Decimal { .. }, Value::Text(_) | Value::Number(_)) => None,
            (Shape::Enum(found), Value::Text(text)) => {
                let listed = found.open || found.values.iter().any(|value| value.name == *text);
                (!listed).then(|| format!("must be a listed value, not `{text}`"))
            }
            (Shape::List(item), Value::List(items)) => {
                items.iter().find_map(|one| self.misfit_at(*item, one, inner))
            }
            (Shape::Map { value: member, .. }, Value::Map(map)) => {
                map.entries.iter().find_map(|entry| self.misfit_at(*member, &entry.value, inner))
            }
            (Shape::Record(record), Value::Map(map)) => {
                let absent =
                    record.fields.iter().find(|field| field.required && map.get(&field.name).is_none());
                let named = |key: &str| record.fields.iter().find(|field| field.name == key);
                let member = |key: &str, value: &Literal| match (named(key), record.extra) {
                    (Some(field), _) => self.misfit_at(field.ty, value, inner),
                    (None, Extra::Closed) => Some(format!("can have no `{key}`")),
                    (None, Extra::Typed(ty)) => self.misfit_at(ty, value, inner),
                    (None, Extra::Open) => None,
                };
                let absent = absent.map(|field| format!("must have `{}`", field.name));
                absent.or_else(|| map.entries.iter().find_map(|entry| member(&entry.key, &entry.value)))
            }
            (Shape::Sum(sum), _) => {
                let mut misfits = sum.variants.iter().map(|v| self.misfit_at(v.ty.into(), value, inner));
                let fits = misfits.any(|misfit| misfit.is_none());
                (!fits).then(|| "must be one of the alternatives".to_string())
            }
            (Shape::Bool, _) => wrong("true or false"),
            (Shape::Int(_) | Shape::Float(_), _) => wrong("a number"),
            (Shape::List(_), _) => wrong("a list"),
            (Shape::Map { .. } | Shape::Record(_), _) => wrong("a map"),
            (_, Value::Text(_)) => None,
            _ => wrong("text"),
        };
        shape.or_else(|| described.checks.iter().find_map(|(check, _)| broken(check, value)))
    }
}

/// The rule that a value breaks, as words.
fn broken(check: &Check, value: &Literal) -> Option<String> {
    let outside = |count: usize, least: u64, most: u64| {
        let breaks = (count as u64) < least || (count as u64) > most;
        breaks.then(|| format!("breaks `{}`", check.rule()))
    };
    match (check, &value.value) {
        (Check::MinLength(n), Value::Text(text)) => outside(text.chars().count(), *n, u64::MAX),
        (Check::MaxLength(n), Value::Text(text)) => outside(text.chars().count(), 0, *n),
        (Check::MinItems(n), Value::List(items)) => outside(items.len(), *n, u64::MAX),
        (Check::MaxItems(n), Value::List(items)) => outside(items.len(), 0, *n),
        (Check::MinProperties(n), Value::Map(map)) => outside(map.entries.len(), *n, u64::MAX),
        (Check::MaxProperties(n), Value::Map(map)) => outside(map.entries.len(), 0, *n),
        (Check::Minimum(bound), Value::Number(number)) => beyond(check, number, bound, &[Ordering::Less]),
        (Check::Maximum(bound), Value::Number(number)) => beyond(check, number, bound, &[Ordering::Greater]),
        (Check::ExclusiveMinimum(bound), Value::Number(number)) => {
            beyond(check, number, bound, &[Ordering::Less, Ordering::Equal])
        }
        (Check::ExclusiveMaximum(bound), Value::Number(number)) => {
            beyond(check, number, bound, &[Ordering::Greater, Ordering::Equal])
        }
        (Check::Among(values), _) => {
            let listed = values.iter().any(|one| same(one, value));
            (!listed).then(|| "must be a listed value".to_string())
        }
        _ => None,
    }
}

fn beyond(check: &Check, number: &Number, bound: &Number, wrong: &[Ordering]) -> Option<String> {
    let order = number.as_f64()?.partial_cmp(&bound.as_f64()?)?;
    wrong.contains(&order).then(|| format!("is {} and breaks `{} {}`", number.0, check.rule(), bound.0))
}

fn is_whole(number: &Number) -> bool {
    number.is_integer() || number.as_f64().is_some_and(|value| value.fract() == 0.0)
}

/// Whether two values are equal, wherever they stand.
fn same(a: &Literal, b: &Literal) -> bool {
    match (&a.value, &b.value) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let equal = |key: &str, value: &Literal| b.get(key).is_some_and(|other| same(value, other));
            a.entries.len() == b.entries.len()
                && a.entries.iter().all(|entry| equal(&entry.key, &entry.value))
        }
        (a, b) => a == b,
    }
}
