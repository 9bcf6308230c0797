//! What of an answer is text: its header fields, and bodies of text.

use polywire_contract::{Header, OperationId, Shape, TypeId, TypeRef};

use super::record::{LeafBelow, Part};
use super::{Direction, Job, Mode, Place};
use crate::plan::{HeaderHolds, HeaderPlan, HeadersPlan, Leaf, OutcomePlan, ParamsPlan, PlanOptions};
use crate::{Encoding, Validation};

/// Fields that belong to one connection or say how long a body is: they do not travel, so nobody can check them.
const NOT_SEEN: &[&str] = &[
    "connection",
    "content-length",
    "content-type",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Job<'_, '_> {
    /// The header fields of an outcome; none where the contract does not say any.
    pub(super) fn headers(
        &mut self,
        operation: OperationId,
        outcome: usize,
        options: &PlanOptions,
    ) -> Option<HeadersPlan> {
        let notes = self.contract().openapi.outcomes.get(&(operation, outcome as u32))?;
        let mode = self.mode;
        self.mode = Mode::new(Encoding::Json, Encoding::Json, Direction::Response);
        let (mut fields, mut leaves) = (Vec::new(), Vec::new());
        for header in &notes.headers {
            let name = header.name.to_ascii_lowercase();
            if !NOT_SEEN.contains(&name.as_str()) {
                let slot = leaves.len() as u16;
                let holds = self.header(header, options, &mut leaves);
                fields.push(HeaderPlan { name, slot, holds });
            }
        }
        self.mode = mode;
        let params = params_plan(leaves, Encoding::Json, options);
        (!fields.is_empty()).then_some(HeadersPlan { fields, params })
    }

    /// Adds the leaves of one header field.
    fn header(&mut self, header: &Header, options: &PlanOptions, leaves: &mut Vec<Leaf>) -> HeaderHolds {
        let contract = self.contract();
        let path = format!("header {}", header.name);
        let json = header.is_json();
        let scalar = |id: TypeId| is_scalar(&contract.ty(id).shape);
        // Text is never null.
        let ty = TypeRef { nullable: header.ty.nullable && json, ..header.ty };
        match &contract.ty(ty.id).shape {
            _ if json => {
                let mut leaf = self.answer_leaf(ty, path, header.required, options);
                leaf.json = Some(options.depth_max);
                leaves.push(leaf);
            }
            Shape::List(item) if scalar(item.id) => {
                let mut leaf = self.answer_leaf(ty, path, header.required, options);
                leaf.list = true;
                leaves.push(leaf);
                return HeaderHolds::List;
            }
            Shape::Record(record) if record.fields.iter().all(|field| scalar(field.ty.id)) => {
                for field in &record.fields {
                    let required = header.required && self.must_be_there(field);
                    let ty = TypeRef { nullable: false, ..field.ty };
                    leaves.push(self.answer_leaf(ty, format!("{path}/{}", field.name), required, options));
                }
                let names = record.fields.iter().map(|field| field.name.clone()).collect();
                return HeaderHolds::Members { names, explode: header.explode };
            }
            shape => {
                // What has no form as a field, or several of them, only has to be there.
                let mut leaf = self.answer_leaf(ty, path, header.required, options);
                if !is_scalar(shape) {
                    leaf.node = self.add(crate::plan::Node::Any);
                    leaf.lenient = leaf.node;
                }
                leaves.push(leaf);
            }
        }
        HeaderHolds::One
    }

    /// A leaf of an answer whose bytes stay as they are.
    fn answer_leaf(&mut self, ty: TypeRef, path: String, required: bool, options: &PlanOptions) -> Leaf {
        self.placed_leaf(ty, &Place::whole(false), path, required, options)
    }

    fn placed_leaf(
        &mut self,
        ty: TypeRef,
        place: &Place,
        path: String,
        required: bool,
        options: &PlanOptions,
    ) -> Leaf {
        let node = self.field_value(ty, place);
        let observe = options.validation == Validation::Observe;
        let lenient = if observe { self.without_checks(|job| job.field_value(ty, place)) } else { node };
        Leaf {
            node,
            lenient,
            slot: place.slot(false),
            around: Vec::new(),
            path,
            required,
            list: false,
            json: None,
            with_body: false,
            fill: None,
            zero: false,
            beside: self.leaf_beside(ty),
        }
    }

    /// A body of text that stays as it is.
    pub(super) fn text_body(&mut self, ty: TypeRef, options: &PlanOptions) -> OutcomePlan {
        let ty = TypeRef { nullable: false, ..ty };
        let leaf = self.answer_leaf(ty, String::new(), false, options);
        OutcomePlan::Text(params_plan(vec![leaf], Encoding::Json, options))
    }

    /// A body of text that is a field of a message, in one direction or the other.
    pub(super) fn text_of_field(
        &mut self,
        message: TypeId,
        field: u32,
        options: &PlanOptions,
    ) -> Option<OutcomePlan> {
        let record = self.contract().record(message)?;
        if self.mode.from == Encoding::Protobuf {
            let root = self.root(options, String::new(), |job| {
                job.record_part(message, message, &mut |at| match at == field as usize {
                    true => Part::Params(vec![LeafBelow { path: Vec::new(), slot: 0, file: false }]),
                    false => Part::Elsewhere,
                })
            });
            return root.map(OutcomePlan::ToText);
        }
        let proto = self.proto_fields(message, message, record).get(field as usize).copied().flatten();
        let found = record.fields.get(field as usize)?;
        let place = Place::field(&found.name, proto, self.is_proto_json(message));
        let leaf = self.placed_leaf(found.ty, &place, String::new(), false, options);
        Some(OutcomePlan::Text(params_plan(vec![leaf], Encoding::Protobuf, options)))
    }
}

fn params_plan(leaves: Vec<Leaf>, to: Encoding, options: &PlanOptions) -> ParamsPlan {
    let groups = vec![0; leaves.len()];
    ParamsPlan { leaves, groups, to, observe: options.validation == Validation::Observe }
}

/// Whether a value has one form as text.
fn is_scalar(shape: &Shape) -> bool {
    !matches!(shape, Shape::Record(_) | Shape::Map { .. } | Shape::List(_) | Shape::Sum(_) | Shape::Any)
}
