//! Settings from their layers: merged, defaults filled in, expressions evaluated, types known, with the story of each value.
//!
//! Must never: read a file, know a target.

mod declared;
mod defaults;
mod expression;
mod layers;
mod tree;
mod typed;

use std::collections::BTreeMap;

use polywire_contract::{Group, Literal, Settings};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::Node;

use self::declared::Declared;

/// What was read: the base, and what environments lay over it.
#[derive(Debug)]
pub struct Layers {
    pub base: Node,
    /// By the name of the environment, sorted.
    pub overlays: Vec<(String, Node)>,
    /// A JSON Schema of the whole.
    pub schema: Option<Node>,
    /// The workspace's name.
    pub name: String,
    /// What the names of environment variables begin with.
    pub prefix: String,
    /// The base's file as a user would write it.
    pub source: String,
}

/// Where a value was set.
#[derive(Clone, Debug)]
pub struct Assigned {
    pub layer: Layer,
    pub span: Span,
    /// As it is written there.
    pub written: Literal,
}

/// A layer, lowest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A default of the schema.
    Default,
    Base,
    Environment(String),
}

/// The settings of one environment.
#[derive(Debug)]
pub struct Resolved {
    pub settings: Settings,
    /// By dotted key: where the value was set, lowest layer first; the last one holds.
    pub history: BTreeMap<String, Vec<Assigned>>,
}

impl Layers {
    /// The names of the environments.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.overlays.iter().map(|(name, _)| name.as_str())
    }

    /// Resolves the settings of the base (`None`) and of every environment, in the order of their names. Types are those
    /// that hold in all of them. What is wrong is reported once, where it stands; then there is no result.
    pub fn resolve(&self, diags: &mut Vec<Diagnostic>) -> Option<Vec<Resolved>> {
        let before = diags.len();
        let declared = self.schema.as_ref().map(Declared::whole);
        let mut trees = Vec::new();
        let names = std::iter::once(None).chain(self.environments().map(Some));
        for name in names {
            let overlay = name.and_then(|name| self.overlays.iter().find(|(known, _)| known == name));
            let mut tree = layers::merge(&self.base, overlay, diags);
            if let Some(declared) = &declared {
                defaults::fill(declared, &mut tree);
            }
            expression::evaluate(&mut tree, name, diags);
            trees.push((name, tree));
        }
        layers::strangers(&self.base, &self.overlays, declared.as_ref(), diags);
        let all: Vec<&tree::Branches> = trees.iter().map(|(_, tree)| tree).collect();
        let groups: Vec<Group> =
            (0..all.len()).map(|at| typed::group(declared.as_ref(), &all, at, diags)).collect();
        tidy(diags, before);
        if diags[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        let resolved = trees.iter().zip(groups).map(|((name, tree), root)| Resolved {
            settings: Settings {
                name: self.name.clone(),
                prefix: self.prefix.clone(),
                source: self.source.clone(),
                environment: name.map(str::to_owned),
                root,
            },
            history: tree::history(tree),
        });
        Some(resolved.collect())
    }
}

/// What is wrong in the base is wrong in every environment, and said once.
fn tidy(diags: &mut Vec<Diagnostic>, before: usize) {
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in diags.drain(before..) {
        if !found.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }
    diags.append(&mut found);
}
