//! Writes files together: each beside its place first, then all are moved there. Must not know what is in them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::{Context, Failure};
use crate::sources::reason;

/// What a new file may be, before the user's mask.
const MODE: u32 = 0o666;

/// Writes every text to its path. Until all of them lie ready nothing changes, and what was begun is taken away again.
pub(super) fn all(files: &[(&Path, &str)]) -> Result<(), Failure> {
    if files.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().context("no runtime")?;
    let _guard = runtime.enter();
    // A signal waits until the files are whole: that takes milliseconds.
    let mut signals = held()?;
    let mut folders = Folders::default();
    let mut ready = Vec::new();
    for (path, text) in files {
        let failed =
            |error: std::io::Error| Failure::environment(format!("{}: {}", path.display(), reason(&error)));
        // A link stays a link: what it leads to is written.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folders.make(folder).map_err(failed)?;
        ready.push((place.clone(), beside(folder, &place, text).map_err(failed)?));
    }
    for (place, file) in ready {
        file.persist(&place)
            .map_err(|error| error.error)
            .context(format!("cannot write {}", place.display()))?;
    }
    folders.keep();
    runtime.block_on(async { signals.iter_mut().for_each(Held::deliver) });
    Ok(())
}

fn beside(folder: &Path, place: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    let mode = fs::metadata(place).ok().map(|found| found.permissions());
    let mut file = tempfile::Builder::new()
        .prefix(".polywire-")
        .permissions(mode.clone().unwrap_or_else(|| fs::Permissions::from_mode(MODE)))
        .tempfile_in(folder)?;
    // The user's mask is for new files; one that was there keeps what it had.
    if let Some(mode) = mode {
        file.as_file().set_permissions(mode)?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_data()?;
    Ok(file)
}

/// Folders that were made, taken away again unless they are kept.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(&mut self, folder: &Path) -> std::io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.make(above)?;
        }
        match fs::create_dir(folder) {
            Ok(()) => self.0.push(folder.to_path_buf()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in self.0.drain(..).rev() {
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
