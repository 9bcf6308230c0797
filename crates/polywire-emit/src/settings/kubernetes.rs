//! A ConfigMap: <https://kubernetes.io/docs/concepts/configuration/configmap/>. A secret is named in a comment; it belongs into a
//! Secret that the pod reads beside.

use polywire_contract::{Content, Flat, Settings};
use polywire_diag::Diagnostic;

use super::yaml::{flow, quoted, scalar};
use super::{HEADER, head, json, text};
use crate::{Emitter, Files, OptionRow, Options, SETTING_NOT_SAYABLE};

/// The target.
pub(super) struct Kubernetes;

/// What the API server takes as keys and values of one ConfigMap.
const BYTES_MAX: usize = 1 << 20;

impl Emitter<Settings> for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn about(&self) -> &'static str {
        "a ConfigMap, for `envFrom` or as a mounted file"
    }

    fn options(&self) -> &'static [OptionRow] {
        const DATA: OptionRow = OptionRow {
            name: "data",
            values: &["variables", "file"],
            default: "variables",
            doc: "One key for each variable, or the one key `config.json`.",
        };
        const NAME: OptionRow = OptionRow {
            name: "name",
            values: &[],
            default: "",
            doc: "The ConfigMap's name; without one, the workspace's.",
        };
        const NAMESPACE: OptionRow = OptionRow {
            name: "namespace",
            values: &[],
            default: "",
            doc: "The namespace; without one, none is written.",
        };
        &[DATA, HEADER, NAME, NAMESPACE]
    }

    fn emit(&self, settings: &Settings, options: &Options, diags: &mut Vec<Diagnostic>) -> Files {
        let name = options.get("name").map_or_else(|| dns_name(&settings.name), str::to_owned);
        let namespace = options.get("namespace");
        for (option, value) in [("name", Some(name.as_str())), ("namespace", namespace)] {
            if let Some(value) = value.filter(|value| !is_dns_name(value, option == "name")) {
                let message = format!("the {option} `{value}` is none that Kubernetes takes");
                let help =
                    format!("choose one of small letters, digits and `-`: `{option}: {}`", dns_name(value));
                diags.push(
                    Diagnostic::error(&SETTING_NOT_SAYABLE, message)
                        .at(super::first_span(settings), "")
                        .help(help),
                );
            }
        }
        let mut text =
            if options.is("header", "no") { String::new() } else { text::head_hashed(&head(settings)) };
        text.push_str(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n", flow(&name)));
        if let Some(namespace) = namespace {
            text.push_str(&format!("  namespace: {}\n", flow(namespace)));
        }
        let (data, bytes) =
            if options.is("data", "file") { file(settings) } else { variables(settings, diags) };
        let is_empty = data.lines().all(|line| line.trim_start().starts_with('#'));
        text.push_str(if is_empty { "data: {}\n" } else { "data:\n" });
        text.push_str(&data);
        if bytes > BYTES_MAX {
            let message = format!("the values have {bytes} bytes, more than the {BYTES_MAX} of a ConfigMap");
            let help = "leave out what no pod needs, or mount a volume";
            diags.push(
                Diagnostic::error(&SETTING_NOT_SAYABLE, message)
                    .at(super::first_span(settings), "")
                    .help(help),
            );
        }
        Files::one(options.path(), text)
    }
}

/// The whole as one key.
fn file(settings: &Settings) -> (String, usize) {
    let nested = json::nested(settings, json::Secrets::LeftOut);
    let mut text = String::new();
    for at in settings.values() {
        if let Content::Secret(name) = &at.value.content {
            let (key, name) = (quoted(&at.dotted()), quoted(name));
            text.push_str(&format!("  # {key} is left out: the secret {name}.\n"));
        }
    }
    let bytes = nested.len() + "config.json".len();
    text.push_str(&format!("  config.json: {}\n", scalar(&nested, 1)));
    (text, bytes)
}

/// A key for each variable.
fn variables(settings: &Settings, diags: &mut Vec<Diagnostic>) -> (String, usize) {
    let (mut text, mut bytes) = (String::new(), 0);
    for named in settings.flat(Flat::Variable, diags) {
        let name = &named.name;
        text.push_str(&text::hashed(&named.at.setting().doc, "  "));
        match &named.at.value.content {
            Content::Secret(secret) => {
                text.push_str(&format!("  # {name} is left out: the secret {}.\n", quoted(secret)));
            }
            Content::Absent => text.push_str(&format!("  # {name} has no value here.\n")),
            Content::Literal(node) if node.is_null() => text.push_str(&format!("  # {name} is null.\n")),
            Content::Literal(node) => {
                let value = text::variable(node, named.at.value);
                if value.contains('\0') {
                    text::refuse(&named.at, "NUL, which no variable can", "write `data: file`", diags);
                }
                bytes += name.len() + value.len();
                let value = if text::is_text(node) { scalar(&value, 1) } else { quoted(&value) };
                text.push_str(&format!("  {}: {value}\n", flow(name)));
            }
        }
    }
    (text, bytes)
}

/// A name's letters and digits, the rest as `-`.
fn dns_name(name: &str) -> String {
    let name: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "config".into() } else { name.to_owned() }
}

/// A subdomain of RFC 1123; without dots a label.
fn is_dns_name(name: &str, dots: bool) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if dots { name.len() <= 253 && name.split('.').all(label) } else { name.len() <= 63 && label(name) }
}
