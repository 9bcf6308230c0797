//! Go: `go.mod`, `go.work`, and the programs in a module.

use super::file::{extension, name};
use super::finding::FOLDER;
use super::{File, Finder, Findings, PortUse, Protocol, Role};

pub(crate) struct Go;

const KNOWN: &[(&str, &str, Option<Protocol>)] = &[
    ("github.com/IBM/sarama", "Kafka", None),
    ("github.com/Shopify/sarama", "Kafka", None),
    ("github.com/gin-gonic/gin", "Gin", None),
    ("github.com/go-chi/chi", "chi", None),
    ("github.com/gofiber/fiber", "Fiber", None),
    ("github.com/gorilla/mux", "gorilla/mux", None),
    ("github.com/labstack/echo", "Echo", None),
    ("github.com/rabbitmq/amqp091-go", "RabbitMQ", None),
    ("github.com/segmentio/kafka-go", "Kafka", None),
    ("google.golang.org/grpc", "gRPC", None),
];

impl Finder for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(name(path), "go.mod" | "go.work") || extension(path) == "go"
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        match file.name() {
            "go.work" => found.part(file.folder(), Role::Root, "Go workspace", file.line(1)),
            "go.mod" => module(file, found),
            _ => source(file, found),
        }
    }
}

fn module(file: &File<'_>, found: &mut Findings) {
    for (number, line) in file.lines() {
        let line = line.trim();
        if let Some(path) = line.strip_prefix("module ") {
            let path = path.trim().trim_matches('"');
            found.named(file.folder(), Role::Manifest, "Go", path.rsplit('/').next(), file.line(number));
        }
        let required = line.strip_prefix("require ").unwrap_or(line);
        if line.ends_with("// indirect") {
            continue;
        }
        if required.starts_with("github.com/swaggo/swag ") {
            found.export(file.folder(), "swag", "swag init --outputTypes yaml", file.line(number));
        }
        for (path, what, _) in KNOWN {
            if required.strip_prefix(path).is_some_and(|rest| rest.starts_with([' ', '/'])) {
                found.part(file.folder(), Role::Mention, what, file.line(number));
            }
        }
    }
}

fn source(file: &File<'_>, found: &mut Findings) {
    let signs = ["func main()", ".ListenAndServe(", "http.Serve(", "grpc.NewServer(", "reflection.Register("];
    if !signs.iter().any(|sign| file.text.contains(sign)) {
        return;
    }
    let folder = file.folder();
    let is_main = file.text.lines().any(|line| line.trim_end() == "package main");
    for (number, line) in file.lines() {
        let code = line.split("//").next().unwrap_or(line);
        if is_main && code.starts_with("func main()") {
            found.part(folder, Role::Program, "Go", file.line(number));
            found.start(
                folder,
                1,
                PortUse::Unknown,
                &["go", "run", &format!("./{FOLDER}")],
                file.line(number),
            );
        }
        if code.contains(".ListenAndServe(") || code.contains("http.Serve(") {
            found.serves(folder, Protocol::Http, "net/http", file.line(number));
        }
        if code.contains("grpc.NewServer(") {
            found.serves(folder, Protocol::Grpc, "gRPC", file.line(number));
        }
        if code.contains("reflection.Register(") {
            found.export(
                folder,
                "gRPC reflection",
                "ask the running server for its descriptors",
                file.line(number),
            );
        }
    }
}
