//! Outcomes: how the body of each way in which an operation can end crosses.

use polywire_contract::{GrpcOutcome, HttpBinding, Operation, Outcome, Shape, TypeId, TypeRef};
use polywire_diag::Diagnostic;

use super::Job;
use crate::Encoding;
use crate::codes::NO_PROTOBUF_FORM;
use crate::plan::{Empty, NodeId, OutcomePlan, PlanOptions, Root, Slot};

impl<'a> Job<'_, 'a> {
    /// An outcome from the link's form to the front's form; the bindings are those of link and front.
    pub(super) fn outcome(
        &mut self,
        operation: &'a Operation,
        at: usize,
        bindings: (Option<&HttpBinding>, Option<&HttpBinding>),
        options: &PlanOptions,
    ) -> Option<OutcomePlan> {
        let outcome = &operation.outcomes[at];
        let grpc = operation.grpc.as_ref();
        let lies = grpc.and_then(|grpc| grpc.outcomes.get(at)).copied();
        let output = grpc.map(|grpc| grpc.output);
        let json = json_type(outcome);
        if self.mode.identity() {
            return self.same_outcome(json, lies, output, options);
        }
        let (Some(lies), Some(output)) = (lies, output) else {
            self.no_address(operation, "gRPC");
            return None;
        };
        // The document's side decides whether only a field of the answer is its body.
        let document = if self.mode.from == Encoding::Protobuf { bindings.1 } else { bindings.0 };
        let field = document.and_then(|binding| binding.response_field).filter(|_| outcome.ok);
        let made = match (lies, json) {
            (GrpcOutcome::Empty, _) | (GrpcOutcome::Detail(None), _) => {
                return Some(OutcomePlan::Fixed(Box::default()));
            }
            (GrpcOutcome::Field(field), None) if outcome.media.is_empty() => {
                return Some(self.empty_field(output, field));
            }
            (_, None) if outcome.media.is_empty() => return Some(OutcomePlan::Fixed(Box::default())),
            (GrpcOutcome::Field(field), None) if outcome.body().is_some() => {
                return self.text_of_field(output, field, options);
            }
            (_, None) => return self.opaque_outcome(operation),
            (GrpcOutcome::Message, Some(ty)) => match field {
                Some(field) => self.field_root(output, field, Some(ty), options),
                None => self.root(options, String::new(), |job| job.paired(ty, output)),
            },
            (GrpcOutcome::Field(field), Some(ty)) => self.field_root(output, field, Some(ty), options),
            (GrpcOutcome::Detail(Some(detail)), Some(ty)) => {
                self.root(options, String::new(), |job| job.paired(ty, detail))
            }
        };
        made.map(OutcomePlan::Message)
    }

    /// JSON of another media type and another type than the first; only a form that has media types can say which.
    pub(super) fn other_types(
        &mut self,
        operation: &Operation,
        options: &PlanOptions,
    ) -> Vec<(u32, u32, OutcomePlan)> {
        let mut found = Vec::new();
        if self.mode.protobuf() {
            return found;
        }
        for (at, outcome) in operation.outcomes.iter().enumerate() {
            let first = json_type(outcome);
            for (place, media) in outcome.media.iter().enumerate() {
                if let Some(ty) = media.ty.filter(|_| media.is_text()) {
                    found.push((at as u32, place as u32, self.text_body(ty, options)));
                    continue;
                }
                let Some(ty) = media.ty.filter(|ty| media.is_json() && Some(*ty) != first) else { continue };
                let root = self.root(options, String::new(), |job| job.whole(ty, ty.id));
                found.extend(root.map(|root| (at as u32, place as u32, OutcomePlan::Message(root))));
            }
        }
        found
    }

    /// The fields of the response message that say which outcome it is.
    pub(super) fn outcome_numbers(&self, operation: &Operation) -> Vec<(u32, u32)> {
        let Some(grpc) = &operation.grpc else { return Vec::new() };
        let fields =
            self.contract().protobuf.messages.get(&grpc.output).map_or(&[][..], |message| &message.fields);
        let number = |lies: &GrpcOutcome| match lies {
            GrpcOutcome::Field(field) => fields.get(*field as usize)?.as_ref().map(|field| field.number),
            _ => None,
        };
        grpc.outcomes.iter().enumerate().filter_map(|(at, lies)| Some((number(lies)?, at as u32))).collect()
    }

    /// The same encoding on both sides: read, checked, forwarded.
    fn same_outcome(
        &mut self,
        json: Option<TypeRef>,
        lies: Option<GrpcOutcome>,
        output: Option<TypeId>,
        options: &PlanOptions,
    ) -> Option<OutcomePlan> {
        let ty = if self.mode.protobuf() {
            match lies {
                Some(GrpcOutcome::Detail(detail)) => detail.map(TypeRef::from),
                _ => output.map(TypeRef::from),
            }
        } else {
            json
        };
        match ty {
            None => Some(OutcomePlan::Opaque),
            Some(ty) => {
                self.root(options, String::new(), |job| job.whole(ty, ty.id)).map(OutcomePlan::Message)
            }
        }
    }

    /// An outcome without a body among several: its field holds an empty message.
    fn empty_field(&mut self, message: TypeId, field: u32) -> OutcomePlan {
        let field = self
            .contract()
            .protobuf
            .messages
            .get(&message)
            .and_then(|m| m.fields.get(field as usize)?.as_ref());
        let Some(field) = field.filter(|_| self.mode.to == Encoding::Protobuf) else {
            return OutcomePlan::Fixed(Box::default());
        };
        let slot = Slot::bare().with_tag(field.number, 2);
        let mut bytes = slot.tag.to_le_bytes()[..usize::from(slot.tag_length)].to_vec();
        bytes.push(0);
        OutcomePlan::Fixed(bytes.into())
    }

    fn opaque_outcome(&mut self, operation: &Operation) -> Option<OutcomePlan> {
        let text = format!("an answer of `{}` is no JSON and has no form in Protobuf", operation.id);
        let diagnostic = Diagnostic::error(&NO_PROTOBUF_FORM, text).at(operation.span, "this operation");
        self.say(&NO_PROTOBUF_FORM, diagnostic);
        self.failed = true;
        None
    }

    /// A JSON type whose message is another record's, where it is a record.
    fn paired(&mut self, ty: TypeRef, message: TypeId) -> NodeId {
        match self.contract().ty(ty.id).shape {
            Shape::Record(_) if !ty.nullable => {
                let node = self.record(ty.id, message, None);
                self.held(ty.id, node)
            }
            _ => self.whole(ty, ty.id),
        }
    }

    fn field_root(
        &mut self,
        message: TypeId,
        field: u32,
        ty: Option<TypeRef>,
        options: &PlanOptions,
    ) -> Option<Root> {
        let own = self.contract().record(message)?.fields.get(field as usize)?.ty;
        // The media's type and the field's are the same; the field says how it lies in the message.
        let ty = ty.filter(|ty| ty.id == own.id).unwrap_or(own);
        self.root(options, String::new(), |job| job.of_field(message, field, ty, Empty::Zero))
    }
}

/// The type of an outcome's JSON body.
fn json_type(outcome: &Outcome) -> Option<TypeRef> {
    outcome.media.iter().find(|media| media.is_json() && media.ty.is_some()).and_then(|media| media.ty)
}
