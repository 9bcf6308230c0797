//! Writes whole files or none, and never over one that is there.

use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::exit::{Context, Failure};
use crate::project::MANIFEST;

/// What may lie in a folder that a starter fills; it is left as it is.
const KEPT: &[&str] =
    &[".git", ".gitignore", ".gitattributes", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"];

/// Writes `polywire.yaml`: under another name first, so that there is no half of it.
pub(super) fn manifest(dir: &Path, text: &str) -> Result<(), Failure> {
    let path = dir.join(MANIFEST);
    let draft = dir.join(format!(".{MANIFEST}.{}.tmp", std::process::id()));
    let cannot = || format!("cannot write {}", super::shown(&path));
    let written = create(&draft, text).and_then(|()| {
        // A link is made only where nothing is; where links are none, a look has to do.
        match std::fs::hard_link(&draft, &path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists && !path.exists() => {
                std::fs::rename(&draft, &path)
            }
            other => other,
        }
    });
    let _ = std::fs::remove_file(&draft);
    written.map_err(|error| {
        let failure = Failure::environment(format!("{}: {}", cannot(), crate::sources::reason(&error)));
        failure.help("nothing was written")
    })
}

fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes a starter's files into an empty or new folder; where one fails, those before it are taken away again.
pub(super) fn tree(dir: &Path, files: &[(&str, &str)]) -> Result<(), Failure> {
    if dir.exists() {
        let entries = std::fs::read_dir(dir).context(format!("cannot read {}", super::shown(dir)))?;
        let strange = entries
            .flatten()
            .find(|entry| entry.file_name().to_str().is_none_or(|name| !KEPT.contains(&name)));
        if let Some(strange) = strange {
            let message = format!(
                "{} is not empty: {} is there",
                super::shown(dir),
                super::shown(Path::new(&strange.file_name()))
            );
            return Err(Failure::usage(message)
                .help("a starter fills an empty or new folder; `polywire init` reads one that is not"));
        }
    }
    let mut made = Made::default();
    for (path, text) in files {
        let target = dir.join(path);
        if target.exists() && KEPT.contains(path) {
            continue;
        }
        let written =
            made.folder(target.parent().unwrap_or(dir)).and_then(|()| create(&target, text)).and_then(|()| {
                if path.ends_with(".sh") {
                    std::fs::set_permissions(&target, Permissions::from_mode(0o755))
                } else {
                    Ok(())
                }
            });
        if let Err(error) = written {
            made.undo();
            let message =
                format!("cannot write {}: {}", super::shown(&target), crate::sources::reason(&error));
            return Err(Failure::environment(message).help("nothing was written"));
        }
        made.files.push(target);
    }
    Ok(())
}

/// What was made so far.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    fn folder(&mut self, path: &Path) -> std::io::Result<()> {
        let mut missing: Vec<&Path> =
            path.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();
        missing.reverse();
        for folder in missing {
            std::fs::create_dir(folder)?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }

    fn undo(&self) {
        self.files.iter().for_each(|file| drop(std::fs::remove_file(file)));
        self.folders.iter().rev().for_each(|folder| drop(std::fs::remove_dir(folder)));
    }
}
