//! `ALTER TABLE`, as dumps and migrations write it.

use polywire_diag::Span;
use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation, GeneratedAs, RenameTableNameKind,
};

use super::catalog::{Catalog, Name, Origin};
use super::statement::{add_column, add_constraint, unknown_column};

pub(super) fn alter_table(catalog: &mut Catalog<'_>, whole: Span, alter: AlterTable) {
    let name = catalog.name(&alter.name, whole);
    for operation in alter.operations {
        match operation {
            AlterTableOperation::AddConstraint { constraint, .. } => {
                // Taken out and put back, because both catalog and table are changed.
                with_table(catalog, &name, |catalog, table| add_constraint(catalog, table, constraint));
            }
            AlterTableOperation::AddColumn { column_def, if_not_exists, .. } => {
                with_table(catalog, &name, |catalog, table| {
                    let own = catalog.folded(&column_def.name);
                    if !(if_not_exists && table.column(&own, catalog.dialect).is_some()) {
                        add_column(catalog, table, column_def);
                    }
                });
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                let (own, span) = (catalog.folded(&column_name), catalog.span(&column_name, name.span));
                alter_column(catalog, &name, &own, span, op);
            }
            AlterTableOperation::DropColumn { column_names, .. } => {
                let dropped: Vec<String> = column_names.iter().map(|ident| catalog.folded(ident)).collect();
                if let Some(table) = catalog.table(&name) {
                    let gone = |column: &String| dropped.contains(column);
                    table.columns.retain(|column| !gone(&column.name));
                    table.uniques.retain(|key| !key.columns.iter().any(|(column, _)| gone(column)));
                    table.references.retain(|one| !one.key.columns.iter().any(|(column, _)| gone(column)));
                    let named = |keys: &[(Result<String, String>, Span)]| {
                        keys.iter().any(|(key, _)| key.as_ref().is_ok_and(gone))
                    };
                    table.indexes.retain(|index| !named(&index.keys));
                    table.primary_key.take_if(|key| key.columns.iter().any(|(column, _)| gone(column)));
                }
            }
            AlterTableOperation::DropConstraint { name: constraint, .. } => {
                if let Some(table) = catalog.table(&name) {
                    let is = |name: &Option<String>| name.as_deref() == Some(constraint.value.as_str());
                    table.uniques.retain(|key| !is(&key.name));
                    table.references.retain(|one| !is(&one.key.name));
                    table.rules.retain(|rule| !is(&rule.name));
                    table.primary_key.take_if(|key| is(&key.name));
                }
            }
            AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                let (old, new) = (catalog.folded(&old_column_name), catalog.folded(&new_column_name));
                let span = catalog.span(&old_column_name, name.span);
                rename_column(catalog, &name, &old, new, span);
            }
            AlterTableOperation::RenameTable { table_name } => {
                let (RenameTableNameKind::As(to) | RenameTableNameKind::To(to)) = table_name;
                let to = catalog.name(&to, whole).name;
                catalog.rename_table(&name, to);
            }
            _ => {}
        }
    }
}

fn with_table(
    catalog: &mut Catalog<'_>,
    name: &Name,
    change: impl FnOnce(&mut Catalog<'_>, &mut super::catalog::Table),
) {
    if catalog.known_table(name).is_none() {
        return;
    }
    let Some(at) = catalog.table_at(name) else { return };
    let Some(mut table) = catalog.tables[at].take() else { return };
    change(catalog, &mut table);
    catalog.tables[at] = Some(table);
}

fn alter_column(catalog: &mut Catalog<'_>, name: &Name, own: &str, span: Span, op: AlterColumnOperation) {
    let dialect = catalog.dialect;
    with_table(catalog, name, |catalog, table| {
        let Some(column) = table.column(own, dialect) else {
            catalog.say(unknown_column(own, span, table));
            return;
        };
        match op {
            AlterColumnOperation::SetNotNull => column.not_null = true,
            AlterColumnOperation::DropNotNull => column.not_null = false,
            AlterColumnOperation::SetDefault { value } => column.default = Some(value),
            AlterColumnOperation::DropDefault => column.default = None,
            AlterColumnOperation::SetDataType { data_type, .. } => column.data_type = data_type,
            AlterColumnOperation::AddGenerated { generated_as, .. } => {
                column.not_null = true;
                column.origin = match generated_as {
                    Some(GeneratedAs::ByDefault) | None => Origin::Sequence,
                    Some(GeneratedAs::Always | GeneratedAs::ExpStored) => Origin::OwnSequence,
                };
            }
            _ => {}
        }
    });
}

fn rename_column(catalog: &mut Catalog<'_>, name: &Name, old: &str, new: String, span: Span) {
    let dialect = catalog.dialect;
    with_table(catalog, name, |catalog, table| {
        let Some(column) = table.column(old, dialect) else {
            catalog.say(unknown_column(old, span, table));
            return;
        };
        column.name.clone_from(&new);
        column.written.clone_from(&new);
        let keys = table.uniques.iter_mut().chain(&mut table.primary_key);
        let keys = keys.chain(table.references.iter_mut().map(|one| &mut one.key));
        let columns = keys.flat_map(|key| &mut key.columns).map(|(column, _)| column);
        let indexed = table.indexes.iter_mut().flat_map(|index| &mut index.keys);
        for column in columns.chain(indexed.filter_map(|(key, _)| key.as_mut().ok())) {
            if column == old {
                column.clone_from(&new);
            }
        }
    });
}
