//! One name for each value where a format has no nesting: environment variables, properties, inventory variables.

use std::collections::BTreeMap;

use polywire_diag::Diagnostic;

use super::{SettingPath, Settings};
use crate::codes::SETTING_NAMES_COLLIDE;

/// How the names are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flat {
    /// `SHOP_DB_HOST`: prefix and words, for environment variables. ASCII letters, digits, `_`.
    Variable,
    /// `db_host`: words, for variables of Ansible and Terraform. ASCII letters, digits, `_`.
    Snake,
    /// `db.host`: keys as they are written, for properties.
    Dotted,
}

/// A value with its flat name.
#[derive(Clone, Debug)]
pub struct Named<'a> {
    /// The name.
    pub name: String,
    /// The value and the way to it.
    pub at: SettingPath<'a>,
}

/// Values by flat names, in the order of the source.
pub type Variables<'a> = Vec<Named<'a>>;

impl Settings {
    /// Every value with a flat name. Two values of one name, and a name without a letter or digit, are errors.
    pub fn flat(&self, style: Flat, diags: &mut Vec<Diagnostic>) -> Variables<'_> {
        let mut found: Variables<'_> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for at in self.values() {
            let name = name(&self.prefix, style, &at);
            let span = at.setting().span;
            if !name.contains(|c: char| c.is_alphanumeric()) {
                let message = format!("`{}` makes no name of letters and digits", at.dotted());
                diags.push(Diagnostic::error(&SETTING_NAMES_COLLIDE, message).at(span, "rename this key"));
                continue;
            }
            if let Some(first) = known.get(&name) {
                let first: &Named<'_> = &found[*first];
                let message = format!("`{}` and `{}` are both `{name}`", first.at.dotted(), at.dotted());
                diags.push(
                    Diagnostic::error(&SETTING_NAMES_COLLIDE, message)
                        .at(span, "the same name as another's")
                        .at(first.at.setting().span, "the other")
                        .help("rename one of the keys, or write formats that nest"),
                );
                continue;
            }
            known.insert(name.clone(), found.len());
            found.push(Named { name, at });
        }
        found
    }
}

fn name(prefix: &str, style: Flat, at: &SettingPath<'_>) -> String {
    match style {
        Flat::Dotted => at.dotted(),
        Flat::Variable => {
            let prefix = Some(prefix).filter(|prefix| !prefix.is_empty()).map(str::to_owned);
            let words = at.path.iter().map(|setting| ascii(&setting.words.upper()));
            leading(prefix.into_iter().chain(words).collect::<Vec<_>>().join("_"))
        }
        Flat::Snake => {
            let words: Vec<String> = at.path.iter().map(|setting| ascii(&setting.words.snake())).collect();
            leading(words.join("_"))
        }
    }
}

/// What no shell takes in a name becomes `_`.
fn ascii(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// A name does not begin with a digit.
fn leading(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
