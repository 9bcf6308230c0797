//! JSON Schema: fixtures, and schemas that are made to hurt.

use polywire_contract::{Contract, Schema};
use polywire_diag::Diagnostic;
use polywire_read::READERS;

use crate::cases::{Texts, mistakes_are_expected, models_are_expected, named};

#[test]
fn schemas_become_the_model_that_is_expected() {
    models_are_expected(named("schema.json"));
}

#[test]
fn mistakes_are_said_as_expected() {
    mistakes_are_expected(named("schema.json"));
}

#[test]
fn schemas_are_recognised_by_their_content() {
    let cases = [
        ("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"}", Some("json_schema")),
        ("$schema: http://json-schema.org/draft-07/schema#\ntype: object\n", Some("json_schema")),
        (
            "{\"type\": \"object\", \"$schema\": \"http://json-schema.org/draft-07/schema\"}",
            Some("json_schema"),
        ),
        ("{\"a\": {\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"}}", None),
        ("{\"$schema\": \"./polywire.schema.json\"}", None),
        ("a:\n  $schema: http://json-schema.org/draft-07/schema#\n", None),
        ("{\"type\": \"object\"}", None),
    ];
    for (text, expected) in cases {
        let found = READERS.iter().find(|reader| reader.recognises("x.json", text));
        assert_eq!(found.map(|reader| reader.name()), expected, "{text}");
    }
}

fn read_text(text: String) -> (Contract, Vec<Diagnostic>) {
    let mut sources = Texts::default();
    let file = sources.add("schema.json", text);
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let reader = READERS.iter().find(|reader| reader.name() == "json_schema").expect("registered");
    reader.read(file, &mut sources, &mut contract, &mut diags);
    (contract, diags)
}

fn codes(diags: &[Diagnostic]) -> Vec<&'static str> {
    diags.iter().map(|diagnostic| diagnostic.code.id).collect()
}

/// `count` definitions that refer to the next one, and the last to the first.
fn ring(count: usize, link: impl Fn(&str) -> String) -> String {
    let definitions: Vec<String> =
        (0..count).map(|n| format!("\"d{n}\": {}", link(&format!("#/$defs/d{}", (n + 1) % count)))).collect();
    format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}}}}}", definitions.join(", "))
}

#[test]
fn a_cycle_of_the_same_value_is_one_mistake_whatever_its_length() {
    for count in [1, 2, 3, 10, 1000, 5000] {
        let (_, diags) = read_text(ring(count, |target| format!("{{\"$ref\": \"{target}\"}}")));
        assert_eq!(codes(&diags), ["PW-R0403"], "{count}");
        let (_, diags) =
            read_text(ring(count, |target| format!("{{\"allOf\": [{{\"$ref\": \"{target}\"}}]}}")));
        assert_eq!(codes(&diags), ["PW-R0403"], "{count}");
    }
    for text in [
        "{\"$ref\": \"#\"}",
        "{\"allOf\": [{\"$ref\": \"#\"}]}",
        "{\"anyOf\": [true, {\"not\": {\"$ref\": \"#\"}}]}",
        "{\"if\": {\"$ref\": \"#\"}, \"then\": false}",
        "{\"dependentSchemas\": {\"a\": {\"$ref\": \"#\"}}}",
    ] {
        assert_eq!(codes(&read_text(text.into()).1), ["PW-R0403"], "{text}");
    }
}

#[test]
fn a_cycle_through_members_is_none() {
    for count in [1, 2, 1000, 5000] {
        let (contract, diags) = read_text(ring(count, |target| {
            format!("{{\"properties\": {{\"a\": {{\"$ref\": \"{target}\"}}}}}}")
        }));
        assert!(diags.is_empty(), "{count}");
        let residual = contract.schemas.all.iter().any(|schema| matches!(schema, Schema::Residual(_)));
        assert!(!residual && contract.schemas.all.len() >= count, "{count}");
    }
}

#[test]
fn deep_and_wide_schemas_are_bounded() {
    let deep = |count: usize| "{\"not\":".repeat(count) + "true" + &"}".repeat(count);
    assert!(read_text(deep(100)).1.is_empty());
    assert_eq!(codes(&read_text(deep(100_000)).1), ["PW-S0002"]);
    let open = |count: usize| "{\"allOf\":[".repeat(count);
    assert!(!read_text(open(100_000)).1.is_empty());
    let members: Vec<String> = (0..30_000).map(|n| format!("\"k{n}\":{{\"type\":\"string\"}}")).collect();
    let (contract, diags) = read_text(format!("{{\"properties\":{{{}}}}}", members.join(",")));
    assert!(diags.is_empty() && contract.schemas.all.len() > 30_000);
}

#[test]
fn what_is_no_schema_is_said_and_never_a_panic() {
    for text in [
        "",
        "3",
        "null",
        "\"x\"",
        "[]",
        "{",
        "{\"$ref\": 3}",
        "{\"$ref\": \"::\"}",
        "{\"$ref\": \"#/%zz\"}",
        "{\"$ref\": \"#/~\"}",
        "{\"$anchor\": \"\", \"$ref\": \"#\u{0}\"}",
        "{\"required\": [3]}",
        "{\"properties\": []}",
        "{\"$id\": \"#a\", \"$ref\": \"#a\"}",
        "{\"minLength\": -1}",
        "{\"minLength\": 1e400}",
        "{\"multipleOf\": 0}",
        "{\"pattern\": 3}",
        "{\"items\": 3}",
        "{\"$defs\": {\"a\": 3}}",
        "{\"$ref\": \"//\"}",
        "{\"$id\": \"http://a\", \"$ref\": \"../..\"}",
    ] {
        let (_, diags) = read_text(text.into());
        assert!(diags.iter().any(Diagnostic::is_error), "{text}: {:?}", codes(&diags));
    }
    for text in
        ["{\"$id\": \"::\"}", "{\"$schema\": \"x\"}", "{\"type\": []}", "{\"$ref\": \"?\"}", "true", "{}"]
    {
        read_text(text.into());
    }
}
