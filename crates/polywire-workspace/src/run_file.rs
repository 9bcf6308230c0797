//! `.polywire/run.json`: where other commands find the workspace that is running in a folder.
//!
//! The file holds the control token, so only its owner may read it. It is written whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

/// A running workspace, as it is written down in its folder.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct RunFile {
    pub pid: i32,
    /// When the process was started, in the system's own count; tells it from a later one of the same number.
    #[serde(default)]
    pub started: u64,
    pub name: String,
    /// The bridge.
    pub url: String,
    pub admin_url: String,
    /// What a control request must carry; secret.
    pub token: String,
}

/// What a folder says about a running workspace.
#[derive(Debug)]
pub enum Found {
    Running(RunFile),
    /// The process that wrote it has ended without taking it away.
    Stale,
    Nothing,
}

impl RunFile {
    /// Describes this process.
    pub fn of_this_process(name: String, url: String, admin_url: String, token: String) -> Self {
        let pid = rustix::process::getpid().as_raw_nonzero().get();
        RunFile { pid, started: start_time(pid).unwrap_or(0), name, url, admin_url, token }
    }

    /// Writes the file beside its place and moves it there.
    pub fn write(&self, workspace: &Path) -> io::Result<()> {
        let place = path(workspace);
        let folder = place.parent().expect("the path has a folder");
        fs::create_dir_all(folder)?;
        let draft = folder.join(format!("run.{}.tmp", self.pid));
        let _ = fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(self).map_err(io::Error::other)?)?;
        drop(file);
        fs::rename(&draft, place)
    }

    /// Takes the file away, if it is still this run's.
    pub fn remove(&self, workspace: &Path) {
        if read(&path(workspace)).is_some_and(|there| there == *self) {
            let _ = fs::remove_file(path(workspace));
        }
    }

    /// Looks into one folder.
    pub fn read(workspace: &Path) -> Found {
        match read(&path(workspace)) {
            Some(run) if run.is_alive() => Found::Running(run),
            Some(_) => Found::Stale,
            None if path(workspace).exists() => Found::Stale,
            None => Found::Nothing,
        }
    }

    /// Looks into a folder and those above it; returns the folder where something was found.
    pub fn find(from: &Path) -> Option<(PathBuf, Found)> {
        from.ancestors().find_map(|folder| match RunFile::read(folder) {
            Found::Nothing => None,
            found => Some((folder.to_owned(), found)),
        })
    }

    fn is_alive(&self) -> bool {
        let Some(pid) = Pid::from_raw(self.pid) else { return false };
        test_kill_process(pid).is_ok() && start_time(self.pid).is_none_or(|started| started == self.started)
    }
}

impl std::fmt::Debug for RunFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunFile")
            .field("pid", &self.pid)
            .field("admin_url", &self.admin_url)
            .finish_non_exhaustive()
    }
}

fn path(workspace: &Path) -> PathBuf {
    workspace.join(".polywire").join("run.json")
}

fn read(path: &Path) -> Option<RunFile> {
    serde_json::from_reader(io::BufReader::new(File::open(path).ok()?)).ok()
}

/// The 22nd field of `/proc/PID/stat`; `None` where there is no `/proc`.
fn start_time(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn run() -> RunFile {
        RunFile::of_this_process("shop".into(), "http://a".into(), "http://b".into(), "secret".into())
    }

    #[test]
    fn a_run_is_found_from_below_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("services/users");
        fs::create_dir_all(&below).unwrap();
        run().write(folder.path()).unwrap();
        let mode = fs::metadata(path(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (found_in, found) = RunFile::find(&below).unwrap();
        assert_eq!(found_in, folder.path());
        assert!(matches!(found, Found::Running(there) if there == run()));
        run().remove(folder.path());
        assert!(matches!(RunFile::read(folder.path()), Found::Nothing));
    }

    #[test]
    fn a_file_of_an_ended_or_other_process_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        RunFile { started: 1, ..run() }.write(folder.path()).unwrap();
        assert!(matches!(RunFile::read(folder.path()), Found::Stale));
        fs::write(path(folder.path()), "{").unwrap();
        assert!(matches!(RunFile::read(folder.path()), Found::Stale));
    }

    #[test]
    fn the_token_is_not_shown() {
        assert!(!format!("{:?}", run()).contains("secret"));
    }
}
