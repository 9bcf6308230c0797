//! The rules of one schema, sorted by the kind of value that they speak about.

use polywire_contract::{Check, Items, JsonKind, Members, Rules, SchemaId};

use super::{ALL, Job, mask, schema};
use crate::check::number::Bound;
use crate::check::{Exact, SchemaNumber, TextRules, ecma};
use crate::compile::types::limit;
use crate::plan::{
    Choice, Condition, ExtraRule, Guard, List, Matcher, NameRule, Node, NodeId, OnNull, Record, Row,
    SchemaNode, Slot, Text,
};
use crate::{Kind, Stop, plan};

/// What becomes of the checks of a schema.
#[derive(Default)]
struct Sorted {
    text: Option<Text>,
    number: Option<SchemaNumber>,
    items: Option<(u32, u32, bool)>,
    members: Option<(u32, u32)>,
    /// Nodes that read text.
    texts: Vec<NodeId>,
    /// Nodes that read any value.
    every: Vec<NodeId>,
}

impl Job<'_, '_> {
    pub(super) fn rules(&mut self, rules: &Rules) -> Node {
        let kinds = rules.kinds.as_deref().map_or(ALL, mask);
        let mut own: [Vec<Node>; 6] = Default::default();
        let mut sorted = self.sorted(rules);
        let named = |kind| rules.kinds.as_ref().is_some_and(|kinds| kinds.contains(&kind));
        if named(JsonKind::Integer) && !named(JsonKind::Number) {
            sorted.number.get_or_insert_default().integer = true;
        }
        own[Kind::Text as usize].extend(sorted.text.map(Node::Text));
        own[Kind::Number as usize].extend(sorted.number.map(|number| schema(SchemaNode::Number(number))));
        own[Kind::List as usize] = self.items(rules.items.as_ref(), sorted.items);
        own[Kind::Record as usize] = self.members(rules.members.as_ref(), sorted.members);
        let mut every = sorted.every;
        every.extend(self.nodes(&distinct(&rules.all)));
        for branches in &rules.any {
            every.push(self.choice(&distinct(branches), false, Stop::AnyOf));
        }
        for branches in &rules.one {
            every.push(self.choice(branches, true, Stop::OneOf));
        }
        for not in &rules.not {
            let node = self.node(*not);
            every.push(self.add(schema(SchemaNode::Not(node))));
        }
        for condition in &rules.conditions {
            let node = Condition {
                when: self.node(condition.when),
                then: condition.then.map(|then| self.node(then)),
                otherwise: condition.otherwise.map(|otherwise| self.node(otherwise)),
            };
            every.push(self.add(schema(SchemaNode::Condition(node))));
        }
        if every.is_empty() && sorted.texts.is_empty() {
            if kinds == ALL && own.iter().all(Vec::is_empty) {
                return Node::Any;
            }
            if kinds.count_ones() == 1 {
                let kind = kinds.trailing_zeros() as usize;
                if let Some(node) = simple(kind, &mut own[kind]) {
                    return node;
                }
            }
        }
        let mut own = own.map(|nodes| nodes.into_iter().map(|node| self.add(node)).collect::<Vec<_>>());
        own[Kind::Text as usize].extend(sorted.texts);
        schema(SchemaNode::Guard(Guard { kinds, own, every }))
    }

    pub(super) fn choice(&mut self, branches: &[SchemaId], exact: bool, rule: Stop) -> NodeId {
        let branches = branches.iter().map(|branch| (self.node(*branch), self.kinds(*branch, 0))).collect();
        self.add(schema(SchemaNode::Choice(Choice { branches, exact, rule })))
    }

    fn sorted(&mut self, rules: &Rules) -> Sorted {
        let mut sorted = Sorted::default();
        for constant in &rules.constants {
            let node = self.one_of(std::slice::from_ref(constant), Stop::Const);
            sorted.every.push(node);
        }
        for (check, span) in &rules.checks {
            let text = &mut sorted.text;
            let any_text = || Text { min: 0, max: u32::MAX, rules: None };
            let exact = |number: &polywire_syntax::Number| Exact::parse(number.0.as_bytes());
            let mut bound = |bound, number| {
                sorted
                    .number
                    .get_or_insert_default()
                    .bounds
                    .extend(exact(number).map(|exact| (bound, exact)));
            };
            match check {
                Check::MinLength(count) => {
                    let text = text.get_or_insert_with(any_text);
                    text.min = text.min.max(limit(*count));
                }
                Check::MaxLength(count) => {
                    let text = text.get_or_insert_with(any_text);
                    text.max = text.max.min(limit(*count));
                }
                Check::Pattern(wanted) => match ecma::compile(wanted) {
                    Ok(compiled) => {
                        let rules = text.get_or_insert_with(any_text).rules.get_or_insert_default();
                        let rules: &mut TextRules = rules;
                        rules.patterns.push(compiled);
                    }
                    Err(_) => sorted.texts.extend(self.leaf("pattern", wanted, *span)),
                },
                Check::Format(name) if self.formats || rules.asserts_format => {
                    sorted.texts.extend(self.leaf("format", name, *span))
                }
                Check::Format(_) => {}
                Check::Minimum(number) => bound(Bound::Minimum, number),
                Check::Maximum(number) => bound(Bound::Maximum, number),
                Check::ExclusiveMinimum(number) => bound(Bound::Above, number),
                Check::ExclusiveMaximum(number) => bound(Bound::Below, number),
                Check::MultipleOf(number) => {
                    sorted.number.get_or_insert_default().multiples.extend(exact(number));
                }
                Check::Among(values) => {
                    let node = self.one_of(values, Stop::Enum);
                    sorted.every.push(node);
                }
                Check::NotAmong(values) => {
                    let node = self.one_of(values, Stop::Enum);
                    let node = self.add(schema(SchemaNode::Not(node)));
                    sorted.every.push(node);
                }
                Check::MinItems(count) => items(&mut sorted).0 = limit(*count),
                Check::MaxItems(count) => items(&mut sorted).1 = limit(*count),
                Check::UniqueItems => items(&mut sorted).2 = true,
                Check::MinProperties(count) => {
                    sorted.members.get_or_insert((0, u32::MAX)).0 = limit(*count);
                }
                Check::MaxProperties(count) => {
                    sorted.members.get_or_insert((0, u32::MAX)).1 = limit(*count);
                }
                // No JSON Schema says it.
                Check::Proto(_) => {}
            }
        }
        sorted
    }

    fn items(&mut self, items: Option<&Items>, range: Option<(u32, u32, bool)>) -> Vec<Node> {
        let mut nodes = Vec::new();
        let plain = items.is_some_and(|items| items.first.is_empty() && items.contains.is_none());
        let rest = items.and_then(|items| items.rest).map(|rest| self.child(rest, Stop::Items));
        if range.is_some() || plain {
            let item = rest.filter(|_| plain).unwrap_or_else(|| self.add(Node::Any));
            let (min, max, unique) = range.unwrap_or((0, u32::MAX, false));
            nodes.push(Node::List(List {
                item,
                slot: Slot::bare(),
                min,
                max,
                or_empty: false,
                scalar: false,
                unique,
            }));
        }
        if let Some(items) = items.filter(|_| !plain) {
            let few = items.contains.is_some_and(|(_, min, _)| min > 1);
            let node = plan::Items {
                first: items.first.iter().map(|schema| self.child(*schema, Stop::Items)).collect(),
                rest,
                contains: items
                    .contains
                    .map(|(schema, min, max)| (self.node(schema), limit(min), max.map_or(u32::MAX, limit))),
                few: if few { Stop::MinContains } else { Stop::Contains },
            };
            nodes.push(schema(SchemaNode::Items(node)));
        }
        nodes
    }

    fn members(&mut self, members: Option<&Members>, range: Option<(u32, u32)>) -> Vec<Node> {
        let empty = Members::default();
        let members = match (members, range) {
            (Some(members), _) => members,
            (None, Some(_)) => &empty,
            (None, None) => return Vec::new(),
        };
        let mut rows: Vec<Row> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for (name, schema) in &members.named {
            let node = self.child(*schema, Stop::Never);
            places.insert(name.as_str(), rows.len());
            rows.push(row(name, node));
        }
        for name in &members.required {
            let at = *places.entry(name).or_insert(rows.len());
            if at == rows.len() {
                // What is only required is read like any other member.
                let node = match members.others.filter(|_| members.patterns.is_empty()) {
                    Some(others) => self.child(others, Stop::AdditionalProperties),
                    None => self.add(Node::Any),
                };
                rows.push(row(name, node));
            }
            rows[at].required = true;
        }
        let others = members.others.filter(|_| members.patterns.is_empty());
        let extra = match others {
            Some(schema) => match self.contract().schemas.get(schema) {
                polywire_contract::Schema::Bool(true) => ExtraRule::Keep,
                polywire_contract::Schema::Bool(false) => ExtraRule::Refuse(Stop::AdditionalProperties),
                _ => ExtraRule::Typed(self.node(schema)),
            },
            None => ExtraRule::Keep,
        };
        let mut record = self.record(rows, extra);
        record.members = range;
        let mut nodes = vec![Node::Record(record)];
        let more = !members.patterns.is_empty()
            || members.names.is_some()
            || !members.dependent.is_empty()
            || !members.schemas.is_empty();
        if more {
            nodes.push(self.by_name(members));
        }
        nodes
    }

    pub(super) fn record(&mut self, rows: Vec<Row>, extra: ExtraRule) -> Record {
        let mut record = Record::new(NodeId(0), rows, extra);
        record.order_base = self.compiler.order_base;
        self.compiler.order_base = record.order_base.wrapping_add(record.rows.len() as u32 + 1);
        record
    }

    /// Members by more than their name.
    fn by_name(&mut self, members: &Members) -> Node {
        let any = self.add(Node::Any);
        let mut names: Vec<&str> = members.named.iter().map(|(name, _)| name.as_str()).collect();
        let named = names.len() as u16;
        let mut places: std::collections::HashMap<&str, u16> =
            names.iter().enumerate().map(|(at, name)| (*name, at as u16)).collect();
        let mut place = |name| {
            *places.entry(name).or_insert_with(|| {
                names.push(name);
                names.len() as u16 - 1
            })
        };
        let mut dependent = Vec::new();
        for (name, needed) in &members.dependent {
            dependent.push((place(name.as_str()), needed.iter().map(|name| place(name.as_str())).collect()));
        }
        let schemas: Vec<_> =
            members.schemas.iter().map(|(name, schema)| (place(name.as_str()), *schema)).collect();
        let rows = names.iter().map(|name| row(name, any)).collect();
        let patterned = !members.patterns.is_empty();
        let others = members.others.filter(|_| patterned);
        let mut patterns = Vec::new();
        for (wanted, schema) in &members.patterns {
            let node = self.child(*schema, Stop::Never);
            let matcher = match ecma::compile(wanted) {
                Ok(compiled) => Some(Matcher::Linear(compiled)),
                Err(_) => self.limited(wanted, members_span(self, *schema)).map(Matcher::Limited),
            };
            patterns.extend(matcher.map(|matcher| (matcher, node)));
        }
        let node = plan::Members {
            known: self.record(rows, ExtraRule::Keep),
            named,
            patterns,
            others: others.map(|schema| self.child(schema, Stop::AdditionalProperties)),
            names: members.names.map(|schema| self.name_rule(schema)).into_iter().collect(),
            dependent,
            schemas: schemas.into_iter().map(|(row, schema)| (row, self.node(schema))).collect(),
        };
        schema(SchemaNode::Members(node))
    }
}

impl Job<'_, '_> {
    /// What a schema says of names: most often only what text must be.
    fn name_rule(&mut self, names: SchemaId) -> NameRule {
        let contract = self.contract();
        if let polywire_contract::Schema::Rules(rules) = contract.schemas.get(names) {
            let plain = Rules {
                span: rules.span,
                checks: rules.checks.clone(),
                asserts_format: rules.asserts_format,
                members: rules.members.clone(),
                items: rules.items.clone(),
                ..Rules::default()
            };
            let about_text = rules.kinds.as_ref().is_none_or(|kinds| kinds.contains(&JsonKind::Text));
            let alone = rules.constants.is_empty() && rules.all.is_empty() && rules.any.is_empty();
            let alone = alone && rules.one.is_empty() && rules.not.is_empty() && rules.conditions.is_empty();
            if about_text && alone {
                let sorted = self.sorted(&plain);
                if sorted.every.is_empty() && sorted.texts.is_empty() {
                    let any = Text { min: 0, max: u32::MAX, rules: None };
                    return NameRule::Text(sorted.text.unwrap_or(any));
                }
            }
        }
        NameRule::Value(self.node(names))
    }
}

/// Each schema once: to say it again says nothing more.
fn distinct(schemas: &[SchemaId]) -> Vec<SchemaId> {
    let mut seen = std::collections::HashSet::new();
    schemas.iter().copied().filter(|schema| seen.insert(*schema)).collect()
}

fn members_span(job: &Job<'_, '_>, schema: SchemaId) -> polywire_diag::Span {
    let nowhere = polywire_diag::Span::new(polywire_diag::FileId(0), 0, 0);
    match job.contract().schemas.get(schema) {
        polywire_contract::Schema::Rules(rules) => rules.span.unwrap_or(nowhere),
        _ => nowhere,
    }
}

fn items(sorted: &mut Sorted) -> &mut (u32, u32, bool) {
    sorted.items.get_or_insert((0, u32::MAX, false))
}

fn row(name: &str, node: NodeId) -> Row {
    let mut row = Row::new(name, node, Slot::bare());
    row.null = OnNull::Value;
    row
}

/// The one node that reads values of one kind and refuses all others.
fn simple(kind: usize, own: &mut Vec<Node>) -> Option<Node> {
    if own.is_empty() {
        return Some(match kind {
            kind if kind == Kind::Text as usize => Node::Text(Text { min: 0, max: u32::MAX, rules: None }),
            kind if kind == Kind::Bool as usize => Node::Bool(plan::Bool { allowed: [true; 2] }),
            kind if kind == Kind::Null as usize => Node::Null,
            _ => return None,
        });
    }
    if own.len() == 1 { own.pop() } else { None }
}
