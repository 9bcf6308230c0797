//! Messages that become messages of another type: the map that is used, and what is said where there is none.

use std::path::Path;

use polywire_contract::{Maps, TypeId};

use crate::commands::maps;
use crate::exit::Failure;
use crate::output;
use crate::project::Project;

/// The map from one type to another, all of it confirmed in the workspace, where there is one, or in a file; else shows what
/// is proposed.
pub(super) fn find(
    project: &mut Project,
    (from, to): (TypeId, TypeId),
    file: Option<&Path>,
    in_workspace: bool,
) -> Result<Maps, Failure> {
    let written = match file {
        Some(path) => project.read_maps(path)?,
        None => Vec::new(),
    };
    let (proposal, diags) = match project.map(from, to, &written) {
        Ok(maps) => return Ok(maps),
        Err(refused) => refused,
    };
    let name = |id: TypeId| project.contract.ty(id).short_name().unwrap_or_default().to_string();
    let (from, to) = (name(from), name(to));
    output::note(maps::text(&proposal).trim_end());
    if !proposal.is_whole() || diags.iter().all(|diag| !diag.is_error()) {
        project.diags = diags;
        project.report_errors()?;
    }
    let failure = Failure::wrong(format!("nobody has confirmed the map from `{from}` to `{to}`"));
    Err(failure.help(if in_workspace {
        format!(
            "name it in polywire.yaml, `maps: [{{from: {from}, to: {to}}}]`, and run `polywire check --accept`"
        )
    } else {
        format!(
            "if this is what you mean, write it into a file and name that with `--map FILE`:\n{}",
            proposal.spelled().trim_end()
        )
    }))
}
