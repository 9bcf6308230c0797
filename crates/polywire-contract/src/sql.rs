//! The SQL side of records that are tables: how columns are declared, keys, references and indexes.

use std::collections::BTreeMap;

use polywire_diag::Span;

use crate::{Contract, TypeId};

/// Side tables for records that were read from data definitions.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    /// For each record that is a table.
    pub tables: BTreeMap<TypeId, SqlTable>,
}

/// The language that a table is declared in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlDialect {
    /// PostgreSQL.
    PostgreSql,
    /// SQLite.
    Sqlite,
}

/// A record as a table. Columns are named by their places in the record's fields.
#[derive(Clone, Debug)]
pub struct SqlTable {
    /// The language that it is declared in.
    pub dialect: SqlDialect,
    /// `public`
    pub schema: String,
    /// `orders`
    pub name: String,
    /// In the order of the record's fields.
    pub columns: Vec<SqlColumn>,
    /// The primary key, where there is one.
    pub primary_key: Option<SqlKey>,
    /// Other keys: no two rows have the same values in these columns.
    pub uniques: Vec<SqlKey>,
    /// References to rows of other tables.
    pub foreign_keys: Vec<SqlForeignKey>,
    /// Indexes, those that belong to keys not among them.
    pub indexes: Vec<SqlIndex>,
}

/// A field as a column.
#[derive(Clone, Debug)]
pub struct SqlColumn {
    /// The type, in lower case where it is one of the language: `numeric(10,2)`.
    pub ty: String,
    /// Where the value comes from when none is given.
    pub origin: SqlOrigin,
}

/// Where a column's value comes from when none is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlOrigin {
    /// The field's default, or `null`, or nowhere: a value must be given.
    Row,
    /// An expression that the database computes on insert: `now()`.
    Expression(String),
    /// A sequence or row number.
    Sequence,
    /// Always the database, from other columns; a value cannot be given.
    Computed,
}

/// Columns whose values together name one row.
#[derive(Clone, Debug)]
pub struct SqlKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// Places of columns.
    pub columns: Vec<u32>,
    /// Where it was written.
    pub span: Span,
}

/// Columns whose values name a row of another table.
#[derive(Clone, Debug)]
pub struct SqlForeignKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// Places of columns.
    pub columns: Vec<u32>,
    /// The other table with its schema: `public.customers`.
    pub table: String,
    /// The other table, where it is part of the contract.
    pub target: Option<TypeId>,
    /// Places of columns in the other table; empty where it is not part of the contract.
    pub target_columns: Vec<u32>,
    /// What happens when the other row is deleted.
    pub on_delete: SqlAction,
    /// What happens when the other row's key changes.
    pub on_update: SqlAction,
    /// Where it was written.
    pub span: Span,
}

/// What happens to a row when the row that it refers to goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SqlAction {
    /// The change is refused, at the end of the transaction at the latest.
    #[default]
    Refuse,
    /// The row goes too.
    Cascade,
    /// The columns become `null`.
    SetNull,
    /// The columns get their defaults.
    SetDefault,
}

/// An index that belongs to no key.
#[derive(Clone, Debug)]
pub struct SqlIndex {
    /// Its name.
    pub name: Option<String>,
    /// No two rows have the same keys.
    pub unique: bool,
    /// `gin`; `None` is the usual one.
    pub method: Option<String>,
    /// What is indexed, in order.
    pub keys: Vec<SqlIndexKey>,
    /// Only rows for which this holds are in it.
    pub filter: Option<String>,
    /// Where it was written.
    pub span: Span,
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlIndexKey {
    /// The place of a column.
    Column(u32),
    /// An expression, as it was written.
    Expression(String),
}

/// What is to be said of a table below its fields, a line each.
pub(crate) fn lines(contract: &Contract, id: TypeId) -> Vec<String> {
    let Some(table) = contract.sql.tables.get(&id) else { return Vec::new() };
    let columns = |id: TypeId, places: &[u32]| {
        let fields = contract.record(id).map_or(&[][..], |record| &record.fields);
        let names: Vec<&str> =
            places.iter().filter_map(|at| Some(fields.get(*at as usize)?.name.as_str())).collect();
        names.join(", ")
    };
    let mut lines = vec![format!("table {}.{}", table.schema, table.name)];
    let fields = contract.record(id).map_or(&[][..], |record| &record.fields);
    for (field, column) in fields.iter().zip(&table.columns) {
        let origin = match &column.origin {
            SqlOrigin::Row => String::new(),
            SqlOrigin::Expression(text) => format!(" = {text}"),
            SqlOrigin::Sequence => " from a sequence".to_string(),
            SqlOrigin::Computed => " computed".to_string(),
        };
        lines.push(format!("  column {} {}{origin}", field.name, column.ty));
    }
    let named = |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    if let Some(key) = &table.primary_key {
        lines.push(format!("  primary key{} ({})", named(&key.name), columns(id, &key.columns)));
    }
    for key in &table.uniques {
        lines.push(format!("  unique{} ({})", named(&key.name), columns(id, &key.columns)));
    }
    for key in &table.foreign_keys {
        let target =
            key.target.map_or_else(String::new, |id| format!(" ({})", columns(id, &key.target_columns)));
        let action = |event: &str, action: SqlAction| match action {
            SqlAction::Refuse => String::new(),
            SqlAction::Cascade => format!(" on {event} cascade"),
            SqlAction::SetNull => format!(" on {event} null"),
            SqlAction::SetDefault => format!(" on {event} default"),
        };
        let actions = action("delete", key.on_delete) + &action("update", key.on_update);
        let own = columns(id, &key.columns);
        lines.push(format!("  foreign key{} ({own}) to {}{target}{actions}", named(&key.name), key.table));
    }
    for index in &table.indexes {
        let keys: Vec<String> = index
            .keys
            .iter()
            .map(|key| match key {
                SqlIndexKey::Column(at) => columns(id, &[*at]),
                SqlIndexKey::Expression(text) => text.clone(),
            })
            .collect();
        let unique = if index.unique { "unique index" } else { "index" };
        let method = index.method.as_ref().map_or_else(String::new, |method| format!(" by {method}"));
        let filter = index.filter.as_ref().map_or_else(String::new, |filter| format!(" where {filter}"));
        lines.push(format!("  {unique}{}{method} ({}){filter}", named(&index.name), keys.join(", ")));
    }
    lines
}
