//! Settings as code: golden files, and every language's loader run with the same cases and the same random trees.

mod compare;
mod random;
mod run;

use std::path::Path;

use polywire_contract::{Content, Group, Item, Settings};
use polywire_diag::Diagnostic;
use polywire_syntax::Value;
use polywire_testkit::{Golden, fixtures};

use compare::{hex, same_group};
use run::{Call, Language, Program};

use crate::settings::{emit, parsed as read, settings_marked};

/// Settings without a prefix.
fn settings_of(yaml: &str, marks: &str) -> Settings {
    let marks = if marks.is_empty() { "{}" } else { marks };
    let settings = settings_marked(yaml, marks);
    Settings { prefix: String::new(), source: "config.yaml".into(), ..settings }
}

/// The code of a language, or what is wrong with the settings.
fn emitted(settings: &Settings, target: &str, path: &str) -> Result<String, Vec<Diagnostic>> {
    let mut diags = Vec::new();
    let files = emit(settings, target, path, "", &mut diags);
    match files.get(path) {
        Some(text) if !diags.iter().any(Diagnostic::is_error) => Ok(text.to_owned()),
        _ => Err(diags),
    }
}

fn loaders() -> Settings {
    let folder = fixtures("settings/loaders");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the fixture is there");
    settings_of(&text("config.yaml"), &text("marks.yaml"))
}

#[test]
fn settings_are_printed_as_code() {
    let mut golden = Golden::default();
    let settings = loaders();
    for language in run::LANGUAGES {
        let text = emitted(&settings, language.target, language.file).unwrap_or_else(|d| panic!("{d:#?}"));
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
        let again = emitted(&settings, language.target, language.file).expect("the same settings");
        assert_eq!(text, again);
        golden.check(&fixtures("settings/loaders").join(golden_name(language)), &text);
        let mut small = settings_of("host: localhost\nport: 80\n", "");
        small.environment = Some("test".into());
        small.prefix = "SHOP".into();
        let text = emitted(&small, language.target, language.file).expect("two settings");
        golden.check(&fixtures("settings/small").join(golden_name(language)), &text);
        let empty = settings_of("{}", "");
        let text = emitted(&empty, language.target, language.file).expect("no settings");
        golden.check(&fixtures("settings/empty").join(golden_name(language)), &text);
    }
    golden.finish();
}

/// A module of Rust among the project's own would have to keep its rules.
fn golden_name(language: &Language) -> String {
    if language.target == "rust" { format!("{}.txt", language.file) } else { language.file.to_owned() }
}

/// What a driver said about a call, or `!` and the error in hexadecimal.
fn check_cases(language: &Language) {
    let settings = loaders();
    let text = emitted(&settings, language.target, language.file).unwrap_or_else(|d| panic!("{d:#?}"));
    let cases = std::fs::read_to_string(fixtures("settings/loaders/cases.json")).expect("the cases");
    let cases = read(&cases);
    let cases = cases.as_list().expect("a list of cases");
    let calls: Vec<Call> = cases
        .iter()
        .map(|case| {
            let case = case.as_map().expect("a case");
            let variables = case.get("environment").and_then(|node| node.as_map()).expect("an environment");
            let pair = |entry: &polywire_syntax::Entry| {
                (entry.key.clone(), entry.value.as_text().expect("text").to_owned())
            };
            Call { program: 0, environment: variables.entries.iter().map(pair).collect() }
        })
        .collect();
    let Some(answers) = run::run(language, "cases", &[Program { text }], &calls) else { return };
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let case = case.as_map().expect("a case");
        let name = case.get("name").and_then(|name| name.as_text()).unwrap_or_default();
        let verdict = match (case.get("expected"), case.get("problems"), answer.strip_prefix('!')) {
            (Some(expected), _, None) => {
                let mut settings = settings.clone();
                for entry in &expected.as_map().expect("expected values").entries {
                    replace(&mut settings.root, &entry.key, &entry.value);
                }
                same_group(&settings.root, &read(answer))
            }
            (None, Some(problems), Some(message)) => {
                let lines: Vec<String> =
                    problems.as_list().into_iter().flatten().filter_map(|p| p.as_text().map(hex)).collect();
                let expected = lines.join("0a");
                if expected == message { Ok(()) } else { Err(differing(&expected, message)) }
            }
            (_, _, Some(message)) => Err(format!("refused: {}", unhex(message))),
            _ => Err(format!("loaded: {answer}")),
        };
        wrong.extend(verdict.err().map(|error| format!("{name}: {error}")));
    }
    assert!(wrong.is_empty(), "{}:\n{}", language.target, wrong.join("\n"));
    assert_eq!(cases.len(), answers.len());
}

fn differing(expected: &str, actual: &str) -> String {
    let (expected, actual) = (unhex(expected), unhex(actual));
    let (mut a, mut b) = (expected.lines(), actual.lines());
    loop {
        match (a.next(), b.next()) {
            (a, b) if a == b && a.is_some() => {}
            (a, b) => return format!("\n  expected {a:?}\n  actual   {b:?}"),
        }
    }
}

fn unhex(text: &str) -> String {
    let bytes =
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).expect("digits"));
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

fn replace(group: &mut Group, key: &str, value: &polywire_contract::Literal) {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let setting = group.settings.iter_mut().find(|setting| setting.key == first).expect("a known setting");
    match (&mut setting.item, rest) {
        (Item::Group(below), Some(rest)) => replace(below, rest, value),
        (Item::Value(of), None) => of.content = Content::Literal(value.clone()),
        _ => panic!("no value at {key}"),
    }
}

/// Random trees in one batch: what is loaded without environment is what the source says.
fn check_random(language: &Language) {
    let (mut programs, mut trees, mut refused) = (Vec::new(), Vec::new(), 0);
    for seed in 0..250 {
        let settings = random::settings(seed);
        match emitted(&settings, language.target, language.file) {
            Ok(text) => {
                programs.push(Program { text });
                trees.push(settings);
            }
            Err(diags) => {
                assert!(!diags.is_empty());
                refused += 1;
            }
        }
    }
    let calls: Vec<Call> =
        (0..programs.len()).map(|program| Call { program, environment: Vec::new() }).collect();
    assert!(programs.len() > 150, "{} of {refused} are refused", programs.len() + refused);
    let Some(answers) = run::run(language, "random", &programs, &calls) else { return };
    assert_eq!(answers.len(), trees.len());
    let mut wrong = Vec::new();
    for (at, (tree, answer)) in trees.iter().zip(&answers).enumerate() {
        let verdict = match answer.strip_prefix('!') {
            Some(message) => Err(format!("refused: {}", unhex(message))),
            None => same_group(&tree.root, &read(answer)),
        };
        wrong.extend(verdict.err().map(|error| format!("{at}: {error}")));
    }
    assert!(wrong.is_empty(), "{}:\n{}", language.target, wrong.join("\n"));
    run::say(&format!("{}: {} trees came back, {refused} were refused", language.target, trees.len()));
}

fn check(target: &str) {
    let language = run::LANGUAGES.iter().find(|language| language.target == target).expect("a language");
    check_cases(language);
    check_random(language);
}

#[test]
fn go_loads_what_the_source_says() {
    check("go");
}

#[test]
fn java_loads_what_the_source_says() {
    check("java");
}

#[test]
fn python_loads_what_the_source_says() {
    check("python");
}

#[test]
fn rust_loads_what_the_source_says() {
    check("rust");
}

#[test]
fn typescript_loads_what_the_source_says() {
    check("typescript");
}

/// What no type of a language holds is refused, at its place.
#[test]
fn what_cannot_be_said_is_refused() {
    for language in run::LANGUAGES {
        for (yaml, marks) in [
            ("a: 0.1234567890123456789\n", ""),
            ("a: 1e999\n", ""),
            ("a: text\n", "a: {kind: i32}"),
            ("a: 300\n", "a: {kind: u8}"),
            ("a: c\n", "a: {choices: [a, b]}"),
            ("a-b: 1\na_b: 2\n", ""),
            ("a: {b: 1}\na_b: 2\n", ""),
        ] {
            let settings = settings_of(yaml, marks);
            let diags = emitted(&settings, language.target, language.file).expect_err(yaml);
            assert_eq!(diags.len(), 1, "{}: {yaml}: {diags:#?}", language.target);
        }
    }
    assert!(Path::new(&fixtures("settings/loaders")).is_dir());
    assert!(matches!(read("a: 1").value, Value::Map(_)));
}
