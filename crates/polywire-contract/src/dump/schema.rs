//! Schemas in a dump: each under its number, one line for what it says itself, and one for each schema that it leads to.

use std::fmt::Write;

use super::word::{listed, literal, rule};
use crate::{Draft, Items, JsonKind, Members, Rules, Schema, SchemaId, Schemas};

/// Writes every schema that says more than `true` or `false`.
pub(super) fn schemas(schemas: &Schemas, line: &mut dyn FnMut(usize, &str)) {
    for (at, schema) in schemas.all.iter().enumerate() {
        match schema {
            Schema::Bool(_) => {}
            Schema::Residual(residual) => {
                let draft = draft(residual.draft);
                line(0, &format!("schema {at} residual {} of {draft} {}", residual.keyword, residual.uri));
            }
            Schema::Rules(rules) => {
                line(0, &format!("schema {at}{}", own(rules)));
                let mut out = Lines { schemas, line };
                out.rules(rules);
            }
        }
    }
}

/// How a schema is named where it is used.
pub(super) fn name(schemas: &Schemas, id: SchemaId) -> String {
    match schemas.get(id) {
        Schema::Bool(true) => "any".into(),
        Schema::Bool(false) => "nothing".into(),
        _ => format!("schema {}", id.0),
    }
}

/// What a schema says of single values.
fn own(rules: &Rules) -> String {
    let mut text = String::new();
    if let Some(kinds) = &rules.kinds {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind_name(*kind)).collect();
        let _ = write!(text, " {}", if kinds.is_empty() { "nothing".to_string() } else { listed(&kinds) });
    }
    for constant in &rules.constants {
        let _ = write!(text, " const {}", literal(constant));
    }
    for (check, _) in &rules.checks {
        let _ = write!(text, " {}", rule(check));
    }
    if rules.asserts_format {
        text.push_str(" asserts formats");
    }
    text
}

struct Lines<'l> {
    schemas: &'l Schemas,
    line: &'l mut dyn FnMut(usize, &str),
}

impl Lines<'_> {
    fn say(&mut self, what: &str, ids: &[SchemaId]) {
        let names: Vec<String> = ids.iter().map(|id| name(self.schemas, *id)).collect();
        (self.line)(1, &format!("{what}: {}", names.join(", ")));
    }

    fn rules(&mut self, rules: &Rules) {
        if let Some(members) = &rules.members {
            self.members(members);
        }
        if let Some(items) = &rules.items {
            self.items(items);
        }
        if !rules.all.is_empty() {
            self.say("all of", &rules.all);
        }
        rules.any.iter().for_each(|ids| self.say("any of", ids));
        rules.one.iter().for_each(|ids| self.say("one of", ids));
        if !rules.not.is_empty() {
            self.say("none of", &rules.not);
        }
        for condition in &rules.conditions {
            let mut text = format!("if: {}", name(self.schemas, condition.when));
            for (word, id) in [("then", condition.then), ("else", condition.otherwise)] {
                if let Some(id) = id {
                    let _ = write!(text, ", {word} {}", name(self.schemas, id));
                }
            }
            (self.line)(1, &text);
        }
    }

    fn members(&mut self, members: &Members) {
        for (member, id) in &members.named {
            self.say(&format!("member {member:?}"), &[*id]);
        }
        for (pattern, id) in &members.patterns {
            self.say(&format!("members like {pattern:?}"), &[*id]);
        }
        if let Some(id) = members.others {
            self.say("other members", &[id]);
        }
        if let Some(id) = members.names {
            self.say("names", &[id]);
        }
        if !members.required.is_empty() {
            let names: Vec<String> = members.required.iter().map(|name| format!("{name:?}")).collect();
            (self.line)(1, &format!("required: {}", names.join(", ")));
        }
        for (name, needed) in &members.dependent {
            let needed: Vec<String> = needed.iter().map(|name| format!("{name:?}")).collect();
            (self.line)(1, &format!("with {name:?} required: {}", needed.join(", ")));
        }
        for (name, id) in &members.schemas {
            self.say(&format!("with {name:?}"), &[*id]);
        }
    }

    fn items(&mut self, items: &Items) {
        if !items.first.is_empty() {
            self.say("first items", &items.first);
        }
        if let Some(id) = items.rest {
            self.say("items", &[id]);
        }
        if let Some((id, least, most)) = items.contains {
            let most = most.map_or_else(String::new, |most| format!(" at most {most}"));
            self.say(&format!("contains at least {least}{most}"), &[id]);
        }
    }
}

fn kind_name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Null => "null",
        JsonKind::Bool => "boolean",
        JsonKind::Integer => "integer",
        JsonKind::Number => "number",
        JsonKind::Text => "text",
        JsonKind::List => "list",
        JsonKind::Object => "object",
    }
}

fn draft(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 => "draft 4",
        Draft::Draft6 => "draft 6",
        Draft::Draft7 => "draft 7",
        Draft::Draft201909 => "2019-09",
        Draft::Draft202012 => "2020-12",
    }
}
