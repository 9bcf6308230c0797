//! OpenAPI: fixtures, the public suites, and a description of a thousand operations.

use polywire_contract::dump;
use polywire_testkit::{Golden, cases, fixtures, suites};

use crate::cases::read;

#[test]
fn contracts_become_the_model_that_is_expected() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("contracts")).iter().filter(|folder| folder.join("openapi.yaml").exists()) {
        let case = read(folder, "openapi.yaml");
        assert_eq!(case.errors(), 0, "{}: {}", folder.display(), case.rendered());
        golden.check(&folder.join("model.txt"), &dump(&case.contract));
        if !case.diags.is_empty() {
            golden.check(&folder.join("diag.txt"), &case.rendered());
        }
    }
    golden.finish();
}

#[test]
fn mistakes_are_said_as_expected() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("errors")).iter().filter(|folder| folder.join("openapi.yaml").exists()) {
        let name = folder.file_name().map(|name| name.to_string_lossy().to_string()).unwrap_or_default();
        let case = read(folder, "openapi.yaml");
        assert!(case.diags.iter().any(|one| name.starts_with(one.code.id)), "{name}: {}", case.rendered());
        golden.check(&folder.join("diag.txt"), &case.rendered());
    }
    golden.finish();
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the suite is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().to_string()).collect();
    names.sort();
    names
}

#[test]
fn the_suite_of_3_1_is_accepted_and_refused() {
    let Some(root) = suites("openapi/oas-3.1") else { return };
    let mut wrong = Vec::new();
    for name in names(&root.join("pass")) {
        let case = read(&root.join("pass"), &name);
        if case.errors() > 0 {
            wrong.push(format!("{name} must be accepted:\n{}", case.rendered()));
        }
    }
    for name in names(&root.join("fail")) {
        let case = read(&root.join("fail"), &name);
        let located = |one: &polywire_diag::Diagnostic| one.is_error() && !one.labels.is_empty();
        if !case.diags.iter().any(located) {
            wrong.push(format!("{name} must be refused"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_large_description_is_read_whole() {
    let Some(root) = suites("openapi/large") else { return };
    let case = read(&root, "api.github.com.yaml");
    assert_eq!(case.errors(), 0, "{}", case.rendered());
    let text = std::fs::read_to_string(root.join("api.github.com.yaml")).expect("the suite is there");
    let operations = text.lines().filter(|line| line.starts_with("      operationId:")).count();
    assert_eq!(case.contract.operations.len(), operations);
    assert!(case.contract.operations.iter().all(|operation| !operation.outcomes.is_empty()));
    let case = read(&root, "petstorev3.json");
    assert_eq!(case.errors(), 0, "{}", case.rendered());
    assert_eq!(case.contract.operations.len(), 19);
}

/// Reads a text as a whole description, and gives its errors and its number of types.
fn read_text(text: String) -> (Vec<polywire_diag::Diagnostic>, usize) {
    let mut sources = crate::cases::Texts::default();
    let file = sources.add("openapi.yaml", text);
    let (mut contract, mut diags) = (polywire_contract::Contract::default(), Vec::new());
    let reader = polywire_read::READERS.iter().find(|reader| reader.name() == "openapi").expect("registered");
    reader.read(file, &mut sources, &mut contract, &mut diags);
    diags.retain(polywire_diag::Diagnostic::is_error);
    (diags, contract.types.len())
}

fn schemas(lines: impl Iterator<Item = String>) -> String {
    let head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n";
    lines.fold(head.to_string(), |text, line| text + "    " + &line + "\n")
}

#[test]
fn hostile_descriptions_end_in_a_model_or_a_diagnostic() {
    let count = 20_000;
    let chain = schemas((0..count).map(|n| {
        let next = (n + 1) % count;
        format!("S{n}: {{type: object, properties: {{next: {{$ref: '#/components/schemas/S{next}'}}}}}}")
    }));
    let (errors, types) = read_text(chain);
    assert!(errors.is_empty() && types >= count);

    let references = schemas((0..5000).map(|n| format!("S{n}: {{$ref: '#/components/schemas/S{}'}}", (n + 1) % 5000)));
    let (errors, _) = read_text(references);
    assert!(!errors.is_empty() && errors.len() < 10, "{}", errors.len());

    let alternatives = (0..12).map(|n| {
        let one = |m: usize| format!("{{properties: {{p{n}: {{const: {m}}}}}}}");
        let all: Vec<String> = (0..12).map(one).collect();
        format!("{{oneOf: [{}]}}", all.join(", "))
    });
    let product = format!("P: {{type: object, allOf: [{}]}}", alternatives.collect::<Vec<_>>().join(", "));
    let (errors, _) = read_text(schemas(std::iter::once(product)));
    assert_eq!(errors.len(), 1);

    let doubling = (0..60).map(|n| {
        let part = format!("{{$ref: '#/components/schemas/D{}'}}", n + 1);
        format!("D{n}: {{allOf: [{part}, {part}]}}")
    });
    let doubling = schemas(doubling.chain(["D60: {type: object, properties: {x: {type: string}}}".to_string()]));
    let (errors, _) = read_text(doubling);
    assert!(errors.len() <= 1);

    let unknown = schemas((0..20_000).map(|n| format!("S{n}: {{$ref: '#/components/schemas/T{n}'}}")));
    let (errors, _) = read_text(unknown);
    assert_eq!(errors.len(), 20_000);

    let wide: Vec<String> = (0..20_000).map(|n| format!("p{n}")).collect();
    let properties: Vec<String> = wide.iter().map(|name| format!("{name}: {{type: string}}")).collect();
    let record = format!("W: {{type: object, required: [{}], properties: {{{}}}}}", wide.join(", "), properties.join(", "));
    let (errors, _) = read_text(schemas(std::iter::once(record)));
    assert!(errors.is_empty());
}
