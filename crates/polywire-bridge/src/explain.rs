//! What the bridge does to the calls of an operation, step by step, for people and programs.

mod messages;
mod table;

pub use messages::{FieldLine, MessageLine};

use std::fmt::Write;

use polywire_contract::{
    BodyBinding, Contract, HttpBinding, Operation, OperationId, PathPart, Segment, Status,
};
use polywire_wire::Form;
use serde::Serialize;

use crate::policy::POLICIES;
use crate::snapshot::{Snapshot, Way};

/// What happens to the calls of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `interface.name`
    pub operation: String,
    /// Who provides it.
    pub component: String,
    /// Each way in which it can be called.
    pub ways: Vec<WayLine>,
    /// What every call passes, outermost first.
    pub policies: Vec<PolicyLine>,
    /// Each way in which it can end.
    pub outcomes: Vec<OutcomeLine>,
}

/// One way in which an operation can be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayLine {
    /// `GET /api/users/{id}`, `/shop.users.v1.Users/GetUser`
    pub from: String,
    /// The encoding on the caller's side.
    pub from_encoding: &'static str,
    /// As `from`, on the component's side.
    pub to: String,
    /// The encoding on the component's side.
    pub to_encoding: &'static str,
    /// `identity` forwards the original bytes, `transcode` writes others; both validate.
    pub plan: &'static str,
    /// What becomes of the request, field by field.
    pub request: MessageLine,
    /// What becomes of each answer.
    pub answers: Vec<MessageLine>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyLine {
    /// Its name.
    pub name: &'static str,
    /// What it is set to; empty where there is nothing to set.
    pub settings: String,
}

/// One way in which an operation can end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeLine {
    /// `201`, `4xx`, `default`
    pub status: String,
    /// Success or error.
    pub ok: bool,
    /// What its body can be.
    pub media: Vec<String>,
    /// The header fields that the contract declares; they are passed on as they are.
    pub headers: Vec<String>,
}

impl Snapshot {
    /// Says what happens to the calls of an operation.
    pub fn explain(&self, id: OperationId) -> Explanation {
        let operation = self.contract.operation(id);
        let entry = &self.operations[id.0 as usize];
        let headers = |at: usize| {
            let notes = self.contract.openapi.outcomes.get(&(id, at as u32));
            notes.map_or(&[][..], |notes| &notes.headers).iter().map(|header| header.name.clone()).collect()
        };
        let outcomes = operation.outcomes.iter().enumerate().map(|(at, outcome)| OutcomeLine {
            status: status(outcome.status),
            ok: outcome.ok,
            media: outcome.media.iter().map(|media| media.name.clone()).collect(),
            headers: headers(at),
        });
        let policies = POLICIES
            .iter()
            .map(|policy| PolicyLine { name: policy.name(), settings: policy.settings(&entry.settings) });
        Explanation {
            operation: operation.id.clone(),
            component: entry.component_name.clone(),
            ways: entry.ways.iter().map(|way| self.way_line(id, *way)).collect(),
            policies: policies.collect(),
            outcomes: outcomes.collect(),
        }
    }

    fn way_line(&self, id: OperationId, way: Way) -> WayLine {
        let operation = self.contract.operation(id);
        WayLine {
            from: self.address(id, way.from),
            from_encoding: self.encoding(id, way.from),
            to: self.address(id, way.to),
            to_encoding: self.encoding(id, way.to),
            plan: if way.from.0 == way.to.0 { "identity" } else { "transcode" },
            request: messages::request(&self.contract, operation, way.from, way.to),
            answers: messages::answers(&self.contract, operation, way.to, way.from, |at| {
                status(operation.outcomes[at].status)
            }),
        }
    }

    fn encoding(&self, id: OperationId, (form, binding): (Form, usize)) -> &'static str {
        let body = self.contract.operation(id).http.get(binding).map(|http| &http.body);
        match (form, body) {
            (Form::Message, _) => "protobuf",
            (Form::Document, Some(BodyBinding::Form { .. })) => "form",
            (Form::Document, Some(BodyBinding::Multipart { .. })) => "multipart",
            (Form::Document, Some(BodyBinding::Text)) => "text",
            (Form::Document, Some(BodyBinding::Opaque { .. })) => "bytes as they are",
            (Form::Document, _) => "json",
        }
    }

    fn address(&self, id: OperationId, (form, binding): (Form, usize)) -> String {
        let operation = self.contract.operation(id);
        match form {
            Form::Document => operation
                .http
                .get(binding)
                .map(|http| http_address(&self.contract, operation, http))
                .unwrap_or_default(),
            Form::Message => operation.grpc.as_ref().map(|grpc| grpc.path.clone()).unwrap_or_default(),
        }
    }
}

/// `GET /api/users/{id}`
fn http_address(contract: &Contract, operation: &Operation, http: &HttpBinding) -> String {
    let name = |field: &[u32]| {
        let mut names = Vec::new();
        let mut ty = operation.input;
        for at in field {
            let Some(field) = contract.record(ty).and_then(|record| record.fields.get(*at as usize)) else {
                break;
            };
            names.push(field.name.as_str());
            ty = field.ty.id;
        }
        names.join(".")
    };
    let mut text = format!("{} ", http.method);
    for segment in &http.path {
        match segment {
            Segment::Literal(literal) => text.push_str(&format!("/{literal}")),
            Segment::Field { prefix, field, suffix } => {
                text.push_str(&format!("/{prefix}{{{}}}{suffix}", name(field)))
            }
            Segment::Mixed(parts) => {
                text.push('/');
                for part in parts {
                    match part {
                        PathPart::Text(literal) => text.push_str(literal),
                        PathPart::Field(field) => text.push_str(&format!("{{{}}}", name(field))),
                    }
                }
            }
            Segment::Wildcard { field, .. } => text.push_str(&format!("/{{{}=**}}", name(field))),
        }
    }
    text.push_str(&http.verb.as_ref().map(|verb| format!(":{verb}")).unwrap_or_default());
    text
}

fn status(status: Status) -> String {
    match status {
        Status::Exact(status) => status.to_string(),
        Status::Range(hundred) => format!("{hundred}xx"),
        Status::Default => "default".into(),
    }
}

impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let component = if self.component.is_empty() { "" } else { " of " };
        writeln!(f, "{}{component}{}", self.operation, self.component)?;
        for way in &self.ways {
            let WayLine { from, from_encoding, to, to_encoding, plan, .. } = way;
            writeln!(f, "  {from} ({from_encoding}) -> {to} ({to_encoding}): {plan}")?;
            for message in [&way.request].into_iter().chain(&way.answers) {
                f.write_str(&table::message(message, *plan == "identity"))?;
            }
        }
        writeln!(f, "policies, outermost first")?;
        for PolicyLine { name, settings } in &self.policies {
            writeln!(f, "  {}", format!("{name:<11} {settings}").trim_end())?;
        }
        writeln!(f, "outcomes")?;
        for OutcomeLine { status, ok, media, headers } in &self.outcomes {
            let mut line = format!("  {status:<8}{:<6}", if *ok { "ok" } else { "error" });
            write!(line, "{}", media.join(", "))?;
            if !headers.is_empty() {
                write!(line, " with {}", headers.join(", "))?;
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
