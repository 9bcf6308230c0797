//! Maps between random types: what holds for each, whatever the types are.

use std::collections::BTreeSet;
use std::path::Path;

use polywire_contract::{
    Contract, FieldMap, FieldPath, Known, Lock, MapKind, Origin, TypeId, Words, confirmed, propose,
};
use polywire_diag::{FileId, SourceMap};
use polywire_read::{Missing, READERS, Sources};

/// A text that refers to nothing.
struct One(SourceMap);

impl Sources for One {
    fn map(&self) -> &SourceMap {
        &self.0
    }

    fn load(&mut self, path: &str, _from: FileId) -> Result<FileId, Missing> {
        Err(Missing { reason: format!("there is no file `{path}`") })
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }

    fn one<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// A name of one or two words in some convention.
fn name(random: &mut Random) -> String {
    let first = random.one(&["customer", "ship", "total", "note", "id"]);
    let second = random.one(&["name", "city", "id", "kind"]);
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    match random.below(5) {
        0 => first.to_string(),
        1 => format!("{first}_{second}"),
        2 => format!("{first}{}", capital(second)),
        3 => format!("{first}-{second}").to_uppercase(),
        _ => capital(first),
    }
}

fn schema(random: &mut Random, depth: usize) -> String {
    match random.below(if depth < 2 { 9 } else { 7 }) {
        0 | 1 => "{type: string}".into(),
        2 => format!("{{type: string, maxLength: {}}}", random.below(40) + 1),
        3 => "{type: integer, format: int32}".into(),
        4 => "{type: number}".into(),
        5 => "{type: string, enum: [open, PAID]}".into(),
        6 => "{type: array, items: {type: string}}".into(),
        _ => record(random, depth + 1),
    }
}

fn record(random: &mut Random, depth: usize) -> String {
    let names: BTreeSet<String> = (0..random.below(6) + 1).map(|_| name(random)).collect();
    let required: Vec<&String> = names.iter().filter(|_| random.below(4) == 0).collect();
    let required = if required.is_empty() { String::new() } else { format!("required: {required:?}, ") };
    let fields: Vec<String> = names.iter().map(|name| format!("{name}: {}", schema(random, depth))).collect();
    format!("{{type: object, {required}properties: {{{}}}}}", fields.join(", "))
}

/// Names of the same words on both sides, flat or in records, now and then with something that does not fit.
fn related(random: &mut Random) -> (String, String) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for first in ["customer", "ship", "total"] {
        let seconds: Vec<&str> =
            ["name", "city", "kind"].into_iter().filter(|_| random.below(2) == 0).collect();
        for (side, all) in [(&mut left, &seconds), (&mut right, &seconds)] {
            let field = |random: &mut Random, name: String, second: &str| {
                let usual =
                    if second == "kind" { "{type: string, enum: [open, PAID]}" } else { "{type: string}" };
                let ty = if random.below(30) == 0 { schema(random, 2) } else { usual.to_string() };
                format!("{name}: {ty}")
            };
            let nested = random.below(2) == 0 && !all.is_empty();
            let mut fields = Vec::new();
            for second in all {
                let name = if nested { second.to_uppercase() } else { format!("{first}_{second}") };
                if random.below(40) > 0 {
                    fields.push(field(random, name, second));
                }
            }
            match nested {
                true => {
                    side.push(format!("{first}: {{type: object, properties: {{{}}}}}", fields.join(", ")))
                }
                false => side.extend(fields),
            }
        }
    }
    let record = |fields: Vec<String>| format!("{{type: object, properties: {{{}}}}}", fields.join(", "));
    (record(left), record(right))
}

fn contract(random: &mut Random) -> Contract {
    let (left, right) =
        if random.below(3) == 0 { (record(random, 0), record(random, 0)) } else { related(random) };
    let text = format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n    Left: {left}\n    Right: {right}\n",
    );
    let mut sources = One(SourceMap::default());
    let file = sources.0.add("c.yaml", text.clone());
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let reader = READERS.iter().find(|reader| reader.recognises("c.yaml", &text)).expect("it is OpenAPI");
    reader.read(file, &mut sources, &mut contract, &mut diags);
    assert!(diags.iter().all(|diag| !diag.is_error()), "{text}");
    contract
}

/// The words of a path as one name.
fn joined(contract: &Contract, mut record: TypeId, path: &[u32]) -> Words {
    let mut all = Vec::new();
    for at in path {
        let field = &contract.record(record).expect("a path leads through records").fields[*at as usize];
        all.extend(field.words.0.iter().cloned());
        record = field.ty.id;
    }
    Words(all)
}

/// Every origin that is a field, with the field that it goes to.
fn moves(maps: &[FieldMap], outer: &[u32], found: &mut Vec<(FieldPath, FieldPath)>) {
    for (place, map) in maps.iter().enumerate() {
        assert_eq!(map.field as usize, place, "one for each field, in their order");
        let path: FieldPath = outer.iter().copied().chain([map.field]).collect();
        match &map.origin {
            Origin::Field(source) => found.push((path, source.clone())),
            Origin::Record(fields) => moves(fields, &path, found),
            Origin::Absent => {}
            other => panic!("nobody wrote {other:?}"),
        }
    }
}

/// Whether every field of a record has a place, itself or field by field.
fn is_placed(contract: &Contract, record: TypeId, outer: &[u32], used: &BTreeSet<FieldPath>) -> bool {
    let record = contract.record(record).expect("only records are left open");
    record.fields.iter().enumerate().all(|(at, field)| {
        let path: FieldPath = outer.iter().copied().chain([at as u32]).collect();
        let inside = || used.iter().any(|used| used.starts_with(&path));
        used.contains(&path) || inside() && is_placed(contract, field.ty.id, &path, used)
    })
}

#[test]
fn what_is_proposed_is_unique_whole_and_stays_once_it_is_confirmed() {
    let (mut random, mut whole) = (Random(5), 0);
    for _ in 0..1500 {
        let contract = contract(&mut random);
        let of = |name: &str| contract.find_types(name)[0];
        let (from, to) = (of("Left"), of("Right"));
        let empty = Lock::default();
        let known = Known { lock: &empty, written: &[], root: "" };
        let found = propose(&contract, from, to, &known);
        for pair in &found.maps.pairs {
            let MapKind::Record { fields, dropped } = &pair.kind else { continue };
            let mut all = Vec::new();
            moves(fields, &[], &mut all);
            let used: BTreeSet<FieldPath> = all.iter().map(|(_, source)| source.clone()).collect();
            assert!(used.len() == all.len() && dropped.is_empty(), "a field goes to one place");
            for (target, source) in &all {
                assert_eq!(joined(&contract, pair.to, target), joined(&contract, pair.from, source));
            }
            assert!(!found.is_whole() || is_placed(&contract, pair.from, &[], &used), "nothing is lost");
        }
        let open = confirmed(&contract, from, to, &known);
        assert_eq!(open.is_ok(), found.is_whole() && found.open() == 0);
        if found.is_whole() {
            whole += 1;
            let mut lock = Lock::default();
            found.accept(&mut lock);
            stays(&contract, (from, to), &lock, &found.maps);
            mutated(&contract, (from, to), &lock.write(), &mut random);
        }
    }
    assert!(whole > 200, "only {whole} are whole");
}

fn stays(contract: &Contract, (from, to): (TypeId, TypeId), lock: &Lock, maps: &polywire_contract::Maps) {
    let mut diags = Vec::new();
    let read = Lock::parse(FileId(1), &lock.write(), &mut diags);
    let known = Known { lock: &read, written: &[], root: "" };
    let again = confirmed(contract, from, to, &known).expect("all of it is confirmed");
    assert!(diags.is_empty() && again == *maps);
}

/// Whatever stands in the lock, there is a map or something is said.
fn mutated(contract: &Contract, (from, to): (TypeId, TypeId), text: &str, random: &mut Random) {
    for _ in 0..4 {
        let mut lines: Vec<&str> = text.lines().collect();
        let at = random.below(lines.len());
        match random.below(3) {
            0 => drop(lines.remove(at)),
            1 => lines[at] = "    customer.name: id.x",
            _ => lines[at] = "    total: null",
        }
        let lock = Lock::parse(FileId(1), &lines.join("\n"), &mut Vec::new());
        let known = Known { lock: &lock, written: &[], root: "" };
        if let Err(diags) = confirmed(contract, from, to, &known) {
            assert!(!diags.is_empty());
        }
    }
}

#[test]
fn types_that_contain_themselves_come_to_an_end() {
    let folder = polywire_testkit::fixtures("maps").join("deep");
    let case = crate::cases::read(Path::new(&folder), "orders.proto");
    let of = |name: &str| case.contract.find_types(name)[0];
    let empty = Lock::default();
    let known = Known { lock: &empty, written: &[], root: "" };
    let found = propose(&case.contract, of("Category"), of("Order"), &known);
    assert!(!found.is_whole());
    let found = propose(&case.contract, of("Category"), of("Category"), &known);
    assert!(found.is_whole() && found.pairs.is_empty());
}
