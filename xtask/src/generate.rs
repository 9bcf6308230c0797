//! Pages and schemas that are made from the code, and the check that they are fresh.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

/// Writes every generated file, or says which are stale.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for (name, text) in files() {
        let path = root.join(name);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            fs::write(&path, text)?;
        }
    }
    if !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask gen`", stale.join(", "));
    }
    Ok(())
}

fn files() -> Vec<(&'static str, String)> {
    let schema = serde_json::to_string_pretty(&polywire_workspace::json_schema()).expect("a JSON value prints");
    vec![
        ("docs/manual/polywire.schema.json", schema + "\n"),
        ("docs/manual/polywire.yaml.md", polywire_workspace::reference()),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_fresh() {
        super::run(&crate::root(), true).unwrap();
    }
}
