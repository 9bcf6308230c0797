//! Types of the merged settings: from the schema where it speaks, else from the values of every environment.

use polywire_contract::{Content, Group, Item, Literal, Setting, SettingKind, SettingValue};
use polywire_diag::{Diagnostic, Span};

use super::declared::Declared;
use super::tree::{self, Branch, Branches, Leaf, Tree};
use crate::{LAYERS_DIFFER, MISPLACED_SECRET};

/// How deep groups nest; the parser's own limit is below that.
const DEPTH_MAX: u32 = 64;

/// The settings of the environment at a place in `all`, with types that hold in every environment.
pub(super) fn group(
    declared: Option<&Declared<'_>>,
    all: &[&Branches],
    at: usize,
    diags: &mut Vec<Diagnostic>,
) -> Group {
    let all: Vec<Option<&Branches>> = all.iter().copied().map(Some).collect();
    Typing { at, diags }.group(declared, &all, true, DEPTH_MAX)
}

struct Typing<'a> {
    at: usize,
    diags: &'a mut Vec<Diagnostic>,
}

/// A key in every environment.
struct Across<'a> {
    key: &'a str,
    /// By environment, where it is set.
    branches: Vec<Option<&'a Branch>>,
    span: Span,
}

impl Typing<'_> {
    /// `required`: the group is there whenever a program starts.
    fn group(
        &mut self,
        declared: Option<&Declared<'_>>,
        all: &[Option<&Branches>],
        required: bool,
        depth: u32,
    ) -> Group {
        let mut group = Group::default();
        if depth == 0 {
            return group;
        }
        let mut keys: Vec<&str> = Vec::new();
        for branch in all.iter().flatten().flat_map(|branches| branches.iter()) {
            if !keys.contains(&branch.key.as_str()) {
                keys.push(&branch.key);
            }
        }
        for name in declared.map(Declared::names).unwrap_or_default() {
            if !keys.contains(&name) {
                keys.push(name);
            }
        }
        for key in keys {
            let member = declared.and_then(|declared| declared.member(key));
            let branches: Vec<Option<&Branch>> = all
                .iter()
                .map(|branches| {
                    branches.and_then(|branches| branches.iter().find(|branch| branch.key == key))
                })
                .collect();
            let first = branches.iter().flatten().next().map(|branch| branch.key_span);
            let declared_at = || member.as_ref().map(|member| member.place().span);
            let Some(span) = first.or_else(declared_at) else { continue };
            let required = required && declared.is_some_and(|declared| declared.requires(key));
            let across = Across { key, branches, span };
            group.settings.extend(self.setting(&across, member.as_ref(), required, depth));
        }
        group
    }

    fn setting(
        &mut self,
        across: &Across<'_>,
        declared: Option<&Declared<'_>>,
        required: bool,
        depth: u32,
    ) -> Option<Setting> {
        let groups: Vec<Option<&Branches>> = across
            .branches
            .iter()
            .map(|branch| match branch.map(|branch| &branch.tree) {
                Some(Tree::Group(group)) => Some(group),
                _ => None,
            })
            .collect();
        let nests = match declared {
            Some(declared) if !declared.is_silent() => declared.nests(),
            _ => groups.iter().any(Option::is_some),
        };
        let mut setting = if nests {
            let inner = self.group(declared, &groups, required, depth - 1);
            Setting::new(across.key, across.span, Item::Group(inner))
        } else {
            self.value(across, declared, required)?
        };
        setting.doc = declared.map(Declared::doc).unwrap_or_default().to_owned();
        Some(setting)
    }

    fn value(
        &mut self,
        across: &Across<'_>,
        declared: Option<&Declared<'_>>,
        required: bool,
    ) -> Option<Setting> {
        let contents: Vec<Option<(Content, Span)>> =
            across.branches.iter().map(|branch| branch.map(|branch| self.content(branch))).collect();
        let literals: Vec<&Literal> = contents
            .iter()
            .filter_map(|content| match content {
                Some((Content::Literal(node), _)) => Some(node),
                _ => None,
            })
            .collect();
        let secret = contents.iter().flatten().any(|(content, _)| matches!(content, Content::Secret(_)));
        let (kind, nullable) = match declared {
            Some(declared) if !declared.is_silent() => (declared.kind(), declared.is_nullable()),
            // Nothing is known of a secret but that it is text.
            _ if literals.is_empty() => (SettingKind::Text, false),
            _ => match SettingKind::of_values(&literals) {
                Ok(found) => found,
                Err((a, b)) => {
                    self.diags.push(
                        Diagnostic::error(&LAYERS_DIFFER, format!("`{}` is of two kinds", across.key))
                            .at(literals[b].span, format!("this is {}", literals[b].kind()))
                            .at(literals[a].span, format!("this is {}", literals[a].kind())),
                    );
                    return None;
                }
            },
        };
        let sensitive = declared.is_some_and(Declared::is_sensitive);
        let (content, span) =
            contents.get(self.at).cloned().flatten().unwrap_or((Content::Absent, across.span));
        let written = match &content {
            Content::Literal(node) => !node.is_null() && node.as_text() != Some(""),
            Content::Secret(_) | Content::Absent => false,
        };
        if let (true, true, Some(declared)) = (sensitive, written, declared) {
            // The line of the value would be shown with it.
            let message = format!("`{}` is sensitive, and its value stands in a layer", across.key);
            self.diags.push(
                Diagnostic::error(&MISPLACED_SECRET, message)
                    .at(declared.place().span, "declared here")
                    .help("write a reference in place of the value, as `=secrets.NAME`"),
            );
            return None;
        }
        // The same in every environment, so that code made for one fits all.
        let required = required || contents.iter().all(Option::is_some);
        let value = SettingValue { kind, nullable, required, sensitive: sensitive || secret, content };
        Some(Setting::new(across.key, span, Item::Value(value)))
    }

    /// What a branch holds as one value: also a group, where the schema sees a map.
    fn content(&mut self, branch: &Branch) -> (Content, Span) {
        match &branch.tree {
            Tree::Leaf(leaf @ Leaf { content, .. }) => (content.clone(), leaf.span()),
            Tree::Group(group) => match tree::literal(branch.key_span, group) {
                Ok(node) => (Content::Literal(node), branch.key_span),
                Err(span) => {
                    let message = format!("a secret in the map `{}` has no setting of its own", branch.key);
                    self.diags.push(
                        Diagnostic::error(&MISPLACED_SECRET, message)
                            .at(span, "")
                            .help("declare it as a property in the schema"),
                    );
                    (Content::Absent, branch.key_span)
                }
            },
        }
    }
}
