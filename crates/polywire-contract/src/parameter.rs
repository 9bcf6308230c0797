//! The leaves of an input that HTTP carries as text, one by one: parameters, and the fields of forms.

use crate::{Contract, HttpBinding, Operation, Place, Shape, Spelling, Style, TypeRef};

/// How deep nested query parameters go (`a.b.c`).
const DEPTH_MAX: usize = 8;
/// How many parameters an operation may have, nested ones included.
pub const PARAMETERS_MAX: usize = 1024;

/// One leaf: a scalar, or a list of scalars. Its place in the list of [`Contract::parameters`] is its slot.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The place in the input record, then in nested records.
    pub path: Vec<u32>,
    /// The name on the wire first, then others that are understood; of a member of a whole its own name.
    pub names: Vec<String>,
    /// Where it lies.
    pub place: Place,
    /// What it holds: a scalar, or a list of scalars; of JSON any type.
    pub ty: TypeRef,
    /// A list: it may occur several times.
    pub list: bool,
    /// The parameter whose one text holds this leaf beside others (`R,100,G,200`).
    pub whole: Option<Whole>,
    /// What is said of the parameter beside its place.
    pub spelling: Spelling,
}

/// A record that is one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its place in the input record.
    pub field: u32,
    /// Its name on the wire.
    pub name: String,
}

/// A parameter while it is taken apart.
struct Around<'p> {
    place: &'p Place,
    spelling: &'p Spelling,
    whole: Option<Whole>,
}

impl Contract {
    /// Every leaf of the input that lies in path, query, header or cookie, in a form or is the text of the body, in the
    /// order of the record.
    ///
    /// A record is taken apart: `filter[color]` in the style `deepObject`, `filter.color` in the dotted style of
    /// `google.api.http`, plain member names where members are exploded in query, form and cookies; everywhere else its
    /// leaves share one text.
    pub fn parameters(&self, operation: &Operation, binding: &HttpBinding) -> Vec<Parameter> {
        let mut found = Vec::new();
        let Some(record) = self.record(operation.input) else { return found };
        let usual = Spelling::default();
        for (at, (field, place)) in record.fields.iter().zip(&binding.places).enumerate() {
            if *place == Place::Body {
                continue;
            }
            let at = at as u32;
            let spelling = self.openapi.spellings.get(&(operation.input, at)).unwrap_or(&usual);
            let name = spelling.name.as_ref().unwrap_or(&field.name).clone();
            let whole = is_one_text(place).then(|| Whole { field: at, name: name.clone() });
            let names = std::iter::once(name).chain(field.alias.clone()).collect();
            self.leaves(vec![at], names, &Around { place, spelling, whole }, field.ty, &mut found);
        }
        found
    }

    fn leaves(
        &self,
        path: Vec<u32>,
        names: Vec<String>,
        around: &Around<'_>,
        ty: TypeRef,
        found: &mut Vec<Parameter>,
    ) {
        if found.len() >= PARAMETERS_MAX {
            return;
        }
        let Around { place, spelling, whole } = around;
        match &self.ty(ty.id).shape {
            Shape::Record(record) if !spelling.is_json() && **place != Place::Text => {
                // A record in one text has no room for another one.
                if path.len() >= if whole.is_some() { 2 } else { DEPTH_MAX } {
                    found.push(leaf(path, names, around, ty, false));
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
                    self.leaves(path, names, around, field.ty, found);
                }
            }
            shape => {
                let list = matches!(shape, Shape::List(_)) && !spelling.is_json();
                found.push(leaf(path, names, around, ty, list));
            }
        }
    }
}

fn leaf(path: Vec<u32>, names: Vec<String>, around: &Around<'_>, ty: TypeRef, list: bool) -> Parameter {
    let whole = around.whole.clone().filter(|_| path.len() > 1);
    let (place, spelling) = (around.place.clone(), around.spelling.clone());
    Parameter { path, names, place, ty, list, whole, spelling }
}

/// Whether a record in this place is one text.
fn is_one_text(place: &Place) -> bool {
    match *place {
        Place::Path { .. } | Place::Header { .. } => true,
        Place::Cookie { explode, .. } => !explode,
        Place::Query { style, explode }
        | Place::Form { style, explode }
        | Place::Part { style, explode, .. } => {
            !explode && !matches!(style, Style::DeepObject | Style::Dotted)
        }
        Place::Body | Place::Text => false,
    }
}

/// The name of a member of a record that is taken apart.
fn nested(outer: &str, name: &str, place: &Place) -> String {
    match place {
        Place::Query { style: Style::DeepObject, .. }
        | Place::Form { style: Style::DeepObject, .. }
        | Place::Part { style: Style::DeepObject, .. } => {
            format!("{outer}[{name}]")
        }
        Place::Query { style: Style::Dotted, .. } => format!("{outer}.{name}"),
        _ => name.to_string(),
    }
}
