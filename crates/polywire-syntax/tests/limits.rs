//! What is too much is refused with its own code, whichever way it is written.

use polywire_diag::{Code, FileId};
use polywire_syntax::{
    CODES, DUPLICATE_KEY, Limits, Node, TOO_DEEP, TOO_LARGE, TOO_MANY_ALIASES, TOO_MANY_NODES, parse,
    parse_all,
};

fn check(text: &str, limits: &Limits, expected: &Code) {
    let mut diags = Vec::new();
    let node = parse(FileId(0), text, limits, &mut diags);
    let codes: Vec<&str> = diags.iter().map(|diag| diag.code.id).collect();
    assert_eq!(codes, [expected.id], "{:.80}", text);
    assert!(node.is_none(), "{:.80}", text);
}

fn accept(text: &str, limits: &Limits) -> Node {
    let mut diags = Vec::new();
    let node = parse(FileId(0), text, limits, &mut diags);
    assert!(diags.is_empty(), "{:.80}: {diags:?}", text);
    node.expect("a text without diagnostics has a tree")
}

#[test]
fn long_texts_are_refused() {
    let limits = Limits { bytes_max: 10, ..Limits::default() };
    accept("a: 1234567", &limits);
    check("a: 12345678", &limits, &TOO_LARGE);
}

#[test]
fn deep_texts_are_refused_without_recursion() {
    let limits = Limits::default();
    accept(&format!("{}{}", "[".repeat(256), "]".repeat(256)), &limits);
    accept(&format!("{}x", "- ".repeat(256)), &limits);
    for deep in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000), "- ".repeat(1_000_000)] {
        check(&deep, &limits, &TOO_DEEP);
    }
    check(&format!("a: {}", "[".repeat(1_000_000)), &limits, &TOO_DEEP);
    check(&format!("{}x", "- ".repeat(2000)), &Limits { depth_max: usize::MAX, ..limits }, &TOO_DEEP);
}

#[test]
fn aliases_count_towards_the_depth() {
    let limits = Limits { depth_max: 6, ..Limits::default() };
    accept("a: &a [[x]]\nb: [[[*a]]]\n", &limits);
    check("a: &a [[x]]\nb: [[[[*a]]]]\n", &limits, &TOO_DEEP);
}

#[test]
fn many_nodes_are_refused() {
    let limits = Limits { nodes_max: 10, ..Limits::default() };
    accept("[1, 2, 3, 4, 5, 6, 7, 8, 9]", &limits);
    check("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", &limits, &TOO_MANY_NODES);
    check("- 1\n".repeat(10).as_str(), &limits, &TOO_MANY_NODES);
    check("a: &a [1, 2]\nb: *a\nc: *a\n", &limits, &TOO_MANY_NODES);
    // The scanner would hold all of this back before the first node is seen.
    check(&format!("a: [{}", "1, ".repeat(1000)), &limits, &TOO_MANY_NODES);
}

#[test]
fn aliases_are_refused_by_what_they_add() {
    let limits = Limits { aliases_max: 20, ..Limits::default() };
    accept("a: &a [1, 2, 3]\nb: [*a, *a, *a, *a, *a]\n", &limits);
    check("a: &a [1, 2, 3]\nb: [*a, *a, *a, *a, *a, *a]\n", &limits, &TOO_MANY_ALIASES);
    let long = "x".repeat(640);
    accept(&format!("a: &a {long}\nb: *a\n"), &limits);
    check(&format!("a: &a {long}\nb: [*a, *a]\n"), &limits, &TOO_MANY_ALIASES);
    // A large part may have a name, as long as nobody asks for a copy.
    let large = format!("a: &a [{}]\n", vec!["1"; 100].join(", "));
    accept(&large, &limits);
    check(&format!("{large}b: *a\n"), &limits, &TOO_MANY_ALIASES);
}

#[test]
fn large_maps_are_linear() {
    let size = 100_000;
    let json: Vec<String> = (0..size).map(|n| format!("\"key{n}\": {n}")).collect();
    let json = format!("{{{}}}", json.join(","));
    let yaml: String = (0..size).map(|n| format!("key{n}: {n}\n")).collect();
    for text in [json, yaml] {
        let node = accept(&text, &Limits::default());
        let map = node.as_map().unwrap();
        for n in 0..size {
            assert_eq!(map.get(&format!("key{n}")).and_then(|node| node.as_number()?.as_u64()), Some(n));
        }
    }
}

#[test]
fn very_many_mistakes_are_not_all_listed() {
    let mut diags = Vec::new();
    let text = format!("{}port: !!int http\n", "key: !Local 1\n".repeat(10_000));
    let node = parse(FileId(0), &text, &Limits::default(), &mut diags).unwrap();
    assert_eq!(node.as_map().unwrap().entries.len(), 2);
    assert!(diags.len() <= 100 && diags.iter().any(|diag| diag.code == &DUPLICATE_KEY));
    // Warnings never take the place of an error.
    assert!(diags.iter().any(|diag| diag.message.contains("http")), "{diags:?}");
}

#[test]
fn streams_share_their_limits() {
    let mut diags = Vec::new();
    let limits = Limits { nodes_max: 100, ..Limits::default() };
    let found = parse_all(FileId(0), &"a: 1\n---\n".repeat(60), &limits, &mut diags);
    assert!(found.is_empty() && diags[0].code == &TOO_MANY_NODES);
}

#[test]
fn every_code_has_a_page_under_its_number() {
    assert!(CODES.is_sorted_by_key(|code| code.id));
    for code in CODES {
        let heading = code.page.lines().next().unwrap();
        assert!(heading.starts_with(&format!("# {}: ", code.id)), "{heading}");
        assert!(code.page.lines().count() >= 5, "{} says too little", code.id);
    }
}
