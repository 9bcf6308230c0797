//! The leaves of an input that HTTP carries outside of the body, one by one.

use crate::{Contract, HttpBinding, Operation, Place, Shape, Style, TypeRef};

/// How deep nested query parameters go (`a.b.c`).
const DEPTH_MAX: usize = 8;
/// How many parameters an operation may have, nested ones included.
const COUNT_MAX: usize = 1024;

/// One leaf: a scalar, or a list of scalars. Its place in the list of [`Contract::parameters`] is its slot.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The place in the input record, then in nested records.
    pub path: Vec<u32>,
    /// The name on the wire first, then others that are understood.
    pub names: Vec<String>,
    /// Where it lies.
    pub place: Place,
    /// What it holds: a scalar, or a list of scalars.
    pub ty: TypeRef,
    /// A list: it may occur several times.
    pub list: bool,
}

impl Contract {
    /// Every leaf of the input that lies in path, query, header or cookie, in the order of the record.
    ///
    /// A record in the query is taken apart: `filter[color]` in the style `deepObject`, `filter.color` in the dotted style of
    /// `google.api.http`, plain member names in all others.
    pub fn parameters(&self, operation: &Operation, binding: &HttpBinding) -> Vec<Parameter> {
        let mut found = Vec::new();
        let Some(record) = self.record(operation.input) else { return found };
        for (at, (field, place)) in record.fields.iter().zip(&binding.places).enumerate() {
            if *place == Place::Body {
                continue;
            }
            let names: Vec<String> = std::iter::once(field.name.clone()).chain(field.alias.clone()).collect();
            self.leaves(vec![at as u32], names, place, field.ty, &mut found);
        }
        found
    }

    fn leaves(
        &self,
        path: Vec<u32>,
        names: Vec<String>,
        place: &Place,
        ty: TypeRef,
        found: &mut Vec<Parameter>,
    ) {
        if found.len() >= COUNT_MAX {
            return;
        }
        match &self.ty(ty.id).shape {
            Shape::Record(record) if matches!(place, Place::Query { .. }) => {
                if path.len() >= DEPTH_MAX {
                    return;
                }
                for (at, field) in record.fields.iter().enumerate() {
                    let own = std::iter::once(&field.name).chain(&field.alias);
                    let names = names
                        .iter()
                        .flat_map(|outer| own.clone().map(|name| nested(outer, name, place)))
                        .collect();
                    let mut path = path.clone();
                    path.push(at as u32);
                    self.leaves(path, names, place, field.ty, found);
                }
            }
            shape => {
                let list = matches!(shape, Shape::List(_));
                found.push(Parameter { path, names, place: place.clone(), ty, list });
            }
        }
    }
}

/// The name of a member of a record that stands in the query.
fn nested(outer: &str, name: &str, place: &Place) -> String {
    match place {
        Place::Query { style: Style::DeepObject, .. } => format!("{outer}[{name}]"),
        Place::Query { style: Style::Dotted, .. } => format!("{outer}.{name}"),
        _ => name.to_string(),
    }
}
