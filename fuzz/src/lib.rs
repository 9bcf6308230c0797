//! What the targets do with bytes: read them, and hold what must be true whatever they are.

mod avro;
mod layout;
mod pair;
mod record;

pub use avro::wire_avro;
pub use layout::wire_layout;
pub use record::wire_record;

use std::cell::RefCell;

use polywire_contract::{Contract, Shape, Type, TypeId};
use polywire_diag::{Diagnostic, FileId, Format, SourceMap, render};
use polywire_read::{Missing, READERS, Sources};
use polywire_syntax::{Limits, parse, parse_json};
use polywire_wire::{Compiler, Encoding, PlanOptions};

use pair::Pair;

/// One file, and nothing beside it.
#[derive(Default)]
struct Alone {
    map: SourceMap,
    /// Where it is no text.
    bytes: Option<Vec<u8>>,
}

impl Sources for Alone {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn bytes(&self, _file: FileId) -> Option<&[u8]> {
        self.bytes.as_deref()
    }

    fn load(&mut self, _path: &str, _from: FileId) -> Result<FileId, Missing> {
        Err(Missing { reason: "there is one file only".into() })
    }
}

/// Reads a text as YAML.
pub fn yaml(bytes: &[u8]) {
    syntax(bytes, "text.yaml", |map, file, diags| {
        parse(file, map.text(file), &Limits::default(), diags);
    });
}

/// Reads a text as JSON.
pub fn json(bytes: &[u8]) {
    syntax(bytes, "text.json", |map, file, diags| {
        parse_json(file, map.text(file), &Limits::default(), diags);
    });
}

fn syntax(bytes: &[u8], name: &str, read: impl Fn(&SourceMap, FileId, &mut Vec<Diagnostic>)) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut map = SourceMap::default();
    let file = map.add(name, text);
    let mut diags = Vec::new();
    read(&map, file, &mut diags);
    shown(&map, &diags);
}

/// Reads a text with the reader of a name, and compiles what it says.
pub fn contract(reader: &str, name: &str, bytes: &[u8]) {
    let mut sources = Alone::default();
    let listing = (reader == "protobuf").then(|| polywire_read::text_of_bytes(bytes)).flatten();
    let text = match (listing, std::str::from_utf8(bytes)) {
        (Some(listing), _) => {
            sources.bytes = Some(bytes.to_vec());
            listing
        }
        (None, Ok(text)) => text.to_string(),
        (None, Err(_)) => return,
    };
    let file = sources.map.add(name, text.as_str());
    let mut contract = Contract::default();
    let mut diags = Vec::new();
    let reader = READERS.iter().find(|row| row.name() == reader).expect("the target names a reader");
    let _ = reader.recognises(name, &text);
    reader.read(file, &mut sources, &mut contract, &mut diags);
    shown(&sources.map, &diags);
    let _ = polywire_contract::dump(&contract);
    let mut compiler = Compiler::new(&contract);
    for at in 0..contract.types.len().min(64) {
        let ty = TypeId(at as u32).into();
        compiler.ty(ty, Encoding::Json, Encoding::Json, &PlanOptions::default(), &mut diags);
    }
    drop(compiler.finish());
    shown(&sources.map, &diags);
}

/// Every span lies in its text, or rendering shows it.
fn shown(map: &SourceMap, diags: &[Diagnostic]) {
    let few = &diags[..diags.len().min(100)];
    let _ = render(map, few, Format::Text { color: false });
    let _ = render(map, few, Format::Json);
}

const MESSAGES: &str = include_str!("messages.proto");

thread_local! {
    static WIRE: RefCell<Pair> = RefCell::new(messages());
}

fn messages() -> Pair {
    let contract = read("protobuf", "messages.proto", MESSAGES);
    Pair::new(&contract, named(&contract, "All"), Encoding::Protobuf)
}

/// A contract without mistakes.
fn read(reader: &str, name: &str, text: &str) -> Contract {
    let mut sources = Alone::default();
    let file = sources.map.add(name, text);
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let reader = READERS.iter().find(|row| row.name() == reader).expect("it is there");
    reader.read(file, &mut sources, &mut contract, &mut diags);
    assert!(
        !diags.iter().any(Diagnostic::is_error),
        "{}",
        render(&sources.map, &diags, Format::Text { color: false })
    );
    contract
}

/// The record of a name.
fn named(contract: &Contract, name: &str) -> TypeId {
    let is_it = |ty: &Type| ty.short_name() == Some(name) && matches!(ty.shape, Shape::Record(_));
    TypeId(contract.types.iter().position(is_it).expect("it is there") as u32)
}

/// What JSON became in Protobuf is the same after it has become JSON again.
pub fn wire_json(bytes: &[u8]) {
    WIRE.with_borrow_mut(|pair| {
        let Some(message) = pair.pass(pair.there, bytes) else { return };
        let json = pair.pass(pair.back, &message).expect("what was written can be read");
        pair.again(&json);
    });
}

/// What is valid in Protobuf is valid JSON, and the same after it has become Protobuf again.
pub fn wire_protobuf(bytes: &[u8]) {
    WIRE.with_borrow_mut(|pair| {
        let Some(json) = pair.pass(pair.back, bytes) else { return };
        let message = pair.pass(pair.there, &json);
        let message = message.unwrap_or_else(|| panic!("not taken back: {}", String::from_utf8_lossy(&json)));
        // Its first JSON may hold what the second has in canonical form.
        let json = pair.pass(pair.back, &message).expect("what was written can be read");
        pair.again(&json);
    });
}
