//! Random settings with hostile keys and values, the same for the same seed.

use polywire_contract::{Content, Group, Item, Literal, Setting, SettingKind, SettingValue, Settings};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Entry, Map, Number, Value};

use crate::settings::value_of;

const KEYS: &[&str] = &[
    "host",
    "port",
    "class",
    "type",
    "def",
    "func",
    "package",
    "import",
    "public",
    "static",
    "self",
    "Self",
    "crate",
    "super",
    "fn",
    "match",
    "enum",
    "struct",
    "trait",
    "record",
    "var",
    "let",
    "const",
    "async",
    "await",
    "yield",
    "null",
    "true",
    "false",
    "none",
    "True",
    "None",
    "Any",
    "Literal",
    "Mapping",
    "Optional",
    "String",
    "string",
    "int",
    "bool",
    "float",
    "str",
    "tuple",
    "field",
    "list",
    "map",
    "vec",
    "Vec",
    "Option",
    "Some",
    "Result",
    "Config",
    "config",
    "ConfigError",
    "error",
    "load",
    "load_from",
    "env",
    "hash-code",
    "hashCode",
    "toString",
    "getClass",
    "notify",
    "wait",
    "clone",
    "equals",
    "2fa",
    "9",
    "a-b",
    "a.b",
    "a b",
    "x.y.z",
    "größe",
    "naïve",
    "日本x",
    "Ключ1",
    "é",
    "__proto__",
    "constructor",
    "prototype",
    "toJSON",
    "_",
    "__init__",
    "__slots__",
    "$",
    "x$y",
    "",
    "UPPER_CASE",
    "camelCase",
    "PascalCase",
    "kebab-case",
    "snake_case",
    "item",
    "value",
    "group",
    "problems",
    "read",
    "text",
    "name\nline",
    "quote\"d",
    "single'd",
    "back\\slash",
    "*/",
    "//",
    "#",
    "\u{202e}x",
    "any",
    "error",
    "nil",
    "main",
    "init",
    "println",
    "make",
    "len",
    "range",
    "go",
    "chan",
    "interface",
    "select",
    "defer",
    "goto",
    "new",
    "this",
    "void",
    "object",
    "Object",
    "Json",
    "Value",
    "secret",
    "Secret",
    "url",
    "id",
    "http-api",
    "default",
    "Default",
    "Debug",
    "debug",
    "unsafe",
    "where",
    "dyn",
    "move",
    "ref",
    "mod",
    "use",
    "impl",
    "extern",
    "box",
    "try",
    "macro",
    "union",
    "T",
    "t",
    "E",
    "k",
    "v",
    "at",
    "undefined",
    "NaN",
    "arguments",
    "eval",
];

const TEXTS: &[&str] = &[
    "",
    " ",
    "plain",
    "with \"double\"",
    "with 'single'",
    "'\"'\"",
    "$HOME ${X} $(x) `y`",
    "# not a comment",
    "a\\b\\n\\u0041\\",
    "line\nfeed\r\n",
    "tab\there",
    "{{ jinja }} {% x %}",
    "*/ /* //",
    "\"\"\" '''",
    "ünïcödé 日本 😀",
    "\u{0}\u{1}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}",
    "\u{202e}rtl\u{2066}",
    "null",
    "true",
    "1",
    "1.0",
    "=",
    "  lead and trail  ",
    "%s %d {} {0}",
    "</script>",
    "\u{1b}[31m",
    "`tick ${x}`",
    "\u{10ffff}\u{fffd}",
    "a very long text that goes on and on, longer than any line of code would ever like to be in any language",
];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "42",
    "255",
    "65535",
    "2147483647",
    "-2147483648",
    "4294967295",
    "9007199254740991",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "170141183460469231731687303715884105727",
    "123456789012345678901234567890",
    "0.1",
    "-0.5",
    "1.10",
    "3.14",
    "2.718281828459045",
    "1e300",
    "-1.5E-7",
    "5e-324",
    "1.7976931348623157e308",
    "1.0",
    "100.0",
    "-0.0",
    "123456.789",
    "1e16",
    "12345678901234567000.0",
    "0.00001",
    "0.000001",
];

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn text(&mut self) -> String {
        if self.below(3) > 0 {
            return self.pick(TEXTS).to_owned();
        }
        let length = self.below(12);
        let any = |random: &mut Random| match random.below(4) {
            0 => char::from_u32(random.below(0x250) as u32),
            1 => char::from_u32(random.below(0x11_0000) as u32),
            _ => char::from_u32(0x20 + random.below(0x5f) as u32),
        };
        (0..length).filter_map(|_| any(self)).collect()
    }
}

fn node(value: Value) -> Literal {
    Literal { span: Span::new(FileId(0), 0, 0), value }
}

/// Settings that no variable of the environment is needed for.
pub(crate) fn settings(seed: u64) -> Settings {
    let mut random = Random::new(seed + 1);
    let root = group(&mut random, 3);
    let environment = (random.below(2) == 0).then(|| "staging".to_owned());
    Settings {
        name: random.text(),
        prefix: "X".into(),
        source: "shared/config.yaml".into(),
        environment,
        root,
    }
}

fn group(random: &mut Random, depth: usize) -> Group {
    let mut found = Group::default();
    let mut known: Vec<String> = Vec::new();
    for _ in 0..random.below(7) {
        let key = random.pick(KEYS).to_owned();
        // The same name of a variable twice is an error of its own.
        let name = polywire_contract::words(&key).upper();
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if known.iter().any(|other| other.starts_with(&name) || name.starts_with(other.as_str())) {
            continue;
        }
        known.push(name);
        let item = if depth > 0 && random.below(3) == 0 {
            Item::Group(group(random, depth - 1))
        } else {
            Item::Value(setting(random))
        };
        let mut setting = Setting::new(key, Span::new(FileId(0), 0, 0), item);
        if random.below(3) == 0 {
            setting.doc = random.text();
        }
        found.settings.push(setting);
    }
    found
}

fn setting(random: &mut Random) -> SettingValue {
    let literal = any(random, 3);
    let mut of = value_of(&literal, false);
    if matches!(literal.value, Value::Map(_)) {
        of.kind = SettingKind::Map(Box::new(SettingKind::Any));
    }
    of.sensitive = random.below(6) == 0;
    of.nullable |= random.below(6) == 0;
    if let (Content::Literal(node), 0) = (&of.content, random.below(3))
        && let Value::Text(text) = &node.value
    {
        let mut choices = vec![random.text(), text.clone(), "other".to_owned()];
        choices.dedup();
        of.kind = SettingKind::Choice(choices);
    }
    if random.below(12) == 0 {
        of.content = Content::Absent;
        of.required = false;
    }
    of
}

fn any(random: &mut Random, depth: usize) -> Literal {
    match random.below(if depth == 0 { 6 } else { 10 }) {
        0 => node(Value::Null),
        1 => node(Value::Bool(random.below(2) == 0)),
        2 | 3 => node(Value::Number(Number(random.pick(NUMBERS).into()))),
        4 | 5 => node(Value::Text(random.text())),
        6 => list(random, depth),
        7 => records(random, depth),
        8 => map(random, depth),
        _ => scalars(random),
    }
}

fn list(random: &mut Random, depth: usize) -> Literal {
    let length = random.below(4);
    node(Value::List((0..length).map(|_| any(random, depth - 1)).collect()))
}

/// Items of one kind.
fn scalars(random: &mut Random) -> Literal {
    let (kind, length) = (random.below(4), random.below(30));
    let one = |random: &mut Random| match kind {
        0 => Value::Number(Number(random.below(100_000).to_string())),
        1 => Value::Text(random.text()),
        2 => Value::Number(Number(random.pick(NUMBERS).into())),
        _ => Value::Bool(random.below(2) == 0),
    };
    let items = (0..length).map(|_| {
        let value = one(random);
        node(if random.below(20) == 0 { Value::Null } else { value })
    });
    node(Value::List(items.collect()))
}

/// Records of the same members, some of which are missing now and then.
fn records(random: &mut Random, depth: usize) -> Literal {
    let mut members: Vec<(String, Literal)> = Vec::new();
    for _ in 0..random.below(5) {
        let key = random.pick(KEYS).to_owned();
        if members.iter().all(|(known, _)| *known != key) {
            let value = any(random, depth - 1);
            members.push((key, value));
        }
    }
    let length = random.below(4);
    let item = |random: &mut Random| {
        let kept = members.iter().filter(|_| random.below(5) > 0).cloned().collect();
        entries(kept)
    };
    node(Value::List((0..length).map(|_| item(random)).collect()))
}

fn map(random: &mut Random, depth: usize) -> Literal {
    let mut members: Vec<(String, Literal)> = Vec::new();
    for _ in 0..random.below(4) {
        let key = random.pick(KEYS).to_owned();
        if members.iter().all(|(known, _)| *known != key) {
            let value = any(random, depth - 1);
            members.push((key, value));
        }
    }
    entries(members)
}

fn entries(members: Vec<(String, Literal)>) -> Literal {
    let span = Span::new(FileId(0), 0, 0);
    let entry = |(key, value)| Entry { key, key_span: span, value };
    node(Value::Map(Map::new(members.into_iter().map(entry).collect())))
}
