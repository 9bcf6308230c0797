//! Dockerfiles: what the last stage starts, and on which port it listens.

use super::file::{extension, name};
use super::finding::Port;
use super::{File, Finder, Findings, PortUse, Role};

pub(crate) struct Docker;

impl Finder for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn wants(&self, path: &str) -> bool {
        let name = name(path);
        name == "Dockerfile"
            || name == "Containerfile"
            || name.starts_with("Dockerfile.")
            || extension(path) == "Dockerfile"
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        let folder = file.folder();
        let (mut last, mut entry, mut command) = (None, None, None);
        for (number, line) in instructions(file) {
            let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line.as_str(), ""));
            let rest = rest.trim();
            match word.to_ascii_uppercase().as_str() {
                "FROM" => {
                    last = Some(number);
                    (entry, command) = (None, None);
                }
                "EXPOSE" => {
                    let port = rest.split(['/', ' ']).next().and_then(|port| port.parse().ok());
                    found.ports.extend(port.map(|port| Port {
                        folder: folder.into(),
                        port,
                        at: file.line(number),
                    }));
                }
                "ENV" => {
                    let pair = rest.split_once('=').or_else(|| rest.split_once(' '));
                    if let Some((key, value)) =
                        pair.filter(|(_, value)| !value.contains('$') && !value.contains('='))
                    {
                        found.setting(key.trim(), value.trim().trim_matches('"'), file.line(number));
                    }
                }
                "ENTRYPOINT" => entry = Some((number, rest.to_string())),
                "CMD" => command = Some((number, rest.to_string())),
                _ => {}
            }
        }
        let Some(last) = last else { return };
        found.part(folder, Role::Loose(""), "Dockerfile", file.line(last));
        let words = |text: &str| -> Option<Vec<String>> {
            let node = polywire_syntax::parse_json(
                polywire_diag::FileId(0),
                text,
                &polywire_syntax::Limits::default(),
                &mut Vec::new(),
            )?;
            node.as_list()?.iter().map(|word| word.as_text().map(str::to_string)).collect()
        };
        // Only the form without a shell can be started without one.
        let started: Vec<_> =
            entry.iter().chain(&command).filter_map(|(at, text)| Some((*at, words(text)?))).collect();
        if let Some((at, _)) = started.first()
            && entry.iter().chain(&command).count() == started.len()
        {
            let all: Vec<&str> =
                started.iter().flat_map(|(_, words)| words.iter().map(String::as_str)).collect();
            // What lies at an absolute path is in the image only.
            if all.first().is_some_and(|program| !program.starts_with(['/', '.'])) {
                found.start(folder, 7, PortUse::Unknown, &all, file.line(*at));
            }
        }
    }
}

/// Lines with what they are continued by, without comments.
fn instructions(file: &File<'_>) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let (text, continues) = line.strip_suffix('\\').map_or((line, false), |text| (text, true));
        match found.last_mut().filter(|_| open) {
            Some((_, whole)) => {
                whole.push(' ');
                whole.push_str(text.trim());
            }
            None => found.push((number, text.trim().to_string())),
        }
        open = continues;
    }
    found
}
