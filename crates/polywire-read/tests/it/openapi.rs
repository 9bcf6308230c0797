//! OpenAPI: fixtures, the public suites, and a description of a thousand operations.

use polywire_testkit::{cases, fixtures, suites};

use crate::cases::{mistakes_are_expected, models_are_expected, named, read};

#[test]
fn contracts_become_the_model_that_is_expected() {
    models_are_expected(named("openapi.yaml"));
}

#[test]
fn mistakes_are_said_as_expected() {
    mistakes_are_expected(named("openapi.yaml"));
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
fn long_chains_of_references_need_no_stack() {
    let count = 20_000;
    let chain = schemas((0..count).map(|n| {
        let next = (n + 1) % count;
        format!("S{n}: {{type: object, properties: {{next: {{$ref: '#/components/schemas/S{next}'}}}}}}")
    }));
    let (errors, types) = read_text(chain);
    assert!(errors.is_empty() && types >= count);
}

#[test]
fn a_long_cycle_of_references_is_one_mistake() {
    let one = |n: usize| format!("S{n}: {{$ref: '#/components/schemas/S{}'}}", (n + 1) % 3000);
    let (errors, _) = read_text(schemas((0..3000).map(one)));
    assert_eq!(errors.len(), 1);
}

#[test]
fn alternatives_that_multiply_hit_a_limit() {
    let alternatives = (0..12).map(|n| {
        let one = |m: usize| format!("{{properties: {{p{n}: {{const: {m}}}}}}}");
        let all: Vec<String> = (0..12).map(one).collect();
        format!("{{oneOf: [{}]}}", all.join(", "))
    });
    let product = format!("P: {{type: object, allOf: [{}]}}", alternatives.collect::<Vec<_>>().join(", "));
    let (errors, _) = read_text(schemas(std::iter::once(product)));
    assert_eq!(errors.len(), 1);
}

#[test]
fn parts_that_double_are_gathered_once() {
    let doubling = (0..40).map(|n| {
        let part = format!("{{$ref: '#/components/schemas/D{}'}}", n + 1);
        format!("D{n}: {{allOf: [{part}, {part}]}}")
    });
    let end = "D40: {type: object, properties: {x: {type: string}}}".to_string();
    let (errors, _) = read_text(schemas(doubling.chain([end])));
    assert!(errors.is_empty());
}

#[test]
fn broken_references_are_all_said() {
    let one = |n: usize| format!("S{n}: {{$ref: '#/components/schemas/T{n}'}}");
    let (errors, _) = read_text(schemas((0..5000).map(one)));
    assert_eq!(errors.len(), 5000);
}

#[test]
fn a_wide_record_is_read() {
    let wide: Vec<String> = (0..20_000).map(|n| format!("p{n}")).collect();
    let properties: Vec<String> = wide.iter().map(|name| format!("{name}: {{type: string}}")).collect();
    let properties = properties.join(", ");
    let record =
        format!("W: {{type: object, required: [{}], properties: {{{properties}}}}}", wide.join(", "));
    let (errors, _) = read_text(schemas(std::iter::once(record)));
    assert!(errors.is_empty());
}

/// Lines swapped, doubled, cut and replaced by lines of other places, the same in every run.
#[test]
fn mangled_descriptions_never_panic() {
    let folders = cases(&fixtures("contracts")).into_iter().chain(cases(&fixtures("errors")));
    let texts: Vec<String> =
        folders.filter_map(|folder| std::fs::read_to_string(folder.join("openapi.yaml")).ok()).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for round in 0..600 {
        let text = &texts[round % texts.len()];
        let mut pieces: Vec<&str> = text.split_inclusive([' ', '\n', ',', '}']).collect();
        for _ in 0..=random(4) {
            let (at, other) = (random(pieces.len()), random(pieces.len()));
            match random(4) {
                0 => pieces.swap(at, other),
                1 => drop(pieces.remove(at)),
                2 => pieces.insert(at, pieces[other]),
                _ => pieces[at] = ["null, ", "[], ", "{}\n", "7 ", "'#/paths' ", "$ref: "][random(6)],
            }
        }
        read_text(pieces.concat());
    }
}

#[test]
fn descriptions_are_known_by_their_content() {
    let reader = polywire_read::READERS.iter().find(|reader| reader.name() == "openapi").expect("registered");
    let check = |text: &str, expected: bool| assert_eq!(reader.recognises("x", text), expected, "{text}");
    check("openapi: 3.1.0\n", true);
    check("# a comment\n---\ninfo: {}\n\"openapi\" : 3.1.0\n", true);
    check("swagger: '2.0'\n", true);
    check("{\"info\": {\"openapi\": 1}, \"openapi\": \"3.0.0\"}", true);
    check("{\"info\": {\"openapi\": 1}, \"x\": [\"openapi\"]}", false);
    check("\u{feff}{\"swagger\":\"2.0\"}", true);
    check("asyncapi: 3.0.0\nx:\n  openapi: 1\n", false);
    check("syntax = \"proto3\";\n", false);
    check("{\"a", false);
    check("", false);
}
