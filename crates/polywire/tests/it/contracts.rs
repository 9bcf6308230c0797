//! `validate` and `model` as people run them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Said, command, polywire, root};

const SCHEMA: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Order",
  "type": "object",
  "properties": {"id": {"type": "string", "minLength": 2}, "mail": {"format": "email"}, "user": {"$ref": "#/$defs/User"}},
  "required": ["id"],
  "$defs": {"User": {"type": "object", "required": ["name"], "unevaluatedProperties": false, "allOf": [{"properties": {"name": true}}]}}
}"##;

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

/// Runs a command with a text as its standard input.
fn fed(arguments: &[&str], folder: &Path, input: &str) -> Said {
    let mut command = command(arguments, folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("taken");
    let output = child.wait_with_output().expect("it ends");
    Said {
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn verdicts_name_the_rule_and_its_place() {
    let folder = folder(&[
        ("s.json", SCHEMA),
        ("good.json", r#"{"id": "ab", "mail": "no"}"#),
        ("bad.json", "{\n  \"id\": \"a\",\n  \"user\": {\"nam\": 1}\n}"),
    ]);
    let said = polywire(&["validate", "--schema", "s.json", "good.json"], folder.path());
    assert_eq!((said.exit, said.stdout.as_str(), said.stderr.as_str()), (0, "good.json: valid\n", ""));
    let said = polywire(&["validate", "--schema", "s.json", "good.json", "bad.json"], folder.path());
    assert_eq!(said.exit, 1);
    assert!(
        said.stdout.contains("bad.json: not valid\n  2:9 /id: minLength (found text)\n"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("/user/name: required (found nothing)"), "{}", said.stdout);
    let said = polywire(&["validate", "--schema", "s.json", "--assert-format", "good.json"], folder.path());
    assert!(said.exit == 1 && said.stdout.contains("/mail: format"), "{}", said.stdout);
}

#[test]
fn lines_are_documents_and_programs_get_an_object_for_each() {
    let folder = folder(&[("s.json", SCHEMA)]);
    let input = "{\"id\":\"ab\"}\n\n{\"id\":1}\r\n{\"id\":\"ab\",\"user\":{\"name\":1}}\n{";
    let arguments = ["validate", "--schema", "s.json", "--lines", "--stats", "--format", "json"];
    let said = fed(&arguments, folder.path(), input);
    assert_eq!(said.exit, 1, "{}", said.stderr);
    let found: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<_> = found.iter().map(|one| (one["line"].as_u64(), one["valid"].as_bool())).collect();
    let expected =
        [(1, true), (3, false), (4, true), (5, false)].map(|(line, valid)| (Some(line), Some(valid)));
    assert_eq!(verdicts, expected);
    assert_eq!(found[1]["violations"][0]["path"], "/id");
    assert_eq!(found[1]["violations"][0]["rule"], "type");
    assert_eq!(found[3]["malformed"], true);
    let stats: Value = serde_json::from_str(&said.stderr).unwrap();
    assert_eq!(stats, serde_json::json!({"documents": 4, "valid": 2, "without_tree": 3}));
}

#[test]
fn types_of_every_format_are_validated_by_their_name() {
    let proto = "syntax = \"proto3\";\npackage shop;\nmessage Order { int32 count = 1; }\nmessage User {}\n";
    let openapi = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents: {schemas: {Order: {type: object, properties: {count: {type: integer}}}}}\n";
    let sql = "CREATE TABLE orders (count integer NOT NULL);";
    let folder = folder(&[("s.json", SCHEMA), ("o.proto", proto), ("o.yaml", openapi), ("o.sql", sql)]);
    for (schema, name, good, bad) in [
        ("o.proto", "Order", r#"{"count": 3}"#, r#"{"count": "x"}"#),
        ("o.proto", "shop.Order", r#"{"count": 3}"#, r#"{"count": 1.5}"#),
        ("o.yaml", "Order", r#"{"count": 3}"#, r#"{"count": "x"}"#),
        ("o.yaml", "/components/schemas/Order", r#"{"count": 3}"#, "[]"),
        ("o.sql", "orders", r#"{"count": 3}"#, "{}"),
        ("s.json", "User", r#"{"name": 3}"#, r#"{"name": 3, "x": 1}"#),
        ("s.json", "#/$defs/User", r#"{"name": 3}"#, "{}"),
        ("s.json", "Order", r#"{"id": "ab"}"#, "{}"),
    ] {
        let arguments = ["validate", "--schema", schema, "--type", name];
        let said = fed(&arguments, folder.path(), good);
        assert_eq!(
            (said.exit, said.stdout.as_str()),
            (0, "<stdin>: valid\n"),
            "{schema} {name} {}",
            said.stderr
        );
        let said = fed(&arguments, folder.path(), bad);
        assert_eq!(said.exit, 1, "{schema} {name}: {}{}", said.stdout, said.stderr);
    }
    let said = polywire(&["validate", "--schema", "o.proto"], folder.path());
    assert_eq!(said.exit, 2);
    assert!(
        said.stderr.contains("--type") && said.stderr.contains("there are shop.Order, shop.User"),
        "{}",
        said.stderr
    );
    let said = polywire(&["validate", "--schema", "s.json", "--type", "Usr"], folder.path());
    assert!(said.exit == 2 && said.stderr.contains("did you mean `User`?"), "{}", said.stderr);
}

#[test]
fn remote_documents_are_taken_from_copies_and_never_fetched() {
    let schema = r#"{"$ref": "https://example.com/schemas/id.json#/$defs/Id"}"#;
    let copy = r#"{"$defs": {"Id": {"type": "integer", "allOf": [{"$ref": "more/small.json"}]}}}"#;
    let folder = folder(&[
        ("s.json", schema),
        ("copies/id.json", copy),
        ("copies/more/small.json", r#"{"maximum": 9}"#),
    ]);
    let said = fed(&["validate", "--schema", "s.json"], folder.path(), "3");
    assert!(said.exit == 1 && said.stderr.contains("PW-R0402"), "{}", said.stderr);
    assert!(said.stderr.contains("--resource https://example.com/schemas/id.json=PATH"), "{}", said.stderr);
    let all = "https://example.com/schemas/=copies";
    let said = fed(&["validate", "--schema", "s.json", "--resource", all], folder.path(), "3");
    assert_eq!(said.exit, 0, "{}", said.stderr);
    let said = fed(&["validate", "--schema", "s.json", "--resource", all], folder.path(), "10");
    assert!(said.exit == 1 && said.stdout.contains("maximum"), "{}", said.stdout);
    for wrong in ["https://example.com/=nowhere", "https://example.com/a.json=copies"] {
        let said = fed(&["validate", "--schema", "s.json", "--resource", wrong], folder.path(), "3");
        assert_eq!(said.exit, 3, "{}", said.stderr);
    }
    let said = fed(&["validate", "--schema", "s.json", "--resource", "x"], folder.path(), "3");
    assert_eq!(said.exit, 2);
}

#[test]
fn the_meta_schemas_are_at_hand() {
    for (uri, bad) in [
        ("https://json-schema.org/draft/2020-12/schema", r#"{"type": 3}"#),
        ("http://json-schema.org/draft-07/schema#", r#"{"minLength": "3"}"#),
    ] {
        let folder = folder(&[("s.json", &format!("{{\"$ref\": \"{uri}\"}}"))]);
        let said = fed(&["validate", "--schema", "s.json"], folder.path(), r#"{"type": "string"}"#);
        assert_eq!(said.exit, 0, "{uri}: {}{}", said.stdout, said.stderr);
        let said = fed(&["validate", "--schema", "s.json"], folder.path(), bad);
        assert_eq!(said.exit, 1, "{uri}: {}{}", said.stdout, said.stderr);
    }
}

#[test]
fn what_is_not_there_is_3_and_what_is_wrong_is_1() {
    let folder = folder(&[
        ("s.json", SCHEMA),
        ("w.json", r#"{"pattern": "(a"}"#),
        ("x.json", "{\"type\": \"strng\"}"),
    ]);
    let said = polywire(&["validate", "--schema", "none.json"], folder.path());
    assert_eq!((said.exit, said.stderr.as_str()), (3, "error: none.json: no such file\n"));
    let said = polywire(&["validate", "--schema", "s.json", "none.json"], folder.path());
    assert_eq!((said.exit, said.stderr.as_str()), (3, "error: none.json: no such file\n"));
    for (schema, code) in [("w.json", "PW-W0008"), ("x.json", "PW-R0401")] {
        let said = polywire(&["validate", "--schema", schema, "s.json"], folder.path());
        assert_eq!((said.exit, said.stdout.as_str()), (1, ""));
        assert!(said.stderr.contains(code), "{}", said.stderr);
    }
    assert_eq!(polywire(&["validate"], folder.path()).exit, 2);
}

#[test]
fn check_finds_patterns_that_are_none() {
    let schema = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "items": {"pattern": "(a"}}"#;
    let folder = folder(&[("w.json", schema)]);
    for path in ["w.json", "."] {
        let said = polywire(&["check", path], folder.path());
        assert!(said.exit == 1 && said.stdout.contains("PW-W0008"), "{}{}", said.stdout, said.stderr);
    }
}

#[test]
fn what_stands_beside_the_shape_is_held_across_files() {
    let schema = polywire_testkit::fixtures("contracts/keywords-files").join("openapi.yaml");
    let schema = schema.display().to_string();
    let cases = [
        (r#"{"kind": "a", "name": "b", "size": 7, "parts": [{"kind": "c", "title": "d"}]}"#, ""),
        (r#"{"kind": "a", "name": "b", "size": 20}"#, "/size: not"),
        (r#"{"kind": "a", "other": "b"}"#, "unevaluatedProperties"),
        (
            r#"{"kind": "a", "title": "b", "parts": [{"kind": "c", "other": 1}]}"#,
            "/parts/0: unevaluatedProperties",
        ),
        (r#"{"name": "b"}"#, "/kind: required"),
    ];
    let folder = folder(&[]);
    for (document, expected) in cases {
        let said = fed(&["validate", "--schema", &schema, "--type", "Shape"], folder.path(), document);
        assert_eq!(said.exit == 0, expected.is_empty(), "{document}: {}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains(expected), "{document}: {}{}", said.stdout, said.stderr);
    }
}

#[test]
fn the_model_is_printed_for_people_and_for_programs() {
    let text = polywire(&["model", "fixtures/contracts/json-schema-order/schema.json"], &root());
    assert_eq!(text.exit, 0, "{}", text.stderr);
    assert!(
        text.stdout.starts_with("type fixtures/contracts/json-schema-order/schema.json#Order = schema 0\n")
    );
    let said = polywire(&["model", "--format", "json", "fixtures/contracts/petstore/openapi.yaml"], &root());
    assert_eq!(said.exit, 0, "{}", said.stderr);
    let model: Value = serde_json::from_str(&said.stdout).unwrap();
    let operations = model["operations"].as_array().unwrap();
    assert!(!operations.is_empty());
    for operation in operations {
        assert!(!operation["outcomes"].as_array().unwrap().is_empty(), "{operation}");
        let input = operation["input"].as_u64().unwrap() as usize;
        assert_eq!(model["types"][input]["shape"]["kind"], "record");
    }
    let workspace = polywire(&["model", "--format", "json", "examples/quickstart"], &root());
    assert_eq!(workspace.exit, 0, "{}", workspace.stderr);
    let model: Value = serde_json::from_str(&workspace.stdout).unwrap();
    assert!(model["interfaces"].as_array().unwrap().len() >= 3, "{}", model["interfaces"]);
}

#[test]
fn the_model_of_a_wrong_contract_comes_with_diagnostics_apart() {
    let folder =
        folder(&[("x.json", r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "strng"}"#)]);
    let said = polywire(&["model", "--format", "json", "x.json"], folder.path());
    assert_eq!(said.exit, 1);
    assert!(serde_json::from_str::<Value>(&said.stdout).is_ok() && said.stderr.contains("PW-R0401"));
}

#[test]
fn hostile_schemas_and_documents_end_in_a_verdict_or_a_diagnostic() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let wide: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let wide = format!("{{{}}}", wide.join(","));
    let doubled = |count: usize, tail: &str| {
        let one = |n: usize| {
            format!(r##""d{n}":{{"anyOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}}"##, n + 1)
        };
        let all: Vec<String> = (0..count).map(one).collect();
        format!(
            r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d{count}":{{"type":"string"}}}}{tail}}}"##,
            all.join(",")
        )
    };
    let text = format!("\"{}!\"", "a".repeat(50_000));
    let cases = [
        (r##"{"type":"array","items":{"$ref":"#"}}"##.to_string(), deep.as_str(), "malformed"),
        (r#"{"additionalProperties":{"type":"integer"}}"#.to_string(), wide.as_str(), ": valid"),
        (r#"{"additionalProperties":{"type":"string"}}"#.to_string(), wide.as_str(), "type"),
        (r#"{"pattern":"^(a+)+$"}"#.to_string(), text.as_str(), "pattern"),
        (r#"{"pattern":"^(?=(a+)+$)"}"#.to_string(), text.as_str(), "pattern"),
        (r#"{"pattern":"((a{1,100}){1,100}){1,100}"}"#.to_string(), text.as_str(), "PW-W0008"),
        (r##"{"allOf":[{"$ref":"#"}]}"##.to_string(), "1", "PW-R0403"),
        (doubled(60, ""), "1", "not valid"),
        (doubled(60, r#","unevaluatedProperties":false"#), "1", "PW-R0405"),
        ("{\"not\":".repeat(100_000), "1", "PW-S000"),
    ];
    for (schema, document, expected) in cases {
        let folder = folder(&[("s.json", schema.as_str())]);
        let said = fed(&["validate", "--schema", "s.json"], folder.path(), document);
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(matches!(said.exit, 0 | 1) && all.contains(expected), "{schema:.200}: {all:.500}");
    }
}
