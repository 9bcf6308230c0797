//! What a script has declared so far: tables and types by name, as statement after statement changes them.
//!
//! Types stay as they were written; what they mean is `lower`'s.

use std::collections::{HashMap, HashSet};

use polywire_contract::{SqlAction, SqlDialect};
use polywire_diag::{Diagnostic, FileId, Span, nearest};
use sqlparser::ast::{DataType, Expr, Ident, ObjectName};

use crate::codes::{SQL_DUPLICATE, SQL_LIMIT, SQL_UNKNOWN_NAME};

/// The name of a table or type, with its schema.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) span: Span,
}

/// A name as it is looked up: without case in SQLite.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(String, String);

/// A column, or an attribute of a composite type.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The name before case was folded away: it shows where words end.
    pub(super) written: String,
    pub(super) span: Span,
    pub(super) data_type: DataType,
    pub(super) not_null: bool,
    pub(super) default: Option<Expr>,
    pub(super) origin: Origin,
    pub(super) doc: String,
}

/// Where a value comes from when none is given, besides a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Row,
    Sequence,
    /// `GENERATED ALWAYS AS IDENTITY`: a sequence that a statement cannot overrule.
    OwnSequence,
    Computed,
}

/// A key, not yet resolved to columns.
#[derive(Clone, Debug)]
pub(super) struct KeyOf {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<(String, Span)>,
    pub(super) span: Span,
}

/// A reference to another table, not yet resolved.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) key: KeyOf,
    pub(super) table: Name,
    pub(super) target_columns: Vec<(String, Span)>,
    pub(super) on_delete: SqlAction,
    pub(super) on_update: SqlAction,
}

/// A rule on rows or on a domain's values.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: Option<String>,
    pub(super) expr: Expr,
}

/// An index, not yet resolved.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) name: Option<String>,
    pub(super) unique: bool,
    pub(super) method: Option<String>,
    /// The column, or the expression as it was written.
    pub(super) keys: Vec<(Result<String, String>, Span)>,
    pub(super) filter: Option<String>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: Name,
    pub(super) columns: Vec<Column>,
    pub(super) primary_key: Option<KeyOf>,
    pub(super) uniques: Vec<KeyOf>,
    pub(super) references: Vec<Reference>,
    pub(super) rules: Vec<Rule>,
    pub(super) indexes: Vec<Index>,
    /// Rows have numbers of their own, as in SQLite's tables without `WITHOUT ROWID`.
    pub(super) numbered: bool,
    pub(super) doc: String,
}

impl Table {
    pub(super) fn column(&mut self, name: &str, dialect: SqlDialect) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| same(&column.name, name, dialect))
    }
}

/// A type that is no table.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) doc: String,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Enum(Vec<Ident>),
    Composite(Vec<Column>),
    Domain(Box<Domain>),
    /// A range or a base type: what its values look like is not said.
    Opaque,
}

#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub(super) base: DataType,
    pub(super) not_null: bool,
    pub(super) default: Option<Expr>,
    pub(super) rules: Vec<Rule>,
}

/// Every table and type, in the order of declaration; what was dropped is gone.
pub(super) struct Catalog<'d> {
    pub(super) file: FileId,
    pub(super) dialect: SqlDialect,
    /// Where names without a schema live.
    pub(super) schema: String,
    pub(super) tables: Vec<Option<Table>>,
    pub(super) types: Vec<Option<Declared>>,
    table_places: HashMap<Key, usize>,
    type_places: HashMap<Key, usize>,
    /// The table of each index by the index's name.
    index_places: HashMap<String, usize>,
    /// Names whose declarations could not be read: nothing more is said about them.
    broken: HashSet<String>,
    /// Columns and rules of all tables.
    parts: usize,
    diags: &'d mut Vec<Diagnostic>,
    said: usize,
}

/// Columns, rules, keys and indexes of one table.
const TABLE_MAX: usize = 4_000;
/// Values of one enum.
pub(super) const VALUES_MAX: usize = 4_000;
/// Among how many names a similar one is looked for.
pub(super) const NEAR_MAX: usize = 1_000;
/// Columns and rules of all tables.
const PARTS_MAX: usize = 400_000;
/// How many mistakes are reported before the rest is passed over.
const SAID_MAX: usize = 300;

impl<'d> Catalog<'d> {
    pub(super) fn new(file: FileId, dialect: SqlDialect, diags: &'d mut Vec<Diagnostic>) -> Self {
        let schema = match dialect {
            SqlDialect::PostgreSql => "public",
            SqlDialect::Sqlite => "main",
        };
        Catalog {
            file,
            dialect,
            schema: schema.to_string(),
            tables: Vec::new(),
            types: Vec::new(),
            table_places: HashMap::new(),
            type_places: HashMap::new(),
            index_places: HashMap::new(),
            broken: HashSet::new(),
            parts: 0,
            diags,
            said: 0,
        }
    }

    /// Reports a mistake; after some hundreds only that there are more.
    pub(super) fn say(&mut self, diag: Diagnostic) {
        self.said += 1;
        match self.said.cmp(&SAID_MAX) {
            std::cmp::Ordering::Less => self.diags.push(diag),
            std::cmp::Ordering::Equal => {
                let span = diag.labels.first().map_or(crate::start_of(self.file), |label| label.span);
                let diag = Diagnostic::error(&SQL_LIMIT, "too many mistakes: the rest is not reported");
                self.diags.push(diag.at(span, "from here on"));
            }
            std::cmp::Ordering::Greater => {}
        }
    }

    /// Remembers what a statement would have declared, had it been read.
    pub(super) fn broken(&mut self, name: &str) {
        self.broken.insert(name.to_ascii_lowercase());
    }

    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(&name.to_ascii_lowercase())
    }

    /// Whether anything is reported any more.
    pub(super) fn says(&self) -> bool {
        self.said < SAID_MAX
    }

    /// Whether a table, or all together, can take one more part; says so where it cannot.
    pub(super) fn room(&mut self, table: &Table) -> bool {
        self.parts += 1;
        let own = table.columns.len() + table.rules.len() + table.uniques.len();
        let own = own + table.references.len() + table.indexes.len();
        let fits = own < TABLE_MAX && self.parts < PARTS_MAX;
        if !fits && (own == TABLE_MAX || self.parts == PARTS_MAX) {
            let text = format!("`{}` has more parts than can be read", table.name.name);
            self.say(Diagnostic::error(&SQL_LIMIT, text).at(table.name.span, "the rest is passed over"));
        }
        fits
    }

    /// A name as the database keeps it: PostgreSQL folds what stands without quotes.
    pub(super) fn folded(&self, ident: &Ident) -> String {
        if self.dialect == SqlDialect::PostgreSql && ident.quote_style.is_none() {
            ident.value.to_ascii_lowercase()
        } else {
            ident.value.clone()
        }
    }

    pub(super) fn span(&self, ident: &Ident, otherwise: Span) -> Span {
        super::parse::place(self.file, ident.span).unwrap_or(otherwise)
    }

    pub(super) fn name(&self, name: &ObjectName, otherwise: Span) -> Name {
        let parts: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let span = super::parse::place_of(self.file, name, otherwise);
        let last = parts.last().map_or_else(String::new, |part| self.folded(part));
        let schema =
            parts.len().checked_sub(2).map_or_else(|| self.schema.clone(), |at| self.folded(parts[at]));
        Name { schema, name: last, span }
    }

    fn key(&self, name: &Name) -> Key {
        match self.dialect {
            SqlDialect::PostgreSql => Key(name.schema.clone(), name.name.clone()),
            SqlDialect::Sqlite => Key(name.schema.to_ascii_lowercase(), name.name.to_ascii_lowercase()),
        }
    }

    pub(super) fn table_at(&self, name: &Name) -> Option<usize> {
        self.table_places.get(&self.key(name)).copied()
    }

    pub(super) fn type_at(&self, name: &Name) -> Option<usize> {
        self.type_places.get(&self.key(name)).copied()
    }

    pub(super) fn table(&mut self, name: &Name) -> Option<&mut Table> {
        self.table_at(name).and_then(|at| self.tables[at].as_mut())
    }

    pub(super) fn declared(&mut self, name: &Name) -> Option<&mut Declared> {
        self.type_at(name).and_then(|at| self.types[at].as_mut())
    }

    /// The table that a statement means; says so where there is none.
    pub(super) fn known_table(&mut self, name: &Name) -> Option<&mut Table> {
        if self.table_at(name).is_none() && self.says() && !self.is_broken(&name.name) {
            let near = self.near_table(name);
            let diag = Diagnostic::warning(&SQL_UNKNOWN_NAME, format!("unknown table `{}`", name.name))
                .at(name.span, "not declared in this file, so this is passed over");
            self.say(match near {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag,
            });
        }
        self.table(name)
    }

    fn near_table(&self, name: &Name) -> Option<String> {
        near_table(name, &self.tables)
    }

    pub(super) fn add_table(&mut self, table: Table, if_not_exists: bool) {
        let key = self.key(&table.name);
        if let Some(first) = self.table_places.get(&key).and_then(|at| self.tables[*at].as_ref()) {
            if !if_not_exists {
                let diag = twice("table", &table.name.name, table.name.span, first.name.span);
                self.say(diag);
            }
            return;
        }
        self.table_places.insert(key, self.tables.len());
        self.tables.push(Some(table));
    }

    pub(super) fn add_type(&mut self, declared: Declared) {
        let key = self.key(&declared.name);
        if let Some(first) = self.type_places.get(&key).and_then(|at| self.types[*at].as_ref()) {
            // A shell type, `CREATE TYPE name;`, is declared again with its content.
            if !matches!(first.kind, Kind::Opaque) {
                let diag = twice("type", &declared.name.name, declared.name.span, first.name.span);
                self.say(diag);
                return;
            }
        }
        self.type_places.insert(key, self.types.len());
        self.types.push(Some(declared));
    }

    pub(super) fn drop_table(&mut self, name: &Name) {
        let key = self.key(name);
        if let Some(at) = self.table_places.remove(&key) {
            self.tables[at] = None;
        }
    }

    pub(super) fn drop_type(&mut self, name: &Name) {
        let key = self.key(name);
        if let Some(at) = self.type_places.remove(&key) {
            self.types[at] = None;
        }
    }

    /// Adds an index to a table.
    pub(super) fn add_index(&mut self, table: &Name, index: Index) {
        if self.known_table(table).is_none() {
            return;
        }
        let Some(at) = self.table_at(table) else { return };
        let Some(mut own) = self.tables[at].take() else { return };
        if self.room(&own) {
            self.index_places.extend(index.name.clone().map(|name| (name, at)));
            own.indexes.push(index);
        }
        self.tables[at] = Some(own);
    }

    /// Removes an index by its name, wherever it is.
    pub(super) fn drop_index(&mut self, name: &str) {
        if let Some(table) = self.index_places.remove(name).and_then(|at| self.tables[at].as_mut()) {
            table.indexes.retain(|index| index.name.as_deref() != Some(name));
        }
    }

    pub(super) fn rename_table(&mut self, from: &Name, to: String) {
        let key = self.key(from);
        let Some(at) = self.table_places.remove(&key) else { return };
        let Some(table) = &mut self.tables[at] else { return };
        table.name.name = to;
        let name = table.name.clone();
        self.table_places.insert(self.key(&name), at);
    }

    pub(super) fn rename_type(&mut self, from: &Name, to: String) {
        let key = self.key(from);
        let Some(at) = self.type_places.remove(&key) else { return };
        let Some(declared) = &mut self.types[at] else { return };
        declared.name.name = to;
        let name = declared.name.clone();
        self.type_places.insert(self.key(&name), at);
    }
}

/// The table whose name is most like the one that is not there; not looked for among very many.
pub(super) fn near_table(name: &Name, tables: &[Option<Table>]) -> Option<String> {
    let names = tables.iter().take(NEAR_MAX).flatten().map(|table| table.name.name.as_str());
    nearest(&name.name, names).map(str::to_string)
}

/// Whether two names of columns are the same.
pub(super) fn same(a: &str, b: &str, dialect: SqlDialect) -> bool {
    match dialect {
        SqlDialect::PostgreSql => a == b,
        SqlDialect::Sqlite => a.eq_ignore_ascii_case(b),
    }
}

pub(super) fn twice(what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(&SQL_DUPLICATE, format!("{what} `{name}` is declared twice"))
        .at(span, "declared again")
        .at(first, "first declared here")
}
