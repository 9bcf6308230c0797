//! apache-avro beside the Avro encoding: the values of a file, random types with random values, and broken bytes.

mod expected;
mod random;
mod sides;
mod types;
mod values;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use apache_avro::Schema;
use apache_avro::types::Value;
use serde_json::Value as Json;

use expected::Names;
use random::Random;
use sides::{Here, There};
use types::Types;

const TYPES: u64 = 3000;
const VALUES: u64 = 12;
/// Of so many values of every second type the bytes are broken.
const BROKEN: u64 = 2;
/// Bytes of a message that are cut and flipped one by one; of the others some.
const LENGTH_MAX: usize = 400;

/// What became of broken bytes.
struct Tally {
    inputs: u64,
    refused: u64,
    equal: u64,
    /// Refused here, read there: the rule, whether apache-avro read null where bytes ended, why, how many.
    stricter: [(&'static str, bool, &'static str, u64); 7],
}

fn main() {
    std::panic::set_hook(Box::new(|said| {
        // apache-avro's are counted, not shown.
        if !said.location().is_some_and(|at| at.file().contains("apache-avro")) {
            eprintln!("{said}");
        }
    }));
    apache_avro::util::max_allocation_bytes(1 << 20);
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let [proof, work] = folders.as_slice() else {
        panic!("usage: the folder of the proof, the one to work in")
    };
    let count = of_file(Path::new(proof), Path::new(work));
    println!("apache-avro: the same {count} values: all agree");
    let (mut tally, mut values) = (Tally::new(), 0);
    for seed in 1..=TYPES {
        values += of_type(seed, &mut tally);
    }
    println!("apache-avro: {values} values of {TYPES} random types, both ways: all agree");
    tally.print();
}

/// The values that fastavro had too: `values.jsonl`, and what was written of them here.
fn of_file(proof: &Path, work: &Path) -> usize {
    let text = |path: PathBuf| fs::read_to_string(path).expect("a file of the proof");
    let schema = Schema::parse_str(&text(proof.join("all.avsc"))).expect("a schema");
    let (there, names) = (There::new(&schema), Names::of(&schema));
    let values: Vec<Value> =
        text(work.join("values.jsonl")).lines().map(|line| said(&names, &schema, line)).collect();
    let written = fs::read(work.join("here.avro")).expect("a file of the proof");
    let read: Vec<&[u8]> = frames(&written).collect();
    assert_eq!(read.len(), values.len());
    let mut out = Vec::new();
    for (value, bytes) in values.iter().zip(read) {
        assert_eq!(there.read(bytes).as_ref(), Ok(value));
        let bytes = there.write(value.clone());
        frame(&bytes, &mut out);
    }
    let back = transcoded(&proof.join("all.yaml"), work, &out);
    assert_eq!(back.lines().count(), values.len());
    for (value, line) in values.iter().zip(back.lines()) {
        assert_eq!(said(&names, &schema, line), *value, "{line}");
    }
    values.len()
}

fn transcoded(contract: &Path, work: &Path, messages: &[u8]) -> String {
    let input = work.join("there.avro");
    fs::write(&input, messages).expect("the folder of the proof takes files");
    let said = Command::new("polywire")
        .args(["transcode", "--type", "All", "--from", "avro", "--to", "json", "--contract"])
        .arg(contract)
        .stdin(File::open(input).expect("it was just written"))
        .output()
        .expect("polywire is in the path");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("JSON is text")
}

fn said(names: &Names, schema: &Schema, json: &str) -> Value {
    let parsed: Json = serde_json::from_str(json).expect("JSON");
    names.value(schema, &parsed).unwrap_or_else(|| panic!("no value: {json}"))
}

/// Random values of a random type, both ways, and some of them broken; how many there were.
fn of_type(seed: u64, tally: &mut Tally) -> u64 {
    let broken_too = seed.is_multiple_of(2);
    let mut types = Types::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), broken_too);
    let made = types.record(3);
    let schema = Schema::parse(&made.avsc).unwrap_or_else(|error| panic!("{error}: {}", made.avsc));
    let (mut here, there, names) =
        (Here::new(&types.contract, made.ty), There::new(&schema), Names::of(&schema));
    for nth in 0..VALUES {
        let json = types.value(made.ty, made.lies, 4);
        let text = types.shuffled(&json);
        let value = said(&names, &schema, &text);
        let written = here.run(here.there, text.as_bytes());
        let written = written.unwrap_or_else(|refusal| panic!("{text} of {}: {refusal:?}", made.avsc));
        assert_eq!(there.read(&written).as_ref(), Ok(&value), "{text}");
        let bytes = there.write(value.clone());
        let same = here.run(here.same, &bytes).expect("what it reads it writes");
        assert_eq!(there.read(&same).as_ref(), Ok(&value), "{text}");
        let back = here.run(here.back, &bytes).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
        let back = String::from_utf8(back).expect("JSON is text");
        assert_eq!(said(&names, &schema, &back), value, "{text} {back}");
        if broken_too && nth < BROKEN {
            broken(&written, &mut types.random, |bytes| {
                tally.judge(&mut here, &there, bytes, |json| said(&names, &schema, json));
            });
        }
    }
    VALUES
}

/// The bytes cut at every length, with every bit flipped, and with several bytes changed.
fn broken(bytes: &[u8], random: &mut Random, mut check: impl FnMut(&[u8])) {
    let length = bytes.len().min(LENGTH_MAX);
    for at in 0..length {
        check(&bytes[..at]);
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << bit;
            check(&flipped);
        }
    }
    for _ in 0..length {
        let mut changed = bytes.to_vec();
        for _ in 0..1 + random.below(3) {
            let at = random.below(changed.len() as u64 + 1) as usize;
            match random.below(3) {
                0 => changed.insert(at, random.bits() as u8),
                1 if at < changed.len() => drop(changed.remove(at)),
                _ if at < changed.len() => changed[at] = random.bits() as u8,
                _ => {}
            }
        }
        check(&changed);
    }
}

impl Tally {
    fn new() -> Tally {
        let stricter = [
            ("malformed", true, "end before a union (null there)", 0),
            ("malformed", false, "with an integer of more than 64 bits", 0),
            ("format", false, "with a day, moment, text or decimal outside of its type", 0),
            ("minimum", false, "below the contract's integer", 0),
            ("maximum", false, "above it", 0),
            ("type", false, "with NaN or infinity, which JSON lacks", 0),
            ("duplicate", false, "with a key twice", 0),
        ];
        Tally { inputs: 0, refused: 0, equal: 0, stricter }
    }

    fn judge(&mut self, here: &mut Here, there: &There, bytes: &[u8], said: impl Fn(&str) -> Value) {
        self.inputs += 1;
        match (here.run(here.back, bytes), there.read(bytes)) {
            (Ok(json), Ok(value)) => {
                let json = String::from_utf8(json).expect("JSON is text");
                assert_eq!(said(&json), value, "{bytes:?} is {json}");
                self.equal += 1;
            }
            (Err(_), Err(_)) => self.refused += 1,
            (Err(refusal), Ok(_)) => {
                let rule = refusal.violations.first().map_or("", |violation| violation.rule);
                let beyond = rule == "malformed" && there.runs_out(bytes);
                let of = |row: &&mut (&str, bool, &str, u64)| row.0 == rule && row.1 == beyond;
                let row = self.stricter.iter_mut().find(of);
                row.unwrap_or_else(|| panic!("{bytes:?}: {refusal:?}, and apache-avro reads it")).3 += 1;
            }
            (Ok(json), Err(why)) => {
                panic!("{bytes:?} is {}, and apache-avro says {why}", String::from_utf8_lossy(&json));
            }
        }
    }

    fn print(&self) {
        let Tally { inputs, refused, equal, stricter } = self;
        let count: u64 = stricter.iter().map(|row| row.3).sum();
        let rows: Vec<_> = stricter.iter().map(|(.., reason, count)| format!("{count} {reason}")).collect();
        println!(
            "apache-avro: {inputs} broken inputs: {refused} refused by both, {equal} read by both as the same value"
        );
        println!("refused here alone: {count}: {}; refused there alone: 0", rows.join(", "));
        println!("figure broken {inputs}\nfigure refused-here-alone {count}");
    }
}

fn frame(bytes: &[u8], out: &mut Vec<u8>) {
    let mut count = bytes.len();
    while count > 127 {
        out.push(count as u8 | 128);
        count >>= 7;
    }
    out.push(count as u8);
    out.extend(bytes);
}

fn frames(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let size = bytes.iter().position(|byte| *byte < 128)? + 1;
        let (head, rest) = bytes.split_at(size);
        let count = head.iter().rev().fold(0, |count, byte| count << 7 | usize::from(byte & 127));
        let (message, rest) = rest.split_at(count);
        bytes = rest;
        Some(message)
    })
}
