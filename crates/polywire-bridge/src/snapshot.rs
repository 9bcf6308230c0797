//! Everything compiled, in one immutable value: plans, routes, settings, ends. Holds nothing that changes.

use std::sync::Arc;

use bytes::Bytes;
use polywire_call::{Code, Ends, Link, Origin, Routes};
use polywire_contract::{BodyBinding, Contract, HttpBinding, OperationId};
use polywire_diag::Diagnostic;
use polywire_wire::{Compiler, Form, PlanId, PlanOptions, Plans, Validation};

use crate::{ResponseCheck, Settings, SettingsTable, answer};

/// A component and how it is reached.
pub struct ComponentEnds {
    /// As in [`polywire_contract::Interface::component`].
    pub name: String,
    /// How calls lie on its link.
    pub form: Form,
    /// What its link offers.
    pub ends: Ends,
}

/// Everything that is in force for a call, from its arrival to its end.
pub struct Snapshot {
    pub(crate) contract: Arc<Contract>,
    pub(crate) plans: Plans,
    /// By [`OperationId`].
    pub(crate) operations: Vec<OperationEntry>,
    pub(crate) components: Vec<ComponentEnds>,
    pub(crate) fronts: Vec<&'static str>,
    pub(crate) routes: Arc<[(&'static str, Routes)]>,
    pub(crate) openapi: Option<Bytes>,
}

/// An operation's part of a snapshot.
pub(crate) struct OperationEntry {
    /// A place in [`Snapshot::components`]; `None` where nobody provides it.
    pub(crate) component: Option<usize>,
    /// What its interface calls the component.
    pub(crate) component_name: String,
    pub(crate) ways: Vec<Way>,
    pub(crate) settings: Settings,
    /// The only codes that its errors may have, where the contract has a closed set.
    pub(crate) codes: Option<Vec<Code>>,
}

/// How a call that came in one way goes on.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// Form and binding on the caller's side.
    pub(crate) from: (Form, usize),
    /// Form and binding on the component's side.
    pub(crate) to: (Form, usize),
    pub(crate) plan: PlanId,
}

impl Snapshot {
    /// Compiles a plan for every operation and every way in which it can be called. What cannot be compiled is a
    /// diagnostic, and answers NOT_IMPLEMENTED where the snapshot is used all the same.
    pub fn compile(
        contract: Arc<Contract>,
        components: Vec<ComponentEnds>,
        fronts: &[&dyn Link],
        settings: &SettingsTable,
        diags: &mut Vec<Diagnostic>,
    ) -> Snapshot {
        let mut compiler = Compiler::new(&contract);
        let operations = (0..contract.operations.len())
            .map(|at| entry(&contract, OperationId(at as u32), &components, settings, &mut compiler, diags))
            .collect();
        let plans = compiler.finish();
        let routes = fronts.iter().filter_map(|link| Some((link.name(), link.routes(&contract)?))).collect();
        let fronts = fronts.iter().map(|link| link.name()).collect();
        Snapshot { contract, plans, operations, components, fronts, routes, openapi: None }
    }

    /// Adds the document that the admin port serves as `/openapi.json`.
    pub fn with_openapi(mut self, document: impl Into<Bytes>) -> Self {
        self.openapi = Some(document.into());
        self
    }

    /// The contract that was compiled.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }

    /// What holds for an operation.
    pub fn settings(&self, operation: OperationId) -> &Settings {
        &self.operations[operation.0 as usize].settings
    }

    /// Largest request body of any operation, in bytes.
    pub(crate) fn body_bytes_max(&self) -> usize {
        let largest = self.operations.iter().map(|operation| operation.settings.body_bytes_max).max();
        largest.unwrap_or(Settings::default().body_bytes_max)
    }
}

impl OperationEntry {
    /// How a call from there goes on.
    pub(crate) fn way(&self, origin: Origin) -> Option<Way> {
        let from = (origin.form, if origin.form == Form::Document { origin.binding } else { 0 });
        self.ways.iter().find(|way| way.from == from).copied()
    }
}

fn entry(
    contract: &Contract,
    id: OperationId,
    components: &[ComponentEnds],
    settings: &SettingsTable,
    compiler: &mut Compiler<'_>,
    diags: &mut Vec<Diagnostic>,
) -> OperationEntry {
    let operation = contract.operation(id);
    let component_name = contract.interfaces[operation.interface.0 as usize].component.clone();
    let component = components.iter().position(|component| component.name == component_name);
    let settings = settings.resolve(&component_name, &operation.id);
    let mut ways = Vec::new();
    if let Some(form) = component.map(|at| components[at].form) {
        let response = match settings.validate_response {
            ResponseCheck::Reject => Validation::Enforce,
            ResponseCheck::Log | ResponseCheck::Off => Validation::Observe,
        };
        let options = PlanOptions { validation: settings.validate, response, ..PlanOptions::default() };
        let documents = (0..operation.http.len()).map(|binding| (Form::Document, binding));
        let messages = operation.grpc.iter().map(|_| (Form::Message, 0));
        for from in documents.chain(messages) {
            let to = (form, if form == Form::Document && from.0 == Form::Document { from.1 } else { 0 });
            // A second media type that nobody reads can go to a component that takes it, and nowhere else.
            let unread = |binding: &HttpBinding| matches!(binding.body, BodyBinding::Opaque { .. });
            if from.1 > 0 && to.0 == Form::Message && operation.http.get(from.1).is_some_and(unread) {
                continue;
            }
            if let Some(plan) =
                reachable(operation, form).then(|| compiler.operation(id, from, to, &options, diags))
            {
                ways.extend(plan.map(|plan| Way { from, to, plan }));
            }
        }
    }
    let codes = answer::codes(contract, operation);
    OperationEntry { component, component_name, ways, settings, codes }
}

/// Whether an operation can be addressed in a form.
fn reachable(operation: &polywire_contract::Operation, form: Form) -> bool {
    match form {
        Form::Document => !operation.http.is_empty(),
        Form::Message => operation.grpc.is_some(),
    }
}
