//! Operations: a request and its outcomes, each from the form of one side to the form of the other.

use polywire_contract::OperationId;
use polywire_diag::Diagnostic;

use super::{Compiler, Direction, Job, Mode};
use crate::codes::NO_ADDRESS;
use crate::plan::{OperationPlan, OutcomePlan, PlanId, PlanOptions, Program};
use crate::{Encoding, Form};

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
        let by_message = from.0 == Form::Message || to.0 == Form::Message;
        let mut job = self.job(Mode::new(Encoding::Json, Encoding::Json, Direction::Request), diags);
        if by_message && found.grpc.is_none() {
            job.no_address(found, "gRPC");
            return None;
        }
        let request = job.request(found, from, to, options);
        job.mode = Mode::new(encoding(to.0), encoding(from.0), Direction::Response);
        let bindings = (found.http.get(to.1), found.http.get(from.1));
        let options = &PlanOptions { validation: options.response, ..*options };
        let outcomes: Vec<Option<OutcomePlan>> =
            (0..found.outcomes.len()).map(|at| job.outcome(found, at, bindings, options)).collect();
        let headers = match to.0 {
            Form::Document => {
                (0..found.outcomes.len()).map(|at| job.headers(operation, at, options)).collect()
            }
            Form::Message => Vec::new(),
        };
        let outcomes: Option<Vec<OutcomePlan>> = outcomes.into_iter().collect();
        let numbers = job.outcome_numbers(found);
        let others = job.other_types(found, options);
        let plan = OperationPlan { request: request?, outcomes: outcomes?, others, numbers, headers };
        let failed = job.failed;
        if failed { None } else { self.add(Program::Operation(Box::new(plan))) }
    }
}

pub(super) fn encoding(form: Form) -> Encoding {
    match form {
        Form::Document => Encoding::Json,
        Form::Message => Encoding::Protobuf,
    }
}

impl Job<'_, '_> {
    /// One of the two sides cannot address the operation.
    pub(super) fn no_address(&mut self, operation: &polywire_contract::Operation, what: &str) {
        let text = format!("`{}` has no address in {what}", operation.id);
        self.say(&NO_ADDRESS, Diagnostic::error(&NO_ADDRESS, text).at(operation.span, "this operation"));
        self.failed = true;
    }
}
