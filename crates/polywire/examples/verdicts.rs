//! For the second tier of proof: reads a Protobuf contract, then one message a line, and says what becomes of it.
//!
//! `verdicts CONTRACT [ROOT…]`; each line of standard input is `json TYPE TEXT` or `protobuf TYPE HEX`, each line of the answer
//! `ok` with the message in the other encoding, or `bad` with rule and path. It must not know what is expected.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use polywire_contract::{Contract, TypeId};
use polywire_diag::{FileId, SourceMap};
use polywire_read::{Missing, READERS, Sources};
use polywire_wire::{Compiler, Encoding, PlanId, PlanOptions, Plans, Scratch};

#[derive(Default)]
struct Disk {
    map: SourceMap,
    paths: Vec<PathBuf>,
    roots: Vec<PathBuf>,
    bytes: BTreeMap<u32, Vec<u8>>,
}

impl Disk {
    fn open(&mut self, path: &Path) -> Result<FileId, Missing> {
        if let Some(known) = self.paths.iter().position(|known| known == path) {
            return Ok(FileId(known as u32));
        }
        let bytes = std::fs::read(path).map_err(|error| Missing { reason: error.to_string() })?;
        let listing = polywire_read::text_of_bytes(&bytes);
        let text = listing.clone().unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
        let file = self.map.add(path.display().to_string(), text);
        self.paths.push(path.to_path_buf());
        if listing.is_some() {
            self.bytes.insert(file.0, bytes);
        }
        Ok(file)
    }
}

impl Sources for Disk {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, path: &str, from: FileId) -> Result<FileId, Missing> {
        let base = self.paths[from.0 as usize].parent().unwrap_or(Path::new("")).to_path_buf();
        self.open(&base.join(path))
    }

    fn import(&mut self, path: &str) -> Option<FileId> {
        self.roots.clone().iter().find_map(|root| self.open(&root.join(path)).ok())
    }

    fn bytes(&self, file: FileId) -> Option<&[u8]> {
        self.bytes.get(&file.0).map(Vec::as_slice)
    }
}

/// The plans of one message, from JSON and from Protobuf.
struct Both {
    from_json: Option<PlanId>,
    from_protobuf: Option<PlanId>,
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let contract_path = arguments.next().expect("a contract");
    let mut sources = Disk { roots: arguments.collect(), ..Disk::default() };
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let file = sources.open(&contract_path).unwrap_or_else(|missing| panic!("{}", missing.reason));
    let reader = READERS.iter().find(|reader| reader.name() == "protobuf").expect("registered");
    reader.read(file, &mut sources, &mut contract, &mut diags);
    let mut err = std::io::stderr();
    let _ = err.write_all(
        polywire_diag::render(sources.map(), &diags, polywire_diag::Format::Text { color: false }).as_bytes(),
    );
    let (plans, messages) = compile(&contract);
    let mut scratch = Scratch::default();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    scratch.set_now(now.as_nanos() as i128);
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("text");
        let answer = answer(&line, &plans, &messages, &mut scratch);
        out.write_all(format!("{answer}\n").as_bytes()).expect("it is read");
    }
}

fn compile(contract: &Contract) -> (Plans, BTreeMap<String, Both>) {
    let mut compiler = Compiler::new(contract);
    let mut messages = BTreeMap::new();
    let options = PlanOptions { depth_max: 200, ..PlanOptions::default() };
    for (id, message) in &contract.protobuf.messages {
        let record = contract.record(*id).is_some();
        if messages.contains_key(&message.full_name) && record {
            continue;
        }
        let mut plan = |id: TypeId, from, to| compiler.ty(id.into(), from, to, &options, &mut Vec::new());
        let both = Both {
            from_json: plan(*id, Encoding::Json, Encoding::Protobuf),
            from_protobuf: plan(*id, Encoding::Protobuf, Encoding::Json),
        };
        messages.insert(message.full_name.clone(), both);
    }
    (compiler.finish(), messages)
}

fn answer(line: &str, plans: &Plans, messages: &BTreeMap<String, Both>, scratch: &mut Scratch) -> String {
    let mut words = line.splitn(3, ' ');
    let (encoding, name, rest) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let json = encoding == "json";
    let input = if json { rest.as_bytes().to_vec() } else { from_hex(rest) };
    let plan = messages.get(name).and_then(|both| if json { both.from_json } else { both.from_protobuf });
    let Some(plan) = plan else { return format!("none {name}") };
    let mut out = Vec::new();
    match plans.transcode(plan, &input, &mut out, scratch) {
        Ok(_) if json => format!("ok {}", out.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        Ok(_) => format!("ok {}", String::from_utf8_lossy(&out)),
        Err(refusal) => {
            let all = refusal.violations.iter().map(|one| format!("{}@{}", one.rule, one.path));
            format!("bad {}", all.collect::<Vec<_>>().join(" "))
        }
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
