//! What people and programs see of diagnostics.

use polywire_diag::{Code, Diagnostic, FileId, Format, SourceMap, Span, render};
use serde_json::{Value, json};

static CODE: Code = Code { id: "PW-X0102", page: "# PW-X0102: a title\n\nWhat it means.\n" };

/// Finds `part` in a file.
fn find(sources: &SourceMap, file: FileId, part: &str) -> Span {
    let start = sources.text(file).find(part).expect("the text has the part");
    Span::new(file, start, start + part.len())
}

fn check(sources: &SourceMap, diag: Diagnostic, expected: &str) {
    let actual = render(sources, &[diag], Format::Text { color: false });
    assert_eq!(actual.trim_end(), expected.trim_matches('\n').trim_end(), "\n{actual}");
}

#[test]
fn text_shows_places_in_several_files_and_help() {
    let mut sources = SourceMap::default();
    let a = sources.add("api/openapi.yaml", "paths:\n  /users:\n    get: {}\n");
    let b = sources.add("orders.proto", "syntax = \"proto3\";\nmessage Order {}\n");
    let diag = Diagnostic::error(&CODE, "unknown type `Ordr`")
        .at(find(&sources, a, "/users"), "used here")
        .at(find(&sources, a, "get"), "by this operation")
        .at(find(&sources, b, "Order"), "a type of a similar name")
        .help("did you mean `Order`?");
    check(
        &sources,
        diag,
        r"
error[PW-X0102]: unknown type `Ordr`
 --> api/openapi.yaml:2:3
  |
2 |   /users:
  |   ^^^^^^ used here
3 |     get: {}
  |     --- by this operation
  |
 ::: orders.proto:2:9
  |
2 | message Order {}
  |         ----- a type of a similar name
  |
  = help: did you mean `Order`?
",
    );
}

#[test]
fn text_shows_empty_spans_ends_and_no_place_at_all() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.json", "{\"a\": 1\n");
    let end = sources.text(file).len();
    check(
        &sources,
        Diagnostic::error(&CODE, "expected `}`").at(Span::new(file, end, end), "here"),
        "error[PW-X0102]: expected `}`\n --> a.json:2:1\n  |\n2 |\n  | ^ here",
    );
    check(
        &sources,
        Diagnostic::warning(&CODE, "a comma is missing").at(Span::new(file, 7, 7), ""),
        "warning[PW-X0102]: a comma is missing\n --> a.json:1:8\n  |\n1 | {\"a\": 1\n  |        ^",
    );
    check(&sources, Diagnostic::error(&CODE, "no contract"), "error[PW-X0102]: no contract");
    let empty = sources.add("empty.yaml", "");
    check(
        &sources,
        Diagnostic::error(&CODE, "nothing").at(Span::new(empty, 0, 0), "here"),
        "error[PW-X0102]: nothing\n --> empty.yaml:1:1\n  |\n1 |\n  | ^ here",
    );
}

#[test]
fn text_cuts_long_lines_around_the_place() {
    let mut sources = SourceMap::default();
    let file =
        sources.add("min.json", format!("[{}\"€\",bad,{}]", "1,".repeat(500_000), "\"ü\",".repeat(500_000)));
    let diag = Diagnostic::error(&CODE, "no")
        .at(find(&sources, file, "bad"), "this")
        .at(Span::new(file, 0, 1), "opens");
    let text = render(&sources, &[diag], Format::Text { color: false });
    assert!(text.contains("min.json:1:1000006") && text.contains("\"€\",bad,\"ü\""), "{text}");
    assert!(text.contains("::: min.json:1:1\n") && text.contains("- opens"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 160), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let column = |line: &str, sign: char| line.chars().position(|c| c == sign);
    assert_eq!(column(lines[3], 'b'), column(lines[4], '^'), "{text}");
}

#[test]
fn text_stands_tabs_wide_characters_and_spans_over_lines() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", "\u{feff}\t注文: [a,\r\n b]\r\n");
    let span = find(&sources, file, "[a,\r\n b]");
    check(
        &sources,
        Diagnostic::error(&CODE, "a list").at(span, "here"),
        "error[PW-X0102]: a list\n --> a.yaml:1:6\n  |\n1 |     注文: [a,\n  |           ^^^ here",
    );
}

#[test]
fn text_has_colour_only_where_it_is_asked_for() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", "a: \u{1b}[31mred\n");
    let diag =
        [Diagnostic::error(&CODE, "\u{1b}[31mred").at(Span::new(file, 0, 1), "\u{1b}x").help("\u{1b}[0m")];
    let plain = render(&sources, &diag, Format::Text { color: false });
    let colored = render(&sources, &diag, Format::Text { color: true });
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    assert!(colored.contains('\u{1b}') && !colored.contains("\u{1b}[31mred"), "{colored:?}");
    assert!(!colored.lines().any(|line| line.contains(":::")), "{colored:?}");
}

#[test]
fn json_is_one_object_a_line() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", "ü: 1\nb: 2\n");
    let diags = [
        Diagnostic::warning(&CODE, "odd").at(find(&sources, file, "1\nb"), "this").help("do that"),
        Diagnostic::error(&CODE, "no place"),
    ];
    let out = render(&sources, &diags, Format::Json);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let place =
        json!({ "file": "a.yaml", "line": 1, "column": 4, "end_line": 2, "end_column": 2, "text": "this" });
    assert_eq!(
        lines[0],
        json!({
            "code": "PW-X0102", "severity": "warning", "message": "odd",
            "file": "a.yaml", "line": 1, "column": 4, "end_line": 2, "end_column": 2,
            "labels": [place], "help": ["do that"],
        })
    );
    assert_eq!(
        lines[1],
        json!({ "code": "PW-X0102", "severity": "error", "message": "no place", "labels": [], "help": [] })
    );
}

#[test]
fn github_commands_are_escaped() {
    let mut sources = SourceMap::default();
    let file = sources.add("a,b:c%.yaml", "a: 1\nb: 2\n");
    let diags = [
        Diagnostic::error(&CODE, "100% wrong").at(find(&sources, file, "1"), "here").help("do this\nor that"),
        Diagnostic::warning(&CODE, "no place"),
        Diagnostic::error(&CODE, "two lines").at(find(&sources, file, "1\nb"), ""),
    ];
    let expected = "\
::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=4,endColumn=4,title=PW-X0102::100%25 wrong: here%0Ahelp: do this%0Aor that
::warning title=PW-X0102::no place
::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=2,col=4,title=PW-X0102::two lines
";
    assert_eq!(render(&sources, &diags, Format::Github), expected);
}

#[test]
fn sarif_has_rules_results_and_related_places() {
    let mut sources = SourceMap::default();
    let file = sources.add("api dir/a.yaml", "a: 1\nb: 2\n");
    let diags = [
        Diagnostic::error(&CODE, "first")
            .at(find(&sources, file, "1"), "here")
            .at(find(&sources, file, "b"), "there"),
        Diagnostic::warning(&CODE, "second"),
    ];
    let log: Value = serde_json::from_str(&render(&sources, &diags, Format::Sarif)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["id"], "PW-X0102");
    assert_eq!(rules[0]["shortDescription"]["text"], "a title");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results[0]["ruleIndex"], 0);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "api%20dir/a.yaml");
    assert_eq!(place["region"], json!({ "startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5 }));
    assert_eq!(results[0]["relatedLocations"][0]["message"]["text"], "there");
    assert_eq!(results[1]["level"], "warning");
    assert!(results[1].get("locations").is_none());
}

#[test]
fn many_diagnostics_in_a_large_file_are_cheap() {
    let mut sources = SourceMap::default();
    let file = sources.add("large.yaml", "key: value # and a comment\n".repeat(100_000));
    let diags: Vec<Diagnostic> = (0..2000)
        .map(|at| Diagnostic::error(&CODE, "no").at(Span::new(file, at * 1350, at * 1350 + 3), "here"))
        .collect();
    // Quadratic work would take minutes here, where this takes part of a second.
    let text = render(&sources, &diags, Format::Text { color: false });
    assert!(text.contains("large.yaml:99951:1\n"));
}
