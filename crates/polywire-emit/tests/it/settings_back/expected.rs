//! What a reader has to give back, said without the emitters' code.

use polywire_contract::{Content, Flat, Group, Item, Literal, SettingKind, SettingValue, Settings};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Entry, Limits, Map, Node, Value, parse_json};

use super::same_number;

/// The tree, a secret as its reference.
pub(super) fn nested(settings: &Settings) -> Node {
    group(&settings.root, &|value| match &value.content {
        Content::Secret(name) => Some(text(&format!("=secrets.{name}"))),
        Content::Literal(node) => Some(node.clone()),
        Content::Absent => None,
    })
}

/// The tree without secrets.
pub(super) fn nested_without_secrets(settings: &Settings) -> Node {
    group(&settings.root, &|value| match &value.content {
        Content::Literal(node) => Some(node.clone()),
        Content::Secret(_) | Content::Absent => None,
    })
}

/// The tree without `null` where TOML has comments.
pub(super) fn without_nulls(settings: &Settings) -> Node {
    group(&settings.root, &|value| match &value.content {
        Content::Secret(name) => Some(text(&format!("=secrets.{name}"))),
        Content::Literal(node) if node.is_null() => None,
        Content::Literal(node) => Some(match &node.value {
            Value::List(items)
                if items.iter().all(|item| item.as_map().is_some_and(|m| !m.entries.is_empty())) =>
            {
                let items = items.iter().map(|item| {
                    let entries = item.as_map().into_iter().flat_map(|map| map.entries.clone());
                    map_of(entries.filter(|entry| !entry.value.is_null()).collect())
                });
                node_of(Value::List(items.collect()))
            }
            _ => node.clone(),
        }),
        Content::Absent => None,
    })
}

/// Text by variable: text as it is, everything else as JSON.
pub(super) fn variables(settings: &Settings) -> Node {
    let mut entries = Vec::new();
    for named in settings.flat(Flat::Variable, &mut Vec::new()) {
        if let Content::Literal(node) = &named.at.value.content
            && !node.is_null()
        {
            let value = match &node.value {
                // The reader's driver gives JSON back as it is, marked.
                Value::List(_) | Value::Map(_) => map_of(vec![entry("json", node.clone())]),
                Value::Text(_) => node.clone(),
                _ => text(&node.to_string()),
            };
            entries.push(entry(&named.name, value));
        }
    }
    map_of(entries)
}

/// Text by variable, arrays where lists and maps hold scalars alone; secrets come from the environment.
pub(super) fn arrays(settings: &Settings) -> Node {
    with_arrays(settings, true)
}

/// The same where secrets are comments.
pub(super) fn arrays_without_secrets(settings: &Settings) -> Node {
    with_arrays(settings, false)
}

fn with_arrays(settings: &Settings, secrets: bool) -> Node {
    let scalar = |kind: &SettingKind| kind.is_scalar() && !matches!(kind, SettingKind::Nullable(_));
    let plain = |node: &Node| text(&node.as_text().map_or_else(|| node.to_string(), str::to_owned));
    let mut entries = Vec::new();
    for named in settings.flat(Flat::Variable, &mut Vec::new()) {
        let kind =
            if let SettingKind::Nullable(of) = &named.at.value.kind { of } else { &named.at.value.kind };
        let node = match &named.at.value.content {
            Content::Literal(node) if !node.is_null() => node,
            Content::Secret(_) if secrets => {
                entries.push(entry(&named.name, text("from outside")));
                continue;
            }
            Content::Literal(_) | Content::Secret(_) | Content::Absent => continue,
        };
        let value = match (kind, &node.value) {
            (SettingKind::List(of), Value::List(items)) if scalar(of) => {
                node_of(Value::List(items.iter().map(plain).collect()))
            }
            (SettingKind::Map(of), Value::Map(map)) if scalar(of) => {
                map_of(map.entries.iter().map(|member| entry(&member.key, plain(&member.value))).collect())
            }
            (_, Value::List(_) | Value::Map(_)) => map_of(vec![entry("json", node.clone())]),
            _ => plain(node),
        };
        entries.push(entry(&named.name, value));
    }
    map_of(entries)
}

/// Values by flat names of words.
pub(super) fn snake(settings: &Settings) -> Node {
    let names = settings.flat(Flat::Snake, &mut Vec::new());
    let member = |named: &polywire_contract::Named<'_>| match &named.at.value.content {
        Content::Literal(node) => Some(entry(&named.name, node.clone())),
        Content::Secret(_) | Content::Absent => None,
    };
    map_of(names.iter().filter_map(member).collect())
}

/// Text by the names of Spring.
pub(super) fn properties(settings: &Settings) -> Node {
    let mut entries = Vec::new();
    for named in settings.flat(Flat::Dotted, &mut Vec::new()) {
        match &named.at.value.content {
            Content::Literal(node) => property(&named.name, node, &named.at.value.kind, &mut entries),
            Content::Secret(name) => entries.push(entry(&named.name, text(&format!("=secrets.{name}")))),
            Content::Absent => {}
        }
    }
    map_of(entries)
}

fn property(name: &str, node: &Literal, kind: &SettingKind, entries: &mut Vec<Entry>) {
    let kind = if let SettingKind::Nullable(of) = kind { of } else { kind };
    let of = match kind {
        SettingKind::List(of) | SettingKind::Map(of) => of,
        _ => &SettingKind::Any,
    };
    match &node.value {
        Value::Null => {}
        Value::List(items) if items.is_empty() => entries.push(entry(name, text(""))),
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                property(&format!("{name}[{at}]"), item, of, entries);
            }
        }
        Value::Map(map) => {
            for Entry { key, value, .. } in &map.entries {
                let member = match kind {
                    SettingKind::Record(members) => members.iter().find(|member| member.key == *key),
                    _ => None,
                };
                let plain = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                    && key.starts_with(|c: char| c.is_ascii_lowercase());
                let dotted = member.is_some() || plain;
                let name = if dotted { format!("{name}.{key}") } else { format!("{name}[{key}]") };
                property(&name, value, member.map_or(of, |member| &member.kind), entries);
            }
        }
        Value::Text(_) => entries.push(entry(name, node.clone())),
        _ => entries.push(entry(name, text(&node.to_string()))),
    }
}

/// Variables by the words of the outermost key; a member that is null is none.
pub(super) fn terraform(settings: &Settings) -> Node {
    let shown = |value: &SettingValue| match &value.content {
        Content::Literal(node) if !value.sensitive => Some(node.clone()),
        _ => None,
    };
    let mut root = settings.root.clone();
    drop_unshown(&mut root);
    let mut entries = Vec::new();
    for setting in &root.settings {
        let name: String = setting.words.snake();
        let name = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect::<String>();
        let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name };
        match &setting.item {
            Item::Group(of) => entries.push(entry(&name, group(of, &shown))),
            Item::Value(of) => entries.extend(shown(of).map(|node| entry(&name, node))),
        }
    }
    without_null_members(&map_of(entries))
}

fn drop_unshown(of: &mut Group) {
    of.settings.retain(|setting| match &setting.item {
        Item::Group(of) => of.settings.is_empty() || has_shown(of),
        Item::Value(_) => true,
    });
    for setting in &mut of.settings {
        if let Item::Group(of) = &mut setting.item {
            drop_unshown(of);
        }
    }
}

/// Whether an object is left when what is secret has been taken out.
fn has_shown(of: &Group) -> bool {
    of.settings.iter().any(|setting| match &setting.item {
        Item::Group(of) => of.settings.is_empty() || has_shown(of),
        Item::Value(value) => match value.content {
            Content::Literal(_) => !value.sensitive,
            Content::Absent => !value.required,
            Content::Secret(_) => false,
        },
    })
}

/// Terraform has `null` for a member that is not there.
pub(super) fn without_null_members(node: &Node) -> Node {
    match &node.value {
        Value::List(items) => node_of(Value::List(items.iter().map(without_null_members).collect())),
        Value::Map(map) => {
            let kept = map.entries.iter().filter(|entry| !entry.value.is_null());
            map_of(kept.map(|e| entry(&e.key, without_null_members(&e.value))).collect())
        }
        _ => node.clone(),
    }
}

fn group(of: &Group, value: &dyn Fn(&SettingValue) -> Option<Node>) -> Node {
    let member = |setting: &polywire_contract::Setting| {
        let node = match &setting.item {
            Item::Group(of) => Some(group(of, value)),
            Item::Value(of) => value(of),
        };
        Some(entry(&setting.key, node?))
    };
    map_of(of.settings.iter().filter_map(member).collect())
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: key.to_owned(), key_span: nowhere(), value }
}

fn map_of(entries: Vec<Entry>) -> Node {
    node_of(Value::Map(Map::new(entries)))
}

fn text(text: &str) -> Node {
    node_of(Value::Text(text.to_owned()))
}

fn node_of(value: Value) -> Node {
    Node { span: nowhere(), value }
}

fn nowhere() -> Span {
    Span::new(FileId(0), 0, 0)
}

/// Whether both say the same; else the way to what differs.
pub(super) fn same(wanted: &Node, read: &Node) -> Result<(), String> {
    let fail = || Err(format!(": expected {wanted}, read {read}"));
    match (&wanted.value, &read.value) {
        (Value::Number(a), Value::Number(b)) if same_number(&a.0, &b.0) => Ok(()),
        (Value::List(a), Value::List(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .try_for_each(|(at, (a, b))| same(a, b).map_err(|why| format!("[{at}]{why}"))),
        (Value::Map(a), Value::Text(b)) if a.entries.len() == 1 && a.entries[0].key == "json" => {
            match parse_json(FileId(0), b, &Limits::default(), &mut Vec::new()) {
                Some(read) => same(&a.entries[0].value, &read),
                None => fail(),
            }
        }
        (Value::Map(a), Value::Map(b)) => {
            for entry in &a.entries {
                let Some(read) = b.get(&entry.key) else { return Err(format!(".{}: not there", entry.key)) };
                same(&entry.value, read).map_err(|why| format!(".{}{why}", entry.key))?;
            }
            match b.entries.iter().find(|entry| a.get(&entry.key).is_none()) {
                Some(more) => Err(format!(".{}: not expected", more.key)),
                None => Ok(()),
            }
        }
        (a, b) if a == b && !matches!(a, Value::Number(_)) => Ok(()),
        _ => fail(),
    }
}
