//! No allocation per message in the steady state: JSON to Protobuf, to C types, back, and validation alone.
//!
//! The counting allocator counts for the thread that asks, so that the test harness does not disturb it.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "wire/contract.rs"]
#[expect(dead_code, reason = "the other tests use all of it")]
mod contract;
#[path = "wire/layout/build.rs"]
#[expect(dead_code, reason = "the other tests use all of it")]
mod layout;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use layout::{Build, Use};
use polywire_contract::{Check, Contract, Extra, Float, Int, Shape, TypeId};
use polywire_wire::{Compiler, Encoding, Passed, PlanOptions, Scratch};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[expect(unsafe_code, reason = "a global allocator is an unsafe trait; it only counts and hands on")]
// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: `place` came from `System.alloc` with this layout.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: `place` came from `System.alloc` with this layout.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// An order with nested records, lists, maps, an enum, moments, patterns and formats.
fn order() -> (Contract, TypeId) {
    let mut hand = contract::Hand::default();
    let text = hand.ty(Shape::Text, vec![Check::MinLength(1), Check::MaxLength(200)]);
    let code = hand.ty(Shape::Text, vec![Check::Pattern("^[A-Z]{3}$".into())]);
    let mail = hand.ty(Shape::Text, vec![Check::Format("email".into())]);
    let count = hand.ty(Shape::Int(Int::I32), vec![]);
    let (id, price) = (hand.int(), hand.ty(Shape::Float(Float::F64), vec![]));
    let (at, status) = (hand.ty(Shape::Instant, vec![]), hand.enumeration(&["pending", "paid"]));
    let item = hand.record(&[("sku!", text), ("count!", count), ("price!", price)], Extra::Closed);
    let items = hand.ty(Shape::List(item.into()), vec![Check::MinItems(1), Check::UniqueItems]);
    let counts = hand.ty(Shape::Map { key: text, value: count.into() }, vec![]);
    let marks = hand.list(count);
    let fields = [
        ("id!", id),
        ("mail!", mail),
        ("currency!", code),
        ("at!", at),
        ("status!", status),
        ("items!", items),
        ("counts", counts),
        ("marks", marks),
        ("note", text),
    ];
    let order = hand.record(&fields, Extra::Closed);
    hand.derive();
    (hand.contract, order)
}

/// A record with text in EBCDIC, packed numbers, a table with a count and what follows it, and a redefined area.
fn copybook() -> (Contract, TypeId) {
    use polywire_contract::{
        CobolAlternative, CobolField, CobolKind, CobolNumber, CobolPage, CobolSign, CobolUsage, Literal, Sum,
        Variant,
    };
    let mut hand = contract::Hand::default();
    let (text, int) = (hand.text(), hand.ty(Shape::Int(Int::I32), vec![]));
    let price = hand.ty(Shape::Decimal { digits: 7, scale: 2 }, vec![]);
    let cobol = &mut hand.contract.cobol;
    let sign = CobolSign::Trailing;
    let packed = |scale| CobolNumber { usage: CobolUsage::Packed, digits: 7, scale, sign };
    let group = |items: &[polywire_contract::CobolId]| {
        let field = |(at, item): (usize, _)| CobolField { field: Some(at as u32), item };
        CobolKind::Group(items.iter().copied().enumerate().map(field).collect())
    };
    let mut text_item = |size| cobol.add(CobolKind::Text { size, right: false });
    let (name, kind, sku, note, short) =
        (text_item(20), text_item(1), text_item(5), text_item(9), text_item(9));
    let [count, amount, code] = [0, 2, 0].map(|scale| cobol.add(CobolKind::Number(packed(scale))));
    let item = cobol.add(group(&[sku, amount]));
    let table = cobol.add(CobolKind::Table { item, min: 0, max: 99, depending: Some(count), slides: true });
    let (one, other) = (cobol.add(group(&[note])), cobol.add(group(&[short, code])));
    let literal =
        |value: &str| Literal { value: polywire_syntax::Value::Text(value.into()), span: contract::SPAN };
    let alternative =
        |(variant, item, value)| CobolAlternative { variant, item, values: vec![literal(value)] };
    let alternatives = [(0, one, "N"), (1, other, "C")].map(alternative).to_vec();
    let area = cobol.add(CobolKind::Redefines { selector: kind, alternatives, apart: false });
    let whole = cobol.add(group(&[count, table, name, kind, area]));
    let derived = cobol.derived(whole);
    cobol.lay(whole, CobolPage::Ebcdic037).unwrap();
    let line = hand.record(&[("sku!", text), ("price!", price)], Extra::Closed);
    let lines = hand.list(line);
    let one = hand.record(&[("note!", text)], Extra::Closed);
    let other = hand.record(&[("short!", text), ("code!", int)], Extra::Closed);
    let variant =
        |(name, ty): (&str, _)| Variant { name: name.into(), ty, tags: vec![], span: contract::SPAN };
    let variants = [("one", one), ("other", other)].map(variant).to_vec();
    let sum = hand.ty(Shape::Sum(Sum { variants, tag: None, exact: true }), vec![]);
    let fields = [("count", int), ("lines!", lines), ("name!", text), ("kind", text), ("detail!", sum)];
    let ty = hand.record(&fields, Extra::Closed);
    if let Shape::Record(record) = &mut hand.contract.types[ty.0 as usize].shape {
        record.derived = derived;
    }
    hand.contract.cobol.types.insert(ty, whole);
    hand.derive();
    (hand.contract, ty)
}

#[test]
fn a_record_costs_no_allocation() {
    let (contract, ty) = copybook();
    let mut compiler = Compiler::new(&contract);
    let (options, mut diags) = (PlanOptions::default(), Vec::new());
    let mut plan = |from, to| compiler.ty(ty.into(), from, to, &options, &mut diags).unwrap();
    let there = plan(Encoding::Json, Encoding::Record);
    let back = plan(Encoding::Record, Encoding::Json);
    let message = plan(Encoding::Record, Encoding::Protobuf);
    let plans = compiler.finish();
    // Members come too late, so that objects are looked through first.
    let json = |n: u32| {
        format!(
            r#"{{"detail":{{"code":{n},"short":"a"}},"kind":"C","name":"n\u00e9{n}","count":2,
            "lines":[{{"price":"{n}.50","sku":"a"}},{{"sku":"b","price":"-1.00"}}]}}"#
        )
    };
    let inputs: Vec<String> = (100..164).map(json).collect();
    let mut scratch = Scratch::default();
    let (mut record, mut text) = (Vec::new(), Vec::new());
    let mut round = || {
        for input in &inputs {
            assert_eq!(
                plans.transcode(there, input.as_bytes(), &mut record, &mut scratch),
                Ok(Passed::Written)
            );
            assert_eq!(plans.transcode(back, &record, &mut text, &mut scratch), Ok(Passed::Written));
            assert_eq!(plans.transcode(message, &record, &mut text, &mut scratch), Ok(Passed::Written));
        }
    };
    round();
    let before = COUNT.with(Cell::get);
    round();
    assert_eq!(COUNT.with(Cell::get) - before, 0);
}

#[test]
fn a_message_costs_no_allocation() {
    let (contract, order) = order();
    let mut compiler = Compiler::new(&contract);
    let options = PlanOptions::default();
    let mut diags = Vec::new();
    let mut plan = |from, to| compiler.ty(order.into(), from, to, &options, &mut diags).unwrap();
    let there = plan(Encoding::Json, Encoding::Protobuf);
    let back = plan(Encoding::Protobuf, Encoding::Json);
    let check = plan(Encoding::Json, Encoding::Json);
    let plans = compiler.finish();
    let json = |n: u32| {
        format!(
            r#"{{"note":"line\n{n}","status":"paid","id":{n},"mail":"a@b.org","currency":"EUR","at":"2024-01-01T00:00:00.5Z",
            "items":[{{"sku":"a\u00e9","count":{n},"price":1.5}},{{"price":2.25,"sku":"b","count":1}}],"counts":{{"x":1,"y\u0031":{n}}},"marks":[1,2,{n}]}}"#
        )
    };
    let inputs: Vec<String> = (100..164).map(json).collect();
    let mut scratch = Scratch::default();
    let (mut message, mut text) = (Vec::new(), Vec::new());
    let mut round = || {
        for input in &inputs {
            assert_eq!(
                plans.transcode(there, input.as_bytes(), &mut message, &mut scratch),
                Ok(Passed::Written)
            );
            assert_eq!(plans.transcode(back, &message, &mut text, &mut scratch), Ok(Passed::Written));
            assert_eq!(plans.transcode(check, input.as_bytes(), &mut text, &mut scratch), Ok(Passed::Same));
        }
    };
    round();
    let before = COUNT.with(Cell::get);
    round();
    assert_eq!(COUNT.with(Cell::get) - before, 0);
}

#[test]
fn memory_costs_no_allocation() {
    let mut build = Build::default();
    let (byte, wide) = (build.int(Int::U8), build.int(Int::I64));
    let (ratio, name) = (build.float(Float::F64), build.chars(32, true));
    let kind = build.enumeration(&[("slow", 1), ("fast", 7)]);
    let point = build.record(&[("x", &wide, Use::Plain), ("y", &ratio, Use::Plain)], None);
    let area = build.record(&[("w", &byte, Use::Plain), ("h", &byte, Use::Plain)], None);
    let (points, place) =
        (build.array(&point, 4), build.union(&[("point", &point, 1), ("area", &area, 2)], None));
    let members = [
        ("id", &wide, Use::Plain),
        ("count", &byte, Use::Plain),
        ("points", &points, Use::CountedBy(1)),
        ("which", &byte, Use::Plain),
        ("place", &place, Use::ChosenBy(3)),
        ("kind", &kind, Use::Plain),
        ("name", &name, Use::Plain),
    ];
    let ty = build.record(&members, None).ty;
    build.hand.derive();
    let mut compiler = Compiler::new(&build.hand.contract);
    let options = PlanOptions::default();
    let mut diags = Vec::new();
    let mut plan = |from, to| compiler.ty(ty.into(), from, to, &options, &mut diags).unwrap();
    let there = plan(Encoding::Json, Encoding::Layout);
    let back = plan(Encoding::Layout, Encoding::Json);
    let message = plan(Encoding::Layout, Encoding::Protobuf);
    let plans = compiler.finish();
    let json = |n: u32| {
        format!(
            r#"{{"name":"n\u00e9{n}","which":2,"place":{{"h":1,"w":2}},"kind":"fast","points":[{{"y":1.5,"x":{n}}}],"count":1,"id":{n}}}"#
        )
    };
    let inputs: Vec<String> = (100..164).map(json).collect();
    let mut scratch = Scratch::default();
    let (mut lent, mut image, mut text) = (vec![0; plans.image_size(there).unwrap()], Vec::new(), Vec::new());
    let mut round = || {
        for input in &inputs {
            let input = input.as_bytes();
            assert_eq!(plans.transcode_into(there, input, &mut lent, &mut scratch), Ok(()));
            assert_eq!(plans.transcode(there, input, &mut image, &mut scratch), Ok(Passed::Written));
            assert_eq!(image, lent);
            assert_eq!(plans.transcode(back, &lent, &mut text, &mut scratch), Ok(Passed::Written));
            assert_eq!(plans.transcode(message, &lent, &mut text, &mut scratch), Ok(Passed::Written));
        }
    };
    round();
    let before = COUNT.with(Cell::get);
    round();
    assert_eq!(COUNT.with(Cell::get) - before, 0);
}
