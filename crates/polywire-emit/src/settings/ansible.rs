//! Which names Ansible takes for variables, and which texts for templates.

use polywire_contract::{Setting, Settings};
use polywire_diag::{Diagnostic, Span};

use crate::SETTING_NOT_SAYABLE;

/// Words of Python and Jinja that are no names.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "false", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "none", "nonlocal", "not", "or", "pass", "raise", "return", "true", "try", "while", "with",
    "yield",
];

/// Names that Ansible gives values itself, or that it takes for its own keywords.
const MAGIC: &[&str] = &[
    "environment",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "item",
    "omit",
    "play_hosts",
    "playbook_dir",
    "role_name",
    "role_names",
    "role_path",
    "vars",
];

/// Says of the outermost keys that are no variables.
pub(super) fn check_names(settings: &Settings, diags: &mut Vec<Diagnostic>) {
    for Setting { key, span, .. } in &settings.root.settings {
        check_name(key, *span, diags);
    }
}

/// Says of a name that is no variable.
pub(super) fn check_name(name: &str, span: Span, diags: &mut Vec<Diagnostic>) {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name =
        !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(inner);
    let why = if !is_name || KEYWORDS.contains(&name) {
        "is no name of a variable of Ansible"
    } else if MAGIC.contains(&name) {
        "is a name that Ansible gives a value itself"
    } else {
        return;
    };
    diags.push(
        Diagnostic::error(&SETTING_NOT_SAYABLE, format!("`{}` {why}", name.escape_debug()))
            .at(span, "this value")
            .help("rename the key, or put it under another one"),
    );
}

/// Whether Jinja would find something to do.
pub(super) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}
