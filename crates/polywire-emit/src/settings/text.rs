//! What several targets write alike: descriptions as lines of comments, values as plain text, and what is refused.

use polywire_contract::{Literal, SettingKind, SettingPath, SettingValue};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use crate::SETTING_NOT_SAYABLE;

/// A description as lines that stay within a comment of any reader: without line ends of any kind and control characters.
pub(super) fn lines(doc: &str) -> Vec<String> {
    let doc = doc.trim();
    if doc.is_empty() {
        return Vec::new();
    }
    doc.replace("\r\n", "\n").split(is_line_end).map(printable).collect()
}

/// Python and JavaScript end a line at more characters than LF.
pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn printable(line: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    line.trim_end().chars().map(shown).collect()
}

/// The lines of a description behind `#`; without one, none.
pub(super) fn hashed(doc: &str, indent: &str) -> String {
    lines(doc).iter().map(|line| format!("{indent}# {line}").trim_end().to_owned() + "\n").collect()
}

/// The lines of a head behind `#`.
pub(super) fn head_hashed(head: &[String; 2]) -> String {
    format!("# {}\n# {}\n", head[0], head[1])
}

/// A text that ends with one line feed.
pub(super) fn ended(text: &str) -> String {
    text.trim_end_matches('\n').to_owned() + "\n"
}

/// A value as text: text as it is, everything else as compact JSON.
pub(super) fn plain(node: &Literal) -> String {
    node.as_text().map_or_else(|| node.to_string(), str::to_owned)
}

/// A value as the text of a variable: what may be anything is JSON, because loaders read it so.
pub(super) fn variable(node: &Literal, value: &SettingValue) -> String {
    if value.kind == SettingKind::Any { node.to_string() } else { plain(node) }
}

/// Whether text: everything else has no line feeds.
pub(super) fn is_text(node: &Literal) -> bool {
    matches!(node.value, Value::Text(_))
}

/// Whether a list or a map.
pub(super) fn is_nested(node: &Literal) -> bool {
    matches!(node.value, Value::List(_) | Value::Map(_))
}

/// Says that a target cannot hold a value: `` `db.motd` holds {what} ``.
pub(super) fn refuse(
    at: &SettingPath<'_>,
    what: impl std::fmt::Display,
    help: &str,
    diags: &mut Vec<Diagnostic>,
) {
    let message = format!("`{}` holds {what}", at.dotted());
    diags.push(
        Diagnostic::error(&SETTING_NOT_SAYABLE, message).at(at.setting().span, "this value").help(help),
    );
}
