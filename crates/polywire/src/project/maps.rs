//! Maps between types of a project: what is written of them, what is proposed, and what is confirmed.

use std::path::Path;

use polywire_contract::{Known, Maps, Proposal, TypeId, WrittenMap, confirmed, name_maps, propose};
use polywire_diag::Diagnostic;
use polywire_read::Sources;
use polywire_syntax::Limits;

use super::Project;
use crate::exit::Failure;

impl Project {
    /// What can be said of every map that is asked for in polywire.yaml.
    pub(crate) fn proposals(&mut self) -> Vec<Proposal> {
        let written = std::mem::take(&mut self.maps);
        let named = name_maps(&self.contract, &written, &mut self.diags);
        let known = Known { lock: &self.lock, written: &named, root: &self.root };
        let found = named.iter().map(|map| propose(&self.contract, map.from, map.to, &known)).collect();
        self.maps = written;
        found
    }

    /// The map from one type to another where all of it is confirmed, or written; `more` are written elsewhere than in
    /// polywire.yaml. Else what is proposed, and what is in the way.
    pub(crate) fn map(
        &self,
        from: TypeId,
        to: TypeId,
        more: &[WrittenMap],
    ) -> Result<Maps, (Proposal, Vec<Diagnostic>)> {
        let mut diags = Vec::new();
        let written: Vec<WrittenMap> = more.iter().chain(&self.maps).cloned().collect();
        let named = name_maps(&self.contract, &written, &mut diags);
        let known = Known { lock: &self.lock, written: &named, root: &self.root };
        match confirmed(&self.contract, from, to, &known) {
            Ok(maps) if diags.is_empty() => Ok(maps),
            Ok(_) => Err((propose(&self.contract, from, to, &known), diags)),
            Err(more) => {
                diags.extend(more);
                Err((propose(&self.contract, from, to, &known), diags))
            }
        }
    }

    /// Reads maps that are written in a file of their own: one, or a list.
    pub(crate) fn read_maps(&mut self, path: &Path) -> Result<Vec<WrittenMap>, Failure> {
        let file = self
            .sources
            .open(path)
            .map_err(|missing| Failure::environment(format!("{}: {}", path.display(), missing.reason)))?;
        let text = self.sources.map().text(file).to_string();
        let node = polywire_syntax::parse(file, &text, &Limits::default(), &mut self.diags);
        let nodes = match &node {
            None => &[],
            Some(node) => node.as_list().unwrap_or(std::slice::from_ref(node)),
        };
        let maps =
            nodes.iter().filter_map(|node| polywire_workspace::load_map(node, &mut self.diags)).collect();
        self.report_errors()?;
        Ok(maps)
    }

    /// Writes into polywire.lock what is proposed, as far as nothing is wrong with it; says how many entries are new.
    pub(crate) fn accept(&mut self, proposals: &[Proposal]) -> Result<usize, Failure> {
        let keys = proposals.iter().flat_map(Proposal::keys).collect();
        let mut open = 0;
        for proposal in proposals.iter().filter(|proposal| proposal.is_whole()) {
            proposal.accept(&mut self.lock);
            open += proposal.open();
        }
        self.lock.keep_maps(&keys);
        if self.lock.changed() && super::is_ci() {
            let message = "CI never writes polywire.lock, and it does not hold every entry";
            return Err(
                Failure::wrong(message).help("run `polywire check --accept` elsewhere, and commit the file")
            );
        }
        self.write_lock()?;
        Ok(open)
    }
}
