//! Rust: `Cargo.toml`, workspaces, and programs.

use toml::de::{DeTable, DeValue};

use super::file::{extension, name};
use super::{File, Finder, Findings, PortUse, Protocol, Role};

pub(crate) struct Rust;

const KNOWN: &[(&str, &str, Option<Protocol>)] = &[
    ("actix-web", "Actix Web", Some(Protocol::Http)),
    ("axum", "axum", Some(Protocol::Http)),
    ("lapin", "RabbitMQ", None),
    ("poem", "Poem", Some(Protocol::Http)),
    ("pyo3", "PyO3", None),
    ("rdkafka", "Kafka", None),
    ("rocket", "Rocket", Some(Protocol::Http)),
    ("tonic", "tonic (gRPC)", None),
    ("warp", "warp", Some(Protocol::Http)),
];

impl Finder for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn wants(&self, path: &str) -> bool {
        name(path) == "Cargo.toml" || extension(path) == "rs"
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if file.name() == "Cargo.toml" { manifest(file, found) } else { source(file, found) }
    }
}

fn manifest(file: &File<'_>, found: &mut Findings) {
    let Ok(document) = DeTable::parse(file.text) else { return };
    let document = document.get_ref();
    let folder = file.folder();
    if let Some(at) = document.get("workspace").and_then(|_| file.first("[workspace")) {
        found.part(folder, Role::Root, "Cargo workspace", at);
    }
    let table = |key: &str| document.get(key).and_then(|value| value.get_ref().as_table());
    let Some(package) = table("package") else { return };
    let name = package.get("name").and_then(|name| name.get_ref().as_str());
    found.named(folder, Role::Manifest, "Rust", name, file.first("[package]").unwrap_or(file.line(1)));
    for (key, value) in table("dependencies").into_iter().flat_map(DeTable::iter) {
        // A dependency may have a name of its own here.
        let real = value.get_ref().as_table().and_then(|table| table.get("package"));
        let real = real.and_then(|name| name.get_ref().as_str()).unwrap_or(key.get_ref());
        let at = || file.at(key.span().start);
        if let Some((_, what, protocol)) = KNOWN.iter().find(|(known, ..)| *known == real) {
            found.part(folder, Role::Mention, what, at());
            if let Some(protocol) = protocol {
                found.serves(folder, *protocol, what, at());
            }
        }
        match real {
            "utoipa" => found.export(folder, "utoipa", "ApiDoc::openapi().to_yaml()", at()),
            "tonic-reflection" => {
                found.export(folder, "gRPC reflection", "ask the running server for its descriptors", at());
            }
            _ => {}
        }
    }
    if let Some(bin) = document.get("bin").and_then(|value| value.get_ref().as_array()) {
        let binaries = bin.iter().filter_map(|value| DeValue::as_table(value.get_ref())).count();
        if let (1, Some(at)) = (binaries, file.first("[[bin]]")) {
            found.start(folder, 2, PortUse::Unknown, &["cargo", "run", "--release", "--quiet"], at);
        }
    }
}

fn source(file: &File<'_>, found: &mut Findings) {
    let Some(module) = file.path.strip_suffix("/src/main.rs").or((file.path == "src/main.rs").then_some(""))
    else {
        if let Some(at) = serves_grpc(file) {
            found.serves(crate_of(file.path), Protocol::Grpc, "tonic", at);
        }
        return;
    };
    let main = file.lines().find(|(_, line)| {
        line.trim_start_matches("pub ").trim_start_matches("async ").starts_with("fn main()")
    });
    if let Some((number, _)) = main {
        found.start(
            module,
            1,
            PortUse::Unknown,
            &["cargo", "run", "--release", "--quiet"],
            file.line(number),
        );
    }
    if let Some(at) = serves_grpc(file) {
        found.serves(module, Protocol::Grpc, "tonic", at);
    }
}

fn serves_grpc(file: &File<'_>) -> Option<super::Place> {
    let uses_tonic = file.text.contains("tonic");
    if uses_tonic { file.first("Server::builder(") } else { None }
}

/// The crate of a file below `src`.
fn crate_of(path: &str) -> &str {
    path.rsplit_once("/src/").map_or("", |(before, _)| before)
}
