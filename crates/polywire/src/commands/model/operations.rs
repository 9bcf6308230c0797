//! Operations in the model's JSON: what goes in, every way in which they end, and how each wire addresses them.

use polywire_contract::{
    BodyBinding, Effect, GrpcBinding, GrpcOutcome, HttpBinding, Operation, Outcome, PathPart, Place, Segment,
    Status, Streaming, Style, WildcardPart,
};
use serde_json::{Value, json};

use super::json::{Out, use_of};

impl Out<'_> {
    pub(super) fn operation(&self, operation: &Operation) -> Value {
        let streaming = match operation.streaming {
            Streaming::Unary => "unary",
            Streaming::Server => "server",
            Streaming::Client => "client",
            Streaming::Both => "both",
        };
        let effect = match operation.effect {
            Effect::Safe => "safe",
            Effect::Idempotent => "idempotent",
            Effect::Once => "once",
        };
        json!({
            "id": operation.id,
            "name": operation.name,
            "interface": self.contract.interfaces[operation.interface.0 as usize].name,
            "input": operation.input.0,
            "outcomes": operation.outcomes.iter().map(|outcome| self.outcome(outcome)).collect::<Vec<_>>(),
            "streaming": streaming,
            "effect": effect,
            "http": operation.http.iter().map(http).collect::<Vec<_>>(),
            "grpc": operation.grpc.as_ref().map(grpc),
            "deprecated": operation.deprecated,
            "doc": operation.doc,
            "at": self.at(operation.span),
        })
    }

    fn outcome(&self, outcome: &Outcome) -> Value {
        let status = match outcome.status {
            Status::Exact(status) => json!(status),
            Status::Range(hundred) => json!(format!("{hundred}XX")),
            Status::Default => json!("default"),
        };
        let media: Vec<Value> = outcome
            .media
            .iter()
            .map(|media| json!({"name": media.name, "type": media.ty.map(use_of)}))
            .collect();
        json!({
            "status": status,
            "ok": outcome.ok,
            "media": media,
            "doc": outcome.doc,
            "at": self.at(outcome.span),
        })
    }
}

fn http(binding: &HttpBinding) -> Value {
    let body = match &binding.body {
        BodyBinding::None => json!({"kind": "none"}),
        BodyBinding::Fields { ty } => json!({"kind": "fields", "type": ty.map(use_of)}),
        BodyBinding::Field(field) => json!({"kind": "field", "field": field}),
        BodyBinding::Form { ty } => json!({"kind": "form", "type": use_of(*ty)}),
        BodyBinding::Multipart { ty } => json!({"kind": "multipart", "type": use_of(*ty)}),
        BodyBinding::Text => json!({"kind": "text"}),
        BodyBinding::Opaque { media } => json!({"kind": "opaque", "media": media}),
    };
    json!({
        "method": binding.method,
        "path": binding.path.iter().map(segment).collect::<Vec<_>>(),
        "verb": binding.verb,
        "places": binding.places.iter().map(place).collect::<Vec<_>>(),
        "body": body,
        "body_optional": binding.body_optional,
        "response_field": binding.response_field,
    })
}

fn segment(segment: &Segment) -> Value {
    match segment {
        Segment::Literal(text) => json!({"literal": text}),
        Segment::Field { prefix, field, suffix } => {
            json!({"prefix": prefix, "field": field, "suffix": suffix})
        }
        Segment::Mixed(parts) => json!({"parts": parts.iter().map(part).collect::<Vec<_>>()}),
        Segment::Wildcard { field, pattern } => {
            let parts = pattern.iter().map(|part| match part {
                WildcardPart::One => "*",
                WildcardPart::Rest => "**",
                WildcardPart::Literal(text) => text,
            });
            json!({"field": field, "pattern": parts.collect::<Vec<_>>()})
        }
    }
}

fn part(part: &PathPart) -> Value {
    match part {
        PathPart::Text(text) => json!({"literal": text}),
        PathPart::Field(field) => json!({"field": field}),
    }
}

fn place(place: &Place) -> Value {
    match *place {
        Place::Path { style, explode } => {
            json!({"in": "path", "style": style_name(style), "explode": explode})
        }
        Place::Query { style, explode } => {
            json!({"in": "query", "style": style_name(style), "explode": explode})
        }
        Place::Header { explode } => json!({"in": "header", "explode": explode}),
        Place::Cookie { style, explode } => {
            json!({"in": "cookie", "style": style_name(style), "explode": explode})
        }
        Place::Body => json!({"in": "body"}),
        Place::Form { style, explode } => {
            json!({"in": "form", "style": style_name(style), "explode": explode})
        }
        Place::Part { style, explode, file } => {
            json!({"in": "part", "style": style_name(style), "explode": explode, "file": file})
        }
        Place::Text => json!({"in": "text"}),
    }
}

fn style_name(style: Style) -> &'static str {
    match style {
        Style::Simple => "simple",
        Style::Form => "form",
        Style::Label => "label",
        Style::Matrix => "matrix",
        Style::SpaceDelimited => "spaceDelimited",
        Style::PipeDelimited => "pipeDelimited",
        Style::DeepObject => "deepObject",
        Style::Dotted => "dotted",
        Style::Cookie => "cookie",
    }
}

fn grpc(binding: &GrpcBinding) -> Value {
    let outcomes = binding.outcomes.iter().map(|outcome| match outcome {
        GrpcOutcome::Message => json!({"kind": "message"}),
        GrpcOutcome::Field(field) => json!({"kind": "field", "field": field}),
        GrpcOutcome::Empty => json!({"kind": "empty"}),
        GrpcOutcome::Detail(ty) => json!({"kind": "detail", "type": ty.map(|ty| ty.0)}),
    });
    json!({
        "path": binding.path,
        "input": binding.input.0,
        "output": binding.output.0,
        "outcomes": outcomes.collect::<Vec<_>>(),
    })
}
