//! The catalog as types of the model: a record for each table and composite type, an enum, a domain with its checks.

use std::collections::{BTreeMap, HashSet};

use polywire_contract::{
    Check, Contract, Enum, EnumValue, Extra, Field, Record, Shape, SqlColumn, SqlDialect, SqlOrigin, Type,
    TypeId, TypeRef, words,
};
use polywire_diag::{Diagnostic, Span, nearest};
use sqlparser::ast::{BinaryOperator, DataType, Expr, Ident, ObjectName};

use super::catalog::{Catalog, Column, Domain, Kind, NEAR_MAX, Origin, Rule};
use super::check;
use super::keys::Places;
use super::parse::place_of;
use super::types::{Built, build};
use super::value::{self, Constant, constant, literal};
use crate::codes::{SQL_CHECK, SQL_LIMIT, SQL_UNKNOWN_TYPE, SQL_VALUE};

/// Domains over domains, lists in lists.
const DEPTH_MAX: usize = 32;

/// How many values and checks may be copied from named types.
const COPIES_MAX: usize = 1_000_000;

/// Names of PostgreSQL's types, for those that are misspelt.
const KNOWN: &[&str] = &[
    "bigint",
    "bigserial",
    "boolean",
    "bytea",
    "char",
    "citext",
    "date",
    "decimal",
    "hstore",
    "inet",
    "integer",
    "interval",
    "json",
    "jsonb",
    "money",
    "numeric",
    "real",
    "serial",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "varchar",
];

/// Adds everything that the catalog holds to the contract.
pub(super) fn lower(catalog: Catalog<'_>, file_name: &str, contract: &mut Contract) {
    let file = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let mut reserve = |name: &super::catalog::Name| {
        contract.add(Type {
            name: Some(format!("{file}#{}.{}", name.schema, name.name)),
            span: name.span,
            shape: Shape::Any,
            checks: Vec::new(),
            doc: String::new(),
            sensitive: false,
        })
    };
    let types: Vec<Option<TypeId>> =
        catalog.types.iter().map(|ty| ty.as_ref().map(|ty| reserve(&ty.name))).collect();
    let tables: Vec<Option<TypeId>> =
        catalog.tables.iter().map(|table| table.as_ref().map(|table| reserve(&table.name))).collect();
    let states = vec![State::Waiting; types.len()];
    let mut lower = Lower { catalog, contract, types, tables, states, copies_left: COPIES_MAX };
    for at in 0..lower.types.len() {
        lower.declared(at, 0);
    }
    for at in 0..lower.tables.len() {
        lower.table(at);
    }
    super::keys::lower(&mut lower);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Busy,
    Done,
}

pub(super) struct Lower<'c, 'd> {
    pub(super) catalog: Catalog<'d>,
    pub(super) contract: &'c mut Contract,
    types: Vec<Option<TypeId>>,
    pub(super) tables: Vec<Option<TypeId>>,
    states: Vec<State>,
    /// What may still be copied from named types, in values and checks.
    copies_left: usize,
}

/// A use of a type in a column.
enum Use {
    /// With the place of a domain, where it is one.
    Named(TypeId, Option<usize>),
    Inline(Shape, Vec<(Check, Span)>),
}

impl Lower<'_, '_> {
    /// Fills the type that was reserved for a declaration, once.
    fn declared(&mut self, at: usize, depth: usize) {
        if self.states[at] != State::Waiting {
            return;
        }
        let (Some(id), Some(declared)) = (self.types[at], self.catalog.types[at].clone()) else { return };
        self.states[at] = State::Busy;
        let span = declared.name.span;
        let (shape, checks) = match declared.kind {
            Kind::Enum(labels) => (self.enumeration(&labels, span), Vec::new()),
            Kind::Composite(columns) => (self.composite(columns), Vec::new()),
            Kind::Domain(domain) => {
                let Domain { base, rules, .. } = *domain;
                let used = self.used(&base, span, depth + 1);
                let (shape, mut checks) = self.copied(used);
                for rule in &rules {
                    self.rule(rule, span, |_, _, predicate, place| {
                        let found = check::checks(predicate, &shape, place);
                        found.map(|found| checks.extend(found.into_iter().map(|check| (check, place))))
                    });
                }
                (shape, checks)
            }
            Kind::Opaque => (Shape::Any, Vec::new()),
        };
        let ty = &mut self.contract.types[id.0 as usize];
        (ty.shape, ty.checks, ty.doc) = (shape, checks, declared.doc);
        self.states[at] = State::Done;
    }

    fn enumeration(&self, labels: &[Ident], span: Span) -> Shape {
        let value =
            |label: &Ident| EnumValue { name: label.value.clone(), span: self.catalog.span(label, span) };
        Shape::Enum(Enum { values: labels.iter().map(value).collect(), open: false })
    }

    fn composite(&mut self, columns: Vec<Column>) -> Shape {
        let mut seen = HashSet::new();
        let fields = columns
            .into_iter()
            .filter(|column| seen.insert(column.name.clone()))
            .map(|column| {
                let used = self.used(&column.data_type, column.span, 0);
                let ty = self.placed(used, Vec::new(), column.span);
                Field {
                    words: words(&column.written),
                    doc: column.doc,
                    ..Field::new(column.name, TypeRef { id: ty, nullable: true }, column.span)
                }
            })
            .collect();
        Shape::Record(Record { fields, extra: Extra::Closed, ..Record::default() })
    }

    /// Fills the record of a table; keys come when every table has its columns.
    fn table(&mut self, at: usize) {
        let (Some(id), Some(table)) = (self.tables[at], self.catalog.tables[at].clone()) else { return };
        let uses: Vec<Use> =
            table.columns.iter().map(|column| self.used(&column.data_type, column.span, 0)).collect();
        let shapes: Vec<Shape> = uses.iter().map(|used| self.outline(used)).collect();
        let places = Places::new(Some(&table), self.catalog.dialect);
        let mut checks: BTreeMap<usize, Vec<(Check, Span)>> = BTreeMap::new();
        let mut not_null = vec![false; table.columns.len()];
        for rule in &table.rules {
            self.rule(rule, table.name.span, |lower, ident, predicate, place| {
                let at = places.of(&lower.catalog.folded(ident))? as usize;
                not_null[at] |= *predicate == check::Predicate::NotNull;
                let found = check::checks(predicate, &shapes[at], place)?;
                checks.entry(at).or_default().extend(found.into_iter().map(|check| (check, place)));
                Some(())
            });
        }
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for (at, ((column, used), shape)) in table.columns.into_iter().zip(uses).zip(shapes).enumerate() {
            let domain = if let Use::Named(_, domain) = used { domain } else { None };
            let (domain_not_null, domain_default) = self.domain(domain);
            let ty = self.placed(used, checks.remove(&at).unwrap_or_default(), column.span);
            let written = column.default.as_ref().or(domain_default.as_ref());
            let (default, origin) = self.origin(&column, written, &shape);
            if let Some(value) = &default {
                self.listed(ty, value);
            }
            let not_null = column.not_null || not_null[at] || domain_not_null;
            let given = default.is_some() || origin != SqlOrigin::Row;
            fields.push(Field {
                words: words(&column.written),
                required: not_null && !given,
                default,
                read_only: matches!(column.origin, Origin::Computed | Origin::OwnSequence),
                doc: column.doc,
                ..Field::new(column.name, TypeRef { id: ty, nullable: !not_null }, column.span)
            });
            columns.push(SqlColumn { ty: type_text(&column.data_type), origin });
        }
        let ty = &mut self.contract.types[id.0 as usize];
        ty.shape = Shape::Record(Record { fields, extra: Extra::Closed, ..Record::default() });
        ty.doc = table.doc;
        let side = polywire_contract::SqlTable {
            dialect: self.catalog.dialect,
            schema: table.name.schema,
            name: table.name.name,
            columns,
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
        };
        self.contract.sql.tables.insert(id, side);
    }

    /// Reads a rule; hands over each thing that it says, and reports the rule where it says something that checks cannot.
    fn rule(
        &mut self,
        rule: &Rule,
        otherwise: Span,
        mut take: impl FnMut(&mut Self, &Ident, &check::Predicate, Span) -> Option<()>,
    ) {
        let mut left = None;
        for part in check::conjuncts(&rule.expr) {
            let place = place_of(self.catalog.file, part, otherwise);
            let taken = check::read(part, self.catalog.dialect).and_then(|(ident, predicates)| {
                predicates.iter().try_for_each(|predicate| take(self, ident, predicate, place))
            });
            if taken.is_none() {
                let pattern = matches!(part, Expr::BinaryOp { op: BinaryOperator::PGRegexMatch, .. });
                let why = if pattern {
                    "a pattern that only PostgreSQL knows"
                } else {
                    "more than a rule on one value"
                };
                left = left.or(Some((place, why)));
            }
        }
        if let Some((place, why)) = left {
            let what = rule.name.as_ref().map_or("a check".to_string(), |name| format!("the check `{name}`"));
            self.catalog.say(
                Diagnostic::warning(&SQL_CHECK, format!("{what} is held by the database alone"))
                    .at(place, why),
            );
        }
    }

    /// Where a column's value comes from when none is given: a default that is a value, or something else.
    fn origin(
        &mut self,
        column: &Column,
        default: Option<&Expr>,
        shape: &Shape,
    ) -> (Option<polywire_contract::Literal>, SqlOrigin) {
        match column.origin {
            Origin::Computed => return (None, SqlOrigin::Computed),
            Origin::Sequence | Origin::OwnSequence => return (None, SqlOrigin::Sequence),
            Origin::Row => {}
        }
        let Some(expr) = default else { return (None, SqlOrigin::Row) };
        let span = place_of(self.catalog.file, expr, column.span);
        match constant(expr) {
            Some(Constant::Null) => (None, SqlOrigin::Row),
            Some(constant) => match literal(&constant, shape, span) {
                Some(value) => (Some(value), SqlOrigin::Row),
                None => {
                    let number = matches!(
                        shape,
                        Shape::Int(_) | Shape::Float(_) | Shape::Decimal { .. } | Shape::Bool
                    );
                    let strict = self.catalog.dialect == SqlDialect::PostgreSql;
                    if strict && number && matches!(constant, Constant::Text(_)) {
                        let kind = type_text(&column.data_type);
                        let text = format!("the default of `{}` is no `{kind}`", column.name);
                        self.catalog.say(Diagnostic::error(&SQL_VALUE, text).at(span, ""));
                        return (None, SqlOrigin::Row);
                    }
                    (None, SqlOrigin::Expression(expr.to_string()))
                }
            },
            None => match value::bare(expr) {
                Expr::Function(function)
                    if value::call(function).is_some_and(|(name, _)| name == "nextval") =>
                {
                    (None, SqlOrigin::Sequence)
                }
                _ => (None, SqlOrigin::Expression(expr.to_string())),
            },
        }
    }

    /// Says when a default is none of an enum's values.
    fn listed(&mut self, ty: TypeId, value: &polywire_contract::Literal) {
        let (Shape::Enum(values), Some(text)) = (&self.contract.ty(ty).shape, value.as_text()) else {
            return;
        };
        if values.values.iter().any(|value| value.name == text) {
            return;
        }
        let diag = Diagnostic::error(&SQL_VALUE, format!("`{text}` is none of the values of its type"))
            .at(value.span, "");
        self.catalog.say(match nearest(text, values.values.iter().map(|value| value.name.as_str())) {
            Some(near) => diag.help(format!("did you mean `{near}`?")),
            None => diag,
        });
    }

    /// What a domain says beyond its values: whether null is none, and the default.
    fn domain(&self, at: Option<usize>) -> (bool, Option<Expr>) {
        let (mut not_null, mut default, mut next) = (false, None, at);
        for _ in 0..DEPTH_MAX {
            let Some(declared) = next.and_then(|at| self.catalog.types[at].as_ref()) else { break };
            let Kind::Domain(domain) = &declared.kind else { break };
            let Domain { base, not_null: own, default: value, .. } = &**domain;
            not_null |= own;
            default = default.or_else(|| value.clone());
            next = match build(base, self.catalog.dialect) {
                Built::Named(name) => self.type_named(name, declared.name.span),
                _ => None,
            };
        }
        (not_null, default)
    }

    fn type_named(&self, name: &ObjectName, span: Span) -> Option<usize> {
        let name = self.catalog.name(name, span);
        self.catalog.type_at(&name).or_else(|| {
            // What the search path finds besides.
            let public = super::catalog::Name { schema: "public".to_string(), ..name };
            self.catalog.type_at(&public)
        })
    }

    fn used(&mut self, data_type: &DataType, span: Span, depth: usize) -> Use {
        if depth > DEPTH_MAX {
            return Use::Inline(Shape::Any, Vec::new());
        }
        match build(data_type, self.catalog.dialect) {
            Built::Shape(shape, checks) => {
                Use::Inline(shape, checks.into_iter().map(|check| (check, span)).collect())
            }
            Built::List(item) => {
                let used = self.used(item, span, depth + 1);
                let id = self.placed(used, Vec::new(), span);
                Use::Inline(Shape::List(TypeRef { id, nullable: true }), Vec::new())
            }
            Built::Map => {
                let key = self.contract.add_anonymous(Shape::Text, span);
                let value = TypeRef { id: self.contract.add_anonymous(Shape::Text, span), nullable: true };
                Use::Inline(Shape::Map { key, value }, Vec::new())
            }
            Built::Enum(names) => {
                let value = |name: &&str| EnumValue { name: (*name).to_string(), span };
                let values = names.iter().map(value).collect();
                Use::Inline(Shape::Enum(Enum { values, open: false }), Vec::new())
            }
            Built::Named(name) => self.named(name, span, depth),
        }
    }

    fn named(&mut self, name: &ObjectName, span: Span, depth: usize) -> Use {
        if let Some(at) = self.type_named(name, span) {
            if self.states[at] != State::Busy {
                self.declared(at, depth);
            }
            if let (Some(id), State::Done) = (self.types[at], self.states[at]) {
                let domain =
                    self.catalog.types[at].as_ref().is_some_and(|ty| matches!(ty.kind, Kind::Domain(_)));
                return Use::Named(id, domain.then_some(at));
            }
        }
        let full = self.catalog.name(name, span);
        if let Some(id) = self.catalog.table_at(&full).and_then(|at| self.tables[at]) {
            return Use::Named(id, None);
        }
        if self.catalog.says() && !self.catalog.is_broken(&full.name) {
            let diag = Diagnostic::warning(&SQL_UNKNOWN_TYPE, format!("unknown type `{}`", full.name))
                .at(full.span, "not declared in this file, so any value is taken");
            let declared = self.catalog.types.iter().take(NEAR_MAX).flatten().map(|ty| ty.name.name.as_str());
            let near = nearest(&full.name, declared.chain(KNOWN.iter().copied())).map(str::to_string);
            self.catalog.say(match near {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag,
            });
        }
        Use::Inline(Shape::Any, Vec::new())
    }

    /// The kind of a use, without an enum's values and a record's fields, of which there may be many.
    fn outline(&self, used: &Use) -> Shape {
        let shape = match used {
            Use::Named(id, _) => &self.contract.ty(*id).shape,
            Use::Inline(shape, _) => shape,
        };
        match shape {
            Shape::Enum(values) => Shape::Enum(Enum { values: Vec::new(), open: values.open }),
            Shape::Record(_) => Shape::Record(Record::default()),
            shape => shape.clone(),
        }
    }

    /// Shape and checks of a use, as long as there is room for copies.
    fn copied(&mut self, used: Use) -> (Shape, Vec<(Check, Span)>) {
        match used {
            Use::Named(id, _) => {
                let cost = cost(self.contract.ty(id));
                if cost > self.copies_left {
                    if self.copies_left > 0 {
                        let text = "types that are used too often with rules of their own";
                        let diag = Diagnostic::error(&SQL_LIMIT, text);
                        self.catalog
                            .say(diag.at(self.contract.ty(id).span, "any value is taken from here on"));
                    }
                    self.copies_left = 0;
                    return (Shape::Any, Vec::new());
                }
                self.copies_left -= cost;
                let ty = self.contract.ty(id);
                (ty.shape.clone(), ty.checks.clone())
            }
            Use::Inline(shape, checks) => (shape, checks),
        }
    }

    /// The type of a use; one with checks of its own is a type of its own.
    fn placed(&mut self, used: Use, more: Vec<(Check, Span)>, span: Span) -> TypeId {
        if let (Use::Named(id, _), true) = (&used, more.is_empty()) {
            return *id;
        }
        let (shape, mut checks) = self.copied(used);
        for (check, place) in more {
            if !checks.iter().any(|(known, _)| *known == check) {
                checks.push((check, place));
            }
        }
        let id = self.contract.add_anonymous(shape, span);
        self.contract.types[id.0 as usize].checks = checks;
        id
    }
}

/// How much there is to copy in a type.
fn cost(ty: &Type) -> usize {
    let shape = match &ty.shape {
        Shape::Enum(values) => values.values.len(),
        Shape::Record(record) => record.fields.len(),
        _ => 1,
    };
    let listed = |check: &Check| match check {
        Check::Among(values) | Check::NotAmong(values) => values.len(),
        _ => 1,
    };
    shape + ty.checks.iter().map(|(check, _)| listed(check)).sum::<usize>()
}

/// A type in lower case, unless its name is the author's.
fn type_text(data_type: &DataType) -> String {
    let text = data_type.to_string();
    match data_type {
        DataType::Custom(name, _) if name.0.len() == 1 && text.contains(' ') => {
            text.replace('"', "").to_ascii_lowercase()
        }
        _ if text.contains('"') => text,
        _ => text.to_ascii_lowercase(),
    }
}
