//! Alternatives: `oneOf`, `anyOf`, several types, and the discriminator that tells them apart.

use std::collections::HashSet;

use polywire_contract::{Shape, Sum, TypeId, Variant, words};
use polywire_diag::Diagnostic;
use polywire_syntax::{Map, Node, Value};

use super::parts::{ANY_OF, BESIDE, ONE_OF, Part, Parts, place};
use super::schema::{Built, Kind, Lowering};
use super::{BAD_DISCRIMINATOR, ENDLESS};

/// How often alternatives of a single alternative may be inside each other.
const NESTED_MAX: usize = 32;

/// A `oneOf` or `anyOf`, null set aside, and what stands beside it.
struct Choice<'a> {
    branches: Vec<&'a Node>,
    rest: Parts<'a>,
    exact: bool,
    owner: Part<'a>,
}

impl<'a> Lowering<'_, 'a> {
    /// The type of the only alternative, where there is just one besides null.
    pub(super) fn only_branch(
        &mut self,
        parts: &[Part<'a>],
        forced: Option<Kind>,
        mut origin: Option<&'a Node>,
    ) -> Option<TypeId> {
        let mut parts = parts.to_vec();
        let mut found = false;
        for _ in 0..NESTED_MAX {
            match choice(&parts) {
                Some(Choice { branches, rest, .. }) if branches.len() == 1 => {
                    parts = self.with(&rest, branches[0]);
                    origin = origin.or_else(|| self.repeated(&parts, branches[0]));
                }
                _ => return found.then(|| self.place(parts, forced, origin)),
            }
            found = true;
        }
        let message = "this schema is made of itself";
        self.say(Diagnostic::error(&ENDLESS, message).at(place(parts[0].node), "alternatives without end"));
        Some(self.any())
    }

    /// The sum that the first `oneOf` or `anyOf` of the parts describes.
    pub(super) fn sum(&mut self, parts: &[Part<'a>], forced: Option<Kind>) -> Option<Built> {
        let mut choice = choice(parts)?;
        choice.rest.iter_mut().for_each(|part| part.skip |= BESIDE);
        let mut variants = Vec::new();
        let mut names = HashSet::new();
        for (at, branch) in choice.branches.iter().enumerate() {
            let together = self.with(&choice.rest, branch);
            let origin = self.repeated(&together, branch);
            let ty = self.place(together, forced, origin);
            let name = self.variant_name(branch, at, &mut names);
            variants.push(Variant { name, ty, tags: Vec::new(), span: branch.span });
        }
        let mut sum = Sum { variants, tag: None, exact: choice.exact };
        if let Some(node) = choice.owner.get("discriminator") {
            self.discriminate(&mut sum, &choice.branches, node);
        }
        Some((Shape::Sum(sum), Vec::new()))
    }

    /// The named schema that an alternative is, where what stands beside the alternatives adds nothing to it.
    fn repeated(&mut self, together: &[Part<'a>], branch: &'a Node) -> Option<&'a Node> {
        let alone = self.flatten(&[branch]);
        let same = alone.iter().map(Part::key).eq(together.iter().map(Part::key));
        if same { self.origin(branch) } else { None }
    }

    /// Values of several JSON types.
    pub(super) fn by_kind(&mut self, kinds: &[Kind], parts: &[Part<'a>]) -> Built {
        let span =
            parts.iter().find_map(|part| part.get("type")).map_or(parts[0].node.span, |node| node.span);
        let parts: Parts = parts.iter().map(|part| Part { skip: part.skip | BESIDE, ..*part }).collect();
        let variant = |lowering: &mut Self, kind: Kind| Variant {
            name: kind.name().to_string(),
            ty: lowering.place(parts.clone(), Some(kind), None),
            tags: Vec::new(),
            span,
        };
        let variants = kinds.iter().map(|kind| variant(self, *kind)).collect();
        (Shape::Sum(Sum { variants, tag: None, exact: false }), Vec::new())
    }

    fn variant_name(&mut self, branch: &'a Node, at: usize, taken: &mut HashSet<String>) -> String {
        let map = branch.as_map();
        let own = map.and_then(|map| {
            let reference = map.get("$ref").and_then(Node::as_text).map(last_step);
            let title = map.get("title").and_then(Node::as_text);
            let kind = map.get("type").and_then(Node::as_text);
            reference.or(title).or(kind)
        });
        let base = own.map(|name| words(name).camel()).filter(|name| !name.is_empty());
        let base = base.unwrap_or_else(|| format!("variant{}", at + 1));
        let mut name = base.clone();
        let mut count = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}{count}");
            count += 1;
        }
        name
    }

    /// Finds which values of the tag mean which alternative.
    fn discriminate(&mut self, sum: &mut Sum, branches: &[&'a Node], node: &'a Node) {
        let Some(map) = node.as_map() else { return };
        let Some(tag) = map.get("propertyName").and_then(Node::as_text) else { return };
        let targets: Vec<&'a Node> = branches.iter().map(|branch| self.reached(branch)).collect();
        let mut taken: HashSet<String> = HashSet::new();
        for entry in map.get("mapping").and_then(Node::as_map).map_or(&[][..], |mapping| &mapping.entries) {
            let Some(text) = entry.value.as_text() else { continue };
            let meant = self.mapped(&entry.value, text, branches);
            let at = meant.and_then(|meant| targets.iter().position(|target| std::ptr::eq(*target, meant)));
            match at {
                Some(at) => {
                    taken.insert(entry.key.clone());
                    sum.variants[at].tags.push(entry.key.clone());
                }
                None => {
                    let message = format!("`{text}` is not one of the alternatives");
                    let diagnostic = Diagnostic::error(&BAD_DISCRIMINATOR, message);
                    self.say(diagnostic.at(entry.value.span, "must be in `oneOf` or `anyOf`"));
                }
            }
        }
        for (at, branch) in branches.iter().enumerate() {
            let reference = branch.as_map().and_then(|map| map.get("$ref")).and_then(Node::as_text);
            let implicit = match reference {
                Some(text) => vec![last_step(text).to_string()],
                None => self.tag_values(branch, tag),
            };
            if let (None, Some(value)) = (reference, implicit.first()) {
                let name = words(value).camel();
                if !name.is_empty() && sum.variants.iter().all(|variant| variant.name != name) {
                    sum.variants[at].name = name;
                }
            }
            for value in implicit {
                if taken.insert(value.clone()) {
                    sum.variants[at].tags.push(value);
                }
            }
        }
        if let Some(node) = map.get("defaultMapping") {
            // A value without a known tag is the default alternative, so the tag alone does not decide.
            let meant = node.as_text().and_then(|text| self.mapped(node, text, branches));
            if !meant.is_some_and(|meant| targets.iter().any(|target| std::ptr::eq(*target, meant))) {
                let message = "`defaultMapping` is not one of the alternatives";
                let diagnostic = Diagnostic::error(&BAD_DISCRIMINATOR, message);
                self.say(diagnostic.at(node.span, "must be in `oneOf` or `anyOf`"));
            }
            return;
        }
        if let Some(variant) = sum.variants.iter().find(|variant| variant.tags.is_empty()) {
            let message = format!("no value of `{tag}` means this alternative");
            let diagnostic =
                Diagnostic::warning(&BAD_DISCRIMINATOR, message).at(variant.span, "found by trial");
            self.say(
                diagnostic
                    .help(format!("give its property `{tag}` a `const`, or make it a schema of its own")),
            );
        } else {
            sum.tag = Some(tag.to_string());
        }
    }

    /// The schema that an alternative stands for.
    fn reached(&mut self, branch: &'a Node) -> &'a Node {
        let reference = branch.as_map().and_then(|map| map.get("$ref"));
        reference.and_then(|node| self.target(node)).unwrap_or(branch)
    }

    /// The schema that a row of `mapping` means: a name, or a reference.
    fn mapped(&mut self, node: &'a Node, text: &'a str, branches: &[&'a Node]) -> Option<&'a Node> {
        for branch in branches {
            let reference = branch.as_map().and_then(|map| map.get("$ref"));
            if reference.and_then(Node::as_text).is_some_and(|known| last_step(known) == text) {
                return Some(self.reached(branch));
            }
        }
        self.resolver.resolve(node.span.file, text).ok().map(|target| target.node)
    }

    /// The values that an alternative allows for the tag.
    fn tag_values(&mut self, branch: &'a Node, tag: &str) -> Vec<String> {
        let mut values = Vec::new();
        for part in self.flatten(&[branch]) {
            let property = part.get("properties").and_then(Node::as_map).and_then(|map| map.get(tag));
            let Some(map) = property.and_then(Node::as_map) else { continue };
            values.extend(map.get("const").and_then(Node::as_text).map(String::from));
            let listed = map.get("enum").and_then(Node::as_list).unwrap_or_default();
            values.extend(listed.iter().filter_map(Node::as_text).map(String::from));
        }
        values
    }
}

/// The first part with alternatives, and its keyword's mark.
fn choose<'a>(parts: &[Part<'a>]) -> Option<(usize, &'a [Node], u8)> {
    parts.iter().enumerate().find_map(|(at, part)| {
        let list = |key| part.get(key).and_then(Node::as_list).filter(|list| !list.is_empty());
        let one_of = list("oneOf").map(|list| (at, list, ONE_OF));
        one_of.or_else(|| list("anyOf").map(|list| (at, list, ANY_OF)))
    })
}

fn choice<'a>(parts: &[Part<'a>]) -> Option<Choice<'a>> {
    let (at, list, mark) = choose(parts)?;
    let branches: Vec<&Node> = list.iter().filter(|branch| !is_null(branch)).collect();
    if branches.is_empty() {
        return None;
    }
    let owner = parts[at];
    let mut rest = parts.to_vec();
    rest[at].skip |= mark;
    Some(Choice { branches, rest, exact: mark == ONE_OF, owner })
}

/// Whether a schema allows nothing but null.
fn is_null(node: &Node) -> bool {
    let only = |map: &Map| match (map.get("type"), map.get("enum"), map.get("const")) {
        (Some(kind), ..) => kind.as_text() == Some("null"),
        (None, Some(values), _) => values
            .as_list()
            .is_some_and(|list| !list.is_empty() && list.iter().all(|v| v.value == Value::Null)),
        (None, None, Some(value)) => value.value == Value::Null,
        _ => false,
    };
    node.as_map().is_some_and(only)
}

/// The last step of a reference: the schema's name.
fn last_step(reference: &str) -> &str {
    let step = reference.rsplit(['/', '#']).next().unwrap_or(reference);
    let file = step.strip_suffix(".yaml").or_else(|| step.strip_suffix(".yml"));
    file.or_else(|| step.strip_suffix(".json")).unwrap_or(step)
}
