//! Broken texts: whatever comes in, there is no panic, every span is inside of its text, and what is refused has a reason.
#![expect(clippy::disallowed_methods, reason = "a test reads its cases from the disk")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;

use polywire_diag::{Diagnostic, Format, SourceMap, Span, render};
use polywire_syntax::{DUPLICATE_KEY, Limits, Node, Value, parse, parse_all, parse_json};

/// Pieces that mean something to a parser.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "  ",
    "\"",
    "'",
    "\\",
    "\\u",
    "#",
    " #",
    "&a ",
    "*a",
    "!t ",
    "!!int ",
    "|",
    ">",
    "|-\n",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "<<: ",
    "~",
    "null",
    "0x1",
    ".inf",
    "1e5",
    "-1",
    "ü",
    "😀",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "//",
    "/*",
    "@",
    "`",
    "key: value\n",
];

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below.max(1)
    }
}

#[test]
fn mutated_texts_never_break_the_parser() {
    let rounds = std::env::var("POLYWIRE_ROUNDS").map_or(4000, |rounds| rounds.parse().unwrap());
    let seeds = seeds(&["input.json", "input.yaml", "stream.yaml"]);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..rounds {
        let mut text = seeds[random.next(seeds.len())].clone();
        for _ in 0..=random.next(4) {
            text = mutate(&text, &seeds, &mut random);
        }
        check(&text);
    }
}

fn seeds(names: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/syntax");
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let inputs = cases.iter().flat_map(|case| names.iter().map(|name| case.join(name)));
    inputs.filter_map(|path| fs::read_to_string(path).ok()).filter(|text| text.len() < 2000).collect()
}

fn mutate(text: &str, seeds: &[String], random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = random.next(bytes.len() + 1);
    let end = (at + random.next(20)).min(bytes.len());
    match random.next(6) {
        0 => drop(bytes.drain(at..end)),
        1 => bytes.truncate(at),
        2 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        3 => {
            let other = seeds[random.next(seeds.len())].as_bytes();
            let from = random.next(other.len());
            let to = (from + random.next(60)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => drop(bytes.splice(at..at, PIECES[random.next(PIECES.len())].bytes())),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn check(text: &str) {
    let limits = Limits { depth_max: 30, nodes_max: 5000, aliases_max: 300, ..Limits::default() };
    let mut sources = SourceMap::default();
    let file = sources.add("input", text);
    for parser in [parse, parse_json] {
        let mut diags = Vec::new();
        let node = parser(file, text, &limits, &mut diags);
        assert!(node.is_some() || diags.iter().any(Diagnostic::is_error), "no reason: {text:?}");
        node.iter().for_each(|node| check_spans(text, node));
        check_diags(text, &sources, &diags);
    }
    let mut diags = Vec::new();
    parse_all(file, text, &limits, &mut diags).iter().for_each(|node| check_spans(text, node));
    check_diags(text, &sources, &diags);
}

fn check_diags(text: &str, sources: &SourceMap, diags: &[Diagnostic]) {
    for diag in diags {
        assert!(!diag.labels.is_empty(), "no place: {diag:?} in {text:?}");
        diag.labels.iter().for_each(|label| check_span(text, label.span));
    }
    let formats = [Format::Text { color: true }, Format::Json, Format::Sarif, Format::Github];
    render(sources, diags, formats[text.len() % formats.len()]);
}

fn check_spans(text: &str, node: &Node) {
    check_span(text, node.span);
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| check_spans(text, item)),
        Value::Map(map) => {
            for entry in &map.entries {
                check_span(text, entry.key_span);
                check_spans(text, &entry.value);
                assert!(
                    std::ptr::eq(map.entry(&entry.key).unwrap(), entry),
                    "lookup of {:?} in {text:?}",
                    entry.key
                );
            }
        }
        _ => {}
    }
}

fn check_span(text: &str, span: Span) {
    assert!(
        span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?} in {text:?}"
    );
}

#[test]
fn json_is_what_serde_json_takes_for_json() {
    let seeds = seeds(&["input.json"]);
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut accepted = 0;
    for round in 0..6000 {
        let mut text = seeds[random.next(seeds.len())].clone();
        for _ in 0..random.next(3) {
            text = mutate(&text, &seeds, &mut random);
        }
        let text = text.trim_start_matches('\u{feff}');
        let mut sources = SourceMap::default();
        let file = sources.add("input.json", text);
        let mut diags = Vec::new();
        let node = parse_json(file, text, &Limits::default(), &mut diags);
        let errors = diags.iter().filter(|diag| diag.is_error());
        let ours = errors.filter(|diag| diag.code != &DUPLICATE_KEY).count() == 0;
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(theirs) => {
                assert!(ours, "round {round}: refused {text:?}: {diags:?}");
                accepted += 1;
                if diags.is_empty() && !text.contains(['e', 'E', '.']) {
                    let again: serde_json::Value = serde_json::from_str(&node.unwrap().to_string()).unwrap();
                    assert_eq!(again, theirs, "round {round}: {text:?}");
                }
            }
            Err(error) if error.to_string().contains("out of range") => {}
            Err(error) => assert!(!ours, "round {round}: took {text:?}: {error}"),
        }
    }
    assert!(accepted > 300, "only {accepted} texts were JSON");
}
