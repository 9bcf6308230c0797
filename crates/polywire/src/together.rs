//! Writes files together: each beside its place first, then all are moved there. Must not know what is in them.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use polywire_workspace::survey::escaped;
use tempfile::NamedTempFile;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::{Context, Failure};
use crate::sources::reason;

/// A file that is written.
pub(crate) struct Draft<'a> {
    pub(crate) path: PathBuf,
    pub(crate) text: &'a str,
    pub(crate) place: Place,
}

/// What may be at a file's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Whatever is there is replaced, and keeps its mode.
    Any,
    /// Nothing: what has come there meanwhile is kept.
    New,
    /// Nothing; the file is a program.
    NewProgram,
}

impl Place {
    /// What a new file may be, before the user's mask.
    fn mode(self) -> u32 {
        if self == Place::NewProgram { 0o777 } else { 0o666 }
    }
}

/// Writes every file. Until all of them lie ready nothing changes, and what was begun is taken away again.
pub(crate) fn write(drafts: &[Draft<'_>]) -> Result<(), Failure> {
    if drafts.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().context("no runtime")?;
    let _guard = runtime.enter();
    // A signal waits until the files are whole: that takes milliseconds.
    let mut signals = held()?;
    let mut made = Made::default();
    let mut ready = Vec::new();
    for draft in drafts {
        let failed = |error: std::io::Error| failure(&draft.path, &error);
        // A link stays a link: what it leads to is written.
        let place = fs::canonicalize(&draft.path).unwrap_or_else(|_| draft.path.clone());
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        made.folder(folder).map_err(failed)?;
        ready.push((draft, place.clone(), beside(folder, &place, draft).map_err(failed)?));
    }
    for (draft, place, file) in ready {
        let moved = match draft.place {
            Place::Any => file.persist(&place),
            Place::New | Place::NewProgram => file.persist_noclobber(&place),
        };
        moved.map_err(|error| failure(&draft.path, &error.error))?;
        if draft.place != Place::Any {
            made.files.push(place);
        }
    }
    made.keep();
    runtime.block_on(async { signals.iter_mut().for_each(Held::deliver) });
    Ok(())
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    let shown = escaped(&path.strip_prefix(".").unwrap_or(path).display().to_string());
    Failure::environment(format!("cannot write {shown}: {}", reason(error))).help("nothing was written")
}

fn beside(folder: &Path, place: &Path, draft: &Draft<'_>) -> std::io::Result<NamedTempFile> {
    let kept = fs::metadata(place).ok().map(|found| found.permissions());
    let mode = kept.clone().unwrap_or_else(|| Permissions::from_mode(draft.place.mode()));
    let mut file = tempfile::Builder::new().prefix(".polywire-").permissions(mode).tempfile_in(folder)?;
    // The user's mask is for new files; one that was there keeps what it had.
    if let Some(mode) = kept {
        file.as_file().set_permissions(mode)?;
    }
    file.write_all(draft.text.as_bytes())?;
    Ok(file)
}

/// What was made, taken away again unless it is kept.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn folder(&mut self, folder: &Path) -> std::io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.folder(above)?;
        }
        match fs::create_dir(folder) {
            Ok(()) => self.folders.push(folder.to_path_buf()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.folders.clear();
        self.files.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for file in self.files.drain(..) {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A signal that is held back.
struct Held {
    kind: SignalKind,
    signal: Signal,
}

fn held() -> Result<Vec<Held>, Failure> {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    kinds
        .into_iter()
        .map(|kind| Ok(Held { kind, signal: signal(kind).context("cannot wait for signals")? }))
        .collect()
}

impl Held {
    /// Ends the process as the signal would have.
    fn deliver(&mut self) {
        let mut ctx = std::task::Context::from_waker(std::task::Waker::noop());
        if self.signal.poll_recv(&mut ctx).is_ready() {
            std::process::exit(128 + self.kind.as_raw_value());
        }
    }
}
