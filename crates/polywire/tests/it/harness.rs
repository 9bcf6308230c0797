//! The binary, started and taken down again.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What a finished command said.
pub(crate) struct Said {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary to its end.
pub(crate) fn polywire(arguments: &[&str], folder: &Path) -> Said {
    let output = command(arguments, folder).output().expect("the binary starts");
    Said {
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(crate) fn command(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polywire"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("POLYWIRE_URL")
        .stdin(Stdio::null());
    command
}

/// A running `polywire serve`, killed when it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    pub(crate) admin_url: String,
}

impl Served {
    /// Without a log.
    pub(crate) fn start(arguments: &[&str], folder: &Path) -> Served {
        Served::start_with(arguments, folder, "off", Stdio::inherit())
    }

    /// With a log in a file.
    pub(crate) fn start_logged(arguments: &[&str], folder: &Path, log: &Path) -> Served {
        let log = std::fs::File::create(log).expect("the log can be written");
        Served::start_with(arguments, folder, "info", log.into())
    }

    fn start_with(arguments: &[&str], folder: &Path, level: &str, stderr: Stdio) -> Served {
        let mut all = vec!["serve", "--format", "json"];
        all.extend(arguments);
        let mut child = command(&all, folder)
            .env("POLYWIRE_LOG", level)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line).expect("a line");
        let said: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("no address: {line}"));
        let text = |key: &str| said[key].as_str().expect("an address").to_string();
        Served { url: text("url"), admin_url: text("admin_url"), child }
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()));
        assert!(self.child.wait().is_ok_and(|status| status.success()));
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.url.trim_start_matches("http://").parse().expect("an address")
    }

    pub(crate) fn admin(&self) -> SocketAddr {
        self.admin_url.trim_start_matches("http://").parse().expect("an address")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the checkout")
}
