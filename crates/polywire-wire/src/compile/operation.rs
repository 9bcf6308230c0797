//! Operations: the request from parameters and body to one message or back, and each outcome.

use polywire_contract::{
    BodyBinding, GrpcOutcome, HttpBinding, Operation, OperationId, Outcome, Place as Where, Shape, TypeId,
    TypeRef,
};
use polywire_diag::Diagnostic;

use super::record::Part;
use super::{Compiler, Direction, Job, Mode, Place, literal};
use crate::codes::{NO_PROTOBUF_FORM, PARAMETER_IS_NO_TEXT};
use crate::plan::{
    Body, Empty, Key, Leaf, Node, NodeId, OperationPlan, OutcomePlan, ParamsPlan, PlanId, PlanOptions,
    Program, RequestPlan, Root, Slot,
};
use crate::walk::push_segment;
use crate::{Encoding, Form, Validation};

/// How many messages may stand around a leaf.
const AROUND_MAX: usize = 8;

impl Compiler<'_> {
    /// A plan for one operation from a front's form to a link's form, each with the HTTP binding that is meant.
    ///
    /// None where it cannot cross, which a diagnostic says.
    pub fn operation(
        &mut self,
        operation: OperationId,
        from: (Form, usize),
        to: (Form, usize),
        options: &PlanOptions,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<PlanId> {
        let found = self.contract.operation(operation);
        let mut job = self.job(Mode::new(Encoding::Json, Encoding::Json, Direction::Request), diags);
        let request = job.request(found, from, to, options);
        job.mode = Mode::new(encoding(to.0), encoding(from.0), Direction::Response);
        let bindings = (found.http.get(to.1), found.http.get(from.1));
        let options = &PlanOptions { validation: options.response, ..*options };
        let outcomes: Vec<Option<OutcomePlan>> =
            (0..found.outcomes.len()).map(|at| job.outcome(found, at, bindings, options)).collect();
        let outcomes: Option<Vec<OutcomePlan>> = outcomes.into_iter().collect();
        let numbers = job.outcome_numbers(found);
        let plan = OperationPlan { request: request?, outcomes: outcomes?, numbers };
        let failed = job.failed;
        if failed { None } else { self.add(Program::Operation(Box::new(plan))) }
    }
}

fn encoding(form: Form) -> Encoding {
    match form {
        Form::Document => Encoding::Json,
        Form::Message => Encoding::Protobuf,
    }
}

impl<'a> Job<'_, 'a> {
    fn request(
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
                self.root(options, String::new(), |job| job.whole(input.into(), input))
                    .map(RequestPlan::Messages)
            }
            (Form::Message, Form::Document) => {
                let binding = self.binding(operation, to.1)?;
                self.to_document(operation, binding, options)
            }
        }
    }

    fn binding(&mut self, operation: &'a Operation, at: usize) -> Option<&'a HttpBinding> {
        let found = operation.http.get(at);
        if found.is_none() {
            let text = format!("`{}` has no binding to HTTP", operation.id);
            let diagnostic = Diagnostic::error(&NO_PROTOBUF_FORM, text).at(operation.span, "this operation");
            self.say(&NO_PROTOBUF_FORM, diagnostic);
            self.failed = true;
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
            let leaf = self.leaf(operation, &parameter, observe);
            groups.push(self.group_of(operation, &parameter.path));
            leaves.push(leaf);
        }
        let to = if self.mode.to_protobuf { Encoding::Protobuf } else { Encoding::Json };
        ParamsPlan { leaves, groups, to, observe }
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
        let id = parameter.ty.id;
        let slot = place.slot(parameter.list && !place.wrapped);
        let node = self.field_value(id, &place);
        let lenient = if observe { self.without_checks(|job| job.field_value(id, &place)) } else { node };
        let implicit = place.proto_json && (place.implicit || parameter.list);
        let zero = implicit && parameter.path.len() == 1 && !self.zero_is_allowed(node);
        let fill = fill.filter(|_| self.mode.to_protobuf).map(literal::json);
        let fill = fill.and_then(|text| self.in_protobuf(&text, node, &slot).ok());
        Leaf { node, lenient, slot, around, path, required, list: parameter.list, fill, zero }
    }

    fn without_checks<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let mode = self.mode;
        self.mode.checks = false;
        let made = make(self);
        self.mode = mode;
        made
    }

    /// Only scalars and lists of scalars can be written as text.
    fn must_be_text(&mut self, parameter: &polywire_contract::Parameter) {
        let contract = self.contract();
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
            BodyBinding::None => return Some(Body::None),
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
    fn body_record(&mut self, ty: TypeRef, input: TypeId) -> NodeId {
        match self.contract().ty(ty.id).shape {
            Shape::Record(_) if !ty.nullable => self.record(ty.id, input, None),
            _ => self.whole(ty, ty.id),
        }
    }

    /// The fields of the input whose place is the body.
    fn body_fields(&mut self, input: TypeId, places: &[Where]) -> NodeId {
        if places.iter().all(|place| *place == Where::Body) {
            return self.record(input, input, None);
        }
        let (from_json, in_body) =
            (!self.mode.from_protobuf, |at: usize| places.get(at) == Some(&Where::Body));
        let node =
            self.record_part(input, input, &mut |at| if in_body(at) { Part::Row } else { Part::Elsewhere });
        if from_json {
            // What is bound elsewhere is no member of the body.
            self.without_elsewhere(node);
        }
        node
    }

    fn without_elsewhere(&mut self, node: NodeId) {
        let Node::Record(record) = self.node(node).clone() else { return };
        let rows = record.rows.iter().filter(|row| !matches!(self.node(row.node), Node::Elsewhere)).cloned();
        let mut kept = crate::plan::Record::new(node, rows.collect(), record.extra);
        kept.groups_required = record.groups_required;
        kept.group_names = record.group_names;
        kept.members = record.members;
        kept.order_base = record.order_base;
        self.compiler.plans.nodes[node.at()] = Node::Record(kept);
    }

    /// One field of a message as a value of its own: JSON holds the value, Protobuf the message with that field.
    fn of_field(&mut self, message: TypeId, at: u32, ty: TypeRef, empty: Empty) -> NodeId {
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
        let node = self.field_value(ty.id, &place);
        let list = self.is_list(ty.id, &place);
        let wrapper = self.add(Node::Any);
        let (slot, number) = (place.slot(list), place.number);
        self.fill_wrapper(wrapper, node, slot, &[number], ty.nullable, empty);
        wrapper
    }

    // ---- to a document

    fn to_document(
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
            BodyBinding::None => None,
            BodyBinding::Opaque { .. } => {
                self.opaque(operation)?;
                None
            }
            BodyBinding::Fields { .. } => Some(self.root(options, String::new(), |job| {
                job.record_part(input, input, &mut |at| if in_body(at) { Part::Row } else { Part::Elsewhere })
            })?),
            BodyBinding::Field(field) => {
                let found = contract.record(input)?.fields.get(*field as usize)?;
                let mut prefix = String::new();
                push_segment(&mut prefix, &found.name);
                let ty = found.ty;
                Some(self.root(options, prefix, |job| job.body_of_field(input, *field, ty))?)
            }
        };
        // Where there is no body, this pass is the only one and refuses what has no place.
        let params = self.root(options, String::new(), |job| {
            job.record_part(input, input, &mut |at| {
                if in_body(at) {
                    return Part::Elsewhere;
                }
                let leaves =
                    parameters.iter().enumerate().filter(|(_, leaf)| leaf.path.first() == Some(&(at as u32)));
                Part::Params(leaves.map(|(slot, leaf)| (leaf.path[1..].to_vec(), slot as u16)).collect())
            })
        })?;
        Some(RequestPlan::ToDocument { body, params: Some(params) })
    }

    /// The one field that is the body; the pass over the parameters reads the others and refuses what is unknown.
    fn body_of_field(&mut self, message: TypeId, at: u32, ty: TypeRef) -> NodeId {
        let node = self.of_field(message, at, ty, Empty::Null);
        if let Node::Wrapped(wrapped) = &mut self.compiler.plans.nodes[node.at()] {
            wrapped.record.extra = crate::plan::ExtraRule::Keep;
        }
        node
    }

    // ---- outcomes

    /// An outcome from the link's form to the front's form; the bindings are those of link and front.
    fn outcome(
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
            let text = format!("`{}` has no binding to gRPC", operation.id);
            let diagnostic = Diagnostic::error(&NO_PROTOBUF_FORM, text).at(operation.span, "this operation");
            self.say(&NO_PROTOBUF_FORM, diagnostic);
            self.failed = true;
            return None;
        };
        // The document's side decides whether only a field of the answer is its body.
        let document = if self.mode.from_protobuf { bindings.1 } else { bindings.0 };
        let field = document.and_then(|binding| binding.response_field).filter(|_| outcome.ok);
        let made = match (lies, json) {
            (GrpcOutcome::Empty, _) | (GrpcOutcome::Detail(None), _) => {
                return Some(OutcomePlan::Fixed(Box::default()));
            }
            (GrpcOutcome::Field(field), None) if outcome.media.is_empty() => {
                return Some(self.empty_field(output, field));
            }
            (_, None) if outcome.media.is_empty() => return Some(OutcomePlan::Fixed(Box::default())),
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

    /// The fields of the response message that say which outcome it is.
    fn outcome_numbers(&self, operation: &Operation) -> Vec<(u32, u32)> {
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
        let Some(field) = field.filter(|_| self.mode.to_protobuf) else {
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
            Shape::Record(_) if !ty.nullable => self.record(ty.id, message, None),
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
