//! Services and methods as interfaces and operations.

use polywire_contract::{
    Effect, GrpcBinding, GrpcOutcome, HttpBinding, Interface, InterfaceId, Media, Operation, Outcome, Status,
    Streaming, TypeId,
};
use polywire_diag::Span;
use prost_reflect::{MessageDescriptor, MethodDescriptor, ServiceDescriptor};

use super::messages::Meaning;
use super::{Lower, http::Messages, rules::extension};

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
            if let Some(operation) = self.method(&method, interface, &name) {
                self.contract.operations.push(operation);
            }
        }
    }

    fn method(&mut self, method: &MethodDescriptor, interface: InterfaceId, name: &str) -> Option<Operation> {
        let file = method.parent_file().name().to_string();
        let span = self.span(&file, &[method.path(), &[1]].concat());
        let input = self.method_type(&method.input(), span)?;
        let output = self.method_type(&method.output(), span)?;
        self.work();
        let http = self.bindings(method, input, span);
        let options = method.method_descriptor_proto().options.as_ref();
        let outcome = |status, ok, media| Outcome { status, ok, media, doc: String::new(), span };
        let media = Media { name: "application/json".into(), ty: Some(output.into()) };
        Some(Operation {
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
        })
    }

    fn method_type(&mut self, message: &MessageDescriptor, span: Span) -> Option<TypeId> {
        if let Meaning::Message = self.meaning(message, span) {
            return Some(self.message(message));
        }
        self.unsupported(&format!("`{}` as the message of a method", message.full_name()), span);
        None
    }

    fn bindings(&mut self, method: &MethodDescriptor, input: TypeId, span: Span) -> Vec<HttpBinding> {
        let Some(record) = self.contract.record(input).cloned() else { return Vec::new() };
        let service = method.parent_service().full_name().to_string();
        let Some(rule) = extension(&method.options(), "google.api.http") else {
            return vec![self.derived_binding(&service, method.name(), &record)];
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

/// `idempotency_level` says it; else the HTTP method does.
fn effect(level: i32, http: &[HttpBinding]) -> Effect {
    match (level, http.first().map(|binding| binding.method.as_str())) {
        (1, _) | (0, Some("GET" | "HEAD")) => Effect::Safe,
        (2, _) | (0, Some("PUT" | "DELETE")) => Effect::Idempotent,
        _ => Effect::Once,
    }
}
