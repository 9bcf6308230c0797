//! What a case says: the component's behaviour, the workspace, the requests.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use polywire_diag::SourceMap;
use polywire_syntax::{Limits, Map, Node, Value};
use polywire_testkit::{
    Behaviour, Component, GrpcBehaviour, GrpcComponent, HttpAnswer, Place, fixtures, http,
};

/// What stands in the workspace's file where a case says nothing else.
const BRIDGE: &str = "bridge: {listen: \"127.0.0.1:0\", policies: {timeout: 1s}}\n";

/// The component in question, on either wire.
pub(super) enum Peer {
    Http(Component),
    Grpc(GrpcComponent),
}

impl Peer {
    pub(super) fn start(node: &Node) -> Peer {
        match node.as_map().and_then(|map| map.get("grpc")) {
            Some(node) => Peer::Grpc(GrpcComponent::start(grpc_behaviour(node))),
            None => Peer::Http(Component::start(behaviour(node))),
        }
    }

    pub(super) fn set(&self, node: &Node) {
        match (self, node.as_map().and_then(|map| map.get("grpc"))) {
            (Peer::Grpc(component), Some(node)) => component.set(grpc_behaviour(node)),
            (Peer::Http(component), None) => component.set(behaviour(node)),
            _ => panic!("a component cannot change its wire"),
        }
    }

    pub(super) fn requests(&self) -> usize {
        match self {
            Peer::Http(component) => component.requests(),
            Peer::Grpc(component) => component.requests(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<String> {
        match self {
            Peer::Http(component) => component.header(name),
            Peer::Grpc(component) => component.header(name),
        }
    }

    fn entry(&self) -> String {
        match self {
            Peer::Http(component) => {
                format!("users: {{contract: users.yaml, at: \"http://{}\"}}", component.address)
            }
            Peer::Grpc(component) => {
                format!("orders: {{contract: orders.proto, at: \"grpc://{}\"}}", component.address)
            }
        }
    }
}

/// A workspace whose two components are already running.
pub(super) fn workspace(case: &Map, peer: &Peer, catalog: SocketAddr) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["users.yaml", "orders.proto", "catalog.yaml"] {
        fs::copy(fixtures("bridge").join(name), folder.path().join(name)).expect("the contract is there");
    }
    if case.get("contract").is_some() {
        let other = fixtures("contracts").join(text(case, "contract")).join("openapi.yaml");
        fs::copy(other, folder.path().join("users.yaml")).expect("the contract is there");
    }
    let settings = case.get("settings").map_or(BRIDGE, |node| node.as_text().expect("`settings` is text"));
    let manifest = format!(
        "polywire: 1\nname: shop\ncomponents:\n  {}\n  catalog: {{contract: catalog.yaml, at: \"http://{catalog}\"}}\n{settings}",
        peer.entry()
    );
    fs::write(folder.path().join("polywire.yaml"), manifest).expect("the folder is writable");
    folder
}

/// Reads a case's file.
pub(super) fn read(file: &Path) -> Map {
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
    Behaviour::Answer(
        number(answer, "status") as u16,
        text(answer, "media").into(),
        text(answer, "body").into(),
    )
}

fn grpc_behaviour(node: &Node) -> GrpcBehaviour {
    match node.as_text() {
        Some("hang") => return GrpcBehaviour::Hang,
        Some("page") => return GrpcBehaviour::Page,
        _ => {}
    }
    let map = node.as_map().expect("a behaviour");
    let bytes = |key: &str| map.get(key).map(|_| text(map, key).as_bytes().to_vec());
    if let Some(message) = bytes("message") {
        return GrpcBehaviour::Message(message);
    }
    if let Some(raw) = bytes("raw") {
        return GrpcBehaviour::Raw(raw);
    }
    if let Some(message) = bytes("no_status") {
        return GrpcBehaviour::NoStatus(message);
    }
    let status = map.get("status").and_then(Node::as_map).expect("a status");
    let details = status.get("details").and_then(Node::as_map);
    let details = details.into_iter().flat_map(|details| &details.entries);
    let details = details.map(|e| (e.key.clone(), e.value.as_text().expect("bytes").as_bytes().to_vec()));
    let place = if status.get("trailers").is_some() { Place::Trailers } else { Place::Head };
    GrpcBehaviour::Status(number(status, "code") as u8, text(status, "text").into(), details.collect(), place)
}

/// The header fields that a request says.
pub(super) fn headers(request: &Map) -> Vec<(&str, &str)> {
    let given = request.get("headers").and_then(Node::as_map);
    let given = given.into_iter().flat_map(|headers| &headers.entries);
    given.map(|e| (e.key.as_str(), e.value.as_text().unwrap_or_default())).collect()
}

/// Sends a request over REST.
pub(super) fn rest(address: SocketAddr, request: &Map) -> Option<HttpAnswer> {
    let mut body = request.get("body").and_then(Node::as_text).unwrap_or_default().as_bytes().to_vec();
    if let Some(repeat) = request.get("repeat").and_then(Node::as_map) {
        body.extend(text(repeat, "text").repeat(number(repeat, "times")).bytes());
    }
    if let Some(replace) = request.get("replace").and_then(Node::as_map) {
        let (from, to) = (number(replace, "byte") as u8, number(replace, "by") as u8);
        body.iter_mut().filter(|b| **b == from).for_each(|b| *b = to);
    }
    let mut headers = headers(request);
    let fill = request.get("fill").map(|_| "x".repeat(number(request, "fill")));
    headers.extend(fill.as_deref().map(|fill| ("x-fill", fill)));
    if !body.is_empty() && headers.iter().all(|(name, _)| *name != "content-type") {
        headers.push(("content-type", "application/json"));
    }
    http(address, text(request, "method"), text(request, "path"), &headers, &body)
}

pub(super) fn text<'a>(map: &'a Map, key: &str) -> &'a str {
    map.get(key).and_then(Node::as_text).unwrap_or_else(|| panic!("`{key}` is text"))
}

pub(super) fn number(map: &Map, key: &str) -> usize {
    match map.get(key).map(|node| &node.value) {
        Some(Value::Number(number)) => number.0.parse().expect("a whole number"),
        _ => panic!("`{key}` is a number"),
    }
}
