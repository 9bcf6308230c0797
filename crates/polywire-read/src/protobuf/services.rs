//! Services and methods as interfaces and operations.

use polywire_contract::{
    Effect, GrpcBinding, GrpcOutcome, HttpBinding, Interface, InterfaceId, Media, Operation, Outcome,
    Segment, Shape, Status, Streaming, TypeId,
};
use polywire_diag::{Diagnostic, Span};
use prost_reflect::{FieldDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor};

use super::messages::{in_order, places};
use super::{Lower, http::Messages, rules::extension};
use crate::codes::PROTO_HTTP;

impl Lower<'_> {
    pub(super) fn service(&mut self, service: &ServiceDescriptor) {
        let file = service.parent_file().name().to_string();
        let taken = self.contract.interfaces.iter().any(|i| i.name == service.name());
        let name = if taken { service.full_name() } else { service.name() }.to_string();
        let interface = InterfaceId(self.contract.interfaces.len() as u32);
        self.contract.interfaces.push(Interface {
            name: name.clone(),
            component: String::new(),
            service: Some(service.full_name().to_string()),
            span: self.span(&file, &[service.path(), &[1]].concat()),
            doc: self.doc(&file, service.path()),
        });
        for method in service.methods() {
            let operation = self.method(&method, interface, &name);
            self.same_path(&operation);
            self.contract.operations.push(operation);
        }
    }

    fn method(&mut self, method: &MethodDescriptor, interface: InterfaceId, name: &str) -> Operation {
        let file = method.parent_file().name().to_string();
        let span = self.span(&file, &[method.path(), &[1]].concat());
        let input = self.whole(&method.input(), span);
        let output = self.whole(&method.output(), span);
        self.work();
        self.required_on_request(&method.input(), input);
        let http = self.bindings(method, input, span);
        let options = method.method_descriptor_proto().options.as_ref();
        let outcome = |status, ok, media| Outcome { status, ok, media, doc: String::new(), span };
        let media = Media { name: "application/json".into(), ty: Some(output.into()) };
        Operation {
            id: format!("{name}.{}", method.name()),
            name: method.name().to_string(),
            interface,
            input,
            outcomes: vec![
                outcome(Status::Exact(200), true, vec![media]),
                outcome(Status::Default, false, Vec::new()),
            ],
            streaming: match (method.is_client_streaming(), method.is_server_streaming()) {
                (false, false) => Streaming::Unary,
                (false, true) => Streaming::Server,
                (true, false) => Streaming::Client,
                (true, true) => Streaming::Both,
            },
            effect: effect(options.map_or(0, |o| o.idempotency_level.unwrap_or_default()), &http),
            http,
            grpc: Some(GrpcBinding {
                path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
                input,
                output,
                outcomes: vec![GrpcOutcome::Message, GrpcOutcome::Detail(None)],
            }),
            span,
            doc: self.doc(&file, method.path()),
            deprecated: options.is_some_and(|o| o.deprecated()),
        }
    }

    /// Marks what a request must have. Only fields of the request itself: a resource inside of one may be there in part, as
    /// in updates with a field mask.
    fn required_on_request(&mut self, message: &MessageDescriptor, id: TypeId) {
        let required = |field: &FieldDescriptor| {
            let found = extension(&field.options(), "google.api.field_behavior");
            let list = found.as_ref().and_then(|value| value.as_list()).unwrap_or_default();
            list.iter().any(|value| value.as_enum_number() == Some(2))
        };
        let marked = places(&in_order(message), required);
        if let Shape::Record(record) = &mut self.contract.types[id.0 as usize].shape {
            for at in marked {
                record.fields[at as usize].required_on_request = true;
            }
        }
    }

    /// Says where an operation has the method and path of another of the same file.
    fn same_path(&mut self, operation: &Operation) {
        let mut found = None;
        'search: for other in &self.contract.operations {
            for one in &operation.http {
                let same = |binding: &&HttpBinding| {
                    binding.method == one.method
                        && binding.verb == one.verb
                        && same_shape(&binding.path, &one.path)
                };
                if other.span.file == operation.span.file && other.http.iter().any(|binding| same(&binding)) {
                    found = Some((other.span, other.name.clone(), one.method.clone()));
                    break 'search;
                }
            }
        }
        if let Some((span, other, method)) = found {
            let message = format!("`{}` has the path of `{other}` under {method}", operation.name);
            let diagnostic =
                Diagnostic::warning(&PROTO_HTTP, message).at(operation.span, "this one is never reached");
            self.diags.push(diagnostic.at(span, "first given here"));
        }
    }

    fn bindings(&mut self, method: &MethodDescriptor, input: TypeId, span: Span) -> Vec<HttpBinding> {
        // A message that is no record has no field that could stand in the path or the query.
        let record = self.contract.record(input).cloned().unwrap_or_default();
        let service = method.parent_service().full_name().to_string();
        let Some(rule) = extension(&method.options(), "google.api.http") else {
            let mut binding = self.derived_binding(&service, method.name(), &record);
            binding.body_optional &= self.contract.record(input).is_some();
            return vec![binding];
        };
        let file = method.parent_file().name().to_string();
        let option =
            self.places.get(&file).and_then(|p| p.within(&[method.path(), &[4, 72_295_728]].concat()));
        let (input, output) = (method.input(), method.output());
        let messages =
            Messages { input: &input, output: &output, record: &record, span: option.unwrap_or(span) };
        rule.as_message().map(|rule| self.http_rule(rule, &messages)).unwrap_or_default()
    }
}

/// Paths that differ only in the names of their fields are the same to a caller.
fn same_shape(one: &[Segment], other: &[Segment]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|pair| match pair {
            (Segment::Literal(one), Segment::Literal(other)) => one == other,
            (Segment::Field { .. }, Segment::Field { .. }) => true,
            (Segment::Wildcard { pattern: one, .. }, Segment::Wildcard { pattern: other, .. }) => {
                one == other
            }
            _ => false,
        })
}

/// `idempotency_level` says it; else the HTTP method does.
fn effect(level: i32, http: &[HttpBinding]) -> Effect {
    match (level, http.first().map(|binding| binding.method.as_str())) {
        (1, _) | (0, Some("GET" | "HEAD")) => Effect::Safe,
        (2, _) | (0, Some("PUT" | "DELETE")) => Effect::Idempotent,
        _ => Effect::Once,
    }
}
