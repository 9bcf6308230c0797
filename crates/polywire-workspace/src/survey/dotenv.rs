//! Settings in `.env` files; examples of such files are no second place.

use super::file::{folder, name};
use super::finding::Owner;
use super::reference::referred;
use super::{File, Finder, Findings};

pub(crate) struct Dotenv;

impl Finder for Dotenv {
    fn name(&self) -> &'static str {
        "dotenv"
    }

    fn wants(&self, path: &str) -> bool {
        let name = name(path);
        let is_env = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
        let is_example = ["example", "sample", "template", "dist"].iter().any(|end| name.contains(end));
        is_env && !is_example
    }

    fn find(&self, file: &File<'_>, found: &mut Findings) {
        for (number, line) in file.lines() {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let key = key.trim();
            if key.is_empty()
                || !key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
            {
                continue;
            }
            let value = value.trim().trim_matches(['"', '\'']);
            let at = file.line(number);
            found.references.extend(referred(Owner::Folder(folder(file.path).into()), key, value, &at));
            found.setting(key, value, at);
        }
    }
}
