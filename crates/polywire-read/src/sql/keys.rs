//! Keys, references and indexes of tables, with columns as places in records.

use std::collections::HashMap;

use polywire_contract::{SqlDialect, SqlForeignKey, SqlIndex, SqlIndexKey, SqlKey};
use polywire_diag::{Diagnostic, Span};

use super::catalog::{KeyOf, Reference, Table, near_table};
use super::lower::Lower;
use super::statement::unknown_column;
use crate::codes::SQL_UNKNOWN_NAME;

/// Adds the keys of every table to the contract.
pub(super) fn lower(lower: &mut Lower<'_, '_>) {
    let tables = std::mem::take(&mut lower.catalog.tables);
    let places: Vec<Places> =
        tables.iter().map(|table| Places::new(table.as_ref(), lower.catalog.dialect)).collect();
    let all = Tables { tables: &tables, places: &places };
    for (at, table) in tables.iter().enumerate() {
        let (Some(id), Some(table)) = (lower.tables[at], table) else { continue };
        let key = |key: &KeyOf| SqlKey {
            name: key.name.clone(),
            columns: places[at].all(&key.columns),
            span: key.span,
        };
        let (primary_key, uniques) =
            (table.primary_key.as_ref().map(key), table.uniques.iter().map(key).collect());
        let mut foreign_keys = Vec::new();
        for one in &table.references {
            foreign_keys.push(foreign_key(lower, &all, &places[at], one));
        }
        let indexes = indexes(lower, table, &places[at]);
        if let Some(side) = lower.contract.sql.tables.get_mut(&id) {
            (side.primary_key, side.uniques) = (primary_key, uniques);
            (side.foreign_keys, side.indexes) = (foreign_keys, indexes);
        }
    }
}

struct Tables<'t> {
    tables: &'t [Option<Table>],
    places: &'t [Places],
}

/// Where each column of a table stands.
pub(super) struct Places {
    dialect: SqlDialect,
    columns: HashMap<String, u32>,
}

impl Places {
    pub(super) fn new(table: Option<&Table>, dialect: SqlDialect) -> Self {
        let mut places = Places { dialect, columns: HashMap::new() };
        for (at, column) in table.iter().flat_map(|table| &table.columns).enumerate() {
            let key = places.key(&column.name);
            places.columns.insert(key, at as u32);
        }
        places
    }

    fn key(&self, name: &str) -> String {
        match self.dialect {
            SqlDialect::PostgreSql => name.to_string(),
            SqlDialect::Sqlite => name.to_ascii_lowercase(),
        }
    }

    pub(super) fn of(&self, name: &str) -> Option<u32> {
        self.columns.get(&self.key(name)).copied()
    }

    fn all(&self, names: &[(String, Span)]) -> Vec<u32> {
        names.iter().filter_map(|(name, _)| self.of(name)).collect()
    }
}

fn foreign_key(
    lower: &mut Lower<'_, '_>,
    all: &Tables<'_>,
    own: &Places,
    reference: &Reference,
) -> SqlForeignKey {
    let found = lower.catalog.table_at(&reference.table);
    let other = found.and_then(|at| Some((all.tables[at].as_ref()?, &all.places[at])));
    let mut target_columns = Vec::new();
    match other {
        Some((other, places)) if reference.target_columns.is_empty() => {
            target_columns = other.primary_key.as_ref().map_or_else(Vec::new, |key| places.all(&key.columns));
        }
        Some((other, places)) => {
            for (name, span) in &reference.target_columns {
                match places.of(name) {
                    Some(at) => target_columns.push(at),
                    None if lower.catalog.says() => lower.catalog.say(unknown_column(name, *span, other)),
                    None => {}
                }
            }
        }
        None if lower.catalog.says() && !lower.catalog.is_broken(&reference.table.name) => {
            let text = format!("unknown table `{}`", reference.table.name);
            let diag = Diagnostic::warning(&SQL_UNKNOWN_NAME, text)
                .at(reference.table.span, "referred to, but not declared in this file");
            lower.catalog.say(match near_table(&reference.table, all.tables) {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag,
            });
        }
        None => {}
    }
    SqlForeignKey {
        name: reference.key.name.clone(),
        columns: own.all(&reference.key.columns),
        table: format!("{}.{}", reference.table.schema, reference.table.name),
        target: found.and_then(|at| lower.tables[at]),
        target_columns,
        on_delete: reference.on_delete,
        on_update: reference.on_update,
        span: reference.key.span,
    }
}

fn indexes(lower: &mut Lower<'_, '_>, table: &Table, places: &Places) -> Vec<SqlIndex> {
    let mut found = Vec::new();
    for index in &table.indexes {
        let mut keys = Vec::new();
        for (key, span) in &index.keys {
            match key {
                Err(text) => keys.push(SqlIndexKey::Expression(text.clone())),
                Ok(name) => match places.of(name) {
                    Some(at) => keys.push(SqlIndexKey::Column(at)),
                    None if lower.catalog.says() => lower.catalog.say(unknown_column(name, *span, table)),
                    None => {}
                },
            }
        }
        found.push(SqlIndex {
            name: index.name.clone(),
            unique: index.unique,
            method: index.method.clone(),
            keys,
            filter: index.filter.clone(),
            span: index.span,
        });
    }
    found
}
