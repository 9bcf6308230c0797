//! JSON for people to and from the form of a front, by the same plans as the bridge's.

use bytes::Bytes;
use polywire_call::{Body, Detail, Input};
use polywire_contract::{Contract, OperationId, TypeId};
use polywire_wire::{
    Compiler, Encoding, Form, Output, PlanId, PlanOptions, Plans, Refusal, Scratch, Validation,
};
use serde_json::{Value, json};

use crate::exit::Failure;

/// The plans of one operation.
pub(crate) struct Converter {
    plans: Plans,
    form: Form,
    /// JSON to the request message.
    request: PlanId,
    /// The request message to parameters and a body.
    document: Option<PlanId>,
    /// The response message to JSON.
    response: PlanId,
    /// Each declared error's message to JSON, by the message's full name.
    details: Vec<(String, PlanId)>,
}

impl Converter {
    /// Compiles; an operation that gRPC cannot address cannot be called by name.
    pub(crate) fn new(contract: &Contract, operation: OperationId, form: Form) -> Result<Converter, Failure> {
        let op = contract.operation(operation);
        let missing = || Failure::wrong(format!("`{}` cannot be called this way", op.id));
        let grpc = op.grpc.as_ref().ok_or_else(missing)?;
        let options = PlanOptions { validation: Validation::Observe, ..PlanOptions::default() };
        let mut compiler = Compiler::new(contract);
        let mut diags = Vec::new();
        let mut json = |compiler: &mut Compiler<'_>, ty: TypeId, from, to| {
            compiler.ty(ty.into(), from, to, &options, &mut diags).ok_or_else(missing)
        };
        let request = json(&mut compiler, grpc.input, Encoding::Json, Encoding::Protobuf)?;
        let response = json(&mut compiler, grpc.output, Encoding::Protobuf, Encoding::Json)?;
        let mut details = Vec::new();
        for outcome in &grpc.outcomes {
            if let polywire_contract::GrpcOutcome::Detail(Some(ty)) = outcome
                && let Some(message) = contract.protobuf.messages.get(ty)
            {
                details.push((
                    message.full_name.clone(),
                    json(&mut compiler, *ty, Encoding::Protobuf, Encoding::Json)?,
                ));
            }
        }
        let document = match form {
            Form::Message => None,
            Form::Document => {
                let to = (Form::Document, 0);
                let plan = compiler.operation(operation, (Form::Message, 0), to, &options, &mut Vec::new());
                Some(plan.ok_or_else(missing)?)
            }
        };
        Ok(Converter { plans: compiler.finish(), form, request, document, response, details })
    }

    /// The input as the front takes it.
    pub(crate) fn input(&self, json: &[u8]) -> Result<Input, Refusal> {
        let mut scratch = Scratch::default();
        let mut message = Vec::new();
        self.plans.transcode(self.request, json, &mut message, &mut scratch)?;
        let Some(document) = self.document else {
            debug_assert_eq!(self.form, Form::Message);
            return Ok(Input { body: Body::Message(Bytes::from(message)), ..Input::default() });
        };
        let mut output = Output::default();
        self.plans.request(document, &[], Some(&message), &mut output, &mut scratch)?;
        let body = if output.body.is_empty() { Body::None } else { Body::Message(Bytes::from(output.body)) };
        let media = matches!(body, Body::Message(_)).then(|| "application/json".to_string());
        Ok(Input { params: output.params, target: None, media, body })
    }

    /// A response message as JSON.
    pub(crate) fn output(&self, message: &[u8]) -> Result<Value, Refusal> {
        self.json(self.response, message)
    }

    /// What a status says, as JSON: the broken rules and the wait as the standard error has them, other details as far
    /// as their types are known.
    pub(crate) fn failure(&self, failure: &polywire_call::Failure) -> Value {
        let details = failure.details.iter().filter(|detail| !detail.is_standard());
        let mut said = json!({
            "ok": false,
            "status": grpc_name(failure.code),
            "message": failure.message,
            "reason": failure.reason,
            "details": details.map(|detail| self.detail(detail)).collect::<Vec<_>>(),
        });
        let errors = polywire_call::violations(&failure.details);
        if !errors.is_empty() {
            said["errors"] = errors.iter().map(|v| json!({"path": v.path, "rule": v.rule})).collect();
        }
        if let Some(seconds) = polywire_call::retry_after_seconds(&failure.details) {
            said["retry_after_seconds"] = seconds.into();
        }
        said
    }

    fn detail(&self, detail: &Detail) -> Value {
        let known = self.details.iter().find(|(full_name, _)| full_name == detail.name());
        let value = known.and_then(|(_, plan)| self.json(*plan, &detail.value).ok());
        match value {
            Some(value) => json!({"@type": detail.type_url, "value": value}),
            None => json!({"@type": detail.type_url}),
        }
    }

    fn json(&self, plan: PlanId, message: &[u8]) -> Result<Value, Refusal> {
        let mut text = Vec::new();
        self.plans.transcode(plan, message, &mut text, &mut Scratch::default())?;
        Ok(serde_json::from_slice(&text).unwrap_or(Value::Null))
    }
}

/// The names of gRPC's status codes.
fn grpc_name(code: u8) -> &'static str {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    NAMES.get(usize::from(code)).copied().unwrap_or("UNKNOWN")
}
