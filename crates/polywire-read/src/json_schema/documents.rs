//! The documents that take part: the one that is read, and whatever its references name. Each is loaded once; what is not
//! at hand is remembered, too. Nothing is ever fetched.

use std::collections::{BTreeMap, HashMap};

use polywire_contract::Draft;
use polywire_diag::{Diagnostic, FileId};
use polywire_syntax::{Limits, Node};

use super::index::{Index, Wanted};
use super::{dialect, uri};
use crate::Sources;

/// How many documents one schema may consist of.
const DOCUMENTS_MAX: usize = 1000;

/// One parsed document.
pub(super) struct Document {
    pub(super) file: FileId,
    /// Where references find it.
    pub(super) uri: String,
    pub(super) draft: Draft,
    pub(super) root: Node,
}

/// Every document, and the addresses that lead to none.
pub(super) struct Documents {
    pub(super) all: Vec<Document>,
    /// Addresses of documents that are known by another one.
    pub(super) aliases: BTreeMap<String, usize>,
    /// Why an address leads nowhere.
    pub(super) missing: HashMap<String, String>,
}

impl Documents {
    /// Loads a document and all that it refers to.
    pub(super) fn load(
        file: FileId,
        sources: &mut dyn Sources,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<Documents> {
        let uri = uri::of_file(sources.map().name(file));
        let root = parse(file, sources, diags)?;
        let draft = dialect::guessed(&root);
        let mut documents = Documents {
            all: vec![Document { file, uri, draft, root }],
            aliases: BTreeMap::new(),
            missing: HashMap::new(),
        };
        loop {
            let wanted = Index::new(&documents).wanted();
            if wanted.is_empty() {
                return Some(documents);
            }
            for wanted in wanted {
                documents.fetch(wanted, draft, sources, diags);
            }
        }
    }

    fn fetch(
        &mut self,
        wanted: Wanted,
        draft: Draft,
        sources: &mut dyn Sources,
        diags: &mut Vec<Diagnostic>,
    ) {
        if self.all.len() >= DOCUMENTS_MAX {
            self.missing.insert(wanted.uri, format!("is one of more than {DOCUMENTS_MAX} documents"));
            return;
        }
        let file = match sources.load(&wanted.path, wanted.from) {
            Ok(file) => file,
            Err(missing) => {
                self.missing.insert(wanted.uri, missing.reason);
                return;
            }
        };
        if let Some(at) = self.all.iter().position(|document| document.file == file) {
            self.aliases.insert(wanted.uri, at);
            return;
        }
        match parse(file, sources, diags) {
            Some(root) => {
                let draft = match dialect::guessed(&root) {
                    Draft::Draft202012 => draft,
                    guessed => guessed,
                };
                self.all.push(Document { file, uri: wanted.uri, draft, root });
            }
            None => {
                self.missing.insert(wanted.uri, "could not be read".to_string());
            }
        }
    }
}

fn parse(file: FileId, sources: &dyn Sources, diags: &mut Vec<Diagnostic>) -> Option<Node> {
    polywire_syntax::parse_source(sources.map(), file, &Limits::default(), diags)
}
