//! What schemas say of values beside their shape. JSON is read twice; every other encoding is held to its shape, and then
//! to what schemas say of the JSON that it becomes, or would become.

use std::collections::{HashMap, HashSet};

use polywire_contract::{Contract, Extra, Place as Where, Shape, TypeId, TypeRef};

use super::record::Part;
use super::{Compiler, Job, Mode, Place};
use crate::Encoding;
use crate::plan::{ExtraRule, JsonOptions, Node, NodeId, PlanOptions, Rendered, Root, Twice};

/// How often each byte may be read again for each schema of the contract, and at most.
const REREADS_PER_SCHEMA: usize = 4;
const REREADS_MAX: usize = 512;

/// The types whose values, or values inside of them, are held to schemas beside their shape.
pub(super) fn reaching(contract: &Contract) -> HashSet<TypeId> {
    let mut waiting: Vec<TypeId> = contract.schemas.beside.keys().copied().collect();
    let mut found = HashSet::new();
    if waiting.is_empty() {
        return found;
    }
    let mut around: HashMap<TypeId, Vec<TypeId>> = HashMap::new();
    for (at, ty) in contract.types.iter().enumerate() {
        let mut inside = |inner: TypeId| around.entry(inner).or_default().push(TypeId(at as u32));
        match &ty.shape {
            Shape::List(item) => inside(item.id),
            Shape::Map { value, .. } => inside(value.id),
            Shape::Record(record) => {
                record.fields.iter().for_each(|field| inside(field.ty.id));
                if let Extra::Typed(others) = record.extra {
                    inside(others.id);
                }
            }
            Shape::Sum(sum) => sum.variants.iter().for_each(|variant| inside(variant.ty)),
            _ => {}
        }
    }
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(around.get(&id).into_iter().flatten());
        }
    }
    found
}

impl Compiler<'_> {
    fn reaches(&self, id: TypeId) -> bool {
        self.beside.contains(&id)
    }
}

impl Job<'_, '_> {
    /// A node for the values of a type that holds them also to what is said beside its shape.
    pub(super) fn held(&mut self, id: TypeId, shape: NodeId) -> NodeId {
        self.meet(id);
        let Some(schema) = self.contract().schemas.beside.get(&id) else { return shape };
        if !self.mode.checks || self.mode.from != Encoding::Json {
            return shape;
        }
        match self.compiler.beside(*schema, self.diags) {
            Some(schema) => self.add(Node::Twice(Twice { schema, shape })),
            None => {
                self.failed = true;
                shape
            }
        }
    }

    /// Notes that a type takes part in the plan.
    pub(super) fn meet(&mut self, id: TypeId) {
        self.met |= self.compiler.reaches(id);
    }

    /// How often each byte may be read again in a plan whose types were met.
    pub(super) fn rereads(&self) -> u32 {
        let schemas = self.contract().schemas.all.len();
        if self.met { REREADS_MAX.min(REREADS_PER_SCHEMA * schemas) as u32 } else { 0 }
    }

    /// Where the source is no JSON: what schemas say of the JSON that it becomes, or would become.
    pub(super) fn rendered(
        &mut self,
        options: &PlanOptions,
        prefix: &str,
        make: &mut dyn FnMut(&mut Self) -> NodeId,
    ) -> Option<Rendered> {
        if !self.met || self.mode.from == Encoding::Json || self.mode.mapped {
            return None;
        }
        let from = self.mode.from;
        let write = (self.mode.to != Encoding::Json).then(|| self.as_json(from, options, prefix, make));
        Some(Rendered { write, read: self.as_json(Encoding::Json, options, prefix, make) })
    }

    /// A pass that writes a message as JSON, or reads it from there.
    pub(super) fn as_json(
        &mut self,
        from: Encoding,
        options: &PlanOptions,
        prefix: &str,
        make: &mut dyn FnMut(&mut Self) -> NodeId,
    ) -> Root {
        let mode = self.mode;
        self.mode = Mode {
            from,
            to: Encoding::Json,
            checks: from == Encoding::Json,
            json: JsonOptions::default(),
            ..mode
        };
        let (node, same) = (make(self), self.mode.identity());
        self.mode = mode;
        Root {
            from,
            to: Encoding::Json,
            same,
            node,
            lenient: None,
            prefix: prefix.to_string(),
            depth: options.depth_max,
            slot: None,
            rereads: self.rereads(),
            rendered: Vec::new(),
            indent: 0,
        }
    }

    /// The fields of an input that lie beside its body, as one object.
    pub(super) fn parameters_as_json(&mut self, input: TypeId, places: &[Where]) -> NodeId {
        let in_body = |at: usize| places.get(at) == Some(&Where::Body);
        let part = |at| if in_body(at) { Part::Elsewhere } else { Part::Row };
        let node = self.record_part(input, input, &mut |at| part(at));
        if self.mode.from == Encoding::Json {
            self.without_elsewhere(node);
        }
        node
    }

    /// The body's own record out of the message of an input, where schemas say something of it as a whole.
    pub(super) fn rendered_body(
        &mut self,
        ty: TypeRef,
        input: TypeId,
        options: &PlanOptions,
    ) -> Option<Rendered> {
        if !self.contract().schemas.beside.contains_key(&ty.id) || self.contract().record(ty.id).is_none() {
            return None;
        }
        self.meet(ty.id);
        let write = self.as_json(Encoding::Protobuf, options, "", &mut |job| {
            let node = job.record_part(ty.id, input, &mut |_| Part::Row);
            if let Node::Record(record) = &mut job.compiler.plans.nodes[node.at()] {
                // The parameters lie there, too.
                record.extra = ExtraRule::Keep;
            }
            node
        });
        let read = self.as_json(Encoding::Json, options, "", &mut |job| job.body_record(ty, input));
        Some(Rendered { write: Some(write), read })
    }

    /// Reads a parameter as the JSON that its text means, where schemas say something of it.
    pub(super) fn leaf_beside(&mut self, ty: TypeRef) -> Option<NodeId> {
        if !self.compiler.reaches(ty.id) {
            return None;
        }
        let mode = self.mode;
        self.mode = Mode { from: Encoding::Json, to: Encoding::Json, ..mode };
        let node = self.field_value(ty, &Place::whole(false));
        self.mode = mode;
        Some(node)
    }
}
