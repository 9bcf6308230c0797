//! `polywire config explain [KEY]`

use std::collections::BTreeMap;

use polywire_contract::{Content, Flat, Item, SettingPath, SettingValue};
use polywire_workspace::settings::{Assigned, Layer, Resolved};
use serde_json::{Value, json};

use super::{Origin, find, short, shown};
use crate::exit::{Exit, Outcome};
use crate::output::{self, Format};
use crate::project::OpenSettings;

/// Says of a setting its value, its type, where it was set, and what overrode it
#[derive(clap::Args)]
pub(super) struct Explain {
    /// As `db.host`; a group is listed, and without a key all settings are
    key: Option<String>,
    #[command(flatten)]
    origin: Origin,
    /// The environment whose layer lies over the base
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Explain {
    pub(super) fn run(self) -> Outcome {
        let Some(mut open) = self.origin.open()? else { return Ok(Exit::Wrong) };
        if let Some(outcome) = open.report() {
            return outcome;
        }
        let resolved = open.environment(self.env.as_deref())?;
        // Names that collide are said when they are written; here a setting without a name of its own has none.
        let flat = resolved.settings.flat(Flat::Variable, &mut Vec::new());
        let names: BTreeMap<String, &str> =
            flat.iter().map(|named| (named.at.dotted(), named.name.as_str())).collect();
        let mut chosen = resolved.settings.values();
        let mut single = false;
        if let Some(key) = &self.key {
            single = matches!(find(resolved, key)?.item, Item::Value(_));
            let below = format!("{key}.");
            chosen.retain(|at| at.dotted() == *key || at.dotted().starts_with(&below));
        }
        let view = View { open: &open, resolved };
        if self.format == Format::Json {
            let all: Vec<Value> =
                chosen.iter().map(|at| view.json(at, names.get(&at.dotted()).copied())).collect();
            output::print_json(&if single { all.into_iter().next().unwrap_or_default() } else { all.into() });
        } else if single {
            chosen.iter().for_each(|at| output::print(&view.text(at, names.get(&at.dotted()).copied())));
        } else {
            let rows: Vec<Vec<String>> = chosen.iter().map(|at| view.row(at)).collect();
            output::print(&output::table(&["KEY", "VALUE", "TYPE", "SET BY"], &rows));
        }
        Ok(Exit::Ok)
    }
}

struct View<'a> {
    open: &'a OpenSettings,
    resolved: &'a Resolved,
}

impl View<'_> {
    /// Where it was set, the highest layer first, and whether that holds.
    fn history(&self, at: &SettingPath<'_>) -> Vec<(&Assigned, bool)> {
        let history = &self.resolved.history;
        let mut keys: Vec<&str> = at.path.iter().map(|setting| setting.key.as_str()).collect();
        let below = format!("{}.", at.dotted());
        // What an expression made of a map has its story at the map.
        while !keys.is_empty() {
            if let Some(found) = history.get(&keys.join(".")) {
                return found.iter().rev().enumerate().map(|(at, assigned)| (assigned, at == 0)).collect();
            }
            keys.pop();
        }
        // What the schema sees as one map was set member by member.
        let members = history.iter().filter(|(key, _)| key.starts_with(&below));
        members.filter_map(|(_, found)| Some((found.last()?, true))).collect()
    }

    fn row(&self, at: &SettingPath<'_>) -> Vec<String> {
        let set =
            self.history(at).first().map(|(assigned, _)| self.open.place(assigned.span)).unwrap_or_default();
        vec![at.dotted(), shown(&at.value.content), kind(at.value), set]
    }

    fn text(&self, at: &SettingPath<'_>, name: Option<&str>) -> String {
        let mut rows =
            vec![vec!["value".to_owned(), shown(&at.value.content)], vec!["type".to_owned(), kind(at.value)]];
        rows.extend(name.map(|name| vec!["variable".to_owned(), name.to_owned()]));
        if !at.setting().doc.is_empty() {
            rows.push(vec!["about".to_owned(), at.setting().doc.lines().collect::<Vec<_>>().join(" ")]);
        }
        let mut text = format!("{}\n", at.dotted());
        for row in rows {
            text.push_str(&format!("  {:<9} {}\n", row[0], row[1]));
        }
        let history: Vec<Vec<String>> = self
            .history(at)
            .into_iter()
            .map(|(assigned, holds)| {
                let word = if holds { "holds" } else { "overridden" }.to_owned();
                vec![self.open.place(assigned.span), layer(&assigned.layer), short(&assigned.written), word]
            })
            .collect();
        if history.is_empty() {
            text.push_str("  set by    nothing\n");
        }
        for (at, line) in output::table(&["", "", "", ""], &history).lines().skip(1).enumerate() {
            let word = if at == 0 { "set by" } else { "" };
            text.push_str(&format!("  {word:<9} {line}\n"));
        }
        text
    }

    fn json(&self, at: &SettingPath<'_>, name: Option<&str>) -> Value {
        let mut object = json!({"key": at.dotted(), "type": at.value.kind.describe()});
        match &at.value.content {
            Content::Literal(node) => {
                object["value"] =
                    serde_json::from_str(&node.to_string()).unwrap_or_else(|_| node.to_string().into());
            }
            Content::Secret(name) => object["secret"] = name.as_str().into(),
            Content::Absent => {}
        }
        object["nullable"] = at.value.nullable.into();
        object["required"] = at.value.required.into();
        object["sensitive"] = at.value.sensitive.into();
        if let Some(name) = name {
            object["variable"] = name.into();
        }
        let one = |(assigned, _): (&Assigned, bool)| {
            json!({
                "layer": layer(&assigned.layer),
                "at": self.open.place(assigned.span),
                "written": assigned.written.to_string(),
            })
        };
        object["set_by"] = self.history(at).into_iter().map(one).collect();
        object
    }
}

/// `integer, required from the environment`
fn kind(value: &SettingValue) -> String {
    let mut text = value.kind.describe();
    if value.nullable {
        text.push_str(" or null");
    }
    if value.sensitive {
        text.push_str(", sensitive");
    }
    match (&value.content, value.required) {
        (Content::Literal(_), _) => {}
        (_, true) => text.push_str(", required when the program starts"),
        (_, false) => text.push_str(", optional"),
    }
    text
}

fn layer(layer: &Layer) -> String {
    match layer {
        Layer::Default => "default".into(),
        Layer::Base => "base".into(),
        Layer::Environment(name) => name.clone(),
    }
}
