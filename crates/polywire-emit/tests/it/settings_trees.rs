//! Random settings with hostile text and keys, from a seed.

use polywire_contract::{Content, Group, Item, Literal, Setting, SettingKind, Settings};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Entry, Map, Node, Number, Value};

use crate::settings::{settings_of, value_of};

/// Pieces that texts are made of.
const PIECES: &[&str] = &[
    "",
    " ",
    "a",
    "Z",
    "0",
    "word",
    "'",
    "\"",
    "`",
    "\\",
    "\\n",
    "\\r",
    "\\u0041",
    "\\'",
    "\\\"",
    "$",
    "$X",
    "${X}",
    "${X:-y}",
    "$(id)",
    "#",
    " # x",
    "\n",
    "\n\n",
    "\t",
    "\r",
    "\r\n",
    "é",
    "漢字",
    "😀",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{7f}",
    "\u{1b}",
    "\u{1}",
    "=",
    ":",
    ": ",
    "- ",
    "%",
    "%{if x}",
    "!",
    "*",
    "&",
    "|",
    ">",
    "~",
    "?",
    "@",
    ";",
    ",",
    "[",
    "]",
    "{",
    "}",
    "{{ x }}",
    "{% y %}",
    "{# z #}",
    "<<",
    "//",
    "/*",
    "*/",
    "\"\"\"",
    "'''",
    "export A=1",
    "\nA=1\n",
    "true",
    "no",
    "null",
    "1e5",
    "0x1F",
    "1_000",
    "12:30",
    "2024-01-01",
    ".inf",
    "NaN",
    "%%",
    "$$",
    "^",
    "<",
    "e\u{301}",
    "\u{202e}",
    "\0",
];

/// Keys; the last ones are hostile.
const KEYS: &[&str] = &[
    "host", "port", "name", "logLevel", "time_out", "max-size", "url", "region", "zone", "retries", "key7",
    "value", "level", "size", "a.b", "x y", "größe", "class", "yes", "null", "1st", "k:v", "k=v", "#k",
    "'q'", "$k", "k[0]", "{{ k }}", "漢", "",
];

/// How many of [`KEYS`] every format takes.
const KEYS_TAME: usize = 14;

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn text(&mut self) -> String {
        match self.below(6) {
            0 => self.of(PIECES).to_owned(),
            1 => ["plain", "two words", "https://a.example/x?y=1", "/usr/bin", "C:\\dir"][self.below(5)]
                .to_owned(),
            _ => (0..=self.below(5)).map(|_| self.of(PIECES)).collect(),
        }
    }

    fn number(&mut self) -> String {
        const NUMBERS: &[&str] = &[
            "0",
            "-0",
            "-1",
            "42",
            "9007199254740993",
            "-9223372036854775808",
            "9223372036854775807",
            "18446744073709551615",
            "123456789012345678901234567890",
            "1.5",
            "-0.25",
            "1e5",
            "1E-7",
            "2.50",
            "0.1",
            "1.0",
            "3.141592653589793",
        ];
        self.of(NUMBERS).to_owned()
    }

    fn scalar(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Bool(self.below(2) == 0),
            1 | 2 => Value::Number(Number(self.number())),
            _ => Value::Text(self.text()),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        let size = self.below(4);
        match self.below(12) {
            0 => Value::Null,
            1 => Value::List((0..size).map(|_| node(Value::Text(self.text()))).collect()),
            2 => Value::List((0..size).map(|_| node(Value::Number(Number(self.number())))).collect()),
            3 if depth > 0 => Value::List((0..size).map(|_| node(self.value(depth - 1))).collect()),
            4 if depth > 0 => Value::List((0..size).map(|_| node(self.map(depth - 1))).collect()),
            5 if depth > 0 => self.map(depth - 1),
            6 => self.map(0),
            _ => self.scalar(),
        }
    }

    fn map(&mut self, depth: usize) -> Value {
        let keys = self.keys(5);
        let entry = |key: String, random: &mut Random| {
            let value = if depth == 0 { random.scalar() } else { random.value(depth) };
            Entry { key, key_span: span(0), value: node(value) }
        };
        Value::Map(Map::new(keys.into_iter().map(|key| entry(key, self)).collect()))
    }

    fn keys(&mut self, size: usize) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for _ in 0..self.below(size) {
            let end = if self.below(4) == 0 { KEYS.len() } else { KEYS_TAME };
            let key = KEYS[self.below(end)].to_owned();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    fn group(&mut self, depth: usize, next: &mut usize) -> Group {
        let mut group = Group::default();
        for key in self.keys(3 + depth * 4) {
            *next += 1;
            let place = span(*next);
            let item = if depth > 0 && self.below(4) == 0 {
                Item::Group(self.group(depth - 1, next))
            } else {
                let value = Node { span: place, value: self.value(2) };
                let is_map = self.below(2) == 0;
                let mut value = value_of(&value, is_map);
                if self.below(20) == 0 {
                    value.content = Content::Absent;
                    if self.below(2) == 0 {
                        value.content = Content::Secret("a-b".into());
                        value.kind = SettingKind::Text;
                        value.nullable = false;
                    }
                }
                Item::Value(value)
            };
            let mut setting = Setting::new(key, place, item);
            if self.below(3) == 0 {
                setting.doc = self.text();
            }
            group.settings.push(setting);
        }
        group
    }
}

/// Settings of a seed; every setting has a place of its own.
pub(crate) fn random_settings(seed: u64) -> Settings {
    let mut random = Random::new(seed);
    let mut settings = settings_of("{}");
    settings.root = random.group(3, &mut 0);
    settings
}

fn node(value: Value) -> Literal {
    Node { span: span(0), value }
}

fn span(at: usize) -> Span {
    Span::new(FileId(0), at, at)
}
