//! Maps between types in a workspace: what of them is not confirmed, and the confirmation.

use polywire_diag::Diagnostic;

use crate::commands::maps;
use crate::exit::Failure;
use crate::output::{self, Format};
use crate::project::Project;

/// Says what is in the way of the maps that are asked for.
pub(super) fn check(project: &mut Project, diags: &mut Vec<Diagnostic>) {
    let proposals = project.proposals();
    diags.append(&mut project.diags);
    diags.extend(proposals.into_iter().filter_map(|proposal| proposal.confirmed().err()).flatten());
}

/// Shows what is proposed, and confirms it as far as nothing is wrong with it.
pub(super) fn accept(
    project: &mut Project,
    format: Format,
    diags: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let proposals = project.proposals();
    diags.append(&mut project.diags);
    match format {
        Format::Text => output::print(&proposals.iter().map(maps::text).collect::<String>()),
        Format::Json => output::print_json(&maps::document(&proposals)),
        Format::Sarif | Format::Github => {}
    }
    let confirmed = project.accept(&proposals)?;
    let wrong = proposals.iter().filter(|proposal| !proposal.is_whole()).count();
    diags.extend(proposals.into_iter().flat_map(|proposal| proposal.diags));
    let many = if confirmed == 1 { "1 entry".to_string() } else { format!("{confirmed} entries") };
    let cannot = || format!("{} cannot be confirmed", output::count(wrong, "map"));
    output::note(&match (confirmed, wrong) {
        (0, 0) => "nothing had to be confirmed".to_string(),
        (0, _) => cannot(),
        (_, 0) => format!("confirmed {many} in polywire.lock"),
        _ => format!("confirmed {many} in polywire.lock; {}", cannot()),
    });
    Ok(())
}
