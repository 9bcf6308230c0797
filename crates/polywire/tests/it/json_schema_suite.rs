//! The public JSON Schema suite: every verdict, and how many were reached without a tree.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use polywire_contract::{Contract, TypeId};
use polywire_diag::{Diagnostic, FileId, Format, SourceMap, render};
use polywire_read::{Missing, READERS, Sources};
use polywire_syntax::{Limits, Node};
use polywire_testkit::suites;
use polywire_wire::{Compiler, SchemaOptions, Scratch};

/// Where the suite's own documents are found by references.
const REMOTES: &str = "http://localhost:1234/";

/// What came of some files of the suite.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    cases: usize,
    right: usize,
    /// Verdicts that took no tree of the value or of a part of it.
    without_tree: usize,
}

#[test]
fn every_required_case_of_2020_12_has_its_verdict() {
    check("draft2020-12", false, Tally { cases: 1299, right: 1299, without_tree: 1143 });
}

#[test]
fn every_required_case_of_draft_7_has_its_verdict() {
    check("draft7", false, Tally { cases: 927, right: 927, without_tree: 923 });
}

#[test]
fn formats_of_2020_12_are_asserted() {
    check("draft2020-12/optional/format", true, Tally { cases: 764, right: 764, without_tree: 120 });
}

#[test]
fn formats_of_draft_7_are_asserted() {
    check("draft7/optional/format", true, Tally { cases: 676, right: 676, without_tree: 108 });
}

/// What is not right: `dependencies`, which 2020-12 has no more.
#[test]
fn optional_cases_of_2020_12_have_their_verdict() {
    check("draft2020-12/optional", false, Tally { cases: 162, right: 148, without_tree: 155 });
}

/// What is not right: text that is JSON or base64 by `contentMediaType` and `contentEncoding`, which are remarks.
#[test]
fn optional_cases_of_draft_7_have_their_verdict() {
    check("draft7/optional", false, Tally { cases: 118, right: 114, without_tree: 116 });
}

#[expect(clippy::print_stdout, reason = "the counts are what the test is for")]
fn check(folder: &str, assert_format: bool, expected: Tally) {
    let Some(root) = suites("json-schema") else { return };
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("tests").join(folder))
        .expect("the suite has the folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let (mut tally, mut wrong) = (Tally::default(), Vec::new());
    for file in &files {
        run(file, &root, assert_format, &mut tally, &mut wrong);
    }
    let share = tally.without_tree * 100 / tally.cases.max(1);
    println!("{folder}: {} of {} right, {share} % without a tree", tally.right, tally.cases);
    assert_eq!(tally, expected, "{}", wrong.join("\n"));
}

/// Runs one file of groups, each a schema with its cases.
fn run(file: &Path, root: &Path, assert_format: bool, tally: &mut Tally, wrong: &mut Vec<String>) {
    let text = fs::read_to_string(file).expect("the suite is text");
    let tree = polywire_syntax::parse(FileId(0), &text, &Limits::default(), &mut Vec::new());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft7 = file.components().any(|part| part.as_os_str() == "draft7");
    for group in tree.as_ref().and_then(Node::as_list).expect("a list of groups") {
        let part = |node: &'_ Node, key: &str| node.as_map().and_then(|map| map.get(key)).cloned();
        let schema = part(group, "schema").expect("a schema");
        let what = part(group, "description").and_then(|node| node.as_text().map(String::from));
        let compiled = Compiled::new(slice(&text, &schema), root, draft7, assert_format);
        for case in part(group, "tests").as_ref().and_then(Node::as_list).expect("cases") {
            let data = part(case, "data").expect("data");
            let valid = part(case, "valid").and_then(|node| node.as_bool()).expect("a verdict");
            let about = part(case, "description").and_then(|node| node.as_text().map(String::from));
            tally.cases += 1;
            let found = compiled.verdict(slice(&text, &data));
            if found.as_ref().is_ok_and(|found| found.0 == valid) {
                tally.right += 1;
            } else {
                wrong.push(format!("{name}: {what:?}: {about:?}: not {valid}: {:?}", found.as_ref()));
            }
            tally.without_tree += usize::from(found.is_ok_and(|found| found.1 == 0));
        }
    }
}

fn slice<'t>(text: &'t str, node: &Node) -> &'t str {
    &text[node.span.start as usize..node.span.end as usize]
}

/// A schema as a plan, or why there is none.
pub(crate) struct Compiled {
    plan: Result<(polywire_wire::Plans, polywire_wire::PlanId), String>,
}

impl Compiled {
    pub(crate) fn new(schema: &str, root: &Path, draft7: bool, assert_format: bool) -> Compiled {
        let mut sources = Remotes { map: SourceMap::default(), root, known: HashMap::new() };
        let text = match (draft7 && !schema.contains("\"$schema\""), schema.strip_prefix('{')) {
            (true, Some(rest)) => {
                let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
                format!("{{\"$schema\": \"http://json-schema.org/draft-07/schema#\"{comma}{rest}")
            }
            _ => schema.to_string(),
        };
        let file = sources.map.add("schema.json", text);
        let reader = READERS.iter().find(|reader| reader.name() == "json_schema").expect("registered");
        let (mut contract, mut diags) = (Contract::default(), Vec::new());
        reader.read(file, &mut sources, &mut contract, &mut diags);
        let options = SchemaOptions { assert_format, ..SchemaOptions::default() };
        let schema = contract.schemas.types.get(&TypeId(0)).copied();
        let mut compiler = Compiler::new(&contract);
        let plan = schema.and_then(|schema| compiler.schema(schema, &options, &mut diags));
        let plans = compiler.finish();
        diags.retain(Diagnostic::is_error);
        let plan = match plan.filter(|_| diags.is_empty()) {
            Some(plan) => Ok((plans, plan)),
            None => Err(render(&sources.map, &diags, Format::Text { color: false })),
        };
        Compiled { plan }
    }

    /// Whether a document is valid, and how many trees that took.
    pub(crate) fn verdict(&self, data: &str) -> Result<(bool, u32), &str> {
        let (plans, plan) = self.plan.as_ref().map_err(String::as_str)?;
        let verdict = plans.verdict(*plan, data.as_bytes(), &mut Scratch::default());
        Ok((verdict.refusal.is_none(), verdict.trees))
    }
}

/// The suite's own documents.
struct Remotes<'r> {
    map: SourceMap,
    root: &'r Path,
    known: HashMap<String, FileId>,
}

impl Sources for Remotes<'_> {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, _from: FileId) -> Result<FileId, Missing> {
        if let Some(known) = self.known.get(path) {
            return Ok(*known);
        }
        let missing = || Missing { reason: "is not part of the suite".to_string() };
        let own = path.strip_prefix(REMOTES).ok_or_else(missing)?;
        let text = fs::read_to_string(self.root.join("remotes").join(own)).map_err(|_| missing())?;
        let file = self.map.add(path, text);
        self.known.insert(path.to_string(), file);
        Ok(file)
    }
}
