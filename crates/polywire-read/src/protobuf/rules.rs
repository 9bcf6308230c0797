//! The standard rules of `buf.validate` as checks: <https://buf.build/docs/reference/protovalidate/rules/>.
//!
//! A rule without a check here is a warning that names it, never dropped in silence.

mod checks;

use polywire_contract::{Check, Field, Literal, ProtoRule, Shape, Type, TypeId, TypeRef};
use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Number, Value};
use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, OneofDescriptor, Value as Proto};

use super::well_known::AnyLimit;
use super::{Lower, messages::places};
use crate::codes::{PROTO_RULE_TYPE, PROTO_RULE_UNCHECKED};

/// The value of an extension among options.
pub(super) fn extension(options: &DynamicMessage, name: &str) -> Option<Proto> {
    options.extensions().find(|(found, _)| found.full_name() == name).map(|(_, value)| value.clone())
}

/// How `ignore` is set.
#[derive(PartialEq)]
enum Ignore {
    Never,
    Zero,
    Always,
}

impl Lower<'_> {
    pub(super) fn oneof_required(&self, oneof: &OneofDescriptor) -> bool {
        let rules = extension(&oneof.options(), "buf.validate.oneof");
        rules.as_ref().and_then(Proto::as_message).is_some_and(|rules| flag(rules, "required"))
    }

    /// The rules of a message as a whole, as checks of its type.
    pub(super) fn message_rules(
        &mut self,
        message: &MessageDescriptor,
        order: &[FieldDescriptor],
        id: TypeId,
    ) {
        let Some(found) = extension(&message.options(), "buf.validate.message") else { return };
        let Some(rules) = found.as_message() else { return };
        let span = self.rule_span(
            message.parent_file().name(),
            &[message.path(), &[7, 1159]].concat(),
            message.path(),
        );
        for (field, value) in rules.fields() {
            match (field.name(), value) {
                ("oneof", Proto::List(groups)) => {
                    for group in groups.iter().filter_map(Proto::as_message) {
                        self.message_oneof(message, order, group, (id, span));
                    }
                }
                ("cel" | "cel_expression", Proto::List(rules)) => {
                    rules.iter().for_each(|rule| self.cel(rule, span));
                }
                ("disabled", _) => {}
                (name, _) => self.unchecked(&format!("message.{name}"), span),
            }
        }
    }

    fn message_oneof(
        &mut self,
        message: &MessageDescriptor,
        order: &[FieldDescriptor],
        group: &DynamicMessage,
        (id, span): (TypeId, Span),
    ) {
        let names = texts(group, "fields");
        if let Some(unknown) = names.iter().find(|name| order.iter().all(|field| field.name() != *name)) {
            let text = format!("`{}` has no field `{unknown}`", message.full_name());
            let near = polywire_diag::nearest(unknown, order.iter().map(FieldDescriptor::name));
            let diagnostic = Diagnostic::error(&PROTO_RULE_TYPE, text).at(span, "named here");
            self.diags.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        let fields = places(order, |field| names.iter().any(|name| name == field.name()));
        let rule = ProtoRule::OneOf { fields, required: flag(group, "required") };
        self.add(id, vec![Check::Proto(rule)], span);
    }

    /// An expression of CEL, which is not evaluated.
    fn cel(&mut self, rule: &Proto, span: Span) {
        let text = |name: &str| {
            let value = rule.as_message()?.get_field_by_name(name)?;
            value.as_str().filter(|text| !text.is_empty()).map(str::to_string)
        };
        let name = text("id").or_else(|| text("expression")).or_else(|| rule.as_str().map(str::to_string));
        let name = name.unwrap_or_default();
        let message = format!("the rule `{name}` is written in CEL and is not checked");
        let diagnostic = Diagnostic::warning(&PROTO_RULE_UNCHECKED, message).at(span, "set here");
        self.diags.push(diagnostic.help("a standard rule is checked, where one says the same"));
    }

    /// Adds a field's rules to its type, and sets what they say about its presence.
    pub(super) fn field_rules(&mut self, field: &FieldDescriptor, implicit: bool, made: &mut Field) {
        let options = field.options();
        let file = field.parent_file().name().to_string();
        let span = self.rule_span(&file, &[field.path(), &[8, 1159]].concat(), field.path());
        if extension(&options, "buf.validate.predefined").is_some() {
            self.unchecked("predefined", span);
        }
        let Some(found) = extension(&options, "buf.validate.field") else { return };
        let Some(rules) = found.as_message() else { return };
        match ignore(rules) {
            Ignore::Always => return,
            Ignore::Zero | Ignore::Never => {}
        }
        made.ty.id = self.apply(rules, made.ty.id, span);
        if ignore(rules) == Ignore::Zero {
            made.ty.id = self.unless_zero(made.ty.id, span);
        }
        let required = flag(rules, "required");
        if required && (implicit || field.is_list() || field.is_map()) {
            let check = self.not_zero(made.ty.id, span);
            made.ty.id = self.own(made.ty.id);
            self.contract.types[made.ty.id.0 as usize].checks.extend(check.map(|check| (check, span)));
        } else {
            made.required |= required;
        }
    }

    /// What `required` means where absence and zero are the same.
    fn not_zero(&self, id: TypeId, span: Span) -> Option<Check> {
        let literal = |value| Literal { span, value };
        Some(match &self.contract.ty(id).shape {
            Shape::Text | Shape::Bytes => Check::MinLength(1),
            Shape::List(_) => Check::MinItems(1),
            Shape::Map { .. } => Check::MinProperties(1),
            Shape::Bool => Check::Among(vec![literal(Value::Bool(true))]),
            Shape::Int(_) | Shape::Float(_) => {
                Check::NotAmong(vec![literal(Value::Number(Number("0".into())))])
            }
            Shape::Enum(_) => Check::NotAmong(self.value_names(id, &[0], span)),
            _ => return None,
        })
    }

    /// A type that belongs to one place alone: named types are copied.
    fn own(&mut self, id: TypeId) -> TypeId {
        if self.contract.ty(id).name.is_none() {
            return id;
        }
        let copy = Type { name: None, ..self.contract.ty(id).clone() };
        let own = self.contract.add(copy);
        if let Some(numbers) = self.contract.protobuf.enums.get(&id).cloned() {
            self.contract.protobuf.enums.insert(own, numbers);
        }
        own
    }

    /// Adds rules to the type of one place, and returns the type to use there.
    fn apply(&mut self, rules: &DynamicMessage, id: TypeId, span: Span) -> TypeId {
        let mut id = id;
        for (field, value) in rules.fields() {
            match (field.name(), value) {
                ("required" | "ignore", _) => {}
                ("cel" | "cel_expression", Proto::List(rules)) => {
                    rules.iter().for_each(|rule| self.cel(rule, span));
                }
                ("repeated", Proto::Message(typed)) => self.repeated(typed, id, span),
                ("map", Proto::Message(typed)) => self.map(typed, id, span),
                ("enum", Proto::Message(typed)) => id = self.enumerated(typed, id, span),
                ("any", Proto::Message(typed)) => {
                    let texts = |name| Some(texts(typed, name)).filter(|texts| !texts.is_empty());
                    let (among, not_among) = (texts("in"), texts("not_in").unwrap_or_default());
                    id = self.limited_any(AnyLimit { among, not_among }, span);
                }
                (group, Proto::Message(typed)) => self.scalar(group, typed, id, span),
                (name, _) => self.unchecked(name, span),
            }
        }
        id
    }

    /// Rules of items, keys or members.
    fn inner(&mut self, rules: &DynamicMessage, id: TypeId, span: Span) -> TypeId {
        match ignore(rules) {
            Ignore::Always => id,
            Ignore::Zero => {
                let id = self.apply(rules, id, span);
                self.unless_zero(id, span)
            }
            Ignore::Never => self.apply(rules, id, span),
        }
    }

    /// The zero value of a scalar, list or map breaks no rule; a message that is there is not zero.
    fn unless_zero(&mut self, id: TypeId, span: Span) -> TypeId {
        let ty = self.contract.ty(id);
        let message = matches!(
            ty.shape,
            Shape::Record(_) | Shape::Sum(_) | Shape::Any | Shape::Instant | Shape::Duration
        );
        if message || ty.checks.is_empty() {
            return id;
        }
        let id = self.own(id);
        self.add(id, vec![Check::Proto(ProtoRule::UnlessZero)], span);
        id
    }

    fn scalar(&mut self, group: &str, rules: &DynamicMessage, id: TypeId, span: Span) {
        for (extension, _) in rules.extensions() {
            self.unchecked(extension.full_name(), span);
        }
        if group == "field_mask" {
            for (field, _) in rules.fields().filter(|(field, _)| field.name() != "example") {
                self.unchecked(&format!("{group}.{}", field.name()), span);
            }
            return;
        }
        if !checks::fits(group, &self.contract.ty(id).shape) {
            return self.wrong_type(group, span);
        }
        let outside = checks::outside(rules);
        let more: Vec<Check> = outside.iter().cloned().chain(checks::header(rules)).collect();
        self.add(id, more, span);
        for (field, value) in rules.fields() {
            let name = field.name();
            let bound = ["lt", "lte", "gt", "gte"].contains(&name);
            if bound && outside.is_some() {
                continue;
            }
            match checks::scalar(group, name, value, span) {
                Some(checks) => self.add(id, checks, span),
                None => self.unchecked(&format!("{group}.{name}"), span),
            }
        }
    }

    fn repeated(&mut self, rules: &DynamicMessage, id: TypeId, span: Span) {
        let Shape::List(item) = self.contract.ty(id).shape else { return self.wrong_type("repeated", span) };
        for (field, value) in rules.fields() {
            match (field.name(), value) {
                ("min_items", Proto::U64(n)) => self.add(id, vec![Check::MinItems(*n)], span),
                ("max_items", Proto::U64(n)) => self.add(id, vec![Check::MaxItems(*n)], span),
                ("unique", Proto::Bool(unique)) => {
                    self.add(id, unique.then_some(Check::UniqueItems).into_iter().collect(), span);
                }
                ("items", Proto::Message(items)) => {
                    let item = TypeRef { id: self.inner(items, item.id, span), ..item };
                    self.contract.types[id.0 as usize].shape = Shape::List(item);
                }
                (name, _) => self.unchecked(&format!("repeated.{name}"), span),
            }
        }
    }

    fn map(&mut self, rules: &DynamicMessage, id: TypeId, span: Span) {
        let Shape::Map { mut key, mut value } = self.contract.ty(id).shape else {
            return self.wrong_type("map", span);
        };
        for (field, rule) in rules.fields() {
            match (field.name(), rule) {
                ("min_pairs", Proto::U64(n)) => self.add(id, vec![Check::MinProperties(*n)], span),
                ("max_pairs", Proto::U64(n)) => self.add(id, vec![Check::MaxProperties(*n)], span),
                ("keys", Proto::Message(rules)) => key = self.inner(rules, key, span),
                ("values", Proto::Message(rules)) => value.id = self.inner(rules, value.id, span),
                (name, _) => self.unchecked(&format!("map.{name}"), span),
            }
        }
        self.contract.types[id.0 as usize].shape = Shape::Map { key, value };
    }

    fn enumerated(&mut self, rules: &DynamicMessage, id: TypeId, span: Span) -> TypeId {
        if !matches!(self.contract.ty(id).shape, Shape::Enum(_)) {
            self.wrong_type("enum", span);
            return id;
        }
        let id = self.own(id);
        for (field, value) in rules.fields() {
            let numbers: Vec<i32> = match value {
                Proto::I32(number) => vec![*number],
                Proto::List(numbers) => numbers.iter().filter_map(Proto::as_i32).collect(),
                _ => Vec::new(),
            };
            match (field.name(), value) {
                ("example", _) => {}
                ("defined_only", Proto::Bool(only)) => {
                    if let Shape::Enum(values) = &mut self.contract.types[id.0 as usize].shape {
                        values.open &= !only;
                    }
                }
                ("const" | "in", _) => {
                    let names = self.value_names(id, &numbers, span);
                    self.add(id, vec![Check::Among(names)], span);
                }
                ("not_in", _) => {
                    let names = self.value_names(id, &numbers, span);
                    self.add(id, vec![Check::NotAmong(names)], span);
                }
                (name, _) => self.unchecked(&format!("enum.{name}"), span),
            }
        }
        id
    }

    /// The names of an enum's values with these numbers.
    fn value_names(&self, id: TypeId, numbers: &[i32], span: Span) -> Vec<Literal> {
        let (Shape::Enum(values), Some(table)) =
            (&self.contract.ty(id).shape, self.contract.protobuf.enums.get(&id))
        else {
            return Vec::new();
        };
        let name = |number: &i32| {
            let at = table.numbers.iter().position(|other| other == number)?;
            values.values.get(at).map(|value| Value::Text(value.name.clone()))
        };
        let number = |number: &i32| Value::Number(Number(number.to_string()));
        numbers.iter().map(|n| Literal { span, value: name(n).unwrap_or_else(|| number(n)) }).collect()
    }

    fn add(&mut self, id: TypeId, checks: Vec<Check>, span: Span) {
        self.contract.types[id.0 as usize].checks.extend(checks.into_iter().map(|check| (check, span)));
    }

    /// Where a rule was written, else what it belongs to.
    fn rule_span(&self, file: &str, option: &[i32], owner: &[i32]) -> Span {
        let found = self.places.get(file).and_then(|places| places.within(option));
        found.unwrap_or_else(|| self.span(file, owner))
    }

    fn unchecked(&mut self, rule: &str, span: Span) {
        let message = format!("the rule `{rule}` is not checked");
        self.diags.push(Diagnostic::warning(&PROTO_RULE_UNCHECKED, message).at(span, "set here"));
    }

    fn wrong_type(&mut self, group: &str, span: Span) {
        let message = format!("`{group}` rules do not belong to the type of this field");
        self.diags.push(Diagnostic::error(&PROTO_RULE_TYPE, message).at(span, "set here"));
    }
}

fn ignore(rules: &DynamicMessage) -> Ignore {
    match rules.get_field_by_name("ignore").and_then(|value| value.as_enum_number()) {
        Some(1 | 2) => Ignore::Zero,
        Some(3) => Ignore::Always,
        _ => Ignore::Never,
    }
}

fn flag(rules: &DynamicMessage, name: &str) -> bool {
    rules.get_field_by_name(name).and_then(|value| value.as_bool()).unwrap_or_default()
}

fn texts(rules: &DynamicMessage, name: &str) -> Vec<String> {
    let value = rules.get_field_by_name(name);
    let items = value.as_ref().and_then(|value| value.as_list()).unwrap_or_default();
    items.iter().filter_map(Proto::as_str).map(str::to_string).collect()
}
