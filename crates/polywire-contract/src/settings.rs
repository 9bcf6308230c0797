//! Settings: the configuration of a workspace in one environment as a tree of typed values.
//!
//! Must never: know a file's format, or hold the value of a secret.

mod flat;
mod typed;

use polywire_diag::Span;

use crate::{Int, Literal, Words};

pub use flat::{Flat, Named, Variables};

/// The settings of one environment, resolved: layers merged, expressions evaluated, types known.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The workspace's name; without a workspace the source's stem.
    pub name: String,
    /// What the names of environment variables begin with, as it is written; may be empty.
    pub prefix: String,
    /// The file to edit, as a user would write it.
    pub source: String,
    /// The environment whose layer lies over the base.
    pub environment: Option<String>,
    /// The tree.
    pub root: Group,
}

/// Settings under one key, in the order of the source.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Keys are unique.
    pub settings: Vec<Setting>,
}

/// One key with what stands under it.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As it is written.
    pub key: String,
    /// The neutral words of the key.
    pub words: Words,
    /// The schema's description; may be empty.
    pub doc: String,
    /// Where the value that holds was written; without one, where the setting was declared.
    pub span: Span,
    /// What stands there.
    pub item: Item,
}

impl Setting {
    /// A setting without a description.
    pub fn new(key: impl Into<String>, span: Span, item: Item) -> Self {
        let key = key.into();
        Setting { words: crate::words(&key), key, doc: String::new(), span, item }
    }
}

/// What stands under a key.
#[derive(Clone, Debug)]
pub enum Item {
    /// Further settings.
    Group(Group),
    /// A value.
    Value(SettingValue),
}

/// A value with its type.
#[derive(Clone, Debug)]
pub struct SettingValue {
    /// What a value looks like.
    pub kind: SettingKind,
    /// Whether `null` is a value.
    pub nullable: bool,
    /// A program must have a value when it starts: without one here, the environment has to bring it.
    pub required: bool,
    /// Values must be masked wherever they are shown.
    pub sensitive: bool,
    /// The value.
    pub content: Content,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// From the files.
    Literal(Literal),
    /// From the secret of this name, when the program runs.
    Secret(String),
    /// From nowhere: the environment may bring one.
    Absent,
}

/// What the values of a setting look like.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingKind {
    /// `true` or `false`.
    Bool,
    /// An integer of a domain; `None` is any size.
    Int(Option<Int>),
    /// A binary64 number.
    Float,
    /// Unicode text.
    Text,
    /// One of these texts.
    Choice(Vec<String>),
    /// Items of one kind.
    List(Box<SettingKind>),
    /// Members of one kind under keys that are no settings of their own.
    Map(Box<SettingKind>),
    /// Named members of a list's or map's item.
    Record(Vec<Member>),
    /// One of this kind, or `null`: within lists, maps and records.
    Nullable(Box<SettingKind>),
    /// Anything.
    Any,
}

/// A named member of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// As it is written.
    pub key: String,
    /// The neutral words of the key.
    pub words: Words,
    /// What it holds.
    pub kind: SettingKind,
    /// It is in every item.
    pub required: bool,
}

/// A value and the way to it.
#[derive(Clone, Debug)]
pub struct SettingPath<'a> {
    /// From the root's setting to the one that holds the value; never empty.
    pub path: Vec<&'a Setting>,
    /// The value.
    pub value: &'a SettingValue,
}

impl SettingPath<'_> {
    /// `db.pool.size`
    pub fn dotted(&self) -> String {
        let keys: Vec<&str> = self.path.iter().map(|setting| setting.key.as_str()).collect();
        keys.join(".")
    }

    /// The setting that holds the value.
    pub fn setting(&self) -> &Setting {
        self.path.last().expect("a path is never empty")
    }
}

impl Settings {
    /// Every value with its path, in the order of the source.
    pub fn values(&self) -> Vec<SettingPath<'_>> {
        let mut found = Vec::new();
        self.root.collect(&mut Vec::new(), &mut found);
        found
    }

    /// What stands at a dotted key; keys that hold a dot themselves are found, too.
    pub fn find(&self, key: &str) -> Option<&Setting> {
        self.root.find(key)
    }
}

impl Group {
    fn collect<'a>(&'a self, path: &mut Vec<&'a Setting>, found: &mut Vec<SettingPath<'a>>) {
        for setting in &self.settings {
            path.push(setting);
            match &setting.item {
                Item::Group(group) => group.collect(path, found),
                Item::Value(value) => found.push(SettingPath { path: path.clone(), value }),
            }
            path.pop();
        }
    }

    fn find(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find_map(|setting| {
            let rest = key.strip_prefix(setting.key.as_str())?;
            match (rest.strip_prefix('.'), &setting.item) {
                (Some(rest), Item::Group(group)) => group.find(rest),
                _ => rest.is_empty().then_some(setting),
            }
        })
    }

    /// Whether any value stands in it or below.
    pub fn is_empty(&self) -> bool {
        self.settings.iter().all(|setting| match &setting.item {
            Item::Group(group) => group.is_empty(),
            Item::Value(_) => false,
        })
    }
}

impl SettingKind {
    /// In a word or two, for people: `list of text`, `integer`.
    pub fn describe(&self) -> String {
        match self {
            SettingKind::Bool => "boolean".into(),
            SettingKind::Int(_) => "integer".into(),
            SettingKind::Float => "number".into(),
            SettingKind::Text => "text".into(),
            SettingKind::Choice(words) => format!("one of {}", words.join(" | ")),
            SettingKind::List(of) => format!("list of {}", of.describe()),
            SettingKind::Map(of) => format!("map of {}", of.describe()),
            SettingKind::Record(_) => "record".into(),
            SettingKind::Nullable(of) => format!("{} or null", of.describe()),
            SettingKind::Any => "anything".into(),
        }
    }

    /// Whether it is written as one plain word: no list, map or record.
    pub fn is_scalar(&self) -> bool {
        match self {
            SettingKind::Bool
            | SettingKind::Int(_)
            | SettingKind::Float
            | SettingKind::Text
            | SettingKind::Choice(_) => true,
            SettingKind::Nullable(of) => of.is_scalar(),
            SettingKind::List(_) | SettingKind::Map(_) | SettingKind::Record(_) | SettingKind::Any => false,
        }
    }
}

impl Settings {
    /// The same settings without all that is not at or below one of these dotted keys; else the key that there is not.
    pub fn only<'k>(&self, keys: &[&'k str]) -> Result<Settings, &'k str> {
        if let Some(unknown) = keys.iter().find(|key| self.find(key).is_none()) {
            return Err(unknown);
        }
        let mut kept = self.clone();
        kept.root.keep(keys, "");
        Ok(kept)
    }
}

impl Group {
    fn keep(&mut self, keys: &[&str], above: &str) {
        self.settings.retain_mut(|setting| {
            let dotted = format!("{above}{}", setting.key);
            if keys.contains(&dotted.as_str()) {
                return true;
            }
            match &mut setting.item {
                Item::Group(group) => {
                    group.keep(keys, &format!("{dotted}."));
                    !group.settings.is_empty()
                }
                Item::Value(_) => false,
            }
        });
    }
}
