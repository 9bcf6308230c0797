//! Python: `pyproject.toml`, requirements, `setup.py`, `manage.py`, and the applications in modules.

use toml::de::{DeTable, DeValue};

use super::file::{extension, folder, name};
use super::finding::{FOLDER, MODULE};
use super::{File, Finder, Findings, PortUse, Protocol, Role};

pub(crate) struct Python;

/// A dependency, what it means, and whether something with it answers calls.
const KNOWN: &[(&str, &str, Option<Protocol>)] = &[
    ("aiohttp", "aiohttp", None),
    ("celery", "Celery", None),
    ("confluent-kafka", "Kafka", None),
    ("django", "Django", Some(Protocol::Http)),
    ("djangorestframework", "Django REST Framework", None),
    ("dramatiq", "Dramatiq", None),
    ("fastapi", "FastAPI", None),
    ("flask", "Flask", None),
    ("grpcio", "gRPC", None),
    ("kafka-python", "Kafka", None),
    ("litestar", "Litestar", Some(Protocol::Http)),
    ("pika", "RabbitMQ", None),
    ("pybind11", "pybind11", None),
    ("sqlalchemy", "SQLAlchemy", None),
    ("starlette", "Starlette", None),
];

const SPECTACULAR: &str = "python3 manage.py spectacular --file openapi.yaml";
const YASG: &str = "python3 manage.py generate_swagger openapi.json";
const FASTAPI: &str = "app.openapi() as JSON, or GET /openapi.json while it runs";

impl Finder for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn wants(&self, path: &str) -> bool {
        let name = name(path);
        matches!(name, "pyproject.toml" | "setup.py" | "setup.cfg" | "Pipfile")
            || is_requirements(path)
            || extension(path) == "py"
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        match file.name() {
            "pyproject.toml" | "Pipfile" => project(file, found),
            "setup.cfg" if file.text.contains("[metadata]") => {
                found.part(
                    file.folder(),
                    Role::Manifest,
                    "Python",
                    file.first("[metadata]").unwrap_or(file.line(1)),
                );
            }
            "setup.py" => found.part(
                file.folder(),
                Role::Manifest,
                "Python",
                file.first("setup(").unwrap_or(file.line(1)),
            ),
            _ if is_requirements(file.path) => requirements(file, found),
            _ if extension(file.path) == "py" => module(file, found),
            _ => {}
        }
    }
}

fn is_requirements(path: &str) -> bool {
    let name = name(path);
    name.ends_with(".txt") && (name.starts_with("requirements") || folder(path).ends_with("requirements"))
}

/// The folder of a list of requirements: `requirements/base.txt` belongs to the folder above.
fn requirements(file: &File<'_>, found: &mut Findings) {
    let whose = if file.folder().ends_with("requirements") { folder(file.folder()) } else { file.folder() };
    let role = if whose.ends_with("docs") { Role::Mention } else { Role::Manifest };
    found.part(whose, role, "Python", file.line(1));
    for (number, line) in file.lines() {
        dependency(whose, line, &file.line(number), found);
    }
}

/// `Django[argon2]>=4.2 ; python_version…` is `django`.
fn dependency(folder: &str, line: &str, at: &super::Place, found: &mut Findings) {
    let end = line
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(line.len());
    let wanted = line[..end].to_ascii_lowercase().replace('_', "-");
    if let Some((_, what, protocol)) = KNOWN.iter().find(|(name, ..)| *name == wanted) {
        found.part(folder, Role::Mention, what, at.clone());
        if let Some(protocol) = protocol {
            found.serves(folder, *protocol, what, at.clone());
        }
    }
    match wanted.as_str() {
        "drf-spectacular" => found.export(folder, "drf-spectacular", SPECTACULAR, at.clone()),
        "drf-yasg" => found.export(folder, "drf-yasg", YASG, at.clone()),
        "flask-smorest" => {
            found.export(folder, "flask-smorest", "flask openapi write openapi.json", at.clone())
        }
        "apispec" => found.export(folder, "apispec", "spec.to_dict() as JSON", at.clone()),
        "grpcio-reflection" => {
            found.export(folder, "gRPC reflection", "ask the running server for its descriptors", at.clone())
        }
        _ => {}
    }
}

fn table<'a, 'i>(of: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    of.get(key).and_then(|value: &'a toml::Spanned<DeValue<'i>>| value.get_ref().as_table())
}

fn project(file: &File<'_>, found: &mut Findings) {
    let Ok(document) = DeTable::parse(file.text) else { return };
    let document = document.get_ref();
    let project = table(document, "project");
    let poetry = table(document, "tool").and_then(|tool| table(tool, "poetry"));
    let is_pipfile = file.name() == "Pipfile";
    if project.is_none() && poetry.is_none() && !is_pipfile && !file.text.contains("[build-system]") {
        return;
    }
    let named = |table: &DeTable<'_>| Some(table.get("name")?.get_ref().as_str()?.to_string());
    let name = project.and_then(named).or_else(|| poetry.and_then(named));
    let at = ["[project]", "[tool.poetry]", "[build-system]"].iter().find_map(|head| file.first(head));
    found.named(file.folder(), Role::Manifest, "Python", name.as_deref(), at.unwrap_or(file.line(1)));
    if let Some(list) = project.and_then(|project| project.get("dependencies"))
        && let Some(items) = list.get_ref().as_array()
    {
        for item in items.iter() {
            if let Some(text) = item.get_ref().as_str() {
                dependency(file.folder(), text, &file.at(item.span().start), found);
            }
        }
    }
    let tables = [poetry.and_then(|poetry| poetry.get("dependencies")), document.get("packages")];
    for table in tables.into_iter().flatten().filter_map(|value| value.get_ref().as_table()) {
        for key in table.keys() {
            dependency(file.folder(), key.get_ref(), &file.at(key.span().start), found);
        }
    }
}

/// The application in a module, by the lines that make it.
fn module(file: &File<'_>, found: &mut Findings) {
    let folder = file.folder();
    if file.name() == "manage.py" && file.text.contains("DJANGO_SETTINGS_MODULE") {
        let at = file.first("DJANGO_SETTINGS_MODULE").unwrap_or(file.line(1));
        found.part(folder, Role::Mention, "Django", at.clone());
        found.serves(folder, Protocol::Http, "Django", at.clone());
        found.start(
            folder,
            0,
            PortUse::Given,
            &["python3", &format!("{FOLDER}manage.py"), "runserver", "=port"],
            at.clone(),
        );
        found.part(folder, Role::Language, "Python", at);
        return;
    }
    let signs = ["FastAPI(", "Flask(", "grpc", "Celery(", "start_consuming(", "serve_forever("];
    if !signs.iter().any(|sign| file.text.contains(sign)) {
        return;
    }
    let stem = file.name().trim_end_matches(".py");
    let before = found.starts.len();
    for (number, line) in file.lines() {
        let code = line.split('#').next().unwrap_or(line);
        let made = |call: &str| {
            let (variable, rest) = code.split_once('=')?;
            let variable = variable.split(':').next().unwrap_or(variable).trim_end();
            let plain =
                !variable.is_empty() && variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let rest = rest.trim_start();
            let rest = rest
                .rsplit_once('.')
                .filter(|(before, _)| before.chars().all(char::is_alphanumeric))
                .map_or(rest, |(_, r)| r);
            (plain && rest.starts_with(call)).then(|| variable.to_string())
        };
        let at = || file.line(number);
        if let Some(variable) = made("FastAPI(") {
            found.part(folder, Role::Mention, "FastAPI", at());
            found.serves(folder, Protocol::Http, "FastAPI", at());
            found.export(folder, "FastAPI", FASTAPI, at());
            found.start(
                folder,
                1,
                PortUse::Given,
                &["uvicorn", &format!("{MODULE}{stem}:{variable}"), "--port", "=port"],
                at(),
            );
        } else if made("Flask(").is_some() {
            found.part(folder, Role::Mention, "Flask", at());
            found.serves(folder, Protocol::Http, "Flask", at());
            found.start(
                folder,
                1,
                PortUse::Given,
                &["flask", "--app", &format!("{MODULE}{stem}"), "run", "--port", "=port"],
                at(),
            );
        } else if code.contains("grpc.server(") || code.contains("grpc.aio.server(") {
            found.part(folder, Role::Mention, "gRPC", at());
            found.serves(folder, Protocol::Grpc, "gRPC", at());
            found.start(folder, 2, PortUse::Unknown, &["python3", &format!("{FOLDER}{}", file.name())], at());
        } else if code.contains("reflection.enable_server_reflection(") {
            found.export(folder, "gRPC reflection", "ask the running server for its descriptors", at());
        } else if let Some(variable) = made("Celery(") {
            found.part(folder, Role::Mention, "Celery", at());
            let application = format!("{MODULE}{stem}:{variable}");
            found.start(folder, 5, PortUse::Never, &["celery", "--app", &application, "worker"], at());
        } else if code.contains("start_consuming(") {
            found.start(folder, 4, PortUse::Never, &["python3", &format!("{FOLDER}{}", file.name())], at());
        } else if code.contains("serve_forever(") && file.text.contains("HTTPServer") {
            found.serves(folder, Protocol::Http, "http.server", at());
            found.start(folder, 3, PortUse::Unknown, &["python3", &format!("{FOLDER}{}", file.name())], at());
        }
    }
    if let Some(start) = found.starts.get(before) {
        let at = start.at.clone();
        found.part(folder, Role::Language, "Python", at);
    }
}
