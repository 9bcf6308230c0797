//! What a method answers: one message for all ok outcomes, and a detail for each error.

use polywire_diag::Diagnostic;

use super::Derive;
use crate::codes::DERIVE_NO_FORM;
use crate::{Exclusive, Field, GrpcOutcome, Operation, Outcome, Record, Shape, Status, TypeId, TypeRef};

impl Derive<'_> {
    /// The response message, and where each outcome lies.
    pub(super) fn outcomes(
        &mut self,
        operation: &Operation,
        package: &str,
        method: &str,
    ) -> (TypeId, Vec<GrpcOutcome>) {
        let ok: Vec<&Outcome> = operation.outcomes.iter().filter(|outcome| outcome.ok).collect();
        let response = format!("{method}Response");
        let span = operation.span;
        let (output, mut answers) = match ok[..] {
            [one] => match body(one) {
                Some(ty) if !ty.nullable && matches!(self.contract.ty(ty.id).shape, Shape::Record(_)) => {
                    self.message(ty.id, package, &response);
                    (ty.id, vec![GrpcOutcome::Message])
                }
                Some(ty) => {
                    let name = if matches!(self.contract.ty(ty.id).shape, Shape::List(_)) {
                        "items"
                    } else {
                        "value"
                    };
                    let mut field = Field::new(name, ty, one.span);
                    field.required = !ty.nullable;
                    let record = Record { fields: vec![field], ..Record::default() };
                    (self.response(package, &response, record, operation), vec![GrpcOutcome::Field(0)])
                }
                None => (
                    self.response(package, &response, Record::default(), operation),
                    vec![GrpcOutcome::Empty],
                ),
            },
            [] => (self.response(package, &response, Record::default(), operation), Vec::new()),
            _ => {
                let mut record = Record::default();
                for outcome in &ok {
                    let name = status_name(outcome.status);
                    let ty = body(outcome).unwrap_or_else(|| {
                        let empty = format!("{package}.{method}{}", crate::words(&name).pascal());
                        self.synthesise(&empty, Record::default(), span).into()
                    });
                    record.fields.push(Field::new(name, TypeRef { nullable: false, ..ty }, outcome.span));
                }
                let fields: Vec<u32> = (0..record.fields.len() as u32).collect();
                let answers = fields.iter().map(|at| GrpcOutcome::Field(*at)).collect();
                record.exclusive.push(Exclusive { name: "outcome".into(), fields, required: true });
                (self.response(package, &response, record, operation), answers)
            }
        };
        answers.reverse();
        let all = operation.outcomes.iter().map(|outcome| match outcome.ok {
            true => answers.pop().unwrap_or(GrpcOutcome::Empty),
            false => GrpcOutcome::Detail(self.detail(outcome, package, method)),
        });
        let all = all.collect();
        (output, all)
    }

    fn response(&mut self, package: &str, wanted: &str, record: Record, operation: &Operation) -> TypeId {
        let id = self.synthesise(&format!("{package}.{wanted}"), record, operation.span);
        self.message_called(id, package, wanted);
        id
    }

    /// The message of an error's body.
    fn detail(&mut self, outcome: &Outcome, package: &str, method: &str) -> Option<TypeId> {
        if outcome.body()?.is_text() {
            return None;
        }
        let ty = body(outcome)?;
        if matches!(self.contract.ty(ty.id).shape, Shape::Record(_)) {
            let hint = format!("{method}{}", crate::words(&status_name(outcome.status)).pascal());
            self.message(ty.id, package, &hint);
            return Some(ty.id);
        }
        let message = "an error whose body is no record has no detail in gRPC";
        self.diags.push(Diagnostic::warning(&DERIVE_NO_FORM, message).at(outcome.span, ""));
        None
    }
}

/// The body of an outcome; text is never null.
fn body(outcome: &Outcome) -> Option<TypeRef> {
    let media = outcome.body()?;
    media.ty.map(|ty| TypeRef { nullable: ty.nullable && media.is_json(), ..ty })
}

fn status_name(status: Status) -> String {
    match status {
        Status::Exact(status) => format!("status_{status}"),
        Status::Range(hundred) => format!("status_{hundred}xx"),
        Status::Default => "status_other".into(),
    }
}
