//! Requests: parameters and body as one message, or a message as parameters and body.

use polywire_contract::{
    BodyBinding, HttpBinding, Operation, Place as Where, ProtoKind, Shape, TypeId, TypeRef,
};
use polywire_diag::Diagnostic;

use super::operation::encoding;
use super::record::{LeafBelow, Part};
use super::{Direction, Job, Mode, Place, literal};
use crate::codes::{NO_PROTOBUF_FORM, PARAMETER_IS_NO_TEXT};
use crate::plan::{
    Body, Empty, ExtraRule, Key, Leaf, Node, NodeId, ParamsPlan, PlanOptions, RequestPlan, Slot,
};
use crate::walk::push_segment;
use crate::{Encoding, Form, Stop, Validation};

/// How many messages may stand around a leaf.
const AROUND_MAX: usize = 8;

impl<'a> Job<'_, 'a> {
    pub(super) fn request(
        &mut self,
        operation: &'a Operation,
        from: (Form, usize),
        to: (Form, usize),
        options: &PlanOptions,
    ) -> Option<RequestPlan> {
        self.mode = Mode::new(encoding(from.0), encoding(to.0), Direction::Request);
        match (from.0, to.0) {
            (Form::Document, Form::Document) if from.1 != to.1 => {
                let first = self.request(operation, from, (Form::Message, 0), options)?;
                let second = self.request(operation, (Form::Message, 0), to, options)?;
                Some(RequestPlan::Through(Box::new(first), Box::new(second)))
            }
            (Form::Document, _) => {
                let binding = self.binding(operation, from.1)?;
                let params = self.params(operation, binding, options);
                let body = self.body(operation, binding, options)?;
                Some(match to.0 {
                    Form::Document => RequestPlan::Documents { params, body },
                    Form::Message => RequestPlan::ToMessage { params, body },
                })
            }
            (Form::Message, Form::Message) => {
                let input = operation.input;
                let mut root = self.root(options, String::new(), |job| job.whole(input.into(), input))?;
                let body = operation.http.first().map(|binding| &binding.body);
                if let Some(BodyBinding::Fields { ty: Some(ty) }) = body {
                    root.rendered.extend(self.rendered_body(*ty, input, options));
                }
                Some(RequestPlan::Messages(root))
            }
            (Form::Message, Form::Document) => {
                let binding = self.binding(operation, to.1)?;
                self.document_from_message(operation, binding, options)
            }
        }
    }

    fn binding(&mut self, operation: &'a Operation, at: usize) -> Option<&'a HttpBinding> {
        let found = operation.http.get(at);
        if found.is_none() {
            self.no_address(operation, "HTTP");
        }
        found
    }

    // ---- from a document

    fn params(
        &mut self,
        operation: &'a Operation,
        binding: &HttpBinding,
        options: &PlanOptions,
    ) -> ParamsPlan {
        let contract = self.contract();
        let observe = options.validation == Validation::Observe;
        let mut leaves = Vec::new();
        let mut groups = Vec::new();
        for parameter in contract.parameters(operation, binding) {
            let mut leaf = self.leaf(operation, &parameter, observe);
            leaf.json = parameter.spelling.is_json().then_some(options.depth_max);
            leaf.with_body = binding.body_optional
                && matches!(parameter.place, Where::Form { .. } | Where::Part { .. } | Where::Text);
            groups.push(self.group_of(operation, &parameter.path));
            leaves.push(leaf);
        }
        ParamsPlan { leaves, groups, to: self.mode.to, observe }
    }

    /// The group of fields of which one may be set, where a leaf is one of them.
    fn group_of(&self, operation: &Operation, path: &[u32]) -> u8 {
        let groups = self.contract().record(operation.input).map_or(&[][..], |record| &record.exclusive);
        let member =
            |group: &&polywire_contract::Exclusive| path.len() == 1 && group.fields.contains(&path[0]);
        groups.iter().take(62).position(|group| member(&group)).map_or(0, |at| at as u8 + 1)
    }

    fn leaf(
        &mut self,
        operation: &Operation,
        parameter: &polywire_contract::Parameter,
        observe: bool,
    ) -> Leaf {
        let contract = self.contract();
        let (mut record, mut path, mut around) = (operation.input, String::new(), Vec::new());
        let mut place = Place::whole(false);
        let (mut required, mut fill) = (true, None);
        for (depth, at) in parameter.path.iter().enumerate() {
            let Some(shape) = contract.record(record) else { break };
            let Some(field) = shape.fields.get(*at as usize) else { break };
            push_segment(&mut path, &field.name);
            let proto = self.proto_fields(record, record, shape).get(*at as usize).copied().flatten();
            if self.mode.protobuf() && proto.is_none() && !self.failed {
                self.not_text(parameter, "it has no place in the Protobuf message");
            }
            let proto_json = self.is_proto_json(record);
            place = Place { param: u16::MAX, ..Place::field(&field.name, proto, proto_json) };
            required &= self.must_be_there(field);
            fill = field.default.as_ref().filter(|_| !proto_json);
            record = field.ty.id;
            if depth + 1 < parameter.path.len() {
                around.push(Slot::bare().with_tag(place.number, 2));
            }
        }
        if around.len() > AROUND_MAX {
            self.not_text(parameter, "it lies too deep");
            around.clear();
        }
        self.must_be_text(parameter);
        let wrapper = place.proto_json && place.kind == Some(ProtoKind::Message);
        let ty = TypeRef { nullable: parameter.ty.nullable && wrapper, ..parameter.ty };
        let slot = place.slot(parameter.list && !place.wrapped);
        let node = self.field_value(ty, &place);
        let lenient = if observe { self.without_checks(|job| job.field_value(ty, &place)) } else { node };
        let implicit = place.proto_json && (place.implicit || parameter.list);
        let zero = implicit && parameter.path.len() == 1 && !self.zero_is_allowed(node);
        let fill = fill.filter(|_| self.mode.to == Encoding::Protobuf).map(literal::json);
        let fill = fill.and_then(|text| self.in_target(&text, node, &slot).ok());
        let (json, with_body) = (None, false);
        let beside = self.leaf_beside(ty);
        Leaf {
            node,
            lenient,
            slot,
            around,
            path,
            required,
            list: parameter.list,
            json,
            with_body,
            fill,
            zero,
            beside,
        }
    }

    pub(super) fn without_checks<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let mode = self.mode;
        self.mode.checks = false;
        let made = make(self);
        self.mode = mode;
        made
    }

    /// Only scalars and lists of scalars can be written as text.
    fn must_be_text(&mut self, parameter: &polywire_contract::Parameter) {
        let contract = self.contract();
        if parameter.spelling.is_json() {
            return;
        }
        if parameter.whole.is_some() && parameter.list {
            return self.not_text(
                parameter,
                "it is a list inside of one text, where nothing would separate its items",
            );
        }
        let scalar = |id: TypeId| {
            !matches!(contract.ty(id).shape, Shape::Record(_) | Shape::Map { .. } | Shape::List(_))
        };
        let fits = match &contract.ty(parameter.ty.id).shape {
            Shape::List(item) => scalar(item.id),
            _ => scalar(parameter.ty.id),
        };
        if !fits {
            self.not_text(parameter, "it is no scalar and no list of scalars");
        }
    }

    fn not_text(&mut self, parameter: &polywire_contract::Parameter, reason: &str) {
        let name = parameter.names.first().map_or("", String::as_str);
        let text = format!("the parameter `{name}` cannot be carried: {reason}");
        let span = self.contract().ty(parameter.ty.id).span;
        self.say(&PARAMETER_IS_NO_TEXT, Diagnostic::error(&PARAMETER_IS_NO_TEXT, text).at(span, "its type"));
        self.failed = true;
    }

    fn body(
        &mut self,
        operation: &'a Operation,
        binding: &HttpBinding,
        options: &PlanOptions,
    ) -> Option<Body> {
        let input = operation.input;
        let proto_json = self.is_proto_json(input);
        let (root, empty_object) = match &binding.body {
            // Forms and texts are parameters.
            BodyBinding::None
            | BodyBinding::Form { .. }
            | BodyBinding::Multipart { .. }
            | BodyBinding::Text => return Some(Body::None),
            BodyBinding::Opaque { .. } => return self.opaque(operation),
            BodyBinding::Fields { ty: Some(ty) } => {
                let ty = *ty;
                let root = self.root(options, String::new(), |job| job.body_record(ty, input))?;
                (root, binding.body_optional && proto_json)
            }
            BodyBinding::Fields { ty: None } => {
                let places = &binding.places;
                let root = self.root(options, String::new(), |job| job.body_fields(input, places))?;
                (root, binding.body_optional && proto_json)
            }
            BodyBinding::Field(at) => {
                let field = self.contract().record(input)?.fields.get(*at as usize)?;
                let mut prefix = String::new();
                push_segment(&mut prefix, &field.name);
                let (at, ty) = (*at, field.ty);
                (self.root(options, prefix, |job| job.of_field(input, at, ty, Empty::Zero))?, false)
            }
        };
        Some(Body::Message { root, optional: binding.body_optional, empty_object })
    }

    fn opaque(&mut self, operation: &Operation) -> Option<Body> {
        if self.mode.protobuf() {
            let text = format!("the body of `{}` is no JSON and has no form in Protobuf", operation.id);
            let diagnostic = Diagnostic::error(&NO_PROTOBUF_FORM, text).at(operation.span, "this operation");
            self.say(&NO_PROTOBUF_FORM, diagnostic);
            self.failed = true;
            return None;
        }
        Some(Body::Opaque)
    }

    /// The body's own record, whose fields are found in the input's message by name.
    pub(super) fn body_record(&mut self, ty: TypeRef, input: TypeId) -> NodeId {
        match self.contract().ty(ty.id).shape {
            Shape::Record(_) if !ty.nullable => {
                let node = self.record(ty.id, input, None);
                self.held(ty.id, node)
            }
            _ => self.whole(ty, ty.id),
        }
    }

    /// The fields of the input whose place is the body.
    fn body_fields(&mut self, input: TypeId, places: &[Where]) -> NodeId {
        if self.contract().record(input).is_none() {
            return self.whole(input.into(), input);
        }
        if places.iter().all(|place| *place == Where::Body) {
            return self.record(input, input, None);
        }
        let (from_json, in_body) =
            (self.mode.from != Encoding::Protobuf, |at: usize| places.get(at) == Some(&Where::Body));
        let node =
            self.record_part(input, input, &mut |at| if in_body(at) { Part::Row } else { Part::Elsewhere });
        if from_json {
            // What is bound elsewhere is no member of the body.
            self.without_elsewhere(node);
        }
        node
    }

    pub(super) fn without_elsewhere(&mut self, node: NodeId) {
        let Node::Record(record) = self.node(node).clone() else { return };
        let rows = record.rows.iter().filter(|row| !matches!(self.node(row.node), Node::Elsewhere)).cloned();
        let mut kept = crate::plan::Record::new(node, rows.collect(), record.extra);
        kept.groups_required = record.groups_required;
        kept.group_names = record.group_names;
        // The rows have moved, and what is bound elsewhere may be set.
        kept.one_of = Vec::new();
        kept.members = record.members;
        kept.order_base = record.order_base;
        self.compiler.plans.nodes[node.at()] = Node::Record(kept);
    }

    /// One field of a message as a value of its own: JSON holds the value, Protobuf the message with that field.
    pub(super) fn of_field(&mut self, message: TypeId, at: u32, ty: TypeRef, empty: Empty) -> NodeId {
        let contract = self.contract();
        let proto_json = self.is_proto_json(message);
        let whole = Place::whole(proto_json);
        if !self.mode.protobuf() {
            return self.single(ty, &whole);
        }
        let Some(shape) = contract.record(message) else { return self.add(Node::Any) };
        let proto = self.proto_fields(message, message, shape).get(at as usize).copied().flatten();
        let Some(proto) = proto else {
            self.failed = true;
            return self.add(Node::Any);
        };
        let place = Place { key: Key::Bare, ..Place::field("", Some(proto), proto_json) };
        let wrapper = proto_json && place.kind == Some(ProtoKind::Message);
        let ty = TypeRef { nullable: ty.nullable && wrapper, ..ty };
        let node = self.field_value(ty, &place);
        let list = self.is_list(ty.id, &place);
        let wrapper = self.add(Node::Any);
        let (slot, number) = (place.slot(list), place.number);
        self.fill_wrapper(wrapper, node, slot, &[number], ty.nullable, empty);
        wrapper
    }

    // ---- to a document

    fn document_from_message(
        &mut self,
        operation: &'a Operation,
        binding: &HttpBinding,
        options: &PlanOptions,
    ) -> Option<RequestPlan> {
        let contract = self.contract();
        let input = operation.input;
        let parameters = contract.parameters(operation, binding);
        for parameter in &parameters {
            self.must_be_text(parameter);
        }
        let in_body = |at: usize| binding.places.get(at) == Some(&Where::Body);
        let body = match &binding.body {
            BodyBinding::None
            | BodyBinding::Form { .. }
            | BodyBinding::Multipart { .. }
            | BodyBinding::Text => None,
            BodyBinding::Opaque { .. } => {
                self.opaque(operation)?;
                None
            }
            BodyBinding::Fields { .. } if contract.record(input).is_none() => {
                Some(self.root(options, String::new(), |job| job.whole(input.into(), input))?)
            }
            BodyBinding::Fields { ty } => Some(self.root(options, String::new(), |job| {
                match ty {
                    Some(ty) if !job.mode.protobuf() => return job.body_record(*ty, input),
                    None if !job.mode.protobuf() => return job.body_fields(input, &binding.places),
                    Some(ty) => job.meet(ty.id),
                    None => {}
                }
                job.record_part(input, input, &mut |at| if in_body(at) { Part::Row } else { Part::Elsewhere })
            })?),
            BodyBinding::Field(field) => {
                let found = contract.record(input)?.fields.get(*field as usize)?;
                let mut prefix = String::new();
                push_segment(&mut prefix, &found.name);
                let (ty, optional) = (found.ty, binding.body_optional);
                Some(self.root(options, prefix, |job| job.body_of_field(input, *field, ty, optional))?)
            }
        };
        let whole_body = matches!(binding.body, BodyBinding::Fields { .. });
        if whole_body && parameters.is_empty() {
            return Some(RequestPlan::ToDocument { body, params: None });
        }
        let mut params = self.root(options, String::new(), |job| {
            if !job.mode.protobuf() {
                return job.parameters_as_json(input, &binding.places);
            }
            let node = job.record_part(input, input, &mut |at| {
                if in_body(at) {
                    return Part::Elsewhere;
                }
                let leaves =
                    parameters.iter().enumerate().filter(|(_, leaf)| leaf.path.first() == Some(&(at as u32)));
                if let Some((slot, _)) = leaves.clone().find(|(_, leaf)| leaf.spelling.is_json()) {
                    return Part::Json(slot as u16);
                }
                let below = leaves.map(|(slot, leaf)| LeafBelow {
                    path: leaf.path[1..].to_vec(),
                    slot: slot as u16,
                    file: matches!(leaf.place, Where::Part { file: true, .. }),
                });
                Part::Params(below.collect())
            });
            // What concerns the message as a whole is said once: by the pass over the body where that reads it.
            if let Node::Record(record) = &mut job.compiler.plans.nodes[node.at()]
                && whole_body
            {
                record.extra = ExtraRule::Keep;
                record.members = None;
            }
            node
        })?;
        for rendered in &mut params.rendered {
            let mut write = |job: &mut Self| job.parameters_as_json(input, &binding.places);
            rendered.write = Some(self.as_json(Encoding::Protobuf, options, "", &mut write));
        }
        Some(RequestPlan::ToDocument { body, params: Some(params) })
    }

    /// The one field that is the body; the pass over the parameters reads the others and refuses what is unknown.
    fn body_of_field(&mut self, message: TypeId, at: u32, ty: TypeRef, optional: bool) -> NodeId {
        let node = self.of_field(message, at, ty, Empty::Zero);
        if let Node::Wrapped(wrapped) = &mut self.compiler.plans.nodes[node.at()] {
            wrapped.record.extra = ExtraRule::Keep;
            if !wrapped.slot.implicit {
                wrapped.empty = match () {
                    () if optional => Empty::Nothing,
                    () if ty.nullable => Empty::Null,
                    () => Empty::Refuse(Stop::Required),
                };
            }
        }
        node
    }
}
