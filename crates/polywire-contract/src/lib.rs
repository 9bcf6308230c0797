//! The model: types, interfaces, operations and outcomes, whatever format they were read from, and the passes over it.
//!
//! Must never: know the text of a contract format, an encoding's bytes, a transport.

#![warn(missing_docs)]

mod avro;
mod check;
mod cobol;
#[expect(missing_docs, reason = "the page of a code says what it is")]
mod codes;
mod derive;
mod drift;
mod dump;
mod find;
mod fits;
mod layout;
mod lock;
mod maps;
mod name;
mod openapi;
mod operation;
mod parameter;
mod protobuf;
mod rule;
mod schema;
mod settings;
mod shape;
mod sql;

pub use avro::{Avro, AvroBranch, AvroField, AvroId, AvroSchema};
pub use check::Check;
pub use cobol::{
    COBOL_ANCHORS_MAX, Cobol, CobolAlternative, CobolAt, CobolField, CobolId, CobolItem, CobolKind,
    CobolNumber, CobolPage, CobolPlace, CobolSign, CobolUsage,
};
pub use codes::{CODES, SETTING_NAMES_COLLIDE};
pub use derive::{derive_avro, derive_grpc};
pub use drift::{Aspect, Difference, Drift, Drifts, Fate, Side, drift};
pub use dump::dump;
pub use layout::{Layout, LayoutError, LayoutId, LayoutMember, LayoutPlace, LayoutVariant, Layouts};
pub use lock::{Lock, LockMode, Numbered};
pub use maps::{
    FieldMap, FieldPath, Known, MapKind, Maps, NamedMap, Origin, Proposal, ProposedLine, ProposedPair,
    Remark, TypeMap, Why, WrittenMap, WrittenName, WrittenOrigin, confirmed, name_maps, propose,
};
pub use name::{Words, words};
pub use openapi::{
    BodyNotes, Description, Header, Kept, OpenApi, OperationNotes, OutcomeNotes, PartNotes, Spelling,
    TypeNotes,
};
pub use operation::{
    BodyBinding, Effect, GrpcBinding, GrpcOutcome, HttpBinding, Interface, InterfaceId, Media, Operation,
    OperationId, Outcome, PathPart, Place, Segment, Status, Streaming, Style, WildcardPart,
};
pub use parameter::{PARAMETERS_MAX, Parameter, Whole};
pub use protobuf::{ProtoEnum, ProtoField, ProtoKind, ProtoMessage, Protobuf};
pub use rule::ProtoRule;
pub use schema::{
    Condition, Draft, Items, JsonKind, Members, Residual, Rules, Schema, SchemaDocument, SchemaId, Schemas,
};
pub use settings::{
    Content, Flat, Group, Item, Member, Named, Setting, SettingKind, SettingPath, SettingValue, Settings,
    Variables,
};
pub use shape::{
    Derivation, Derived, Enum, EnumValue, Exclusive, Extra, Field, Float, Int, Literal, Record, Shape, Sum,
    Type, TypeId, TypeRef, Variant,
};
pub use sql::{
    Sql, SqlAction, SqlColumn, SqlDialect, SqlForeignKey, SqlIndex, SqlIndexKey, SqlKey, SqlOrigin, SqlTable,
};

use polywire_diag::Span;

/// Everything that was read: one arena for all contracts of a workspace. Readers append to it.
#[derive(Debug, Default)]
pub struct Contract {
    /// The arena; a [`TypeId`] is a place in it.
    pub types: Vec<Type>,
    /// Named groups of operations.
    pub interfaces: Vec<Interface>,
    /// Every operation of every interface; an [`OperationId`] is a place in it.
    pub operations: Vec<Operation>,
    /// The Protobuf side of types: read from `.proto`, or derived.
    pub protobuf: Protobuf,
    /// The Avro side of types.
    pub avro: Avro,
    /// How types lie in the memory of C programs.
    pub layouts: Layouts,
    /// The COBOL side of types.
    pub cobol: Cobol,
    /// The SQL side of records that are tables.
    pub sql: Sql,
    /// The JSON Schema side of types.
    pub schemas: Schemas,
    /// The OpenAPI side of operations.
    pub openapi: OpenApi,
}

impl Contract {
    /// Adds a type and returns its place.
    pub fn add(&mut self, ty: Type) -> TypeId {
        self.types.push(ty);
        TypeId(self.types.len() as u32 - 1)
    }

    /// Adds a type without a name of its own.
    pub fn add_anonymous(&mut self, shape: Shape, span: Span) -> TypeId {
        self.add(Type { name: None, span, shape, checks: Vec::new(), doc: String::new(), sensitive: false })
    }

    /// The type at a place.
    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    /// The record at a place, where there is one.
    pub fn record(&self, id: TypeId) -> Option<&Record> {
        if let Shape::Record(record) = &self.ty(id).shape { Some(record) } else { None }
    }

    /// The operation at a place.
    pub fn operation(&self, id: OperationId) -> &Operation {
        &self.operations[id.0 as usize]
    }

    /// Finds an operation by `interface.name` or `component.name`, compared by words where it is not exact, or by its name
    /// alone; only where one operation is meant.
    pub fn find_operation(&self, name: &str) -> Option<OperationId> {
        if let Some(at) = self.operations.iter().position(|o| o.id == name) {
            return Some(OperationId(at as u32));
        }
        let (group, last) =
            name.rsplit_once('.').map_or((None, name), |(group, last)| (Some(words(group)), last));
        let last = words(last);
        let means = |operation: &Operation| {
            let interface = &self.interfaces[operation.interface.0 as usize];
            let grouped = group.as_ref().is_none_or(|group| {
                [&interface.name, &interface.component]
                    .into_iter()
                    .chain(&interface.service)
                    .any(|n| words(n) == *group)
            });
            grouped && words(&operation.name) == last
        };
        let mut found = self.operations.iter().enumerate().filter(|(_, operation)| means(operation));
        let (at, _) = found.next()?;
        found.next().is_none().then_some(OperationId(at as u32))
    }
}
