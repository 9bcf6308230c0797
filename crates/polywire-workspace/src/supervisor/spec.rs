//! What the supervisor has to know of a component.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::ReadyCheck;

/// How long a component may take to become ready.
pub(crate) const READY_LIMIT: Duration = Duration::from_secs(60);

/// A component as a process.
#[derive(Clone, Debug)]
pub struct ComponentSpec {
    pub name: String,
    pub folder: PathBuf,
    /// Runs before the component starts, and must succeed.
    pub build: Option<Vec<String>>,
    pub run: Vec<String>,
    /// The port that it listens on, as far as known.
    pub port: Option<u16>,
    pub ready: ReadyCheck,
    pub ready_limit: Duration,
    /// How long it may take to end after SIGTERM.
    pub grace: Duration,
    /// The names of the components that start before it.
    pub uses: Vec<String>,
    /// Added to the environment that it inherits.
    pub environment: Vec<(String, String)>,
}

/// What a component finds in its environment about the run that it belongs to.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The bridge.
    pub url: String,
    /// This component's own token; secret.
    pub token: String,
    pub port: Option<u16>,
}

impl ComponentSpec {
    /// A component with the usual limits that is ready as soon as its process exists.
    pub fn new(name: &str, folder: impl AsRef<Path>, run: &[&str]) -> Self {
        ComponentSpec {
            name: name.to_owned(),
            folder: folder.as_ref().to_owned(),
            build: None,
            run: run.iter().map(|word| (*word).to_owned()).collect(),
            port: None,
            ready: ReadyCheck::Started,
            ready_limit: READY_LIMIT,
            grace: super::GRACE,
            uses: Vec::new(),
            environment: Vec::new(),
        }
    }
}

impl Facts {
    /// The facts as environment entries.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut entries =
            vec![("POLYWIRE_URL".into(), self.url.clone()), ("POLYWIRE_TOKEN".into(), self.token.clone())];
        if let Some(port) = self.port {
            entries.push(("PORT".into(), port.to_string()));
        }
        entries
    }
}
