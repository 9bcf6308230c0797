//! The section of one component.

use std::path::PathBuf;

use polywire_diag::Diagnostic;

use super::bridge::{VALIDATE, VALIDATE_RESPONSE, Validate, ValidateResponse};
use crate::{
    MISSING_KEY, UNUSABLE_NAME, WRONG_VALUE,
    schema::{Key, Kind, Need, Ready, Record, Spanned, Table, Word, is_name, unusable},
};

/// A folder in one language that provides and uses interfaces, or a service elsewhere.
#[derive(Clone, Debug)]
pub struct Component {
    pub name: Spanned<String>,
    /// Relative to the workspace.
    pub path: PathBuf,
    /// Relative to `path`.
    pub contracts: Vec<Spanned<String>>,
    pub run: Option<Vec<Word>>,
    pub build: Option<Vec<Word>>,
    pub ready: Option<Ready>,
    /// URLs; empty if it gets a free port of this machine.
    pub at: Vec<Spanned<String>>,
    /// The components that it may call.
    pub uses: Vec<Spanned<String>>,
    pub validate: Option<Validate>,
    pub validate_response: Option<ValidateResponse>,
    pub environment: Vec<(String, String)>,
}

impl Component {
    /// Whether a free port has to be handed out to it.
    pub fn needs_port(&self) -> bool {
        self.run.is_some() && self.at.is_empty()
    }
}

pub(super) const COMPONENT: Table = Table {
    name: "components.NAME",
    doc: "A folder in one language that provides and uses interfaces, or a service that runs elsewhere. \
          One with `run` and no `at` is given a free port, which it finds in `PORT`; every one that is started \
          finds the bridge in `POLYWIRE_URL` and its own secret in `POLYWIRE_TOKEN`.",
    keys: &[
        Key {
            name: "path",
            kind: Kind::Text,
            need: Need::Default("."),
            doc: "Its folder, seen from this file; `run` and `build` run there.",
        },
        Key {
            name: "contract",
            kind: Kind::Texts,
            need: Need::Optional,
            doc: "The contracts that it owns, seen from `path`.",
        },
        Key {
            name: "run",
            kind: Kind::Command,
            need: Need::Optional,
            doc: "Starts it; no shell reads this. `=port` is its port.",
        },
        Key {
            name: "build",
            kind: Kind::Command,
            need: Need::Optional,
            doc: "Runs before it starts and must succeed.",
        },
        Key {
            name: "ready",
            kind: Kind::Ready,
            need: Need::Default("tcp"),
            doc: "What shows that it can be called: a path answered with 2xx or 3xx, an accepted connection, \
                  or a text in a line of its output.",
        },
        Key {
            name: "at",
            kind: Kind::Texts,
            need: Need::Optional,
            doc: "The URLs at which it is reached; without them it is started here.",
        },
        Key {
            name: "uses",
            kind: Kind::Texts,
            need: Need::Optional,
            doc: "The components that it calls; they start before it.",
        },
        Key {
            name: "validate",
            kind: VALIDATE,
            need: Need::Optional,
            doc: "As in `bridge`, for its operations.",
        },
        Key {
            name: "validate_response",
            kind: VALIDATE_RESPONSE,
            need: Need::Optional,
            doc: "As in `bridge`, for its operations.",
        },
        Key {
            name: "environment",
            kind: Kind::Literals,
            need: Need::Optional,
            doc: "Added to its environment; no secrets.",
        },
        Key { name: "publishes", kind: Kind::Later, need: Need::Optional, doc: "Events that it publishes." },
        Key { name: "subscribes", kind: Kind::Later, need: Need::Optional, doc: "Events that it receives." },
    ],
};

pub(super) fn lower(name: Spanned<String>, mut fields: Record, diags: &mut Vec<Diagnostic>) -> Component {
    let says_how = fields.was_written("run") || fields.was_written("at");
    let component = Component {
        path: fields.text("path").map_or_else(|| PathBuf::from("."), PathBuf::from),
        contracts: fields.texts("contract").unwrap_or_default(),
        run: fields.command("run"),
        build: fields.command("build"),
        ready: fields.ready("ready"),
        at: fields.texts("at").unwrap_or_default(),
        uses: fields.texts("uses").unwrap_or_default(),
        validate: fields.choice("validate").map(Validate::of),
        validate_response: fields.choice("validate_response").map(ValidateResponse::of),
        environment: fields.literals("environment").unwrap_or_default(),
        name,
    };
    if !says_how {
        diags.push(
            Diagnostic::error(&MISSING_KEY, format!("`{}` has neither `run` nor `at`", component.name.value))
                .at(component.name.span, "nothing says how it is started or reached")
                .help("add `run:` with a command line, or `at:` with a URL"),
        );
    }
    for at in &component.at {
        if !is_url(&at.value) {
            diags.push(
                Diagnostic::error(&WRONG_VALUE, "`at` must be a URL like `http://127.0.0.1:9000`")
                    .at(at.span, format!("this is `{}`", at.value)),
            );
        }
    }
    component
}

/// A scheme and something after it; whether there is such a link is for others to say.
fn is_url(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
            && !rest.is_empty()
            && !rest.starts_with(|c: char| c.is_ascii_digit())
            && !text.contains(char::is_whitespace)
    })
}

/// Checks that names can be used, and stay different where `-` cannot be written.
pub(super) fn check_names(components: &[Component], diags: &mut Vec<Diagnostic>) {
    for (index, Component { name, .. }) in components.iter().enumerate() {
        if !is_name(&name.value) {
            diags.push(unusable(&name.value, name.span));
            continue;
        }
        let plain = |name: &str| name.replace('-', "_");
        let earlier = components[..index].iter().find(|c| plain(&c.name.value) == plain(&name.value));
        if let Some(earlier) = earlier {
            diags.push(
                Diagnostic::error(
                    &UNUSABLE_NAME,
                    format!("`{}` and `{}` differ in `-` and `_` alone", earlier.name.value, name.value),
                )
                .at(name.span, "")
                .at(earlier.name.span, "the other one"),
            );
        }
    }
}
