//! Java and Kotlin: Maven, Gradle, Spring Boot and its configuration.

use roxmltree::{Document, ParsingOptions};

use super::file::{extension, folder, name};
use super::finding::{Owner, Port};
use super::reference::{flatten, referred};
use super::{File, Finder, Findings, Place, PortUse, Protocol, Role};

pub(crate) struct Java;

/// How many elements of a pom are taken in.
const ELEMENTS_MAX: u32 = 100_000;

/// A part of a dependency's name, what it means, and whether something with it answers calls.
const KNOWN: &[(&str, &str, Option<Protocol>)] = &[
    ("grpc-server-spring-boot-starter", "gRPC", Some(Protocol::Grpc)),
    ("grpc-netty", "gRPC", Some(Protocol::Grpc)),
    ("micronaut-http-server", "Micronaut", Some(Protocol::Http)),
    ("quarkus-rest", "Quarkus", Some(Protocol::Http)),
    ("quarkus-resteasy", "Quarkus", Some(Protocol::Http)),
    ("spring-boot-starter-amqp", "RabbitMQ", None),
    ("spring-boot-starter-data-jpa", "JPA", None),
    ("spring-boot-starter-web", "Spring Boot", Some(Protocol::Http)),
    ("spring-cloud-gateway", "Spring Cloud Gateway", Some(Protocol::Http)),
    ("spring-cloud-starter-gateway", "Spring Cloud Gateway", Some(Protocol::Http)),
    ("spring-kafka", "Kafka", None),
];

const SPRINGDOC: &str = "GET /v3/api-docs.yaml while it runs";
const QUARKUS: &str = "quarkus.smallrye-openapi.store-schema-directory=. and build";

impl Finder for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(
            name(path),
            "pom.xml" | "build.gradle" | "build.gradle.kts" | "settings.gradle" | "settings.gradle.kts"
        ) || is_settings(path)
            || matches!(extension(path), "java" | "kt")
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        match file.name() {
            "pom.xml" => pom(file, found),
            "build.gradle" | "build.gradle.kts" => gradle(file, found),
            "settings.gradle" | "settings.gradle.kts" => {
                let line = file.lines().find(|(_, line)| line.trim_start().starts_with("include"));
                if let Some((number, _)) = line {
                    found.part(file.folder(), Role::Root, "Gradle", file.line(number));
                }
            }
            _ if is_settings(file.path) => settings(file, found),
            _ => source(file, found),
        }
    }
}

/// `application.yml`, `application-prod.properties`, `bootstrap.yml`
fn is_settings(path: &str) -> bool {
    let name = name(path);
    let stem = name.split('.').next().unwrap_or_default();
    matches!(extension(name), "properties" | "yml" | "yaml")
        && (stem == "application" || stem.starts_with("application-") || stem == "bootstrap")
}

fn pom(file: &File<'_>, found: &mut Findings) {
    let options = ParsingOptions { nodes_limit: ELEMENTS_MAX, ..ParsingOptions::default() };
    let Ok(document) = Document::parse_with_options(file.text, options) else { return };
    let root = document.root_element();
    let child = |name: &str| root.children().find(|node| node.tag_name().name() == name);
    let text = |name: &str| child(name).and_then(|node| node.text()).map(str::trim);
    let folder = file.folder();
    let place = |node: roxmltree::Node<'_, '_>| file.at(node.range().start);
    let at = child("artifactId").map_or(file.line(1), place);
    if let Some(modules) = child("modules") {
        found.named(folder, Role::Root, "Maven", text("artifactId"), place(modules));
    }
    if text("packaging") == Some("pom") {
        return;
    }
    found.named(folder, Role::Manifest, "Java", text("artifactId"), at);
    for artifact in root.descendants().filter(|node| node.tag_name().name() == "artifactId") {
        let Some(parent) = artifact.parent().filter(|parent| *parent != root) else { continue };
        let (Some(id), kind) = (artifact.text().map(str::trim), parent.tag_name().name()) else { continue };
        match kind {
            "dependency" => dependency(folder, id, place(artifact), found),
            "plugin" if id == "spring-boot-maven-plugin" => {
                found.start(folder, 1, PortUse::Unknown, &["mvn", "-q", "spring-boot:run"], place(artifact));
            }
            "plugin" if id == "quarkus-maven-plugin" => {
                found.start(folder, 1, PortUse::Unknown, &["mvn", "-q", "quarkus:dev"], place(artifact));
            }
            _ => {}
        }
    }
}

fn dependency(folder: &str, id: &str, at: Place, found: &mut Findings) {
    if let Some((_, what, protocol)) = KNOWN.iter().find(|(name, ..)| id.starts_with(name)) {
        found.part(folder, Role::Mention, what, at.clone());
        if let Some(protocol) = protocol {
            found.serves(folder, *protocol, what, at.clone());
        }
    }
    if id.starts_with("springdoc-openapi") {
        found.export(folder, "springdoc", SPRINGDOC, at);
    } else if id.starts_with("quarkus-smallrye-openapi") {
        found.export(folder, "Quarkus", QUARKUS, at);
    } else if id.starts_with("springfox") {
        found.export(folder, "springfox", "GET /v2/api-docs while it runs", at);
    } else if id == "grpc-services" {
        found.export(folder, "gRPC reflection", "ask the running server for its descriptors", at);
    }
}

fn gradle(file: &File<'_>, found: &mut Findings) {
    let folder = file.folder();
    let code = |line: &str| line.split("//").next().unwrap_or_default().trim().to_string();
    let plugin = |line: &str, id: &str| {
        line.contains(id)
            && !line.contains("apply false")
            && (line.starts_with("id") || line.starts_with("kotlin(") || line.starts_with("apply plugin"))
    };
    let is = |words: &[&str]| {
        file.lines().find(|(_, line)| {
            let line = code(line);
            words.iter().any(|word| plugin(&line, word) || line.trim_matches('`') == *word)
        })
    };
    let kotlin = is(&["org.jetbrains.kotlin", "kotlin("]);
    let java = is(&["java", "java-library", "application", "org.springframework.boot", "io.quarkus"]);
    let Some((number, _)) = kotlin.or(java) else { return };
    found.part(folder, Role::Manifest, if kotlin.is_some() { "Kotlin" } else { "Java" }, file.line(number));
    if let Some((number, _)) = is(&["org.springframework.boot"]) {
        found.start(folder, 1, PortUse::Unknown, &["gradle", "--quiet", "bootRun"], file.line(number));
    } else if let Some((number, _)) = is(&["application"]) {
        found.start(folder, 2, PortUse::Unknown, &["gradle", "--quiet", "run"], file.line(number));
    }
    for (number, line) in file.lines() {
        let line = code(line);
        for quoted in line.split(['"', '\'']).skip(1).step_by(2) {
            if let Some(id) = quoted.split(':').nth(1) {
                dependency(folder, id, file.line(number), found);
            }
        }
    }
}

/// The module of a file below `src/main`.
fn module_of(path: &str) -> &str {
    path.split_once("src/main/").map_or_else(|| folder(path), |(before, _)| before.trim_end_matches('/'))
}

fn settings(file: &File<'_>, found: &mut Findings) {
    let module = module_of(file.path);
    let mut pairs = Vec::new();
    if file.name().ends_with(".properties") {
        for (number, line) in file.lines() {
            let line = line.trim_start();
            if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', '!'])) {
                pairs.push((key.trim().to_string(), value.trim().to_string(), file.line(number)));
            }
        }
    } else {
        for document in file.documents() {
            flatten(file, "", &document, &mut pairs);
        }
    }
    for (key, value, at) in pairs {
        match key.as_str() {
            "server.port" | "grpc.server.port" => found.ports.extend(port(module, &value, &at)),
            "spring.application.name" => {}
            _ => {
                found.references.extend(referred(Owner::Folder(module.into()), &key, &value, &at));
                found.setting(&key, &value, at);
            }
        }
        if value.contains("${PORT") {
            found.reads_port.push(module.into());
        }
    }
}

/// `8080`, `${PORT:8080}`
fn port(module: &str, value: &str, at: &Place) -> Option<Port> {
    let number = value.trim_start_matches("${").trim_end_matches('}');
    let number = number.rsplit(':').next().unwrap_or(number);
    Some(Port { folder: module.into(), port: number.parse().ok()?, at: at.clone() })
}

fn source(file: &File<'_>, found: &mut Findings) {
    let Some(at) = file.first("@SpringBootApplication") else { return };
    found.part(module_of(file.path), Role::Mention, "Spring Boot", at);
}
