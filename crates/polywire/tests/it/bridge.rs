//! Every case of `fixtures/bridge/cases` over real sockets, on both fronts, with a healthy component beside the one in question.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use polywire_diag::SourceMap;
use polywire_syntax::{Limits, Map, Node, Value};
use polywire_testkit::{Behaviour, Component, Golden, HttpAnswer, cases, fixtures, http};

use crate::harness::{Served, polywire};

const PRODUCT: &str = r#"{"id":"lamp","price":"19.90","stock":9007199254740993,"note":null}"#;

/// Headers that say something; others change from run to run.
const SHOWN: &[&str] = &["content-type", "retry-after", "allow"];

#[test]
fn every_case_ends_as_it_should_on_both_fronts() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("bridge/cases")) {
        let case = read(&folder.join("case.yaml"));
        let component = Component::start(behaviour(case.get("component").expect("a component")));
        let healthy = Component::start(Behaviour::Answer(200, "application/json".into(), PRODUCT.into()));
        let workspace = workspace(&component, &healthy);
        let served = Served::start(&["."], workspace.path());

        if let Some(rest) = case.get("rest").and_then(Node::as_map) {
            let answer = rest_answer(&served, rest);
            let reached = component.requests();
            golden.check(&folder.join("rest.txt"), &shown(&folder, answer.as_ref(), reached));
        }
        if let Some(grpc) = case.get("grpc").and_then(Node::as_map) {
            let (operation, input) = (text(grpc, "operation"), text(grpc, "input"));
            let url = served.url.clone();
            let said =
                polywire(&["call", operation, input, "--as", "grpc", "--format", "json", "--dir", ".", "--url", &url], workspace.path());
            let actual = format!("exit {}\n{}{}", said.exit, said.stdout, said.stderr);
            assert!(!actual.contains("SECRET"), "{}: {actual}", folder.display());
            golden.check(&folder.join("grpc.txt"), &actual);
        }

        let other = http(served.address(), "GET", "/api/products/lamp", &[], b"").expect("the other component answers");
        assert_eq!((other.status, other.body.as_slice()), (200, PRODUCT.as_bytes()), "{}", folder.display());
        let live = http(served.admin(), "GET", "/livez", &[], b"").expect("the admin port answers");
        assert_eq!(live.status, 200);
    }
    golden.finish();
}

fn rest_answer(served: &Served, rest: &Map) -> Option<HttpAnswer> {
    let mut body = rest.get("body").and_then(Node::as_text).unwrap_or_default().as_bytes().to_vec();
    if let Some(repeat) = rest.get("repeat").and_then(Node::as_map) {
        body.extend(text(repeat, "text").repeat(number(repeat, "times")).bytes());
    }
    if let Some(replace) = rest.get("replace").and_then(Node::as_map) {
        let (from, to) = (number(replace, "byte") as u8, number(replace, "by") as u8);
        body.iter_mut().filter(|b| **b == from).for_each(|b| *b = to);
    }
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if let Some(given) = rest.get("headers").and_then(Node::as_map) {
        headers.extend(given.entries.iter().map(|e| (e.key.as_str(), e.value.as_text().unwrap_or_default())));
    }
    if !body.is_empty() && headers.iter().all(|(name, _)| *name != "content-type") {
        headers.push(("content-type", "application/json"));
    }
    http(served.address(), text(rest, "method"), text(rest, "path"), &headers, &body)
}

/// The answer as a golden file has it.
fn shown(folder: &Path, answer: Option<&HttpAnswer>, reached: usize) -> String {
    let answer = answer.unwrap_or_else(|| panic!("{}: no answer", folder.display()));
    let mut text = format!("{}\n", answer.status);
    for name in SHOWN {
        if let Some(value) = answer.header(name) {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    assert!(answer.header("x-request-id").is_some(), "{}: no request id", folder.display());
    let body = String::from_utf8_lossy(&answer.body);
    assert!(!body.contains("SECRET") && !body.contains("127.0.0.1"), "{}: {body}", folder.display());
    let _ = write!(text, "\n{body}\n\nrequests that reached the component: {reached}\n");
    text
}

/// A workspace whose two components are already running.
fn workspace(users: &Component, catalog: &Component) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["users.yaml", "catalog.yaml"] {
        fs::copy(fixtures("bridge").join(name), folder.path().join(name)).expect("the contract is there");
    }
    let (users, catalog) = (users.address, catalog.address);
    let manifest = format!(
        "polywire: 1\nname: shop\ncomponents:\n  users: {{contract: users.yaml, at: \"http://{users}\"}}\n  catalog: {{contract: catalog.yaml, at: \"http://{catalog}\"}}\n\
         bridge: {{listen: \"127.0.0.1:0\", policies: {{timeout: 1s}}}}\n"
    );
    fs::write(folder.path().join("polywire.yaml"), manifest).expect("the folder is writable");
    folder
}

fn read(file: &Path) -> Map {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut sources = SourceMap::default();
    let id = sources.add(file.display().to_string(), text.as_str());
    let mut diags = Vec::new();
    let node = polywire_syntax::parse(id, &text, &Limits::default(), &mut diags);
    assert!(diags.is_empty(), "{}: {diags:?}", file.display());
    match node.expect("a document").value {
        Value::Map(map) => map,
        _ => panic!("{}: is no map", file.display()),
    }
}

fn behaviour(node: &Node) -> Behaviour {
    match node.as_text() {
        Some("refuse") => return Behaviour::Refuse,
        Some("reset") => return Behaviour::Reset,
        Some("hang") => return Behaviour::Hang,
        _ => {}
    }
    let map = node.as_map().expect("a behaviour");
    if map.get("raw").is_some() {
        return Behaviour::Raw(text(map, "raw").as_bytes().to_vec());
    }
    let answer = map.get("answer").and_then(Node::as_map).expect("an answer");
    Behaviour::Answer(number(answer, "status") as u16, text(answer, "media").into(), text(answer, "body").into())
}

fn text<'a>(map: &'a Map, key: &str) -> &'a str {
    map.get(key).and_then(Node::as_text).unwrap_or_else(|| panic!("`{key}` is text"))
}

fn number(map: &Map, key: &str) -> usize {
    match map.get(key).map(|node| &node.value) {
        Some(Value::Number(number)) => number.0.parse().expect("a whole number"),
        _ => panic!("`{key}` is a number"),
    }
}
