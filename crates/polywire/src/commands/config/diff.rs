//! `polywire config diff [KEY] [--env A] [--with B]`

use std::collections::BTreeMap;

use polywire_contract::{Content, SettingPath, Settings};
use serde_json::json;

use super::{Origin, find, shown};
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};

/// Shows what differs between an environment and the base, or between two environments
#[derive(clap::Args)]
pub(super) struct Diff {
    /// Only this setting, or this group
    key: Option<String>,
    #[command(flatten)]
    origin: Origin,
    /// The environment that is compared; all of them where none is named
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// What it is compared with; the base where none is named
    #[arg(long, value_name = "NAME", requires = "env")]
    with: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Diff {
    pub(super) fn run(self) -> Outcome {
        let Some(mut open) = self.origin.open()? else { return Ok(Exit::Wrong) };
        if let Some(outcome) = open.report() {
            return outcome;
        }
        let base = open.environment(self.with.as_deref())?;
        let named: Vec<String> = match &self.env {
            Some(name) => vec![name.clone()],
            None => open.environments().map(str::to_owned).collect(),
        };
        if named.is_empty() {
            return Err(Failure::usage("there are no environments to compare"));
        }
        if let Some(key) = &self.key {
            find(base, key)?;
        }
        let others = named.iter().map(|name| open.environment(Some(name))).collect::<Result<Vec<_>, _>>()?;
        let mut sides = vec![&base.settings];
        sides.extend(others.iter().map(|other| &other.settings));
        let rows = self.rows(&sides);
        if self.format == Format::Json {
            let one = |row: &Row<'_>| {
                let cells = sides.iter().zip(&row.cells).map(|(side, at)| {
                    json!({
                        "environment": side.environment,
                        "value": at.as_ref().map(shown_whole),
                        "at": at.as_ref().map(|at| open.place(at.setting().span)),
                    })
                });
                json!({"key": row.key, "values": cells.collect::<Vec<_>>()})
            };
            output::print_json(&rows.iter().map(one).collect());
            return Ok(Exit::Ok);
        }
        if rows.is_empty() {
            output::note("nothing differs");
            return Ok(Exit::Ok);
        }
        let mut head = vec!["KEY"];
        head.extend(sides.iter().map(|side| side.environment.as_deref().unwrap_or("base")));
        let cells = |row: &Row<'_>| {
            let mut cells = vec![row.key.clone()];
            let cell = |at: &Option<SettingPath<'_>>| {
                at.as_ref().map_or("-".to_owned(), |at| shown(&at.value.content))
            };
            cells.extend(row.cells.iter().map(cell));
            cells
        };
        output::print(&output::table(&head, &rows.iter().map(cells).collect::<Vec<_>>()));
        Ok(Exit::Ok)
    }

    /// The keys that are not the same on every side.
    fn rows<'a>(&self, sides: &[&'a Settings]) -> Vec<Row<'a>> {
        // In the order in which they are first met.
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (side, settings) in sides.iter().enumerate() {
            for at in settings.values() {
                let key = at.dotted();
                let below = |wanted: &String| key == *wanted || key.starts_with(&format!("{wanted}."));
                if !self.key.as_ref().is_none_or(below) {
                    continue;
                }
                let row = *known.entry(key).or_insert_with_key(|key| {
                    rows.push(Row { key: key.clone(), cells: vec![None; sides.len()] });
                    rows.len() - 1
                });
                rows[row].cells[side] = Some(at);
            }
        }
        rows.retain(Row::differs);
        rows
    }
}

/// A setting on every side.
struct Row<'a> {
    key: String,
    cells: Vec<Option<SettingPath<'a>>>,
}

impl Row<'_> {
    fn differs(&self) -> bool {
        let cell = |at: &Option<SettingPath<'_>>| at.as_ref().map(|at| shown_whole(at));
        self.cells.windows(2).any(|pair| cell(&pair[0]) != cell(&pair[1]))
    }
}

/// The value without its place, which differs always.
fn shown_whole(at: &SettingPath<'_>) -> String {
    match &at.value.content {
        Content::Literal(node) => node.to_string(),
        content => shown(content),
    }
}
