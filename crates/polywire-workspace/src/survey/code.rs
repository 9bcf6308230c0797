//! Source of any language: addresses that are written into it, variables that name others, ports to listen on.

use super::file::{extension, folder};
use super::finding::{Address, Owner, Port, Reference};
use super::{File, Finder, Findings, url};

pub(crate) struct Code;

/// A longer line was not written by a person.
const LINE_BYTES_MAX: usize = 2_000;

/// Ends of names of variables that hold somebody's address.
const ENDS: &[&str] = &["_URL", "_URI", "_ADDR", "_ADDRESS", "_HOST", "_ENDPOINT"];

impl Finder for Code {
    fn name(&self) -> &'static str {
        "code"
    }

    fn wants(&self, path: &str) -> bool {
        matches!(
            extension(path),
            "py" | "js"
                | "mjs"
                | "cjs"
                | "jsx"
                | "ts"
                | "mts"
                | "tsx"
                | "vue"
                | "svelte"
                | "go"
                | "java"
                | "kt"
                | "rs"
                | "rb"
                | "php"
                | "cs"
                | "c"
                | "cc"
                | "cpp"
                | "h"
                | "hpp"
                | "sh"
                | "bash"
        )
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if file.path.ends_with(".min.js") {
            return;
        }
        let owner = || Owner::Folder(folder(file.path).to_string());
        if is_generated(file.text) {
            return;
        }
        for (number, line) in file.lines() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("#[cfg(test)]") {
                break;
            }
            if line.len() > LINE_BYTES_MAX || !worth(line) || is_comment(trimmed) {
                continue;
            }
            let mut variables = variables(line);
            for one in url::urls(line) {
                if url::is_example(one.host)
                    || one.port.is_none() && !url::is_local(one.host) && one.host.contains('.')
                {
                    continue;
                }
                let at = file.line(number);
                if one.port.is_some() || url::is_local(one.host) {
                    found.addresses.push(Address { text: one.shown.clone(), at: at.clone() });
                }
                let (how, variable) = match variables.pop() {
                    Some(name) => (name, true),
                    None => ("a URL in source".to_string(), false),
                };
                // Who may call is not who is called.
                if names_callers(line) {
                    continue;
                }
                let host = Some(one.host.to_string());
                found.references.push(Reference { owner: owner(), how, variable, host, port: one.port, at });
            }
            for (host, port) in url::sockets(line) {
                let at = file.line(number);
                if host == "0.0.0.0" {
                    found.ports.push(Port { folder: folder(file.path).into(), port, at });
                } else if !listens(line) {
                    found.addresses.push(Address { text: format!("{host}:{port}"), at });
                }
            }
            for how in variables {
                let at = file.line(number);
                found.references.push(Reference {
                    owner: owner(),
                    how,
                    variable: true,
                    host: None,
                    port: None,
                    at,
                });
            }
            if let Some(port) = listening_port(line) {
                found.ports.push(Port { folder: folder(file.path).into(), port, at: file.line(number) });
            }
            if reads_port(line) {
                found.reads_port.push(folder(file.path).to_string());
            }
        }
    }
}

/// One look for what any of the searches needs.
fn worth(line: &str) -> bool {
    line.bytes().any(|byte| byte == b':' || byte == b'_') || line.contains("isten") || line.contains("PORT")
}

fn is_generated(text: &str) -> bool {
    text.lines().take(5).any(|line| line.contains("DO NOT EDIT") || line.contains("@generated"))
}

fn is_comment(line: &str) -> bool {
    ["//", "#", "*", "/*", "--", "<!--", "\"\"\""].iter().any(|start| line.starts_with(start))
}

fn listens(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.contains("listen") || line.contains("bind")
}

fn names_callers(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["cors", "origin", "csrf", "allowed_hosts"].iter().any(|word| line.contains(word))
}

/// Names of variables with an end that means an address, in capitals.
fn variables(line: &str) -> Vec<String> {
    let reads = ["env", "ENV", "getenv", "Getenv", "GetEnv", "$"].iter().any(|word| line.contains(word));
    if !reads || !line.contains('_') {
        return Vec::new();
    }
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    line.split(|c: char| !is_name(c))
        .filter(|word| ENDS.iter().any(|end| word.len() > end.len() && word.ends_with(end)))
        .map(str::to_string)
        .collect()
}

/// The port of `listen(3000)`, `ListenAndServe(":8080"`, `"0.0.0.0:50051"` beside a word for listening.
fn listening_port(line: &str) -> Option<u16> {
    let lower = line.to_ascii_lowercase();
    let at = ["listen", "bind", "add_insecure_port", "serve(", "port ??", "port ||", "app.run("]
        .iter()
        .find_map(|word| lower.find(word))?;
    let numbers =
        line[at..].split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u16>().ok());
    numbers.into_iter().find(|port| *port >= 1_000)
}

fn reads_port(line: &str) -> bool {
    ["process.env.PORT", "\"PORT\"", "'PORT'", "${PORT"].iter().any(|read| line.contains(read))
}
