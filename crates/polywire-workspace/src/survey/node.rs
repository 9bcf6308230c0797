//! Node and the web: `package.json`, workspaces of npm, pnpm and Yarn.

use polywire_syntax::{Map, Node as Tree};

use super::file::{extension, name};
use super::finding::{FOLDER, Owner, Port, Reference};
use super::{File, Finder, Findings, Place, PortUse, Protocol, Role};

pub(crate) struct Node;

const KNOWN: &[(&str, &str, Option<Protocol>)] = &[
    ("@angular/core", "Angular", None),
    ("@apollo/server", "Apollo Server", Some(Protocol::Http)),
    ("@grpc/grpc-js", "gRPC", None),
    ("@nestjs/core", "NestJS", Some(Protocol::Http)),
    ("@sveltejs/kit", "SvelteKit", Some(Protocol::Http)),
    ("amqplib", "RabbitMQ", None),
    ("electron", "Electron", None),
    ("express", "Express", Some(Protocol::Http)),
    ("fastify", "Fastify", Some(Protocol::Http)),
    ("hono", "Hono", Some(Protocol::Http)),
    ("kafkajs", "Kafka", None),
    ("koa", "Koa", Some(Protocol::Http)),
    ("next", "Next.js", Some(Protocol::Http)),
    ("nuxt", "Nuxt", Some(Protocol::Http)),
    ("react", "React", None),
    ("svelte", "Svelte", None),
    ("vite", "Vite", None),
    ("vue", "Vue", None),
];

const EXPORTS: &[(&str, &str, &str)] = &[
    ("@nestjs/swagger", "NestJS swagger", "SwaggerModule.createDocument(app, config) as JSON"),
    ("@fastify/swagger", "@fastify/swagger", "app.swagger() as JSON"),
    ("swagger-jsdoc", "swagger-jsdoc", "npx swagger-jsdoc -d definition.js -o openapi.yaml FILES"),
    ("tsoa", "tsoa", "npx tsoa spec"),
];

impl Finder for Node {
    fn name(&self) -> &'static str {
        "node"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(name(path), "package.json" | "pnpm-workspace.yaml" | "lerna.json" | "nx.json" | "turbo.json")
            || is_script(path)
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        match file.name() {
            "package.json" => package(file, found),
            "pnpm-workspace.yaml" => found.part(file.folder(), Role::Root, "pnpm workspace", file.line(1)),
            _ if is_script(file.path) => script(file, found),
            "lerna.json" => found.part(file.folder(), Role::Root, "Lerna", file.line(1)),
            "nx.json" => found.part(file.folder(), Role::Root, "Nx", file.line(1)),
            _ => found.part(file.folder(), Role::Root, "Turborepo", file.line(1)),
        }
    }
}

fn is_script(path: &str) -> bool {
    matches!(extension(path), "js" | "mjs" | "cjs" | "ts" | "mts")
        && !path.ends_with(".d.ts")
        && !path.ends_with(".min.js")
}

/// A server in a file of its own, which its package may not start.
fn script(file: &File<'_>, found: &mut Findings) {
    if !["createServer(", "Server(", ".listen(", ".consume("].iter().any(|sign| file.text.contains(sign)) {
        return;
    }
    let imports =
        |name: &str| ["'", "\""].iter().any(|quote| file.text.contains(&format!("{quote}{name}{quote}")));
    let plain = imports("http") || imports("node:http");
    if plain && let Some(at) = file.first("createServer(") {
        found.serves(file.folder(), Protocol::Http, "http", at.clone());
        started(file, at, found);
    } else if imports("@grpc/grpc-js")
        && let Some(at) = file.first("new grpc.Server(").or_else(|| file.first("new Server("))
    {
        found.serves(file.folder(), Protocol::Grpc, "gRPC", at.clone());
        started(file, at, found);
    } else if ["express", "fastify", "koa", "hono"].iter().any(|name| imports(name))
        && let Some(at) = file.first(".listen(")
    {
        started(file, at, found);
    } else if imports("amqplib")
        && let Some(at) = file.first(".consume(")
    {
        found.part(file.folder(), Role::Language, "Node", at.clone());
        found.start(file.folder(), 4, PortUse::Never, &["node", &format!("{FOLDER}{}", file.name())], at);
    }
}

fn started(file: &File<'_>, at: Place, found: &mut Findings) {
    // TypeScript is built before it starts, and its package says how.
    if !matches!(extension(file.path), "ts" | "mts") {
        found.part(file.folder(), Role::Language, "Node", at.clone());
        found.start(file.folder(), 3, PortUse::Unknown, &["node", &format!("{FOLDER}{}", file.name())], at);
    }
}

fn package(file: &File<'_>, found: &mut Findings) {
    let Some(document) = file.document() else { return };
    let Some(map) = document.as_map() else { return };
    let folder = file.folder();
    let text = |key: &str| map.get(key).and_then(Tree::as_text);
    let dependencies: Vec<&Map> = ["dependencies", "devDependencies", "peerDependencies"]
        .iter()
        .filter_map(|key| map.get(key).and_then(Tree::as_map))
        .collect();
    let depends = |name: &str| dependencies.iter().find_map(|map| map.entry(name));
    if let Some(entry) = map.entry("workspaces") {
        found.named(
            folder,
            Role::Root,
            "npm workspaces",
            text("name"),
            file.at(entry.key_span.start as usize),
        );
    }
    let at = map.entry("name").map_or(file.line(1), |entry| file.at(entry.key_span.start as usize));
    let is_typed = depends("typescript").is_some();
    let is_root = map.entry("workspaces").is_some()
        || map.entries.len() < 3 && map.get("dependencies").is_none() && map.get("scripts").is_none();
    let role = if is_root { Role::Mention } else { Role::Manifest };
    found.named(folder, role, if is_typed { "TypeScript" } else { "Node" }, text("name"), at);
    let mut serves = false;
    for (name, what, protocol) in KNOWN {
        // A framework that brings another one along is named alone.
        let hidden = *what == "Vite"
            || *what == "React" && depends("next").is_some()
            || *what == "Express" && depends("@nestjs/core").is_some();
        let Some(entry) = depends(name).filter(|_| !hidden) else { continue };
        let at = file.at(entry.key_span.start as usize);
        found.part(folder, Role::Mention, what, at.clone());
        if let Some(protocol) = protocol {
            serves = true;
            found.serves(folder, *protocol, what, at);
        }
    }
    for (name, by, how) in EXPORTS {
        if let Some(entry) = depends(name) {
            found.export(folder, by, how, file.at(entry.key_span.start as usize));
        }
    }
    if let Some(entry) = map.entry("proxy")
        && let Some((host, port)) = entry.value.as_text().and_then(super::secret::host_of)
    {
        let at = file.at(entry.key_span.start as usize);
        let owner = Owner::Folder(folder.into());
        found.references.push(Reference {
            owner,
            how: "proxy".into(),
            variable: false,
            host: Some(host),
            port,
            at,
        });
    }
    if let Some(config) = map.get("config").and_then(Tree::as_map) {
        for entry in &config.entries {
            if let Some(value) = super::reference::scalar(&entry.value) {
                found.setting(&entry.key, &value, file.at(entry.key_span.start as usize));
            }
        }
    }
    if !is_root {
        scripts(file, map, serves, found);
    }
}

fn scripts(file: &File<'_>, map: &Map, serves: bool, found: &mut Findings) {
    let Some(scripts) = map.get("scripts").and_then(Tree::as_map) else { return };
    let script = |name: &str| scripts.entry(name).and_then(|entry| Some((entry, entry.value.as_text()?)));
    for name in ["dev", "start", "serve"] {
        let Some((_, line)) = script(name) else { continue };
        for word in line.split_whitespace().zip(line.split_whitespace().skip(1)) {
            if matches!(word.0, "--port" | "-p")
                && let Ok(port) = word.1.parse()
            {
                let at =
                    scripts.entry(name).map_or(file.line(1), |entry| file.at(entry.key_span.start as usize));
                found.ports.push(Port { folder: file.folder().into(), port, at });
            }
        }
    }
    let chosen = ["start", "dev", "serve"]
        .into_iter()
        .find_map(|name| script(name).map(|(entry, line)| (name, entry, line)));
    let Some((name, entry, line)) = chosen else { return };
    let at = file.at(entry.key_span.start as usize);
    let tool = line.split_whitespace().find(|word| {
        matches!(*word, "next" | "vite" | "ng" | "nuxt" | "astro" | "react-scripts" | "vue-cli-service")
    });
    // What is started before it is built does not start: the development server needs no build.
    let (name, at) = match (tool, script("dev")) {
        (Some("next"), Some((entry, _))) if name == "start" => {
            ("dev", file.at(entry.key_span.start as usize))
        }
        _ => (name, at),
    };
    match tool {
        Some("react-scripts") => {
            found.serves(file.folder(), Protocol::Http, "react-scripts", at.clone());
            found.start(file.folder(), 1, PortUse::Variable, &["npm", "run", name], at);
        }
        Some(tool) => {
            found.serves(file.folder(), Protocol::Http, tool, at.clone());
            found.start(file.folder(), 1, PortUse::Given, &["npm", "run", name, "--", "--port", "=port"], at);
        }
        None if name == "start" || serves => {
            found.start(file.folder(), 1, PortUse::Unknown, &["npm", "run", name], at);
            let is_built = ["dist/", "build/", "lib/", "out/"].iter().any(|folder| line.contains(folder));
            if let (true, Some(_), Some(start)) = (is_built, script("build"), found.starts.last_mut()) {
                start.build = ["npm", "run", "build"].map(String::from).to_vec();
            }
        }
        None => {}
    }
}
