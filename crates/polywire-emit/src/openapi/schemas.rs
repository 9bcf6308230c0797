//! Types as JSON Schemas (draft 2020-12). Types that came from `.proto` are printed as ProtoJSON writes them.

use polywire_contract::{
    Check, Extra, Field, Float, Int, Literal, ProtoRule, Record, Shape, Type, TypeId, TypeRef, Variant,
};
use polywire_syntax::Value as Tree;
use serde_json::{Map, Value, json};

use super::Printer;

/// How deep types without a name are written inside each other; beyond, anything is allowed.
const DEPTH_MAX: usize = 32;

/// Which JSON a value has.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    /// As the contract says.
    Plain,
    /// ProtoJSON: 64-bit integers as text.
    Proto,
}

impl Printer<'_> {
    /// The JSON of a message's fields.
    pub(super) fn dialect(&self, id: TypeId) -> Dialect {
        let proto = self.contract.protobuf.messages.get(&id).is_some_and(|message| message.proto_json);
        if proto { Dialect::Proto } else { Dialect::Plain }
    }

    /// A schema, or a reference to a component.
    pub(super) fn schema(&mut self, ty: TypeRef, dialect: Dialect, depth: usize) -> Value {
        let schema = self.not_null(ty.id, dialect, depth);
        if ty.nullable { nullable(schema) } else { schema }
    }

    fn not_null(&mut self, id: TypeId, dialect: Dialect, depth: usize) -> Value {
        let contract = self.contract;
        let ty = contract.ty(id);
        if depth > DEPTH_MAX {
            return json!({});
        }
        let Some(name) = ty.short_name() else { return self.inline(ty, id, dialect, depth + 1) };
        if let Some(name) = self.names.get(&id) {
            return reference(name);
        }
        let name = self.component_name(name);
        self.names.insert(id, name.clone());
        self.waiting.push_back((name.clone(), id, dialect));
        reference(&name)
    }

    /// Fills the components that wait; a loop and not recursion, so that long chains of types cost no stack.
    pub(super) fn work(&mut self) {
        while let Some((name, id, dialect)) = self.waiting.pop_front() {
            let schema = self.inline(self.contract.ty(id), id, dialect, 0);
            self.schemas.insert(name, schema);
        }
    }

    fn component_name(&mut self, wanted: &str) -> String {
        let allowed = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let wanted: String = wanted.chars().map(allowed).collect();
        let mut candidates = (1u64..).map(|n| if n == 1 { wanted.clone() } else { format!("{wanted}{n}") });
        candidates.find(|name| self.taken.insert(name.clone())).expect("numbers do not end")
    }

    fn inline(&mut self, ty: &Type, id: TypeId, dialect: Dialect, depth: usize) -> Value {
        let contract = self.contract;
        let notes = contract.openapi.types.get(&id);
        let whole = notes.and_then(|notes| notes.whole.as_ref());
        let mut schema = match whole {
            Some(whole) => self.kept(whole),
            None => self.shape(&ty.shape, id, dialect, depth),
        };
        let mut shape = &ty.shape;
        if let Some(notes) = notes.filter(|_| schema.is_object()) {
            if notes.is_binary() && whole.is_none() {
                // Not encoded as text: lengths count its bytes.
                schema = json!({"type": "string"});
                shape = &Shape::Text;
            }
            for (key, kept) in &notes.fields {
                schema[key] = self.kept(kept);
            }
        }
        let Some(map) = schema.as_object_mut() else { return schema };
        if !ty.doc.is_empty() {
            map.insert("description".into(), json!(ty.doc));
        }
        if ty.sensitive {
            map.insert("x-sensitive".into(), json!(true));
        }
        let wide = dialect == Dialect::Proto && is_wide(&ty.shape);
        for (check, _) in ty.checks.iter().filter(|_| whole.is_none()) {
            keyword(check, shape, wide, map);
        }
        schema
    }

    fn shape(&mut self, shape: &Shape, id: TypeId, dialect: Dialect, depth: usize) -> Value {
        match shape {
            Shape::Bool => json!({"type": "boolean"}),
            Shape::Int(int) => integer(*int, dialect),
            Shape::Float(Float::F32) => json!({"type": "number", "format": "float"}),
            Shape::Float(Float::F64) => json!({"type": "number", "format": "double"}),
            Shape::Decimal { .. } => json!({"type": "string", "format": "decimal"}),
            Shape::Text => json!({"type": "string"}),
            Shape::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
            Shape::Instant => json!({"type": "string", "format": "date-time"}),
            Shape::Date => json!({"type": "string", "format": "date"}),
            Shape::Time => json!({"type": "string", "format": "time"}),
            Shape::Duration => json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$"}),
            Shape::Uuid => json!({"type": "string", "format": "uuid"}),
            Shape::Enum(found) => {
                let names: Vec<&str> = found.values.iter().map(|value| value.name.as_str()).collect();
                json!({"type": "string", "enum": names})
            }
            Shape::List(item) => json!({"type": "array", "items": self.schema(*item, dialect, depth)}),
            Shape::Map { key, value } => {
                let mut schema =
                    json!({"type": "object", "additionalProperties": self.schema(*value, dialect, depth)});
                let key = self.contract.ty(*key);
                if matches!(key.shape, Shape::Text) && !key.checks.is_empty() {
                    let mut names = Map::new();
                    key.checks.iter().for_each(|(check, _)| keyword(check, &key.shape, false, &mut names));
                    schema["propertyNames"] = Value::Object(names);
                }
                schema
            }
            Shape::Record(record) => self.record(record, id, depth),
            Shape::Sum(sum) if sum.variants.is_empty() => json!(false),
            Shape::Sum(sum) => {
                let variants = sum.variants.iter();
                let variants: Vec<Value> =
                    variants.map(|variant| self.variant(variant, dialect, depth)).collect();
                let mut schema =
                    if sum.exact { json!({"oneOf": variants}) } else { json!({"anyOf": variants}) };
                if let Some(tag) = &sum.tag {
                    let mut mapping = Map::new();
                    for (variant, schema) in sum.variants.iter().zip(&variants) {
                        for tag in variant.tags.iter().filter(|_| schema.get("$ref").is_some()) {
                            mapping.insert(tag.clone(), schema["$ref"].clone());
                        }
                    }
                    schema["discriminator"] = json!({"propertyName": tag, "mapping": mapping});
                }
                schema
            }
            Shape::Any => json!({}),
        }
    }

    /// An alternative; one without a name of its own says as its title how it is called.
    fn variant(&mut self, variant: &Variant, dialect: Dialect, depth: usize) -> Value {
        let mut schema = self.schema(variant.ty.into(), dialect, depth);
        let kind = schema.get("type").and_then(Value::as_str);
        let called = schema.get("$ref").is_some() || kind == Some(variant.name.as_str());
        if let Some(map) = schema.as_object_mut().filter(|_| !called) {
            map.insert("title".into(), json!(variant.name));
        }
        schema
    }

    fn record(&mut self, record: &Record, id: TypeId, depth: usize) -> Value {
        let all: Vec<usize> = (0..record.fields.len()).collect();
        let mut schema = self.some_fields(record, &all, self.dialect(id), depth);
        match record.extra {
            Extra::Open => {}
            Extra::Closed => schema["additionalProperties"] = json!(false),
            Extra::Typed(ty) => schema["additionalProperties"] = self.schema(ty, self.dialect(id), depth),
        }
        let notes: Vec<String> = record
            .exclusive
            .iter()
            .map(|group| {
                let names: Vec<&str> = group
                    .fields
                    .iter()
                    .filter_map(|at| record.fields.get(*at as usize))
                    .map(|field| field.name.as_str())
                    .collect();
                let how = if group.required { "Exactly" } else { "At most" };
                format!("{how} one of {} is set.", names.join(", "))
            })
            .collect();
        if !notes.is_empty() {
            schema["description"] = json!(notes.join(" "));
        }
        schema
    }

    /// An object of some of a record's fields.
    pub(super) fn some_fields(
        &mut self,
        record: &Record,
        which: &[usize],
        dialect: Dialect,
        depth: usize,
    ) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in which.iter().filter_map(|at| record.fields.get(*at)) {
            properties.insert(field.name.clone(), self.field(field, dialect, depth));
            if field.required || field.required_on_request {
                required.push(json!(field.name));
            }
        }
        let mut schema = json!({"type": "object"});
        if !required.is_empty() {
            schema["required"] = Value::Array(required);
        }
        schema["properties"] = Value::Object(properties);
        schema
    }

    pub(super) fn field(&mut self, field: &Field, dialect: Dialect, depth: usize) -> Value {
        let mut schema = self.schema(field.ty, dialect, depth);
        let Some(map) = schema.as_object_mut() else { return schema };
        if !field.doc.is_empty() {
            map.insert("description".into(), json!(field.doc));
        }
        if let Some(default) = &field.default {
            map.insert("default".into(), tree(default));
        }
        for (set, key) in
            [(field.deprecated, "deprecated"), (field.read_only, "readOnly"), (field.write_only, "writeOnly")]
        {
            if set {
                map.insert(key.into(), json!(true));
            }
        }
        schema
    }
}

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn nullable(mut schema: Value) -> Value {
    if schema.get("$ref").is_some() || schema.get("type").is_none() {
        return if schema == json!({}) { schema } else { json!({"anyOf": [schema, {"type": "null"}]}) };
    }
    match &mut schema["type"] {
        Value::Array(types) => types.push(json!("null")),
        one => *one = json!([one.take(), "null"]),
    }
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    schema
}

fn is_wide(shape: &Shape) -> bool {
    matches!(shape, Shape::Int(Int::I64 | Int::U64))
}

fn integer(int: Int, dialect: Dialect) -> Value {
    let (format, minimum, maximum) = match int {
        Int::I8 => ("int8", Some(-128i64), Some(127i64)),
        Int::I16 => ("int16", Some(-32_768), Some(32_767)),
        Int::I32 => ("int32", None, None),
        Int::I64 if dialect == Dialect::Proto => {
            return json!({"type": ["string", "integer"], "format": "int64", "pattern": "^-?[0-9]+$"});
        }
        Int::U64 if dialect == Dialect::Proto => {
            return json!({"type": ["string", "integer"], "format": "uint64", "pattern": "^[0-9]+$"});
        }
        Int::I64 => ("int64", None, None),
        Int::U8 => ("uint8", Some(0), Some(255)),
        Int::U16 => ("uint16", Some(0), Some(65_535)),
        Int::U32 => ("uint32", Some(0), Some(4_294_967_295)),
        Int::U64 => ("uint64", Some(0), None),
    };
    let mut schema = json!({"type": "integer", "format": format});
    if let Some(minimum) = minimum {
        schema["minimum"] = json!(minimum);
    }
    if let Some(maximum) = maximum {
        schema["maximum"] = json!(maximum);
    }
    schema
}

/// A check as the keyword that says it. A second rule of a kind goes into `allOf`.
fn keyword(check: &Check, shape: &Shape, wide: bool, schema: &mut Map<String, Value>) {
    if let Check::Among(values) = check
        && wide
    {
        let numbers: Vec<Value> = values.iter().map(tree).collect();
        let texts: Vec<Value> = numbers.iter().map(|number| json!(number.to_string())).collect();
        ["type", "format", "pattern"].into_iter().for_each(|key| drop(schema.remove(key)));
        let forms = json!([{"type": "string", "enum": texts}, {"type": "integer", "enum": numbers}]);
        schema.insert("anyOf".into(), forms);
        return;
    }
    let value = match check {
        // The length of bytes is not the length of their base64 text.
        Check::MinLength(_) | Check::MaxLength(_) if matches!(shape, Shape::Bytes) => return,
        // Bounds of moments and spans are numbers of seconds, and their JSON is text.
        Check::Minimum(_) | Check::Maximum(_) | Check::ExclusiveMinimum(_) | Check::ExclusiveMaximum(_)
            if matches!(shape, Shape::Instant | Shape::Duration) =>
        {
            return;
        }
        Check::MinLength(n) | Check::MaxLength(n) | Check::MinItems(n) | Check::MaxItems(n) => json!(n),
        Check::MinProperties(n) | Check::MaxProperties(n) => json!(n),
        Check::Pattern(text) | Check::Format(text) => json!(text),
        Check::Minimum(n) | Check::Maximum(n) | Check::ExclusiveMinimum(n) => number(&n.0),
        Check::ExclusiveMaximum(n) | Check::MultipleOf(n) => number(&n.0),
        Check::Among(values) => Value::Array(literals(values, wide)),
        Check::NotAmong(values) => json!({"enum": literals(values, wide)}),
        Check::UniqueItems => json!(true),
        Check::Proto(ProtoRule::WellKnown(name)) => match json_format(name) {
            Some(name) => json!(name),
            None => return,
        },
        // JSON Schema has no keyword for it; an expression of RE2 is none of ECMA-262.
        Check::Proto(_) => return,
    };
    let rule = check.rule();
    let replaces = rule == "format" || (rule == "enum" && matches!(shape, Shape::Enum(_)));
    match schema.get(rule) {
        Some(_) if !replaces => {
            let more = schema.entry("allOf").or_insert_with(|| json!([]));
            if let Some(more) = more.as_array_mut() {
                more.push(json!({rule: value}));
            }
        }
        _ => {
            schema.insert(rule.into(), value);
        }
    }
}

/// The format of JSON Schema that is meant by a form of `buf.validate`.
fn json_format(name: &str) -> Option<&'static str> {
    Some(match name {
        "email" => "email",
        "hostname" => "hostname",
        "ipv4" => "ipv4",
        "ipv6" => "ipv6",
        "uri" => "uri",
        "uri_ref" => "uri-reference",
        "uuid" => "uuid",
        _ => return None,
    })
}

/// Listed values; 64-bit integers of ProtoJSON in both of their forms.
fn literals(values: &[Literal], wide: bool) -> Vec<Value> {
    let plain = values.iter().map(tree);
    let text = values.iter().filter(|_| wide).filter_map(|value| match &value.value {
        Tree::Number(number) => Some(json!(number.0)),
        _ => None,
    });
    plain.chain(text).collect()
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn tree(node: &Literal) -> Value {
    match &node.value {
        Tree::Null => Value::Null,
        Tree::Bool(value) => json!(value),
        Tree::Number(found) => number(&found.0),
        Tree::Text(text) => json!(text),
        Tree::List(items) => Value::Array(items.iter().map(tree).collect()),
        Tree::Map(map) => map.entries.iter().map(|entry| (entry.key.clone(), tree(&entry.value))).collect(),
    }
}
