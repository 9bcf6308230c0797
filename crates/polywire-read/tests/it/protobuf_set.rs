//! Protobuf as a `FileDescriptorSet`: the same model as from the text, and no harm from bytes that are none.

use polywire_contract::{Contract, dump};
use polywire_diag::{Diagnostic, FileId, SourceMap};
use polywire_read::{Missing, READERS, Sources, text_of_bytes};
use polywire_testkit::{cases, fixtures};

use crate::cases::read as read_file;

/// One binary file.
struct Binary {
    map: SourceMap,
    file: FileId,
    bytes: Vec<u8>,
}

impl Sources for Binary {
    fn map(&self) -> &SourceMap {
        &self.map
    }

    fn load(&mut self, _: &str, _: FileId) -> Result<FileId, Missing> {
        Err(Missing { reason: "no such file".into() })
    }

    fn bytes(&self, file: FileId) -> Option<&[u8]> {
        (file == self.file).then_some(&self.bytes)
    }
}

/// Reads bytes; `None` where they are not taken for a set.
fn read(bytes: Vec<u8>) -> Option<(Contract, Vec<Diagnostic>, SourceMap)> {
    let mut map = SourceMap::default();
    let file = map.add("set.binpb", text_of_bytes(&bytes)?);
    let mut sources = Binary { map, file, bytes };
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let reader = READERS.iter().find(|reader| reader.name() == "protobuf").expect("registered");
    reader.read(file, &mut sources, &mut contract, &mut diags);
    for label in diags.iter().flat_map(|diagnostic| &diagnostic.labels) {
        let text = sources.map.text(label.span.file);
        assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{label:?}");
    }
    Some((contract, diags, sources.map))
}

/// The set of a text, with its imports; options of extensions as the compiler writes them.
fn set_of(folder: &std::path::Path, name: &str) -> Option<Vec<u8>> {
    let mut compiler = protox::Compiler::with_file_resolver(Resolver(folder.to_path_buf()));
    compiler.include_imports(true).include_source_info(true);
    compiler.open_file(name).ok()?;
    Some(compiler.encode_file_descriptor_set())
}

struct Resolver(std::path::PathBuf);

impl protox::file::FileResolver for Resolver {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/src/protobuf/builtin");
        let stem = name.rsplit('/').next().unwrap_or(name);
        for path in [self.0.join(name), std::path::Path::new(built_in).join(stem)] {
            if let Ok(text) = std::fs::read_to_string(path) {
                return protox::file::File::from_source(name, &text);
            }
        }
        protox::file::GoogleFileResolver::new().open_file(name)
    }
}

#[test]
fn a_set_is_the_same_model_as_the_text_it_was_made_of() {
    let mut compared = 0;
    for folder in cases(&fixtures("contracts")) {
        let Some(name) = crate::protobuf::proto_of(&folder) else { continue };
        let Some(bytes) = set_of(&folder, &name) else { continue };
        let (contract, diags, map) = read(bytes).expect("a set");
        let shown = polywire_diag::render(&map, &diags, polywire_diag::Format::Text { color: false });
        assert!(!diags.iter().any(Diagnostic::is_error), "{name}: {shown}");
        // What is imported comes last from a text.
        let parts = |contract: &Contract| {
            let text = dump(contract);
            let mut parts: Vec<String> = text.split("\n\n").map(|part| part.trim().to_string()).collect();
            parts.sort();
            parts
        };
        assert_eq!(parts(&contract), parts(&read_file(&folder, &name).contract), "{name}");
        compared += 1;
    }
    assert!(compared >= 3, "{compared}");
}

#[test]
fn broken_sets_are_refused_and_never_panic() {
    let folder = fixtures("contracts").join("proto-shapes");
    let whole = set_of(&folder, "proto-shapes.proto").expect("it compiles");
    // The last file is the one that is meant: what stands before it is what it imports.
    let start = whole.len().saturating_sub(4000);
    let (mut seed, mut refused, mut taken) = (0x2545_f491_4f6c_dd1d_u64, 0, 0);
    let mut below = |limit: usize| {
        seed ^= seed >> 12;
        seed ^= seed << 25;
        seed ^= seed >> 27;
        (seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    };
    let rounds = std::env::var("POLYWIRE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(100);
    for round in 0..rounds {
        let mut bytes = whole.clone();
        for _ in 0..=below(3) {
            let at = start + below(bytes.len() - start);
            match below(3) {
                0 => bytes[at] ^= 1 << below(8),
                1 => bytes[at] = below(256) as u8,
                _ if round % 7 == 0 => bytes.truncate(at.max(start + 1)),
                _ => bytes[at] = bytes[at].wrapping_add(1),
            }
        }
        match read(bytes) {
            Some((_, diags, _)) if diags.iter().any(Diagnostic::is_error) => refused += 1,
            Some(_) => taken += 1,
            None => refused += 1,
        }
    }
    assert!(refused > 20 && taken > 20, "{refused} {taken}");
}

#[test]
fn a_damaged_set_is_said_as_expected() {
    let mut golden = polywire_testkit::Golden::default();
    let folder = fixtures("errors").join("PW-R0214-damaged");
    let bytes = std::fs::read(folder.join("contract.binpb")).expect("it is there");
    let (_, diags, map) = read(bytes).expect("it begins like a set");
    let shown = polywire_diag::render(&map, &diags, polywire_diag::Format::Text { color: false });
    assert!(diags.iter().any(|diagnostic| diagnostic.code.id == "PW-R0214"), "{shown}");
    golden.check(&folder.join("diag.txt"), &shown);
    golden.finish();
}

#[test]
fn a_set_without_its_imports_says_how_to_make_one_with_them() {
    let file = prost_types::FileDescriptorProto {
        name: Some("a.proto".into()),
        dependency: vec!["b.proto".into()],
        ..Default::default()
    };
    let set = prost_types::FileDescriptorSet { file: vec![file] };
    let (_, diags, map) = read(prost::Message::encode_to_vec(&set)).expect("a set");
    assert_eq!(diags.len(), 1);
    assert_eq!(diags[0].code.id, "PW-R0202");
    let span = diags[0].labels[0].span;
    assert_eq!(&map.text(span.file)[span.start as usize..span.end as usize], "import b.proto");
}
