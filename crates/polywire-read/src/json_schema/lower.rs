//! Schemas as rules of the contract, word for word. What depends on what other keywords have looked at, or on the way to a
//! schema, stays as it is: a residual.

use std::collections::{HashMap, HashSet, VecDeque};

use polywire_contract::{
    Check, Condition, Contract, Draft, Items, JsonKind, Members, Residual, Rules, Schema, SchemaId,
};
use polywire_diag::Span;
use polywire_syntax::{Entry, Map, Node, Number, Value};

use super::dialect::{self, Dialect};
use super::index::{Index, Key, Target};
use super::recursion;
use super::said::Said;

/// Turns schemas into rules, each once.
pub(super) struct Lowering<'l, 'a> {
    pub(super) index: &'l mut Index<'a>,
    pub(super) contract: &'l mut Contract,
    /// Schemas that are made of themselves.
    endless: HashSet<Key>,
    /// Why the outermost schemas stay whole: a keyword, and where it is.
    whole: Option<(&'static str, &'a Node)>,
    made: HashMap<Key, SchemaId>,
    /// What mere references stand for, as far as it is known.
    passed: HashMap<Key, &'a Node>,
    waiting: VecDeque<(&'a Node, SchemaId)>,
    /// Any value at all.
    any: Option<SchemaId>,
}

impl<'l, 'a> Lowering<'l, 'a> {
    pub(super) fn new(
        index: &'l mut Index<'a>,
        contract: &'l mut Contract,
        endless: HashSet<Key>,
        whole: Option<(&'static str, &'a Node)>,
    ) -> Self {
        Lowering {
            index,
            contract,
            endless,
            whole,
            made: HashMap::new(),
            passed: HashMap::new(),
            waiting: VecDeque::new(),
            any: None,
        }
    }

    /// What values are held to by a schema that they are read with directly.
    pub(super) fn outermost(&mut self, node: &'a Node) -> SchemaId {
        if let Some((keyword, place)) = self.whole {
            let residual = self.residual(node, keyword, place.span);
            return self.contract.schemas.add(residual);
        }
        self.schema(node)
    }

    /// Builds everything that is still missing.
    pub(super) fn finish(&mut self) {
        while let Some((node, id)) = self.waiting.pop_front() {
            self.contract.schemas.all[id.0 as usize] = self.build(node);
        }
    }

    fn schema(&mut self, node: &'a Node) -> SchemaId {
        let node = self.reached(node);
        let key = std::ptr::from_ref(node);
        if let Some(known) = self.made.get(&key) {
            return *known;
        }
        let id = self.contract.schemas.add(Schema::Bool(true));
        self.made.insert(key, id);
        self.waiting.push_back((node, id));
        id
    }

    fn any(&mut self) -> SchemaId {
        let contract = &mut *self.contract;
        *self.any.get_or_insert_with(|| contract.schemas.add(Schema::Bool(true)))
    }

    fn schemas(&mut self, nodes: &'a [Node]) -> Vec<SchemaId> {
        nodes.iter().map(|node| self.schema(node)).collect()
    }

    /// The schema that a mere reference stands for; chains of them end, because what is endless stops them.
    fn reached(&mut self, start: &'a Node) -> &'a Node {
        let (mut node, mut passed) = (start, Vec::new());
        while let Some(next) = self.passes(node) {
            passed.push(std::ptr::from_ref(node));
            node = next;
        }
        self.passed.extend(passed.into_iter().map(|key| (key, node)));
        node
    }

    /// What a schema refers to, where it says nothing else.
    fn passes(&mut self, node: &'a Node) -> Option<&'a Node> {
        let key = std::ptr::from_ref(node);
        if let Some(known) = self.passed.get(&key) {
            return Some(known);
        }
        let map = node.as_map().filter(|_| !self.endless.contains(&key))?;
        let dialect = self.dialect(node);
        let reference = map.get("$ref").filter(|_| dialect.is_taken_apart())?;
        let is_remark = |entry: &Entry| entry.key == "$ref" || is_remark(dialect, &entry.key);
        if !dialect.lonely_ref() && !map.entries.iter().all(is_remark) {
            return None;
        }
        match self.index.follow(node, reference)? {
            Ok(Target::Schema(target)) => Some(target),
            _ => None,
        }
    }

    fn dialect(&self, node: &Node) -> Dialect {
        let place = self.index.places.get(&std::ptr::from_ref(node));
        place.map_or(Dialect::of(Draft::Draft202012), |place| place.dialect)
    }

    fn residual(&mut self, node: &'a Node, keyword: &str, span: Span) -> Schema {
        let draft = self.dialect(node).draft;
        Schema::Residual(Residual {
            uri: self.index.address(node),
            draft,
            keyword: keyword.to_string(),
            span,
            depth_max: recursion::depth_max(self.index, node),
        })
    }

    /// What a schema says by some of its keywords; the others are held elsewhere.
    pub(super) fn part(&mut self, node: &'a Node, only: &[&'a str]) -> SchemaId {
        let schema = match self.whole {
            Some((keyword, place)) => self.residual(node, keyword, place.span),
            None => self.said(node, Some(only)),
        };
        self.contract.schemas.add(schema)
    }

    fn build(&mut self, node: &'a Node) -> Schema {
        self.said(node, None)
    }

    fn said(&mut self, node: &'a Node, only: Option<&[&'a str]>) -> Schema {
        let Some(map) = node.as_map() else { return Schema::Bool(node.as_bool() != Some(false)) };
        if self.endless.contains(&std::ptr::from_ref(node)) {
            return Schema::Bool(false);
        }
        let dialect = self.dialect(node);
        let said = Said::new(map, only);
        if let Some(keyword) = stays_whole(self.index, node).filter(|keyword| said.get(keyword).is_some()) {
            let span = map.entry(keyword).map_or(node.span, |entry| entry.key_span);
            return self.residual(node, keyword, span);
        }
        let mut rules = Rules { span: Some(node.span), ..Rules::default() };
        for key in ["$ref", "$dynamicRef"] {
            let Some(reference) = said.get(key) else { continue };
            if key == "$dynamicRef" && dialect.draft != Draft::Draft202012 {
                continue;
            }
            match self.index.follow(node, reference) {
                Some(Ok(Target::Schema(target))) => rules.all.push(self.schema(target)),
                Some(Ok(Target::Meta)) => {
                    let uri = self.index.named(node, reference.as_text().unwrap_or_default());
                    let draft = dialect::standard(uri.split('#').next().unwrap_or_default());
                    let (draft, span) = (draft.unwrap_or(dialect.draft), reference.span);
                    let residual = Residual { uri, draft, keyword: key.to_string(), span, depth_max: None };
                    rules.all.push(self.contract.schemas.add(Schema::Residual(residual)));
                }
                // What leads nowhere was said before.
                _ => {}
            }
            if dialect.lonely_ref() {
                return Schema::Rules(Box::new(rules));
            }
        }
        rules.asserts_format = dialect.asserts_format;
        self.validation(said, dialect, &mut rules);
        self.applied(said, &mut rules);
        rules.items = self.items(said, dialect);
        rules.members = self.members(said, dialect);
        Schema::Rules(Box::new(rules))
    }

    /// Rules of single values.
    fn validation(&mut self, said: Said<'_, 'a>, dialect: Dialect, rules: &mut Rules) {
        // Formats have a vocabulary of their own.
        let exclusive =
            |key: &str| dialect.is_openapi_30 && said.get(key).and_then(Node::as_bool) == Some(true);
        let in_force = |key: &str| dialect.validates || key == "format";
        for entry in said.entries().filter(|entry| in_force(&entry.key)) {
            let number = || entry.value.as_number().cloned();
            let count = || entry.value.as_number().and_then(whole);
            let check = match entry.key.as_str() {
                "type" => {
                    let mut kinds = kinds(&entry.value);
                    let nullable = said.get("nullable").and_then(Node::as_bool) == Some(true);
                    kinds.extend((dialect.is_openapi_30 && nullable).then_some(JsonKind::Null));
                    rules.kinds = Some(kinds);
                    None
                }
                "enum" => entry.value.as_list().map(|values| Check::Among(values.to_vec())),
                "const" => {
                    rules.constants.push(entry.value.clone());
                    None
                }
                "minLength" => count().map(Check::MinLength),
                "maxLength" => count().map(Check::MaxLength),
                "pattern" => entry.value.as_text().map(|text| Check::Pattern(text.to_string())),
                "format" => entry.value.as_text().map(|text| Check::Format(text.to_string())),
                "minimum" if exclusive("exclusiveMinimum") => number().map(Check::ExclusiveMinimum),
                "maximum" if exclusive("exclusiveMaximum") => number().map(Check::ExclusiveMaximum),
                "minimum" => number().map(Check::Minimum),
                "maximum" => number().map(Check::Maximum),
                "exclusiveMinimum" => number().map(Check::ExclusiveMinimum),
                "exclusiveMaximum" => number().map(Check::ExclusiveMaximum),
                "multipleOf" => number().map(Check::MultipleOf),
                "minItems" => count().map(Check::MinItems),
                "maxItems" => count().map(Check::MaxItems),
                "uniqueItems" => (entry.value.as_bool() == Some(true)).then_some(Check::UniqueItems),
                "minProperties" => count().map(Check::MinProperties),
                "maxProperties" => count().map(Check::MaxProperties),
                _ => None,
            };
            // Draft 7 does not know these.
            let newer = |name: &str| matches!(name, "duration" | "uuid");
            let known = !matches!(&check, Some(Check::Format(name)) if dialect.draft == Draft::Draft7 && !dialect.is_openapi_30 && newer(name));
            rules.checks.extend(check.filter(|_| known).map(|check| (check, entry.value.span)));
        }
    }

    /// Schemas for the same value.
    fn applied(&mut self, said: Said<'_, 'a>, rules: &mut Rules) {
        let list = |key: &str| said.get(key).and_then(Node::as_list).filter(|list| !list.is_empty());
        if let Some(nodes) = list("allOf") {
            rules.all.extend(self.schemas(nodes));
        }
        if let Some(nodes) = list("anyOf") {
            rules.any.push(self.schemas(nodes));
        }
        if let Some(nodes) = list("oneOf") {
            rules.one.push(self.schemas(nodes));
        }
        if let Some(node) = said.get("not") {
            rules.not.push(self.schema(node));
        }
        let (then, otherwise) = (said.get("then"), said.get("else"));
        if let Some(when) = said.get("if").filter(|_| then.is_some() || otherwise.is_some()) {
            rules.conditions.push(Condition {
                when: self.schema(when),
                then: then.map(|node| self.schema(node)),
                otherwise: otherwise.map(|node| self.schema(node)),
            });
        }
    }

    fn items(&mut self, said: Said<'_, 'a>, dialect: Dialect) -> Option<Items> {
        let mut items = Items::default();
        if dialect.draft == Draft::Draft202012 {
            items.first = self.schemas(said.get("prefixItems").and_then(Node::as_list).unwrap_or_default());
            items.rest =
                said.get("items").or_else(|| said.get("unevaluatedItems")).map(|node| self.schema(node));
        } else if let Some(node) = said.get("items") {
            match node.as_list() {
                Some(nodes) => {
                    items.first = self.schemas(nodes);
                    items.rest = said.get("additionalItems").map(|node| self.schema(node));
                }
                None => items.rest = Some(self.schema(node)),
            }
        }
        if let Some(node) = said.get("contains") {
            let newest = dialect.draft == Draft::Draft202012 && dialect.validates;
            let count =
                |key: &str| said.get(key).filter(|_| newest).and_then(Node::as_number).and_then(whole);
            items.contains =
                Some((self.schema(node), count("minContains").unwrap_or(1), count("maxContains")));
        }
        let said = !items.first.is_empty() || items.rest.is_some() || items.contains.is_some();
        said.then_some(items)
    }

    fn members(&mut self, said: Said<'_, 'a>, dialect: Dialect) -> Option<Members> {
        let entries = |key: &str| said.get(key).and_then(Node::as_map).map_or(&[][..], |map| &map.entries);
        let texts = |node: &Node| -> Vec<String> {
            let items = node.as_list().unwrap_or_default();
            items.iter().filter_map(|node| node.as_text().map(String::from)).collect()
        };
        let mut members = Members::default();
        for entry in entries("properties") {
            // Where only some keywords count, that the name is known is all that they ask.
            let schema = if said.is_part() { self.any() } else { self.schema(&entry.value) };
            members.named.push((entry.key.clone(), schema));
        }
        for entry in entries("patternProperties") {
            members.patterns.push((entry.key.clone(), self.schema(&entry.value)));
        }
        members.names = said.get("propertyNames").map(|node| self.schema(node));
        let newest = dialect.draft == Draft::Draft202012;
        let unevaluated = said.get("unevaluatedProperties").filter(|_| newest);
        let others = said.get("additionalProperties").or(unevaluated);
        members.others = others.map(|node| self.schema(node));
        if dialect.validates {
            members.required = said.get("required").map(texts).unwrap_or_default();
        }
        if newest {
            for entry in entries("dependentRequired").iter().filter(|_| dialect.validates) {
                members.dependent.push((entry.key.clone(), texts(&entry.value)));
            }
            for entry in entries("dependentSchemas") {
                members.schemas.push((entry.key.clone(), self.schema(&entry.value)));
            }
        } else {
            for entry in entries("dependencies") {
                match &entry.value.value {
                    Value::List(_) => members.dependent.push((entry.key.clone(), texts(&entry.value))),
                    _ => members.schemas.push((entry.key.clone(), self.schema(&entry.value))),
                }
            }
        }
        let said = !members.named.is_empty()
            || !members.patterns.is_empty()
            || members.names.is_some()
            || members.others.is_some()
            || !members.required.is_empty()
            || !members.dependent.is_empty()
            || !members.schemas.is_empty();
        said.then_some(members)
    }
}

/// The keyword for which a schema is not taken apart, where there is one.
pub(super) fn stays_whole(index: &Index<'_>, node: &Node) -> Option<&'static str> {
    let map = node.as_map()?;
    let draft = index.draft(node)?;
    if !Dialect::of(draft).is_taken_apart() {
        return Some("$schema");
    }
    ["unevaluatedItems", "unevaluatedProperties"]
        .into_iter()
        .filter(|_| draft == Draft::Draft202012)
        .find(|key| map.get(key).is_some_and(|value| looks_around(map, key, value)))
}

/// Whether a keyword depends on what the keywords beside it have looked at, and there are such as look further in.
fn looks_around(map: &Map, key: &str, value: &Node) -> bool {
    if value.as_bool() == Some(true) {
        return false;
    }
    let applied = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas"];
    let further = applied.iter().any(|key| map.get(key).is_some());
    match key {
        "unevaluatedProperties" => map.get("additionalProperties").is_none() && further,
        "unevaluatedItems" => map.get("items").is_none() && (further || map.get("contains").is_some()),
        _ => false,
    }
}

/// Whether a keyword says nothing about values.
fn is_remark(dialect: Dialect, key: &str) -> bool {
    matches!(
        key,
        "title"
            | "description"
            | "default"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | "$comment"
            | "$defs"
            | "definitions"
            | "$schema"
            | "$id"
            | "$anchor"
            | "$dynamicAnchor"
            | "$vocabulary"
    ) || (key.starts_with("x-") && dialect::holds(dialect.draft, key).is_none())
}

fn kinds(node: &Node) -> Vec<JsonKind> {
    let kind = |node: &Node| {
        Some(match node.as_text()? {
            "null" => JsonKind::Null,
            "boolean" => JsonKind::Bool,
            "integer" => JsonKind::Integer,
            "number" => JsonKind::Number,
            "string" => JsonKind::Text,
            "array" => JsonKind::List,
            "object" => JsonKind::Object,
            _ => return None,
        })
    };
    match node.as_list() {
        Some(names) => names.iter().filter_map(kind).collect(),
        None => kind(node).into_iter().collect(),
    }
}

/// A whole number from 0, also where it is written as `3.0`.
pub(super) fn whole(number: &Number) -> Option<u64> {
    if let Some(value) = number.as_u64() {
        return Some(value);
    }
    let value = number.as_f64()?;
    (value >= 0.0 && value.fract() == 0.0 && value < 1.8e19).then_some(value as u64)
}
