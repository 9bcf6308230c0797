//! What the supervisor has to know of a component.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use super::ReadyCheck;
use crate::{
    config::{Component, Ready, Word},
    schema::Spanned,
};

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

    /// Turns a component of `polywire.yaml` into a process; `None` if it has no `run`.
    ///
    /// `port` is the one handed out, or the one that its `at` names. Facts of the run are added by the caller.
    pub fn from_component(component: &Component, workspace: &Path, port: Option<u16>) -> Option<Self> {
        let words = |words: &[Word]| -> Vec<String> { words.iter().map(|word| said(word, port)).collect() };
        let address = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let ready = match (&component.ready, address) {
            (Some(Ready::Http(path)), Some(address)) => ReadyCheck::Http { address, path: path.clone() },
            (Some(Ready::Line(text)), _) => ReadyCheck::Line { text: text.clone() },
            (Some(Ready::Tcp) | None, Some(address)) => ReadyCheck::Tcp { address },
            (Some(Ready::Http(_) | Ready::Tcp) | None, None) => ReadyCheck::Started,
        };
        Some(ComponentSpec {
            build: component.build.as_deref().map(words),
            run: words(component.run.as_ref()?),
            port,
            ready,
            uses: component.uses.iter().map(|Spanned { value, .. }| value.clone()).collect(),
            environment: component.environment.clone(),
            ..ComponentSpec::new(&component.name.value, workspace.join(&component.path), &[])
        })
    }
}

fn said(word: &Word, port: Option<u16>) -> String {
    match word {
        Word::Literal(text) => text.clone(),
        Word::Port => port.map(|port| port.to_string()).unwrap_or_default(),
    }
}

impl Facts {
    /// The facts as environment entries.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut entries =
            vec![("POLYWIRE_URL".into(), self.url.clone()), ("POLYWIRE_TOKEN".into(), self.token.clone())];
        if let Some(port) = self.port {
            entries.push(("PORT".into(), port.to_string()));
        }
        entries
    }
}
