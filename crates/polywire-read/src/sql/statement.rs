//! What each statement does to the catalog; statements that say nothing about types are passed over.

use std::collections::HashMap;

use polywire_contract::{SqlAction, SqlDialect};
use polywire_diag::{Diagnostic, Span};
use sqlparser::ast::{
    AlterTypeAddValuePosition, AlterTypeOperation, ColumnDef, ColumnOption, CommentObject, CreateIndex,
    CreateTable, CreateTableLikeKind, DataType, Expr, ForeignKeyConstraint, GeneratedAs, Ident, IndexColumn,
    ObjectName, ObjectType, ReferentialAction, SqliteTableOption, Statement, TableConstraint,
    UserDefinedTypeRepresentation,
};

use super::catalog::{
    Catalog, Column, Declared, Domain, Index, KeyOf, Kind, Name, Origin, Reference, Rule, Table, VALUES_MAX,
    same, twice,
};
use super::parse::place_of;
use crate::codes::{SQL_LIMIT, SQL_OPAQUE, SQL_UNKNOWN_NAME};

/// Columns of one key.
const KEY_MAX: usize = 100;

/// How many columns are listed when one is not among them.
const LISTED_MAX: usize = 8;

/// Applies a statement whose text lies at `whole`.
pub(super) fn apply(catalog: &mut Catalog<'_>, whole: Span, statement: Statement) {
    match statement {
        Statement::CreateTable(table) => create_table(catalog, whole, table),
        Statement::CreateType { name, representation } => create_type(catalog, whole, &name, representation),
        Statement::CreateDomain(domain) => {
            let name = catalog.name(&domain.name, whole);
            let (mut rules, mut not_null) = (Vec::new(), false);
            for constraint in domain.constraints {
                if let TableConstraint::Check(check) = constraint {
                    not_null |= matches!(&*check.expr, Expr::IsNotNull(_));
                    rules.push(Rule { name: check.name.map(|name| name.value), expr: *check.expr });
                }
            }
            let domain = Domain { base: domain.data_type, not_null, default: domain.default, rules };
            let kind = Kind::Domain(Box::new(domain));
            catalog.add_type(Declared { name, kind, doc: String::new() });
        }
        Statement::CreateIndex(index) => create_index(catalog, whole, index),
        Statement::AlterTable(alter) => super::alter::alter_table(catalog, whole, alter),
        Statement::AlterType(alter) => {
            let name = catalog.name(&alter.name, whole);
            alter_type(catalog, &name, alter.operation);
        }
        Statement::Comment { object_type, object_name, comment, .. } => {
            remark(catalog, whole, &object_type, &object_name, comment.unwrap_or_default());
        }
        Statement::Drop { object_type, names, .. } => {
            for name in &names {
                let name = catalog.name(name, whole);
                match object_type {
                    ObjectType::Table => catalog.drop_table(&name),
                    ObjectType::Type => catalog.drop_type(&name),
                    ObjectType::Index => catalog.drop_index(&name.name),
                    _ => {}
                }
            }
        }
        Statement::DropDomain(domain) => {
            let name = catalog.name(&domain.name, whole);
            catalog.drop_type(&name);
        }
        _ => {}
    }
}

fn create_table(catalog: &mut Catalog<'_>, whole: Span, create: CreateTable) {
    if create.temporary {
        return;
    }
    let name = catalog.name(&create.name, whole);
    if create.partition_of.is_some() {
        // A part of a table that is declared already.
        return;
    }
    let options = &create.sqlite_table_options.options;
    let numbered = !options.iter().any(|option| matches!(option, SqliteTableOption::WithoutRowid));
    let mut table = Table {
        name,
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        references: Vec::new(),
        rules: Vec::new(),
        indexes: Vec::new(),
        numbered,
        doc: String::new(),
    };
    let (like, kept) = match create.like {
        Some(CreateTableLikeKind::Plain(like) | CreateTableLikeKind::Parenthesized(like)) => {
            (Some(like.name), false)
        }
        None => (None, true),
    };
    for parent in create.inherits.into_iter().flatten().chain(like) {
        let parent = catalog.name(&parent, table.name.span);
        let Some(parent) = catalog.known_table(&parent).map(|parent| parent.clone()) else { continue };
        for column in parent.columns {
            let known = table.columns.iter().any(|one| same(&one.name, &column.name, catalog.dialect));
            if !known && catalog.room(&table) {
                let copied = Column { default: None, origin: Origin::Row, ..column.clone() };
                table.columns.push(if kept { column } else { copied });
            }
        }
        for rule in parent.rules.into_iter().filter(|_| kept) {
            if catalog.room(&table) {
                table.rules.push(rule);
            }
        }
    }
    if create.query.is_some() && create.columns.is_empty() {
        catalog.say(
            Diagnostic::warning(&SQL_OPAQUE, format!("the columns of `{}` are not known", table.name.name))
                .at(table.name.span, "made from a query, which is not read")
                .help("declare the table with its columns"),
        );
        return;
    }
    for column in create.columns {
        add_column(catalog, &mut table, column);
    }
    for constraint in create.constraints {
        add_constraint(catalog, &mut table, constraint);
    }
    catalog.add_table(table, create.if_not_exists || create.or_replace);
}

/// Adds a column with its own constraints; one that is there already is said.
pub(super) fn add_column(catalog: &mut Catalog<'_>, table: &mut Table, def: ColumnDef) {
    let span = catalog.span(&def.name, table.name.span);
    let mut column = column(catalog, &def.name, def.data_type, span);
    let own = || vec![def.name.clone()];
    let mut constraints = Vec::new();
    for ColumnOptionNamed { name, option } in def.options.into_iter().map(ColumnOptionNamed::from) {
        match option {
            ColumnOption::NotNull => column.not_null = true,
            ColumnOption::Null => column.not_null = false,
            ColumnOption::Default(expr) => column.default = Some(expr),
            ColumnOption::Generated { generated_as, generation_expr, .. } => {
                column.origin = match generated_as {
                    _ if generation_expr.is_some() => Origin::Computed,
                    GeneratedAs::ByDefault => Origin::Sequence,
                    GeneratedAs::Always | GeneratedAs::ExpStored => Origin::OwnSequence,
                };
                // An identity column is never null, said or not.
                column.not_null |= column.origin != Origin::Computed;
            }
            ColumnOption::Comment(text) => column.doc = text,
            ColumnOption::PrimaryKey(mut key) => {
                key.name = key.name.or(name);
                if key.columns.is_empty() {
                    key.columns = own().into_iter().map(IndexColumn::from).collect();
                }
                constraints.push(TableConstraint::PrimaryKey(key));
            }
            ColumnOption::Unique(mut key) => {
                key.name = key.name.or(name);
                if key.columns.is_empty() {
                    key.columns = own().into_iter().map(IndexColumn::from).collect();
                }
                constraints.push(TableConstraint::Unique(key));
            }
            ColumnOption::ForeignKey(mut key) => {
                key.name = key.name.or(name);
                if key.columns.is_empty() {
                    key.columns = own();
                }
                constraints.push(TableConstraint::ForeignKey(key));
            }
            ColumnOption::Check(mut check) => {
                check.name = check.name.or(name);
                constraints.push(TableConstraint::Check(check));
            }
            _ => {}
        }
    }
    let dialect = catalog.dialect;
    if !catalog.room(table) {
        return;
    }
    if let Some(first) = table.column(&column.name, dialect) {
        let first = first.span;
        catalog.say(twice("column", &column.name, span, first));
        return;
    }
    table.columns.push(column);
    for constraint in constraints {
        add_constraint(catalog, table, constraint);
    }
}

/// A column's option with the name of its constraint.
struct ColumnOptionNamed {
    name: Option<Ident>,
    option: ColumnOption,
}

impl From<sqlparser::ast::ColumnOptionDef> for ColumnOptionNamed {
    fn from(def: sqlparser::ast::ColumnOptionDef) -> Self {
        ColumnOptionNamed { name: def.name, option: def.option }
    }
}

fn column(catalog: &Catalog<'_>, name: &Ident, data_type: DataType, span: Span) -> Column {
    let mut column = Column {
        name: catalog.folded(name),
        written: name.value.clone(),
        span,
        data_type,
        not_null: false,
        default: None,
        origin: Origin::Row,
        doc: String::new(),
    };
    if super::types::is_serial(&column.data_type) && catalog.dialect == SqlDialect::PostgreSql {
        column.origin = Origin::Sequence;
        column.not_null = true;
    }
    column
}

pub(super) fn add_constraint(catalog: &mut Catalog<'_>, table: &mut Table, constraint: TableConstraint) {
    if !catalog.room(table) {
        return;
    }
    let span = place_of(catalog.file, &constraint, table.name.span);
    let name_of = |name: Option<Ident>| name.map(|name| name.value);
    match constraint {
        TableConstraint::PrimaryKey(key) => {
            let key =
                KeyOf { name: name_of(key.name), columns: key_columns(catalog, &key.columns, span), span };
            if !known_columns(catalog, table, &key.columns) {
                return;
            }
            let dialect = catalog.dialect;
            // SQLite numbers rows by such a column; PostgreSQL has no such rule.
            let numbers = dialect == SqlDialect::Sqlite && table.numbered && key.columns.len() == 1;
            for (name, _) in &key.columns {
                // SQLite lets nulls into keys of some tables, which its own manual calls a fault.
                if let Some(column) = table.column(name, dialect) {
                    column.not_null = true;
                    if numbers && matches!(column.data_type, DataType::Integer(_)) {
                        column.origin = Origin::Sequence;
                    }
                }
            }
            if let Some(first) = &table.primary_key {
                let first = first.span;
                catalog.say(twice("the primary key of", &table.name.name, span, first));
                return;
            }
            table.primary_key = Some(key);
        }
        TableConstraint::Unique(key) => {
            let key =
                KeyOf { name: name_of(key.name), columns: key_columns(catalog, &key.columns, span), span };
            if known_columns(catalog, table, &key.columns) {
                table.uniques.push(key);
            }
        }
        TableConstraint::ForeignKey(key) => {
            let reference = reference(catalog, key, span);
            if known_columns(catalog, table, &reference.key.columns) {
                table.references.push(reference);
            }
        }
        TableConstraint::Check(check) if check.enforced != Some(false) => {
            table.rules.push(Rule { name: name_of(check.name), expr: *check.expr });
        }
        _ => {}
    }
}

fn reference(catalog: &Catalog<'_>, key: ForeignKeyConstraint, span: Span) -> Reference {
    let places = |idents: &[Ident]| -> Vec<(String, Span)> {
        idents.iter().map(|ident| (catalog.folded(ident), catalog.span(ident, span))).collect()
    };
    Reference {
        key: KeyOf {
            name: key.name.as_ref().map(|name| name.value.clone()),
            columns: places(&key.columns),
            span,
        },
        table: catalog.name(&key.foreign_table, span),
        target_columns: places(&key.referred_columns),
        on_delete: action(key.on_delete),
        on_update: action(key.on_update),
    }
}

fn action(action: Option<ReferentialAction>) -> SqlAction {
    match action {
        None | Some(ReferentialAction::Restrict | ReferentialAction::NoAction) => SqlAction::Refuse,
        Some(ReferentialAction::Cascade) => SqlAction::Cascade,
        Some(ReferentialAction::SetNull) => SqlAction::SetNull,
        Some(ReferentialAction::SetDefault) => SqlAction::SetDefault,
    }
}

fn key_columns(catalog: &Catalog<'_>, columns: &[IndexColumn], otherwise: Span) -> Vec<(String, Span)> {
    let name = |column: &IndexColumn| match &column.column.expr {
        Expr::Identifier(ident) => Some((catalog.folded(ident), catalog.span(ident, otherwise))),
        _ => None,
    };
    columns.iter().filter_map(name).collect()
}

/// Whether every column is one of the table's; says which are not.
fn known_columns(catalog: &mut Catalog<'_>, table: &Table, columns: &[(String, Span)]) -> bool {
    if let Some((_, span)) = columns.get(KEY_MAX) {
        catalog.say(Diagnostic::error(&SQL_LIMIT, "a key with too many columns").at(*span, "more than 100"));
        return false;
    }
    let mut known = true;
    for (name, span) in columns {
        if !table.columns.iter().any(|column| same(&column.name, name, catalog.dialect)) {
            known = false;
            if catalog.says() {
                catalog.say(unknown_column(name, *span, table));
            }
        }
    }
    known
}

pub(super) fn unknown_column(name: &str, span: Span, table: &Table) -> Diagnostic {
    let diag = Diagnostic::error(&SQL_UNKNOWN_NAME, format!("unknown column `{name}`"))
        .at(span, format!("`{}` has no such column", table.name.name));
    let names = || table.columns.iter().map(|column| column.name.as_str());
    match polywire_diag::nearest(name, names()) {
        Some(near) => diag.help(format!("did you mean `{near}`?")),
        None if (1..=LISTED_MAX).contains(&table.columns.len()) => {
            let listed: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            diag.help(format!("it has {}", listed.join(", ")))
        }
        None => diag,
    }
}

fn create_type(
    catalog: &mut Catalog<'_>,
    whole: Span,
    name: &ObjectName,
    representation: Option<UserDefinedTypeRepresentation>,
) {
    let name = catalog.name(name, whole);
    let kind = match representation {
        Some(UserDefinedTypeRepresentation::Enum { labels }) => {
            let mut seen: HashMap<&str, &Ident> = HashMap::new();
            let mut diags = Vec::new();
            for label in &labels {
                if let Some(first) = seen.insert(&label.value, label) {
                    let (span, first) = (catalog.span(label, name.span), catalog.span(first, name.span));
                    diags.push(twice("value", &label.value, span, first));
                }
            }
            if labels.len() > VALUES_MAX {
                diags.push(
                    Diagnostic::error(&SQL_LIMIT, "an enum with too many values")
                        .at(name.span, "more than 4000"),
                );
            }
            if !diags.is_empty() {
                diags.into_iter().for_each(|diag| catalog.say(diag));
                catalog.add_type(Declared { name, kind: Kind::Opaque, doc: String::new() });
                return;
            }
            Kind::Enum(labels)
        }
        Some(UserDefinedTypeRepresentation::Composite { attributes }) => Kind::Composite(
            attributes
                .into_iter()
                .map(|attribute| {
                    let span = catalog.span(&attribute.name, name.span);
                    column(catalog, &attribute.name, attribute.data_type, span)
                })
                .collect(),
        ),
        _ => Kind::Opaque,
    };
    catalog.add_type(Declared { name, kind, doc: String::new() });
}

fn alter_type(catalog: &mut Catalog<'_>, name: &Name, operation: AlterTypeOperation) {
    if let AlterTypeOperation::Rename(rename) = operation {
        let to = catalog.folded(&rename.new_name);
        catalog.rename_type(name, to);
        return;
    }
    let Some(Declared { kind: Kind::Enum(values), .. }) = catalog.declared(name) else { return };
    match operation {
        AlterTypeOperation::AddValue(add) => {
            if values.len() >= VALUES_MAX || values.iter().any(|value| value.value == add.value.value) {
                return;
            }
            let place = |beside: &Ident| values.iter().position(|value| value.value == beside.value);
            let at = match &add.position {
                Some(AlterTypeAddValuePosition::Before(beside)) => place(beside),
                Some(AlterTypeAddValuePosition::After(beside)) => place(beside).map(|at| at + 1),
                None => None,
            };
            values.insert(at.unwrap_or(values.len()), add.value);
        }
        AlterTypeOperation::RenameValue(rename) => {
            if let Some(value) = values.iter_mut().find(|value| value.value == rename.from.value) {
                *value = rename.to;
            }
        }
        AlterTypeOperation::Rename(_) => {}
    }
}

fn create_index(catalog: &mut Catalog<'_>, whole: Span, create: CreateIndex) {
    let name = catalog.name(&create.table_name, whole);
    let span = create.name.as_ref().map_or(name.span, |own| place_of(catalog.file, own, name.span));
    let keys: Vec<_> = create
        .columns
        .iter()
        .map(|key| match &key.column.expr {
            Expr::Identifier(ident) => (Ok(catalog.folded(ident)), catalog.span(ident, span)),
            expr => (Err(expr.to_string()), place_of(catalog.file, expr, span)),
        })
        .collect();
    let index = Index {
        name: create.name.as_ref().map(|own| catalog.name(own, span).name),
        unique: create.unique,
        method: create
            .using
            .map(|method| method.to_string().to_ascii_lowercase())
            .filter(|method| method != "btree"),
        keys,
        filter: create.predicate.as_ref().map(ToString::to_string),
        span,
    };
    catalog.add_index(&name, index);
}

/// `COMMENT ON`: the author's description.
fn remark(catalog: &mut Catalog<'_>, whole: Span, object: &CommentObject, name: &ObjectName, text: String) {
    match object {
        CommentObject::Table => {
            let name = catalog.name(name, whole);
            if let Some(table) = catalog.table(&name) {
                table.doc = text;
            }
        }
        CommentObject::Type | CommentObject::Domain => {
            let name = catalog.name(name, whole);
            if let Some(declared) = catalog.declared(&name) {
                declared.doc = text;
            }
        }
        CommentObject::Column => {
            let mut parts = name.0.clone();
            let Some(column) = parts.pop().and_then(|part| part.as_ident().cloned()) else { return };
            let (column, table) = (catalog.folded(&column), catalog.name(&ObjectName(parts), whole));
            let dialect = catalog.dialect;
            if let Some(column) = catalog.table(&table).and_then(|table| table.column(&column, dialect)) {
                column.doc = text;
                return;
            }
            if let Some(Declared { kind: Kind::Composite(columns), .. }) = catalog.declared(&table)
                && let Some(column) = columns.iter_mut().find(|one| same(&one.name, &column, dialect))
            {
                column.doc = text;
            }
        }
        _ => {}
    }
}
