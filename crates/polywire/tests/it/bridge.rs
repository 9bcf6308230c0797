//! Every case of `fixtures/bridge/cases` over real sockets, on both fronts, with a healthy component beside the one in question.

mod case;
mod steps;

use std::fmt::Write;
use std::path::Path;

use polywire_syntax::{Map, Node};
use polywire_testkit::{Behaviour, Component, Golden, HttpAnswer, cases, fixtures, http};

use self::case::{Peer, text};
use crate::harness::{Served, polywire};

const PRODUCT: &str = r#"{"id":"lamp","price":"19.90","stock":9007199254740993,"note":null}"#;

/// Headers that say something; others change from run to run.
const SHOWN: &[&str] = &["content-type", "retry-after", "allow"];

#[test]
fn every_case_ends_as_it_should_on_both_fronts() {
    let mut golden = Golden::default();
    for folder in cases(&fixtures("bridge/cases")) {
        let case = case::read(&folder.join("case.yaml"));
        let peer = Peer::start(case.get("component").expect("a component"));
        let healthy = Component::start(Behaviour::Answer(200, "application/json".into(), PRODUCT.into()));
        let workspace = case::workspace(&case, &peer, healthy.address);
        if case.get("steps").is_some() {
            golden.check(&folder.join("steps.txt"), &steps::run(&case, &peer, workspace.path()));
        }
        if case.get("rest").or(case.get("grpc")).is_some() {
            once(&mut golden, &folder, &case, &peer, workspace.path());
        }
    }
    golden.finish();
}

/// One request on each front that the case names.
fn once(golden: &mut Golden, folder: &Path, case: &Map, peer: &Peer, workspace: &Path) {
    let served = Served::start(&["."], workspace);
    if let Some(rest) = case.get("rest").and_then(Node::as_map) {
        let answer = case::rest(served.address(), rest);
        golden.check(&folder.join("rest.txt"), &shown(folder, answer.as_ref(), peer.requests()));
    }
    if let Some(grpc) = case.get("grpc").and_then(Node::as_map) {
        let (operation, input) = (text(grpc, "operation"), text(grpc, "input"));
        let as_grpc = ["--as", "grpc", "--format", "json", "--dir", ".", "--url", &served.url];
        let said = polywire(&[&["call", operation, input][..], &as_grpc].concat(), workspace);
        let actual = format!("exit {}\n{}{}", said.exit, said.stdout, said.stderr);
        assert!(!actual.contains("SECRET"), "{}: {actual}", folder.display());
        golden.check(&folder.join("grpc.txt"), &actual);
    }
    let other =
        http(served.address(), "GET", "/api/products/lamp", &[], b"").expect("the other component answers");
    assert_eq!((other.status, other.body.as_slice()), (200, PRODUCT.as_bytes()), "{}", folder.display());
    let live = http(served.admin(), "GET", "/livez", &[], b"").expect("the admin port answers");
    assert_eq!(live.status, 200);
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
