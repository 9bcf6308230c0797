//! The Protobuf form of contracts that have none: a service and its messages for every interface, with numbers from the lock.
//!
//! The package is `<workspace>.<interface>.v1`; the request of a method is the operation's input record. Everything is named in the
//! order in which it appears, so the same contract and lock give the same result. Must not print a `.proto` text.

mod avro;
mod enums;
mod messages;
mod names;
mod outcomes;

pub use avro::derive_avro;

use std::collections::{BTreeMap, VecDeque};

use polywire_diag::{Diagnostic, Span};

use crate::{
    BodyBinding, Contract, GrpcBinding, InterfaceId, Lock, LockMode, OperationId, Record, Shape, Type,
    TypeId, words,
};
use names::Scope;

/// Fills the Protobuf side of every interface that has no service of its own.
pub fn derive_grpc(
    contract: &mut Contract,
    workspace: &str,
    lock: &mut Lock,
    mode: LockMode,
    diags: &mut Vec<Diagnostic>,
) {
    let mut derive =
        Derive { contract, lock, mode, diags, scopes: BTreeMap::new(), waiting: VecDeque::new() };
    derive.scopes_of_given();
    for at in 0..derive.contract.interfaces.len() {
        if derive.contract.interfaces[at].service.is_none() {
            derive.interface(InterfaceId(at as u32), workspace);
        }
    }
    derive.lock.bury();
}

struct Derive<'a> {
    contract: &'a mut Contract,
    lock: &'a mut Lock,
    mode: LockMode,
    diags: &'a mut Vec<Diagnostic>,
    /// The names that are taken in each package.
    scopes: BTreeMap<String, Scope>,
    /// Types that have a name and whose fields are still to come.
    waiting: VecDeque<Named>,
}

/// A type that is, or is wrapped in, a message.
struct Named {
    id: TypeId,
    package: String,
    /// The name in the package.
    name: String,
}

impl Derive<'_> {
    /// Names that contracts with Protobuf have taken.
    fn scopes_of_given(&mut self) {
        let messages = self.contract.protobuf.messages.values().map(|message| &message.full_name);
        let enums = self.contract.protobuf.enums.values().map(|found| &found.full_name);
        let services = self.contract.interfaces.iter().filter_map(|interface| interface.service.as_ref());
        for (package, name) in messages.chain(enums).chain(services).filter_map(|name| name.rsplit_once('.'))
        {
            self.scopes.entry(package.to_string()).or_default().take(name);
        }
    }

    fn interface(&mut self, id: InterfaceId, workspace: &str) {
        let interface = &self.contract.interfaces[id.0 as usize];
        let span = interface.span;
        let called = words(&interface.name);
        let package =
            format!("{}.{}.v1", names::snake(&words(workspace), "workspace"), names::snake(&called, "api"));
        let service = self.unique(&package, &names::pascal(&called, "Api"), span);
        let service = format!("{package}.{service}");
        self.contract.interfaces[id.0 as usize].service = Some(service.clone());
        let operations: Vec<OperationId> = (0..self.contract.operations.len() as u32)
            .map(OperationId)
            .filter(|at| self.contract.operation(*at).interface == id)
            .collect();
        let mut methods = Scope::default();
        for at in operations {
            self.operation(at, &package, &service, &mut methods);
        }
    }

    fn operation(&mut self, at: OperationId, package: &str, service: &str, methods: &mut Scope) {
        let operation = self.contract.operation(at).clone();
        if operation.grpc.is_some() {
            return;
        }
        if let Some(reason) = self.opaque(&operation) {
            let message = format!("`{}` cannot be called by gRPC: {reason}", operation.id);
            self.diags
                .push(Diagnostic::warning(&crate::codes::DERIVE_NO_FORM, message).at(operation.span, ""));
            return;
        }
        let wanted = names::pascal(&words(&operation.name), "Call");
        let method = methods.unique(&wanted);
        if method != wanted {
            self.collision(&wanted, &method, operation.span);
        }
        self.message_called(operation.input, package, &format!("{method}Request"));
        self.work();
        let (output, outcomes) = self.outcomes(&operation, package, &method);
        self.work();
        self.contract.operations[at.0 as usize].grpc = Some(GrpcBinding {
            path: format!("/{service}/{method}"),
            input: operation.input,
            output,
            outcomes,
        });
    }

    /// Why a message cannot carry what the operation takes or gives.
    fn opaque(&self, operation: &crate::Operation) -> Option<&'static str> {
        if operation.http.first().is_some_and(|binding| matches!(binding.body, BodyBinding::Opaque { .. })) {
            return Some("its body is not read");
        }
        let bytes = operation.outcomes.iter().any(|o| o.ok && !o.media.is_empty() && o.body().is_none());
        bytes.then_some("what it answers is neither JSON nor text")
    }

    /// Fills what waits; a loop and not recursion, so that deep contracts cost no stack.
    fn work(&mut self) {
        while let Some(named) = self.waiting.pop_front() {
            self.fill(&named);
        }
    }

    /// Adds a record that no contract has written.
    fn synthesise(&mut self, name: &str, record: Record, span: Span) -> TypeId {
        let name = Some(format!("derived#{name}"));
        let doc = String::new();
        self.contract.add(Type {
            name,
            span,
            shape: Shape::Record(record),
            checks: Vec::new(),
            doc,
            sensitive: false,
        })
    }

    /// Takes a name in a package; one that is taken gets a number at its end.
    fn unique(&mut self, package: &str, wanted: &str, span: Span) -> String {
        let name = self.scopes.entry(package.to_string()).or_default().unique(wanted);
        if name != wanted {
            self.collision(wanted, &name, span);
        }
        name
    }

    fn collision(&mut self, wanted: &str, name: &str, span: Span) {
        let message = format!("`{wanted}` is taken in Protobuf, so this is called `{name}` there");
        let diag = Diagnostic::warning(&crate::codes::DERIVE_COLLISION, message).at(span, "");
        self.diags.push(diag);
    }
}
