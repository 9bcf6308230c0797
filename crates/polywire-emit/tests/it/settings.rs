//! Settings of a YAML text, for tests of everything that writes them, and each target against its expected files.

use std::fmt::Write;

use polywire_contract::{Content, Group, Int, Item, Literal, Setting, SettingKind, SettingValue, Settings};
use polywire_diag::{Diagnostic, FileId, Format, SourceMap, render};
use polywire_emit::settings::SETTINGS;
use polywire_emit::{Emitter, Files, Options};
use polywire_syntax::{Entry, Limits, Map, Node, Value, parse};
use polywire_testkit::{Golden, fixtures};

/// Settings of a text: types as its values say, `=secrets.x` is the secret `x`.
pub(crate) fn settings_of(yaml: &str) -> Settings {
    settings_marked(yaml, "{}")
}

/// Settings of a text, and of what a second one says of them by dotted keys: `doc`, `sensitive`, `required`, `nullable`,
/// `choices` (a list of texts), `kind: list u16`, `map: true`; `absent: integer` is a setting without a value, `absent: true` one
/// whose value is taken away.
pub(crate) fn settings_marked(yaml: &str, marks: &str) -> Settings {
    let node = parsed(yaml);
    let mut settings = Settings {
        name: "shop".into(),
        prefix: "SHOP".into(),
        source: "shared/config.yaml".into(),
        environment: None,
        root: Group::default(),
    };
    let marks = parsed(marks);
    let Value::Map(marks) = marks.value else { panic!("marks are a map") };
    settings.root = group(node.as_map().expect("settings are a map"), "", &marks);
    for entry in &marks.entries {
        let absent = entry.value.as_map().and_then(|mark| mark.get("absent")).and_then(Node::as_text);
        if let Some(kind) = absent.map(|kind| kind_of(kind, &[])) {
            let (path, key) = entry.key.rsplit_once('.').unwrap_or(("", &entry.key));
            let value = SettingValue {
                kind,
                nullable: false,
                required: false,
                sensitive: false,
                content: Content::Absent,
            };
            let mut setting = Setting::new(key, entry.key_span, Item::Value(value));
            mark_setting(&mut setting, &entry.value);
            below(&mut settings.root, path).settings.push(setting);
        }
    }
    settings
}

pub(crate) fn parsed(yaml: &str) -> Node {
    let mut diags = Vec::new();
    let node = parse(FileId(0), yaml, &Limits::default(), &mut diags).expect("a text that is right");
    assert!(diags.is_empty(), "{diags:?}");
    node
}

fn below<'a>(group: &'a mut Group, path: &str) -> &'a mut Group {
    let Some(key) = path.split('.').next().filter(|key| !key.is_empty()) else { return group };
    let found = group.settings.iter_mut().find(|setting| setting.key == key).expect("a group that is there");
    let Item::Group(group) = &mut found.item else { panic!("{key} is no group") };
    below(group, path[key.len()..].trim_start_matches('.'))
}

/// `list u16`, `map nullable text`, `boolean`; `choice` is one of the mark's `choices`.
fn kind_of(words: &str, choices: &[String]) -> SettingKind {
    let inner = |rest: &str| Box::new(kind_of(rest, choices));
    match words.split_once(' ') {
        Some(("list", rest)) => return SettingKind::List(inner(rest)),
        Some(("map", rest)) => return SettingKind::Map(inner(rest)),
        Some(("nullable", rest)) => return SettingKind::Nullable(inner(rest)),
        _ => {}
    }
    match words {
        "boolean" => SettingKind::Bool,
        "integer" => SettingKind::Int(None),
        "i8" => SettingKind::Int(Some(Int::I8)),
        "i16" => SettingKind::Int(Some(Int::I16)),
        "i32" => SettingKind::Int(Some(Int::I32)),
        "i64" => SettingKind::Int(Some(Int::I64)),
        "u8" => SettingKind::Int(Some(Int::U8)),
        "u16" => SettingKind::Int(Some(Int::U16)),
        "u32" => SettingKind::Int(Some(Int::U32)),
        "u64" => SettingKind::Int(Some(Int::U64)),
        "number" => SettingKind::Float,
        "text" => SettingKind::Text,
        "choice" => SettingKind::Choice(choices.to_vec()),
        "any" => SettingKind::Any,
        _ => panic!("no kind `{words}`"),
    }
}

fn group(map: &Map, path: &str, marks: &Map) -> Group {
    let setting = |entry: &Entry| {
        let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        let mark = marks.get(&path);
        let mark_says = |key: &str| mark.and_then(Node::as_map).is_some_and(|mark| mark.get(key).is_some());
        let (is_map, is_value) = (mark_says("map"), mark_says("map") || mark_says("kind"));
        let item = match &entry.value.value {
            Value::Map(map) if !map.entries.is_empty() && !is_value => Item::Group(group(map, &path, marks)),
            _ => Item::Value(value_of(&entry.value, is_map)),
        };
        let mut setting = Setting::new(entry.key.clone(), entry.value.span, item);
        if let Some(mark) = mark {
            mark_setting(&mut setting, mark);
        }
        setting
    };
    Group { settings: map.entries.iter().map(setting).collect() }
}

/// A value by itself, with the kind that it says.
pub(crate) fn value_of(node: &Literal, is_map: bool) -> SettingValue {
    let secret = node.as_text().and_then(|text| text.strip_prefix("=secrets."));
    let (kind, nullable) = match &node.value {
        Value::Map(map) if is_map || map.entries.is_empty() => {
            let values: Vec<&Literal> = map.entries.iter().map(|entry| &entry.value).collect();
            let (kind, nullable) = SettingKind::of_values(&values).unwrap_or((SettingKind::Any, false));
            let nullable = nullable && kind != SettingKind::Any;
            (
                SettingKind::Map(Box::new(if nullable {
                    SettingKind::Nullable(Box::new(kind))
                } else {
                    kind
                })),
                false,
            )
        }
        _ => SettingKind::of_values(&[node]).expect("one value does not differ"),
    };
    let content = match secret {
        Some(name) => Content::Secret(name.into()),
        None => Content::Literal(node.clone()),
    };
    SettingValue { kind, nullable, required: secret.is_some(), sensitive: secret.is_some(), content }
}

fn mark_setting(setting: &mut Setting, mark: &Node) {
    let mark = mark.as_map().expect("a mark is a map");
    if let Some(doc) = mark.get("doc").and_then(Node::as_text) {
        setting.doc = doc.into();
    }
    let Item::Value(value) = &mut setting.item else { return };
    let says = |key: &str| mark.get(key).and_then(Node::as_bool);
    value.sensitive = says("sensitive").unwrap_or(value.sensitive);
    value.required = says("required").unwrap_or(value.required);
    value.nullable = says("nullable").unwrap_or(value.nullable);
    let choices = mark.get("choices").and_then(Node::as_list).unwrap_or_default();
    let choices: Vec<String> =
        choices.iter().map(|word| word.as_text().expect("a text").to_owned()).collect();
    match mark.get("kind").and_then(Node::as_text) {
        Some(kind) => value.kind = kind_of(kind, &choices),
        None if !choices.is_empty() => value.kind = SettingKind::Choice(choices),
        None => {}
    }
    if says("absent") == Some(true) {
        value.content = Content::Absent;
    }
}

/// The target of a name.
pub(crate) fn target(name: &str) -> &'static dyn Emitter<Settings> {
    *SETTINGS.iter().find(|target| target.name() == name).unwrap_or_else(|| panic!("no target {name}"))
}

/// What a target writes into a file, with options `name=value` parted by blanks.
pub(crate) fn emit(
    settings: &Settings,
    name: &str,
    path: &str,
    chosen: &str,
    diags: &mut Vec<Diagnostic>,
) -> Files {
    let mut options = Options::new(path);
    for (option, value) in chosen.split_whitespace().filter_map(|word| word.split_once('=')) {
        options.choose(option, value);
    }
    target(name).emit(settings, &options, diags)
}

/// Folders of files that are expected: target, file, options.
const FILES: &[(&str, &str, &str)] = &[
    ("bash", "bash/config.sh", ""),
    ("bash", "bash/plain.sh", "loader=no"),
    ("dotenv", "dotenv/.env", ""),
    ("ini", "ini/inventory.ini", "section=web:vars"),
    ("json", "json/config.json", ""),
    ("kubernetes", "kubernetes/configmap.yaml", ""),
    ("kubernetes", "kubernetes/mounted.yaml", "data=file name=shop-config namespace=shop"),
    ("properties", "properties/application.properties", ""),
    ("tfvars", "tfvars/shop.auto.tfvars.json", ""),
    ("toml", "toml/config.toml", ""),
    ("yaml", "yaml/config.yaml", ""),
    ("yaml", "yaml/group_vars.yml", "reader=ansible"),
];

#[test]
fn settings_are_written_as_expected() {
    let folder = fixtures("settings/shop");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file of the case");
    let settings = settings_marked(&read("config.yaml"), &read("marks.yaml"));
    let mut golden = Golden::default();
    let mut said = Vec::new();
    for (name, path, chosen) in FILES {
        for (path, text) in emit(&settings, name, path, chosen, &mut said).iter() {
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path} ends with one line feed");
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder for golden files");
            golden.check(&file, text);
        }
    }
    assert!(said.is_empty(), "{}", rendered(&read("config.yaml"), &said));
    golden.finish();
}

#[test]
fn no_settings_are_files_too() {
    for target in SETTINGS {
        let has_header = target.options().iter().any(|option| option.name == "header");
        for chosen in ["", "header=no"] {
            let mut diags = Vec::new();
            let files = emit(&settings_of("{}"), target.name(), "file", chosen, &mut diags);
            for (path, text) in files.iter() {
                assert!(
                    text.ends_with('\n') && !text.ends_with("\n\n"),
                    "{} {path}: {text:?}",
                    target.name()
                );
                assert!(
                    !has_header
                        || target.name() == "tfvars"
                        || !text.contains("polywire:")
                        || chosen.is_empty(),
                    "{text}"
                );
            }
            assert!(diags.is_empty());
        }
    }
}

fn rendered(yaml: &str, diags: &[Diagnostic]) -> String {
    let mut map = SourceMap::default();
    map.add("config.yaml", yaml);
    render(&map, diags, Format::Text { color: false })
}

/// What is said of a text, a line each.
fn said(yaml: &str, name: &str, chosen: &str) -> String {
    said_marked(yaml, "{}", name, chosen)
}

fn said_marked(yaml: &str, marks: &str, name: &str, chosen: &str) -> String {
    let mut diags = Vec::new();
    emit(&settings_marked(yaml, marks), name, "file", chosen, &mut diags);
    diags.iter().fold(String::new(), |mut all, diag| {
        let _ = writeln!(all, "{} {}", diag.code.id, diag.message);
        all
    })
}

#[test]
fn what_a_target_cannot_say_is_an_error() {
    let check = |name: &str, chosen: &str, yaml: &str, expected: &str| {
        assert_eq!(said(yaml, name, chosen).trim_end(), expected, "{name} {chosen}: {yaml}");
    };
    check(
        "toml",
        "",
        "a: [1, null]",
        "PW-E0201 `a` holds `null` inside a list or map, which TOML cannot write",
    );
    check(
        "toml",
        "",
        "a: 9223372036854775808",
        "PW-E0201 `a` holds 9223372036854775808, an integer beyond the 64 bits of TOML",
    );
    check("properties", "", "a: '${x}'", "PW-E0201 `a` holds `${`, which Spring replaces");
    check("properties", "reader=java", "a: '${x}'", "");
    check(
        "properties",
        "",
        "a: [1, null]",
        "PW-E0201 `a` holds `null` inside a list, which properties cannot write",
    );
    check("properties", "", "'a.b': 1\na: {b: 2}", "PW-C0501 `a.b` and `a.b` are both `a.b`");
    check("kubernetes", "", "a: \"x\\0\"", "PW-E0201 `a` holds NUL, which no variable can");
    check("kubernetes", "name=A_b", "a: 1", "PW-E0201 the name `A_b` is none that Kubernetes takes");
    let both = "PW-E0201 `a` holds `'` beside `\"`, `\\`, `$` or a backtick, which the readers of `.env` quote differently";
    check("dotenv", "", "a: it's \"it\"", both);
    check("dotenv", "reader=python", "a: it's \"it\"", "");
    let line = "PW-E0201 `a` holds a line feed, which `docker run --env-file` has no way to read";
    check("dotenv", "reader=docker", "a: \"x\\ny\"", line);
    let open = "PW-E0201 `a` holds `${`, which python-dotenv replaces in any quotes";
    check("dotenv", "reader=python", "a: x${y}", open);
    check("yaml", "reader=ansible", "a-b: 1", "PW-E0201 `a-b` is no name of a variable of Ansible");
    check("yaml", "reader=ansible", "vars: 1", "PW-E0201 `vars` is a name that Ansible gives a value itself");
    check("ini", "", "class: 1", "PW-E0201 `class` is no name of a variable of Ansible");
    check("ini", "section=web", "a: 1", "PW-E0201 `web` is no section of variables");
    let composed = "PW-E0201 `a` holds text that is another after Unicode's NFC, which Terraform applies";
    check("tfvars", "", "a: \"e\\u0301\"", composed);
    check("tfvars", "", "a-b: 1\na_b: 2", "PW-C0501 `a-b` and `a_b` are both `a_b`");
    check("tfvars", "", "a: {b: {c: =secrets.x}}\na_b_c: 2", "PW-C0501 `c` and `a_b_c` are both `a_b_c`");
    let empty = "PW-E0201 `a` holds an empty key, which an array of bash cannot have";
    assert_eq!(said_marked("a: {'': 1}", "a: {map: true}", "bash", "").trim_end(), empty);
    check("bash", "", "a: \"\\0\"", "PW-E0201 `a` holds NUL, which no variable can");
    let large = format!("a: {}\nb: {}", "x".repeat(600_000), "y".repeat(600_000));
    check(
        "kubernetes",
        "",
        &large,
        "PW-E0201 the values have 1200012 bytes, more than the 1048576 of a ConfigMap",
    );
}

/// The tables of the manual between its marks.
fn tables() -> String {
    let mut text = String::from("| target | writes | options |\n| --- | --- | --- |\n");
    let mut docs = String::from("\n| option | of | meaning |\n| --- | --- | --- |\n");
    let mut known: Vec<String> = Vec::new();
    for target in SETTINGS {
        let mut options = Vec::new();
        for row in target.options() {
            let value = |value: &&str| {
                if *value == row.default { format!("**{value}**") } else { (*value).to_owned() }
            };
            let values: Vec<String> = match row.values {
                [] if row.default.is_empty() => vec!["…".into()],
                [] => vec![format!("**{}**", row.default), "…".into()],
                values => values.iter().map(value).collect(),
            };
            options.push(format!("`{}`: {}", row.name, values.join(", ")));
            let of = SETTINGS
                .iter()
                .filter(|other| other.options().iter().any(|o| o.name == row.name && o.doc == row.doc));
            let of: Vec<String> = of.map(|other| format!("`{}`", other.name())).collect();
            let of =
                if of.len() > 2 && row.name == "header" { "all that have it".into() } else { of.join(", ") };
            let line = format!("| `{}` | {of} | {} |\n", row.name, row.doc.replace('|', "\\|"));
            if !known.contains(&line) {
                docs.push_str(&line);
                known.push(line);
            }
        }
        let about = target.about().replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {about} | {} |", target.name(), options.join("; "));
    }
    text + &docs
}

#[test]
fn the_manual_lists_every_target() {
    const MARK: &str = "<!-- what the program says of itself -->\n";
    let page = fixtures("../docs/manual/config-targets.md");
    let text = std::fs::read_to_string(&page).expect("the page of the manual");
    let parts: Vec<&str> = text.split(MARK).collect();
    assert_eq!(parts.len(), 3, "the page has its two marks");
    let mut golden = Golden::default();
    golden.check(&page, &[parts[0], &format!("\n{}\n", tables()), parts[2]].join(MARK));
    golden.finish();
}
