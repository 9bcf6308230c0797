//! Names that a closed record does not have (`additionalProperties: false`), in forms and in `deepObject`.

use polywire_contract::{
    BodyBinding, Contract, Extra, HttpBinding, Operation, PARAMETERS_MAX, Place, Record, Shape, Style, TypeId,
};

/// How deep records lie in each other.
const DEPTH_MAX: usize = 8;

/// Which names may be there beside those that the contract gives.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    scopes: Vec<Scope>,
}

/// A record whose members are names with this beginning.
#[derive(Debug)]
struct Scope {
    prefix: String,
    pointer: String,
    closed: bool,
}

impl Closed {
    /// The records of the query.
    pub(crate) fn of_query(contract: &Contract, operation: &Operation, binding: &HttpBinding) -> Closed {
        let mut closed = Closed::default();
        closed.deep(contract, operation, binding, |place| {
            matches!(place, Place::Query { style: Style::DeepObject, .. })
        });
        closed
    }

    /// The body that is a form, or consists of parts, and the records in it.
    pub(crate) fn of_body(contract: &Contract, operation: &Operation, binding: &HttpBinding) -> Closed {
        let mut closed = Closed::default();
        let (BodyBinding::Form { ty } | BodyBinding::Multipart { ty }) = &binding.body else { return closed };
        let (Some(body), Some(input)) = (contract.record(ty.id), contract.record(operation.input)) else {
            return closed;
        };
        let in_body = |place: &Place| matches!(place, Place::Form { .. } | Place::Part { .. });
        let fields = || input.fields.iter().zip(&binding.places).filter(|(_, place)| in_body(place));
        let whole = fields().find(|(field, _)| field.ty.id == ty.id).map(|(field, _)| field);
        // A name that is not known may be a member of an open record whose members stand among the others.
        let among = |record: &Record, exploded: &dyn Fn(usize) -> bool| {
            let open = |ty: TypeId| contract.record(ty).is_some_and(|record| record.extra != Extra::Closed);
            let map = |ty: TypeId| matches!(contract.ty(ty).shape, Shape::Map { .. });
            let fields = record.fields.iter().enumerate();
            fields.filter(|(at, _)| exploded(*at)).any(|(_, field)| open(field.ty.id) || map(field.ty.id))
        };
        let json = |at: usize| {
            contract.openapi.spellings.get(&(operation.input, at as u32)).is_some_and(|found| found.is_json())
        };
        let exploded = |at: usize| match binding.places.get(at) {
            Some(Place::Form { style, explode } | Place::Part { style, explode, .. }) => {
                *explode && *style == Style::Form && !json(at)
            }
            _ => false,
        };
        let open = if whole.is_some() { among(body, &|_| true) } else { among(input, &exploded) };
        let pointer = whole.map_or_else(String::new, |field| format!("/{}", escaped(&field.name)));
        closed.scopes.push(Scope {
            prefix: String::new(),
            pointer,
            closed: body.extra == Extra::Closed && !open,
        });
        closed.deep(contract, operation, binding, |place| {
            let (Place::Form { style, .. } | Place::Part { style, .. }) = place else { return false };
            *style == Style::DeepObject
        });
        closed
    }

    fn deep(
        &mut self,
        contract: &Contract,
        operation: &Operation,
        binding: &HttpBinding,
        is_deep: impl Fn(&Place) -> bool,
    ) {
        let Some(input) = contract.record(operation.input) else { return };
        for (at, (field, place)) in input.fields.iter().zip(&binding.places).enumerate() {
            let spelling = contract.openapi.spellings.get(&(operation.input, at as u32));
            if !is_deep(place) || spelling.is_some_and(|spelling| spelling.is_json()) {
                continue;
            }
            let name = spelling.and_then(|spelling| spelling.name.as_ref()).unwrap_or(&field.name);
            self.record(contract, field.ty.id, name.clone(), format!("/{}", escaped(&field.name)), 0);
        }
    }

    fn record(&mut self, contract: &Contract, ty: TypeId, name: String, pointer: String, depth: usize) {
        let Some(record) = contract.record(ty) else { return };
        if depth >= DEPTH_MAX || self.scopes.len() >= PARAMETERS_MAX {
            return;
        }
        let closed = record.extra == Extra::Closed;
        self.scopes.push(Scope { prefix: format!("{name}["), pointer: pointer.clone(), closed });
        for field in &record.fields {
            let (name, pointer) =
                (format!("{name}[{}]", field.name), format!("{pointer}/{}", escaped(&field.name)));
            self.record(contract, field.ty.id, name, pointer, depth + 1);
        }
    }

    /// The place of a name that must not be there.
    pub(crate) fn refused(&self, name: &str) -> Option<String> {
        let around = self.scopes.iter().filter(|scope| name.starts_with(scope.prefix.as_str()));
        let scope = around.max_by_key(|scope| scope.prefix.len()).filter(|scope| scope.closed)?;
        let member = &name[scope.prefix.len()..];
        let member =
            if scope.prefix.is_empty() { member } else { member.split(']').next().unwrap_or(member) };
        Some(format!("{}/{}", scope.pointer, escaped(member)))
    }
}

/// A name in a JSON Pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
