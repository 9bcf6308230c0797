//! The settings of a workspace, or of a source that is named: read with every environment's layer, held to the schema, resolved.

mod targets;

use std::path::{Path, PathBuf};

use polywire_contract::{Content, Contract, Group, Item, Literal, SchemaId, Settings};
use polywire_diag::{Diagnostic, FileId, Span, nearest};
use polywire_read::{READERS, Sources};
use polywire_syntax::{Entry, Limits, Map, Node, Value};
use polywire_wire::{Compiler, Plans, SchemaOptions, Scratch};
use polywire_workspace::BREAKS_SCHEMA;
use polywire_workspace::config::{Configuration, Spanned};
use polywire_workspace::settings::{Layers, Resolved};

pub(crate) use self::targets::emitted;
use super::{MANIFEST, named_types};
use crate::exit::{Failure, Outcome};
use crate::output;
use crate::sources::{DiskSources, reason};

/// The settings in every environment, and what `polywire.yaml` says of them.
pub(crate) struct OpenSettings {
    pub(crate) sources: DiskSources,
    /// What the files of `polywire.yaml` are seen from.
    pub(crate) folder: PathBuf,
    pub(crate) configuration: Configuration,
    /// The base, then each environment by name.
    resolved: Vec<Resolved>,
    pub(crate) diags: Vec<Diagnostic>,
}

/// Opens the settings of a workspace; `None` where they are wrong, which was said.
pub(crate) fn open_settings(folder: &Path) -> Result<Option<OpenSettings>, Failure> {
    let path = folder.join(MANIFEST);
    if !path.is_file() {
        let message = format!("there is no {MANIFEST} in {}", folder.display());
        return Err(Failure::environment(message)
            .help("name the workspace's folder with -C, or settings with --source"));
    }
    let (mut sources, mut diags) = (DiskSources::default(), Vec::new());
    let (file, node) = read(&path, &mut sources, &mut diags)?;
    let loaded = node.and_then(|node| polywire_workspace::load(file, &node, &mut diags));
    let Some(workspace) = loaded else {
        output::note_diagnostics(sources.map(), &mut diags);
        return Ok(None);
    };
    let Some(configuration) = workspace.config else {
        let message = format!("{} has no `config`", path.display());
        return Err(Failure::usage(message)
            .help("add `config: {source: config.yaml}`, or name settings with --source"));
    };
    resolve(folder, workspace.name, configuration, sources, diags)
}

/// Opens settings that no workspace names.
pub(crate) fn open_source(
    source: &Path,
    schema: Option<&Path>,
    prefix: Option<&str>,
) -> Result<Option<OpenSettings>, Failure> {
    let nowhere = Span::new(FileId(0), 0, 0);
    let named = |path: &Path| Spanned { span: nowhere, value: path.display().to_string() };
    let name = source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let configuration = Configuration {
        source: named(source),
        schema: schema.map(named),
        prefix: prefix.unwrap_or_default().to_owned(),
        emit: Vec::new(),
    };
    resolve(Path::new(""), name, configuration, DiskSources::default(), Vec::new())
}

/// Adds the mistakes in a workspace's settings, and in what is made of them, to the others.
pub(crate) fn check_settings(
    folder: &Path,
    name: &str,
    configuration: &Configuration,
    sources: &mut DiskSources,
    diags: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let mut found = Vec::new();
    let resolved = Opening { sources, diags: &mut found }.resolve(folder, name.to_owned(), configuration)?;
    if let Some(resolved) = resolved {
        targets::check(&configuration.emit, &resolved, &mut found);
    }
    diags.append(&mut found);
    Ok(())
}

impl OpenSettings {
    /// The settings of the base, or of an environment.
    pub(crate) fn environment(&self, name: Option<&str>) -> Result<&Resolved, Failure> {
        let found = self.resolved.iter().find(|one| one.settings.environment.as_deref() == name);
        found.ok_or_else(|| {
            let name = name.unwrap_or_default();
            let known: Vec<&str> = self.environments().collect();
            let failure = Failure::usage(format!("there is no environment `{name}`"));
            match nearest(name, known.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None if known.is_empty() => {
                    let source = Path::new(&self.configuration.source.value);
                    let wanted = layer_name(source, name);
                    failure.help(format!("its layer would be {}", source.with_file_name(wanted).display()))
                }
                None => failure.help(format!("there are {}", known.join(", "))),
            }
        })
    }

    /// The names of the environments.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &str> {
        self.resolved.iter().filter_map(|one| one.settings.environment.as_deref())
    }

    /// Shows what was found on the way; an error ends the command.
    pub(crate) fn report(&mut self) -> Option<Outcome> {
        let errors = self.diags.iter().any(Diagnostic::is_error);
        output::note_diagnostics(self.sources.map(), &mut self.diags);
        self.diags.clear();
        errors.then_some(Ok(crate::exit::Exit::Wrong))
    }

    /// `shared/config.yaml:12`
    pub(crate) fn place(&self, span: Span) -> String {
        let map = self.sources.map();
        let (line, _) = map.position(span.file, span.start);
        format!("{}:{line}", map.name(span.file))
    }
}

fn resolve(
    folder: &Path,
    name: String,
    configuration: Configuration,
    mut sources: DiskSources,
    mut diags: Vec<Diagnostic>,
) -> Result<Option<OpenSettings>, Failure> {
    let mut opening = Opening { sources: &mut sources, diags: &mut diags };
    let resolved = opening.resolve(folder, name, &configuration)?;
    let Some(resolved) = resolved else {
        output::note_diagnostics(sources.map(), &mut diags);
        return Ok(None);
    };
    Ok(Some(OpenSettings { sources, folder: folder.to_path_buf(), configuration, resolved, diags }))
}

/// What grows while files are read.
struct Opening<'a> {
    sources: &'a mut DiskSources,
    diags: &'a mut Vec<Diagnostic>,
}

impl Opening<'_> {
    fn resolve(
        &mut self,
        folder: &Path,
        name: String,
        configuration: &Configuration,
    ) -> Result<Option<Vec<Resolved>>, Failure> {
        let source = folder.join(&configuration.source.value);
        let schema = configuration.schema.as_ref().map(|schema| folder.join(&schema.value));
        let (_, base) = read(&source, self.sources, self.diags)?;
        let mut overlays = Vec::new();
        for (name, path) in layers(&source, schema.as_deref())? {
            let (_, node) = read(&path, self.sources, self.diags)?;
            overlays.extend(node.map(|node| (name, node)));
        }
        let mut contract = Contract::default();
        let schema = match &schema {
            Some(path) => self.read_schema(path, &mut contract)?,
            None => None,
        };
        let rules = schema.as_ref().map(|(rules, _)| *rules);
        if self.diags.iter().any(Diagnostic::is_error) {
            return Ok(None);
        }
        let Some(base) = base else { return Ok(None) };
        let layers = Layers {
            base,
            overlays,
            schema: schema.map(|(_, root)| root),
            name,
            prefix: configuration.prefix.clone(),
            source: configuration.source.value.clone(),
        };
        let Some(resolved) = layers.resolve(self.diags) else { return Ok(None) };
        if let Some(rules) = rules {
            self.hold(&contract, rules, &resolved);
        }
        Ok((!self.diags.iter().any(Diagnostic::is_error)).then_some(resolved))
    }

    /// The rules of a schema's document, and the document.
    fn read_schema(
        &mut self,
        path: &Path,
        contract: &mut Contract,
    ) -> Result<Option<(SchemaId, Node)>, Failure> {
        let (file, node) = read(path, self.sources, self.diags)?;
        let reader = READERS.iter().find(|reader| reader.name() == "json_schema");
        let reader = reader.expect("there is a reader of schemas");
        let Some(node) = node else { return Ok(None) };
        reader.read(file, self.sources, contract, self.diags);
        // The document's own type comes first.
        let root = named_types(contract).first().and_then(|(ty, _)| contract.schemas.types.get(ty).copied());
        Ok(root.map(|rules| (rules, node)))
    }

    /// Holds the settings of every environment to the schema, each mistake said once.
    fn hold(&mut self, contract: &Contract, rules: SchemaId, resolved: &[Resolved]) {
        let mut compiler = Compiler::new(contract);
        let options = SchemaOptions { assert_format: true, ..SchemaOptions::default() };
        let Some(plan) = compiler.schema(rules, &options, self.diags) else { return };
        let plans: Plans = compiler.finish();
        let mut scratch = Scratch::default();
        for one in resolved {
            let document = document(&one.settings.root, Span::new(FileId(0), 0, 0));
            let verdict = plans.verdict(plan, document.to_string().as_bytes(), &mut scratch);
            for violation in verdict.refusal.iter().flat_map(|refusal| &refusal.violations) {
                let diagnostic = match broken(&one.settings, &document, &violation.path) {
                    Broken::Later => continue,
                    Broken::Here(span, key) => {
                        let what = if key.is_empty() { "the whole".into() } else { format!("`{key}`") };
                        let message = format!("{what} breaks the schema's rule `{}`", violation.rule);
                        Diagnostic::error(&BREAKS_SCHEMA, message)
                            .at(span, format!("found {}", violation.found))
                    }
                };
                if !self.diags.contains(&diagnostic) {
                    self.diags.push(diagnostic);
                }
            }
        }
    }
}

/// Where a rule is broken.
enum Broken {
    /// By a value that the environment brings when the program starts.
    Later,
    Here(Span, String),
}

fn broken(settings: &Settings, document: &Node, pointer: &str) -> Broken {
    let keys: Vec<String> = pointer.split('/').skip(1).map(polywire_syntax::unescape).collect();
    let dotted = keys.join(".");
    if let Some(setting) = settings.find(&dotted)
        && let Item::Value(value) = &setting.item
        && !matches!(value.content, Content::Literal(_))
    {
        return Broken::Later;
    }
    let mut node = document;
    for key in &keys {
        let next = match &node.value {
            Value::Map(map) => map.get(key),
            Value::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    Broken::Here(node.span, dotted)
}

/// The values as one document; what the environment brings is not in it.
pub(crate) fn document(group: &Group, span: Span) -> Literal {
    let entries = group
        .settings
        .iter()
        .filter_map(|setting| {
            let value = match &setting.item {
                Item::Group(group) => document(group, setting.span),
                Item::Value(value) => match &value.content {
                    Content::Literal(node) => node.clone(),
                    Content::Secret(_) | Content::Absent => return None,
                },
            };
            Some(Entry { key: setting.key.clone(), key_span: setting.span, value })
        })
        .collect();
    Node { span, value: Value::Map(Map::new(entries)) }
}

fn read(
    path: &Path,
    sources: &mut DiskSources,
    diags: &mut Vec<Diagnostic>,
) -> Result<(FileId, Option<Node>), Failure> {
    let file = sources
        .open(path)
        .map_err(|missing| Failure::environment(format!("{}: {}", path.display(), missing.reason)))?;
    let text = sources.map().text(file).to_string();
    Ok((file, polywire_syntax::parse(file, &text, &Limits::default(), diags)))
}

/// `config.prod.yaml` for `config.yaml` and `prod`.
fn layer_name(source: &Path, environment: &str) -> String {
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default()
    };
    format!("{}.{environment}.{}", part(source.file_stem()), part(source.extension()))
}

/// The layers beside the source: name of the environment and file, sorted by name.
fn layers(source: &Path, schema: Option<&Path>) -> Result<Vec<(String, PathBuf)>, Failure> {
    let folder = source.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::environment(format!("{}: {}", folder.display(), reason(&error))))?;
    let name = layer_name(source, "\0");
    let (before, after) = name.split_once('\0').unwrap_or_default();
    let mut found: Vec<(String, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let file = entry.file_name().into_string().ok()?;
            let name = file.strip_prefix(before)?.strip_suffix(after)?;
            let usable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let is_schema = schema.is_some_and(|schema| schema.file_name() == Some(&entry.file_name()));
            let is_layer = !name.is_empty() && name.chars().all(usable) && !is_schema && name != "schema";
            is_layer.then(|| (name.to_owned(), source.with_file_name(&file)))
        })
        .collect();
    found.sort();
    Ok(found)
}
