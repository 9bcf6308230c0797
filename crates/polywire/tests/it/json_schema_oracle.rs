//! Verdicts on schemas and documents made at random, beside those of the crate `jsonschema`, which knows nothing of plans.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::json_schema_suite::Compiled;

/// How many schemas are made, and how many documents for each.
const SCHEMAS: u64 = 3000;
const DOCUMENTS: u64 = 12;
/// How deep schemas and documents nest.
const DEPTH: u32 = 3;

const NAMES: &[&str] = &["a", "b", "c", "ab"];
const TEXTS: &[&str] = &["", "a", "ab", "abc", "é", "\u{1F600}b"];
const PATTERNS: &[&str] = &["^a", "b$", "^.{2}$", "(?!a)b", "[a-c]+", "\\d", "^(a|b)*$"];
const TYPES: &[&str] = &["null", "boolean", "integer", "number", "string", "array", "object"];

/// A generator that gives the same for the same seed (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % count
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn document(&mut self, depth: u32) -> Value {
        match self.below(if depth == 0 { 8 } else { 12 }) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(6) as i64 - 2),
            3 => json!((self.below(9) as f64 - 2.0) / 2.0),
            4 => json!(1e18),
            5..8 => json!(self.one(TEXTS)),
            8 | 9 => (0..self.below(4)).map(|_| self.document(depth - 1)).collect(),
            _ => {
                let members =
                    (0..self.below(4)).map(|_| (self.one(NAMES).to_string(), self.document(depth - 1)));
                Value::Object(members.collect::<Vec<_>>().into_iter().collect::<Map<_, _>>())
            }
        }
    }

    fn schema(&mut self, depth: u32) -> Value {
        if self.below(12) == 0 {
            return json!(self.below(3) > 0);
        }
        let mut schema = Map::new();
        for _ in 0..self.below(4) {
            let (key, value) = self.keyword(depth);
            schema.insert(key.into(), value);
        }
        Value::Object(schema)
    }

    fn schemas(&mut self, depth: u32) -> Value {
        (0..=self.below(3)).map(|_| self.schema(depth)).collect()
    }

    fn named(&mut self, depth: u32) -> Value {
        let members = (0..=self.below(3)).map(|_| (self.one(NAMES).to_string(), self.schema(depth)));
        Value::Object(members.collect::<Vec<_>>().into_iter().collect::<Map<_, _>>())
    }

    fn keyword(&mut self, depth: u32) -> (&'static str, Value) {
        let count = json!(self.below(4));
        if depth == 0 || self.below(2) == 0 {
            let number = json!((self.below(9) as f64 - 2.0) / 2.0);
            return match self.below(17) {
                0 | 1 => ("type", json!(self.one(TYPES))),
                2 => ("type", json!([self.one(&TYPES[..3]), self.one(&TYPES[3..])])),
                3 => ("enum", (0..=self.below(4)).map(|_| self.document(1)).collect()),
                4 => ("const", self.document(1)),
                5 => ("minLength", count),
                6 => ("maxLength", count),
                7 => ("pattern", json!(self.one(PATTERNS))),
                8 => ("minimum", number),
                9 => ("exclusiveMaximum", number),
                10 => ("multipleOf", json!([0.5, 1.0, 2.0, 3.0][self.below(4)])),
                11 => ("minItems", count),
                12 => ("maxItems", count),
                13 => ("uniqueItems", json!(true)),
                14 => ("maxProperties", count),
                15 => ("required", json!([self.one(NAMES)])),
                _ => ("dependentRequired", json!({self.one(NAMES): [self.one(NAMES)]})),
            };
        }
        let inner = depth - 1;
        match self.below(19) {
            0 | 1 => ("properties", self.named(inner)),
            2 => ("additionalProperties", self.schema(inner)),
            3 => ("patternProperties", json!({self.one(PATTERNS): self.schema(inner)})),
            4 => ("propertyNames", self.schema(inner)),
            5 => ("items", self.schema(inner)),
            6 => ("prefixItems", self.schemas(inner)),
            7 => ("contains", self.schema(inner)),
            8 => ("allOf", self.schemas(inner)),
            9 => ("anyOf", self.schemas(inner)),
            10 => ("oneOf", self.schemas(inner)),
            11 => ("not", self.schema(inner)),
            12 => ("if", self.schema(inner)),
            13 => ("then", self.schema(inner)),
            14 => ("else", self.schema(inner)),
            15 => ("dependentSchemas", self.named(inner)),
            16 => ("unevaluatedProperties", self.schema(inner)),
            17 => ("unevaluatedItems", self.schema(inner)),
            _ => ("$ref", json!(format!("#/$defs/{}", self.one(&NAMES[..3])))),
        }
    }
}

#[test]
fn verdicts_on_random_schemas_are_those_of_an_oracle() {
    let (mut compared, mut valid, mut without_tree, mut wrong) = (0u32, 0u32, 0u32, Vec::new());
    for seed in 1..=SCHEMAS {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut schema = random.schema(DEPTH);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
            let definitions: Map<_, _> =
                NAMES[..3].iter().map(|name| ((*name).to_string(), random.schema(1))).collect();
            schema.insert("$defs".into(), definitions.into());
        }
        let compiled = Compiled::new(&schema.to_string(), Path::new("nowhere"), false, false);
        // References that lead round in circles are refused, not compared.
        if compiled.verdict("0").is_err_and(|reason| reason.contains("PW-R0403")) {
            continue;
        }
        let oracle = jsonschema::draft202012::new(&schema).expect("the oracle takes what was made");
        for _ in 0..DOCUMENTS {
            let document = random.document(DEPTH);
            let expected = oracle.is_valid(&document);
            compared += 1;
            match compiled.verdict(&document.to_string()) {
                Ok((found, trees)) => {
                    valid += u32::from(found);
                    without_tree += u32::from(trees == 0);
                    if found != expected {
                        wrong.push(format!("{seed}: {schema} on {document}: must be {expected}"));
                    }
                }
                Err(reason) => wrong.push(format!("{seed}: {schema}: {reason}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    assert!(compared > 30_000 && valid > compared / 4 && valid < compared * 3 / 4, "{valid} of {compared}");
    assert!(without_tree > compared / 2, "{without_tree} of {compared}");
}
