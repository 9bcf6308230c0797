//! A `polywire.yaml` that is there: it stays as it is, and what it lacks is told.

use std::path::{Component as Step, Path};

use polywire_workspace::survey::{self, ContractFile, Survey};

use crate::exit::{Context, Failure};
use crate::output;
use crate::project::MANIFEST;

/// The largest `polywire.yaml` that is read, in bytes.
const BYTES_MAX: u64 = 1 << 20;

pub(super) struct Existing {
    /// The names of what it lacks.
    pub(super) missing: Vec<String>,
    /// Those, as they would stand under `components`.
    pub(super) text: String,
    /// It has mistakes: what it lacks is not known.
    pub(super) broken: bool,
}

impl Existing {
    pub(super) fn read(
        dir: &Path,
        survey: &Survey,
        contracts: &[ContractFile],
    ) -> Result<Option<Existing>, Failure> {
        let path = dir.join(MANIFEST);
        let Ok(metadata) = std::fs::symlink_metadata(&path) else { return Ok(None) };
        if !metadata.is_file() || metadata.len() > BYTES_MAX {
            return Ok(Some(Existing { missing: Vec::new(), text: String::new(), broken: true }));
        }
        let text = std::fs::read_to_string(&path).context(format!("cannot read {}", super::shown(&path)))?;
        let mut diags = Vec::new();
        let file = polywire_diag::FileId(0);
        let node = polywire_syntax::parse(file, &text, &polywire_syntax::Limits::default(), &mut diags);
        let Some(known) = node.and_then(|node| polywire_workspace::load(file, &node, &mut diags)) else {
            return Ok(Some(Existing { missing: Vec::new(), text: String::new(), broken: true }));
        };
        let plain = |path: &Path| {
            let steps = path.components().filter(|step| matches!(step, Step::Normal(_)));
            steps.map(|step| step.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
        };
        let missing: Vec<_> = survey
            .components
            .iter()
            .filter(|component| component.is_service())
            .filter(|component| {
                known
                    .components
                    .iter()
                    .all(|k| k.name.value != component.name && plain(&k.path) != component.folder)
            })
            .collect();
        Ok(Some(Existing {
            text: if missing.is_empty() {
                String::new()
            } else {
                survey::entries(&missing, survey, contracts)
            },
            missing: missing.into_iter().map(|component| component.name.clone()).collect(),
            broken: false,
        }))
    }

    pub(super) fn note(&self) {
        if self.broken {
            output::note(&format!(
                "{MANIFEST} is there and stays as it is; it has mistakes: `polywire check` shows them"
            ));
        } else if self.missing.is_empty() {
            output::note(&format!("{MANIFEST} is there and stays as it is; it lacks no component"));
        } else {
            output::note(&format!(
                "{MANIFEST} is there and stays as it is; it lacks {}, to be added under `components:`\n\n{}",
                output::count(self.missing.len(), "component"),
                self.text.trim_end()
            ));
        }
    }
}
