//! Settings from YAML: maps are groups, kinds are inferred, `=secrets.x` is a secret; marks say the rest.

use polywire_contract::{Content, Group, Int, Item, Literal, Setting, SettingKind, SettingValue, Settings};
use polywire_diag::FileId;
use polywire_syntax::{Limits, Value, parse};

/// Reads both texts; the keys of the marks are dotted.
pub(crate) fn settings_of(yaml: &str, marks: &str) -> Settings {
    let root = read(yaml);
    let marks = if marks.trim().is_empty() { None } else { Some(read(marks)) };
    Settings {
        name: "shop".into(),
        prefix: String::new(),
        source: "config.yaml".into(),
        environment: None,
        root: group(&root, "", marks.as_ref()),
    }
}

pub(crate) fn read(yaml: &str) -> Literal {
    let mut diags = Vec::new();
    let node = parse(FileId(0), yaml, &Limits::default(), &mut diags);
    node.unwrap_or_else(|| panic!("{diags:?}"))
}

fn group(node: &Literal, at: &str, marks: Option<&Literal>) -> Group {
    let map = node.as_map().expect("a group is a map");
    let setting = |entry: &polywire_syntax::Entry| {
        let at = if at.is_empty() { entry.key.clone() } else { format!("{at}.{}", entry.key) };
        let mark = marks.and_then(|marks| marks.as_map()?.get(&at));
        let is_value = mark.is_some_and(|mark| flag(mark, "map") || text(mark, "kind").is_some());
        let item = match &entry.value.value {
            Value::Map(_) if !is_value => Item::Group(group(&entry.value, &at, marks)),
            _ => Item::Value(value(&entry.value, mark)),
        };
        let mut setting = Setting::new(entry.key.as_str(), entry.value.span, item);
        setting.doc = mark.and_then(|mark| text(mark, "doc")).unwrap_or_default().to_owned();
        setting
    };
    Group { settings: map.entries.iter().map(setting).collect() }
}

pub(crate) fn value(node: &Literal, mark: Option<&Literal>) -> SettingValue {
    let marked = |name: &str| mark.is_some_and(|mark| flag(mark, name));
    let (inferred, null) = SettingKind::of_values(&[node]).expect("one value has one kind");
    let inferred = match (&node.value, marked("map")) {
        (Value::Map(map), true) => {
            let values: Vec<&Literal> = map.entries.iter().map(|entry| &entry.value).collect();
            let (kind, null) = SettingKind::of_values(&values).expect("values of one kind");
            SettingKind::Map(Box::new(if null { SettingKind::Nullable(Box::new(kind)) } else { kind }))
        }
        _ => inferred,
    };
    let choices = mark.and_then(|mark| mark.as_map()?.get("choices")?.as_list());
    let choices: Option<Vec<String>> =
        choices.map(|values| values.iter().filter_map(|v| v.as_text().map(str::to_owned)).collect());
    let kind = match (mark.and_then(|mark| text(mark, "kind")), choices) {
        (Some(kind), choices) => kind_of(kind, &choices.unwrap_or_default()),
        (None, Some(choices)) => SettingKind::Choice(choices),
        (None, None) => inferred,
    };
    let secret = node.as_text().and_then(|text| text.strip_prefix("=secrets."));
    let content = match secret {
        _ if marked("absent") => Content::Absent,
        Some(name) => Content::Secret(name.to_owned()),
        None => Content::Literal(node.clone()),
    };
    SettingValue {
        kind,
        nullable: null || marked("nullable"),
        required: marked("required"),
        sensitive: marked("sensitive"),
        content,
    }
}

/// `list nullable u16`
fn kind_of(text: &str, choices: &[String]) -> SettingKind {
    let boxed = |rest: &str| Box::new(kind_of(rest, choices));
    match text.split_once(' ') {
        Some(("list", rest)) => SettingKind::List(boxed(rest)),
        Some(("map", rest)) => SettingKind::Map(boxed(rest)),
        Some(("nullable", rest)) => SettingKind::Nullable(boxed(rest)),
        _ => match text {
            "bool" => SettingKind::Bool,
            "int" => SettingKind::Int(None),
            "i8" => SettingKind::Int(Some(Int::I8)),
            "i16" => SettingKind::Int(Some(Int::I16)),
            "i32" => SettingKind::Int(Some(Int::I32)),
            "i64" => SettingKind::Int(Some(Int::I64)),
            "u8" => SettingKind::Int(Some(Int::U8)),
            "u16" => SettingKind::Int(Some(Int::U16)),
            "u32" => SettingKind::Int(Some(Int::U32)),
            "u64" => SettingKind::Int(Some(Int::U64)),
            "float" => SettingKind::Float,
            "text" => SettingKind::Text,
            "choice" => SettingKind::Choice(choices.to_vec()),
            "any" => SettingKind::Any,
            other => panic!("no kind `{other}`"),
        },
    }
}

fn flag(mark: &Literal, name: &str) -> bool {
    mark.as_map().and_then(|map| map.get(name)?.as_bool()).unwrap_or_default()
}

fn text<'a>(mark: &'a Literal, name: &str) -> Option<&'a str> {
    mark.as_map()?.get(name)?.as_text()
}
