//! Services with their methods, and `google.api.http` where the contract has it.

use std::fmt::Write;

use polywire_contract::{
    BodyBinding, Effect, HttpBinding, InterfaceId, Operation, Record, Segment, Shape, Streaming, TypeId,
    WildcardPart,
};

use super::{Printer, last, quoted};

impl Printer<'_> {
    pub(super) fn service(&mut self, id: InterfaceId) {
        let contract = self.contract;
        let interface = &contract.interfaces[id.0 as usize];
        let Some(service) = &interface.service else { return };
        self.text.push('\n');
        self.comment(&interface.doc, 0);
        self.line(0, &format!("service {} {{", last(service)));
        let mut between = false;
        for operation in contract.operations.iter().filter(|operation| operation.interface == id) {
            if std::mem::replace(&mut between, true) {
                self.text.push('\n');
            }
            self.method(operation);
        }
        self.line(0, "}");
    }

    fn method(&mut self, operation: &Operation) {
        let Some(grpc) = &operation.grpc else {
            self.line(1, &format!("// {} cannot be called by gRPC.", operation.name));
            return;
        };
        self.comment(&operation.doc, 1);
        let (from, to) = match operation.streaming {
            Streaming::Unary => ("", ""),
            Streaming::Server => ("", "stream "),
            Streaming::Client => ("stream ", ""),
            Streaming::Both => ("stream ", "stream "),
        };
        let name = grpc.path.rsplit('/').next().unwrap_or(&operation.name);
        let (input, output) = (self.message_name(grpc.input), self.message_name(grpc.output));
        let head = format!("rpc {name}({from}{input}) returns ({to}{output})");
        let mut options = Vec::new();
        if operation.deprecated {
            options.push("option deprecated = true;".to_string());
        }
        match operation.effect {
            Effect::Safe => options.push("option idempotency_level = NO_SIDE_EFFECTS;".into()),
            Effect::Idempotent => options.push("option idempotency_level = IDEMPOTENT;".into()),
            Effect::Once => {}
        }
        options.extend(self.http(operation, &grpc.path));
        if options.is_empty() {
            return self.line(1, &format!("{head};"));
        }
        self.line(1, &format!("{head} {{"));
        for line in options.iter().flat_map(|option| option.lines()) {
            self.line(2, line);
        }
        self.line(1, "}");
    }

    fn message_name(&mut self, id: TypeId) -> String {
        let contract = self.contract;
        match contract.protobuf.messages.get(&id) {
            Some(message) => self.refer(&message.full_name),
            None => self.well_known("Empty", "empty"),
        }
    }

    /// The option, for messages that came from `.proto`: others are for clients, which need no annotation to call them.
    fn http(&mut self, operation: &Operation, path: &str) -> Option<String> {
        let contract = self.contract;
        let annotated =
            contract.protobuf.messages.get(&operation.input).is_some_and(|message| message.proto_json);
        let record = contract.record(operation.input)?;
        let derived = |binding: &HttpBinding| {
            template(contract, record, operation.input, binding).is_some_and(|t| t == path)
        };
        let mut rules = operation
            .http
            .iter()
            .filter(|binding| annotated && !derived(binding))
            .filter_map(|binding| self.rule(operation, binding));
        let mut text = rules.next()?;
        for rule in rules {
            let _ = write!(text, "  additional_bindings {{\n{}  }}\n", indented(&rule));
        }
        self.imports.insert("google/api/annotations.proto".into());
        Some(format!("option (google.api.http) = {{\n{text}}};"))
    }

    fn rule(&self, operation: &Operation, binding: &HttpBinding) -> Option<String> {
        let record = self.contract.record(operation.input)?;
        let path = quoted(&template(self.contract, record, operation.input, binding)?);
        let mut text = match binding.method.as_str() {
            "GET" | "PUT" | "POST" | "DELETE" | "PATCH" => {
                format!("  {}: {path}\n", binding.method.to_lowercase())
            }
            other => format!("  custom: {{kind: {}, path: {path}}}\n", quoted(other)),
        };
        match &binding.body {
            BodyBinding::None => {}
            BodyBinding::Fields { .. } => text.push_str("  body: \"*\"\n"),
            BodyBinding::Field(at) => {
                let _ = writeln!(text, "  body: {}", quoted(&self.field_name(operation.input, *at)?));
            }
            BodyBinding::Form { .. }
            | BodyBinding::Multipart { .. }
            | BodyBinding::Text
            | BodyBinding::Opaque { .. } => return None,
        }
        if let Some(at) = binding.response_field {
            let output = operation.grpc.as_ref()?.output;
            let _ = writeln!(text, "  response_body: {}", quoted(&self.field_name(output, at)?));
        }
        Some(text)
    }

    fn field_name(&self, message: TypeId, at: u32) -> Option<String> {
        let fields = &self.contract.protobuf.messages.get(&message)?.fields;
        fields.get(at as usize)?.as_ref().map(|field| field.name.clone())
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// The path as a template; `None` where it has no such form.
fn template(
    contract: &polywire_contract::Contract,
    record: &Record,
    input: TypeId,
    binding: &HttpBinding,
) -> Option<String> {
    let mut text = String::new();
    for segment in &binding.path {
        text.push('/');
        match segment {
            Segment::Literal(literal) => text.push_str(&encoded(literal)),
            Segment::Field { prefix, field, suffix } if prefix.is_empty() && suffix.is_empty() => {
                let _ = write!(text, "{{{}}}", field_path(contract, record, input, field)?);
            }
            Segment::Field { .. } | Segment::Mixed(_) => return None,
            Segment::Wildcard { field, pattern } => {
                let parts = pattern.iter().map(|part| match part {
                    WildcardPart::One => "*".to_string(),
                    WildcardPart::Rest => "**".to_string(),
                    WildcardPart::Literal(literal) => encoded(literal),
                });
                let parts: Vec<String> = parts.collect();
                let _ =
                    write!(text, "{{{}={}}}", field_path(contract, record, input, field)?, parts.join("/"));
            }
        }
    }
    if text.is_empty() {
        text.push('/');
    }
    if let Some(verb) = &binding.verb {
        let _ = write!(text, ":{verb}");
    }
    Some(text)
}

fn field_path(
    contract: &polywire_contract::Contract,
    record: &Record,
    input: TypeId,
    path: &[u32],
) -> Option<String> {
    let (mut record, mut message, mut names) = (Some(record), input, Vec::new());
    for at in path {
        let fields = &contract.protobuf.messages.get(&message)?.fields;
        names.push(fields.get(*at as usize)?.as_ref()?.name.clone());
        message = record?.fields.get(*at as usize)?.ty.id;
        record = if let Shape::Record(inner) = &contract.ty(message).shape { Some(inner) } else { None };
    }
    Some(names.join("."))
}

/// Text of a segment with everything percent-encoded that has a meaning in a template.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' | b'$' | b'!' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}
