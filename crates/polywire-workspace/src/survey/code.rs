//! Source of any language: addresses that are written into it, variables that name others, ports to listen on.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::file::{extension, folder};
use super::finding::{Address, Owner, Port, Reference};
use super::{File, Finder, Findings, Place, url};

pub(crate) struct Code;

/// A longer line was not written by a person.
const LINE_BYTES_MAX: usize = 2_000;

const EXTENSIONS: &str =
    "bash c cc cjs cpp cs go h hpp java js jsx kt mjs mts php py rb rs sh svelte ts tsx vue";

/// Ends of names of variables that hold somebody's address.
const ENDS: &[&str] = &["_URL", "_URI", "_ADDR", "_ADDRESS", "_HOST", "_ENDPOINT"];

impl Finder for Code {
    fn name(&self) -> &'static str {
        "code"
    }

    fn wants(&self, path: &str) -> bool {
        EXTENSIONS.split(' ').any(|known| known == extension(path))
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        if file.path.ends_with(".min.js") || is_generated(file.text) {
            return;
        }
        let mut after = 0;
        for hit in SIGNS.find_iter(file.text) {
            if hit.start() < after {
                continue;
            }
            let start = file.text[..hit.start()].rfind('\n').map_or(0, |at| at + 1);
            after = memchr::memchr(b'\n', &file.text.as_bytes()[hit.end()..])
                .map_or(file.text.len(), |at| hit.end() + at + 1);
            let line = file.text[start..after].trim_end();
            let trimmed = line.trim_start();
            if trimmed.starts_with("#[cfg(test)]") {
                break;
            }
            if line.len() <= LINE_BYTES_MAX && !is_comment(trimmed) {
                read(file, line, &file.at(hit.start()), found);
            }
        }
    }
}

/// What a line with a sign says.
fn read(file: &File<'_>, line: &str, at: &Place, found: &mut Findings) {
    let owner = || Owner::Folder(folder(file.path).to_string());
    let mut variables = variables(line);
    for one in url::urls(line) {
        if url::is_example(one.host)
            || one.port.is_none() && !url::is_local(one.host) && one.host.contains('.')
        {
            continue;
        }
        let at = at.clone();
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
        let at = at.clone();
        if host == "0.0.0.0" {
            found.ports.push(Port { folder: folder(file.path).into(), port, at });
        } else if !listens(line) {
            found.addresses.push(Address { text: format!("{host}:{port}"), at });
        }
    }
    for how in variables {
        let at = at.clone();
        found.references.push(Reference { owner: owner(), how, variable: true, host: None, port: None, at });
    }
    if let Some(port) = listening_port(line) {
        found.ports.push(Port { folder: folder(file.path).into(), port, at: at.clone() });
    }
    if reads_port(line) {
        found.reads_port.push(folder(file.path).to_string());
    }
}

/// What a line has in it that is looked at more closely.
static SIGNS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = "://  _url  _uri  _addr  _host  _endpoint  listen  bind  add_insecure_port  serve(  port ??  port ||  \
                 app.run(  \"port\"  'port'  ${port  env.port  #[cfg(test)]  0:  1:  2:  3:  4:  5:  6:  7:  8:  9:";
    let words = words.split("  ").map(str::trim);
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("the words are few and short")
});

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
