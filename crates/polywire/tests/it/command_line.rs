//! Exit codes, stdout and stderr of commands that need no running workspace.

use std::fs;

use crate::harness::{polywire, root};

#[test]
fn the_version_is_data() {
    let said = polywire(&["version"], &root());
    assert_eq!((said.exit, said.stdout.as_str(), said.stderr.as_str()), (0, "polywire 0.1.0\n", ""));
    let said = polywire(&["version", "--format", "json"], &root());
    assert_eq!(said.stdout, "{\"name\":\"polywire\",\"version\":\"0.1.0\"}\n");
}

#[test]
fn a_wrong_command_line_is_2() {
    let said = polywire(&["serve", "--contract"], &root());
    assert_eq!(said.exit, 2);
    assert!(said.stdout.is_empty() && said.stderr.contains("--contract"), "{}", said.stderr);
}

#[test]
fn check_finds_nothing_in_the_quickstart() {
    let said = polywire(&["check", "examples/quickstart"], &root());
    assert_eq!((said.exit, said.stdout.as_str()), (0, ""), "{}", said.stderr);
    assert!(said.stderr.contains("no mistakes"), "{}", said.stderr);
}

#[test]
fn check_names_the_place_of_a_mistake_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let contract = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200':\n          description: x\n          content: {application/json: {schema: {$ref: '#/components/schemas/Usr'}}}\ncomponents: {schemas: {User: {type: string}}}\n";
    fs::write(folder.path().join("api.yaml"), contract).unwrap();
    let said = polywire(&["check", "api.yaml"], folder.path());
    assert_eq!(said.exit, 1, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("--> api.yaml:10:"), "{}", said.stdout);
    assert!(said.stdout.contains("User"), "{}", said.stdout);
    let said = polywire(&["check", "--format", "json", "api.yaml"], folder.path());
    let line: serde_json::Value = serde_json::from_str(said.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((line["file"].as_str(), line["line"].as_u64()), (Some("api.yaml"), Some(10)), "{line}");
    let code = line["code"].as_str().unwrap();
    let page = polywire(&["explain", code], folder.path());
    assert!(page.exit == 0 && page.stdout.contains(code), "{}", page.stdout);
}

#[test]
fn imports_begin_at_the_folders_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (own, shared) = (folder.path().join("own"), folder.path().join("shared/shop"));
    fs::create_dir_all(&own).unwrap();
    fs::create_dir_all(&shared).unwrap();
    let text = "syntax = \"proto3\";\nimport \"shop/money.proto\";\nmessage Bill { shop.Money sum = 1; }\n";
    fs::write(own.join("bill.proto"), text).unwrap();
    let text = "syntax = \"proto3\";\npackage shop;\nmessage Money { int64 cents = 1; }\n";
    fs::write(shared.join("money.proto"), text).unwrap();
    let said = polywire(&["check", "own/bill.proto"], folder.path());
    assert_eq!(said.exit, 1, "{}", said.stdout);
    assert!(said.stdout.contains("PW-R0202") && said.stdout.contains("--import"), "{}", said.stdout);
    let said = polywire(&["check", "--import", "shared", "own/bill.proto"], folder.path());
    assert_eq!((said.exit, said.stdout.as_str()), (0, ""), "{}", said.stderr);
    let said = polywire(&["check", "--import", "nowhere", "own/bill.proto"], folder.path());
    assert!(said.exit == 3 && said.stderr.contains("nowhere"), "{}", said.stderr);
}

#[test]
fn a_damaged_descriptor_set_is_known_by_its_content() {
    let said = polywire(&["check", "fixtures/errors/PW-R0214-damaged/contract.binpb"], &root());
    assert_eq!(said.exit, 1, "{}", said.stderr);
    assert!(said.stdout.contains("PW-R0214"), "{}", said.stdout);
}

#[test]
fn a_missing_file_is_3() {
    let said = polywire(&["check", "nowhere.yaml"], &root());
    assert_eq!((said.exit, said.stdout.as_str()), (3, ""));
    assert!(said.stderr.contains("nowhere.yaml: no such file"), "{}", said.stderr);
}

#[test]
fn the_exported_contracts_of_the_quickstart_are_those_that_its_order_service_is_built_from() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let said = polywire(
        &["export", "protobuf", "users", "catalog", "--dir", "examples/quickstart", "--out", out],
        &root(),
    );
    assert_eq!(said.exit, 0, "{}", said.stderr);
    for name in ["shop.users.v1.proto", "shop.catalog.v1.proto"] {
        let exported = fs::read_to_string(folder.path().join(name)).unwrap();
        let used = fs::read_to_string(root().join("examples/quickstart/orders/proto").join(name)).unwrap();
        assert!(exported == used, "{name} is stale; run the export into examples/quickstart/orders/proto");
    }
}

#[test]
fn what_two_files_say_of_a_third_is_counted_once() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
    write("shared.proto", "syntax = \"proto3\";\nmessage A { Missing a = 1; }\n");
    for name in ["one.proto", "two.proto"] {
        write(name, "syntax = \"proto3\";\nimport \"shared.proto\";\n");
    }
    let said = polywire(&["check", "."], folder.path());
    let expected = "checked 3 contracts: 0 operations, 0 named types: 1 error, 0 warnings\n";
    assert_eq!((said.exit, said.stderr.as_str()), (1, expected), "{}", said.stdout);
}

#[test]
fn explain_tells_where_each_field_lies() {
    let folder = root().join("examples/quickstart");
    let said = polywire(&["explain", "users.getUser"], &folder);
    assert_eq!(said.exit, 0, "{}", said.stderr);
    for line in [
        "      id     int64  1 id int64  path {id}  required\n",
        "      name        text     body  2 name string   required, minLength 1, maxLength 255\n",
        "      members that the contract does not know: dropped and counted\n",
    ] {
        assert!(said.stdout.contains(line), "{line} is not in {}", said.stdout);
    }
    let said = polywire(&["explain", "users.getUser", "--format", "json"], &folder);
    let found: serde_json::Value = serde_json::from_str(&said.stdout).expect("it is JSON");
    let field = &found["ways"][1]["request"]["fields"][0];
    assert_eq!((field["from"].as_str(), field["to"].as_str()), (Some("1 id int64"), Some("path {id}")));
}
