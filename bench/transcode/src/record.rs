//! COBOL records of 100 bytes with three packed numbers to JSON: our plan, and what one would write by hand for this one copybook.
//!
//! ```cobol
//! 01 ACCOUNT.
//!    05 ID       PIC 9(8).
//!    05 NAME     PIC X(30).
//!    05 CITY     PIC X(20).
//!    05 STATUS   PIC X(2).
//!    05 BALANCE  PIC S9(9)V99 COMP-3.
//!    05 CREDIT   PIC S9(7)V99 COMP-3.
//!    05 RATE     PIC S9(3)V9(4) COMP-3.
//!    05 OPENED   PIC X(10).
//!    05 BRANCH   PIC 9(4).
//!    05 FILLER   PIC X(11).
//! ```

use polywire_contract::{
    CobolField, CobolKind, CobolNumber, CobolPage, CobolSign, CobolUsage, Contract, Extra, Field, Int,
    Record, Shape,
};
use polywire_diag::{FileId, Span};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Scratch};

use crate::orders::COUNT;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };
const BYTES: usize = 100;

/// Plans, and one thread's reusable memory.
pub(crate) struct Accounts {
    plans: Plans,
    to_json: PlanId,
    to_record: PlanId,
    scratch: Scratch,
    out: Vec<u8>,
}

fn text(size: u32) -> (Shape, CobolKind) {
    (Shape::Text, CobolKind::Text { size, right: false })
}

fn digits(digits: u8) -> (Shape, CobolKind) {
    let number = CobolNumber { usage: CobolUsage::Display, digits, scale: 0, sign: CobolSign::None };
    (Shape::Int(Int::I32), CobolKind::Number(number))
}

fn packed(digits: u8, scale: u8) -> (Shape, CobolKind) {
    let number = CobolNumber { usage: CobolUsage::Packed, digits, scale, sign: CobolSign::Trailing };
    (Shape::Decimal { digits: digits.into(), scale: scale.into() }, CobolKind::Number(number))
}

impl Accounts {
    pub(crate) fn new() -> Self {
        let mut contract = Contract::default();
        let items = [
            ("id", digits(8)),
            ("name", text(30)),
            ("city", text(20)),
            ("status", text(2)),
            ("balance", packed(11, 2)),
            ("credit", packed(9, 2)),
            ("rate", packed(7, 4)),
            ("opened", text(10)),
            ("branch", digits(4)),
        ];
        let mut record = Record { extra: Extra::Closed, ..Record::default() };
        let mut parts = Vec::new();
        for (at, (name, (shape, kind))) in items.into_iter().enumerate() {
            let ty = contract.add_anonymous(shape, SPAN);
            record.fields.push(Field { required: true, ..Field::new(name, ty.into(), SPAN) });
            parts.push(CobolField { field: Some(at as u32), item: contract.cobol.add(kind) });
        }
        parts.push(CobolField { field: None, item: contract.cobol.add(text(11).1) });
        let whole = contract.cobol.add(CobolKind::Group(parts));
        contract.cobol.lay(whole, CobolPage::Ebcdic037).expect("a hundred bytes");
        let ty = contract.add_anonymous(Shape::Record(record), SPAN);
        contract.cobol.types.insert(ty, whole);
        let (mut compiler, mut diags) = (Compiler::new(&contract), Vec::new());
        let mut plan = |from, to| compiler.ty(ty.into(), from, to, &PlanOptions::default(), &mut diags);
        let to_json = plan(Encoding::Record, Encoding::Json);
        let to_record = plan(Encoding::Json, Encoding::Record);
        assert!(diags.is_empty(), "{diags:?}");
        Accounts {
            plans: compiler.finish(),
            to_json: to_json.expect("an account has both forms"),
            to_record: to_record.expect("an account has both forms"),
            scratch: Scratch::default(),
            out: Vec::new(),
        }
    }

    pub(crate) fn to_json(&mut self, record: &[u8]) -> &[u8] {
        let passed = self.plans.transcode(self.to_json, record, &mut self.out, &mut self.scratch);
        assert_eq!(passed, Ok(Passed::Written));
        &self.out
    }

    pub(crate) fn to_record(&mut self, json: &[u8]) -> &[u8] {
        let passed = self.plans.transcode(self.to_record, json, &mut self.out, &mut self.scratch);
        assert_eq!(passed, Ok(Passed::Written), "{}", String::from_utf8_lossy(json));
        &self.out
    }

    /// As many records as there are orders; both ways make the JSON of them that they were made from.
    pub(crate) fn records(&mut self) -> Vec<Vec<u8>> {
        let records = (0..COUNT).map(|at| {
            let names = ["Ada Lovelace", "Grace Hopper", "Konrad Zuse", "Alan Turing"];
            let json = format!(
                r#"{{"id":{},"name":"{}","city":"City {at}","status":"OK","balance":"{}.{:02}","credit":"{}.00","rate":"-{}.2500","opened":"19{:02}-03-04","branch":{}}}"#,
                10_000_000 + at * 7919,
                names[at % 4],
                at * 104_729,
                at % 100,
                at * 100,
                1 + at % 9,
                at % 100,
                at % 10_000,
            );
            let record = self.to_record(json.as_bytes()).to_vec();
            assert_eq!(record.len(), BYTES);
            assert_eq!(self.to_json(&record), json.as_bytes());
            assert_eq!(String::from_utf8(by_hand(&record)), Ok(json));
            record
        });
        records.collect()
    }
}

/// EBCDIC 037, as far as these records go.
const TEXT: [u8; 256] = {
    let mut table = [0; 256];
    let (mut at, groups) = (
        0,
        [
            (0xc1, b'A', 9),
            (0xd1, b'J', 9),
            (0xe2, b'S', 8),
            (0x81, b'a', 9),
            (0x91, b'j', 9),
            (0xa2, b's', 8),
            (0xf0, b'0', 10),
        ],
    );
    while at < groups.len() {
        let (from, to, count) = groups[at];
        let mut letter = 0;
        while letter < count {
            table[from + letter] = to + letter as u8;
            letter += 1;
        }
        at += 1;
    }
    (table[0x40], table[0x60]) = (b' ', b'-');
    table
};

/// What one would write for this copybook alone, without its rules.
pub(crate) fn by_hand(record: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"{\"id\":");
    put_zoned(&mut out, &record[..8]);
    for (key, from, to) in [("name", 8, 38), ("city", 38, 58), ("status", 58, 60)] {
        put_text(&mut out, key, &record[from..to]);
    }
    for (key, from, to, scale) in [("balance", 60, 66, 2), ("credit", 66, 71, 2), ("rate", 71, 75, 4)] {
        put_packed(&mut out, key, &record[from..to], scale);
    }
    put_text(&mut out, "opened", &record[75..85]);
    out.extend_from_slice(b",\"branch\":");
    put_zoned(&mut out, &record[85..89]);
    out.push(b'}');
    out
}

fn put_key(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":\"");
}

fn put_text(out: &mut Vec<u8>, key: &str, bytes: &[u8]) {
    put_key(out, key);
    let end = bytes.iter().rposition(|byte| *byte != 0x40).map_or(0, |last| last + 1);
    out.extend(bytes[..end].iter().map(|byte| TEXT[usize::from(*byte)]));
    out.push(b'"');
}

fn put_zoned(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut value = 0u32;
    for byte in bytes {
        assert!(*byte >= 0xf0 && *byte <= 0xf9);
        value = value * 10 + u32::from(byte & 15);
    }
    out.extend_from_slice(value.to_string().as_bytes());
}

fn put_packed(out: &mut Vec<u8>, key: &str, bytes: &[u8], scale: usize) {
    put_key(out, key);
    let mut digits = [0u8; 16];
    let mut count = 0;
    for (at, byte) in bytes.iter().enumerate() {
        digits[count] = b'0' + (byte >> 4);
        if at + 1 < bytes.len() {
            digits[count + 1] = b'0' + (byte & 15);
        }
        count += 2;
    }
    count -= 1;
    assert!(digits[..count].iter().all(u8::is_ascii_digit));
    if bytes[bytes.len() - 1] & 15 == 0x0d {
        out.push(b'-');
    }
    let zeros = digits[..count - scale - 1].iter().take_while(|digit| **digit == b'0').count();
    out.extend_from_slice(&digits[zeros..count - scale]);
    out.push(b'.');
    out.extend_from_slice(&digits[count - scale..count]);
    out.push(b'"');
}
