//! C types in memory: the bytes, what is refused, and that a C compiler sees the same.

mod build;
mod gcc;
mod pair;
mod random;

use polywire_contract::{Check, Extra, Float, Int, Shape};
use polywire_wire::{Compiler, Encoding, Passed, PlanOptions, Scratch};

use crate::contract::SPAN;
use build::{Build, Ty, Use};
use pair::{Pair, refused};

use Use::{ChosenBy, CountedBy, Hidden, Plain};

/// A struct with a bit of everything, whose padding lies between `id` and `at` and in many other places.
fn sample(build: &mut Build) -> Ty {
    let (i16, i32, i64) = (build.int(Int::I16), build.int(Int::I32), build.int(Int::I64));
    let (u8, u16, u32) = (build.int(Int::U8), build.int(Int::U16), build.int(Int::U32));
    let (float, double, bool) = (build.float(Float::F32), build.float(Float::F64), build.bool());
    let kind = build.enumeration(&[("off", 0), ("slow", 10), ("fast", -3)]);
    let point = build.record(&[("x", &i16, Plain), ("y", &double, Plain)], None);
    let circle = build.record(&[("radius", &u32, Plain)], None);
    let area = build.record(&[("w", &u8, Plain), ("h", &u8, Plain)], None);
    let shape = build.union(&[("circle", &circle, 2), ("area", &area, -1)], None);
    let (marks, points) = (build.array(&i16, 3), build.array(&point, 2));
    let (name, code, raw) = (build.chars(256, true), build.chars(4, false), build.bytes(3));
    build.record(
        &[
            ("id", &u8, Plain),
            ("at", &point, Plain),
            ("marks", &marks, Plain),
            ("name", &name, Plain),
            ("on", &bool, Plain),
            ("kind", &kind, Plain),
            ("ratio", &float, Plain),
            ("big", &i64, Plain),
            ("count", &u8, Plain),
            ("points", &points, CountedBy(8)),
            ("which", &i32, Plain),
            ("shape", &shape, ChosenBy(10)),
            ("raw", &raw, Plain),
            ("reserved", &u16, Hidden),
            ("code", &code, Plain),
        ],
        None,
    )
}

const JSON: &str = r#"{"id":7,"at":{"x":-2,"y":1.5},"marks":[1,-1,300],"name":"Zoë","on":true,"kind":"fast","ratio":0.25,"big":-9000000000,"count":1,"points":[{"x":1,"y":2.0}],"which":2,"shape":{"radius":9},"raw":"AQID","code":"ABCD"}"#;

fn pair() -> Pair {
    let mut build = Build::default();
    let ty = sample(&mut build).ty;
    Pair::new(&build.hand.contract, ty)
}

/// What [`JSON`] is in memory.
fn image() -> Vec<u8> {
    let mut image = vec![0; 368];
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &[7]);
    put(8, &[0xfe, 0xff]);
    put(16, &[0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    put(24, &[1, 0, 0xff, 0xff, 0x2c, 1]);
    put(30, b"Zo\xc3\xab");
    put(286, &[1]);
    put(288, &[0xfd, 0xff, 0xff, 0xff]);
    put(292, &[0, 0, 0x80, 0x3e]);
    put(296, &[0x00, 0xe6, 0x8e, 0xe7, 0xfd, 0xff, 0xff, 0xff]);
    put(304, &[1]);
    put(312, &[1]);
    put(320, &[0, 0, 0, 0, 0, 0, 0, 0x40]);
    put(344, &[2, 0, 0, 0]);
    put(348, &[9, 0, 0, 0]);
    put(352, &[1, 2, 3]);
    put(358, b"ABCD");
    image
}

#[test]
fn each_value_lies_at_its_address() {
    let mut pair = pair();
    assert_eq!(pair.image(JSON).unwrap(), image());
    assert_eq!(pair.json(&image()).unwrap(), JSON);
    // What fills the gaps is not looked at.
    let mut noisy = image();
    for at in [1, 10, 35, 100, 285, 287, 305, 335, 356, 365] {
        noisy[at] = 0xaa;
    }
    assert_eq!(pair.json(&noisy).unwrap(), JSON);
}

#[test]
fn members_come_in_any_order() {
    let mut pair = pair();
    let parts = [
        r#""code":"ABCD""#,
        r#""shape":{"radius":9}"#,
        r#""points":[{"y":2,"x":1}]"#,
        r#""big":-9000000000,"ratio":0.25,"kind":"fast","on":true,"name":"Zo\u00eb""#,
        r#""marks":[1,-1,300],"at":{"y":1.5,"x":-2},"id":7"#,
        r#""raw":"AQID""#,
    ];
    for (count, which) in
        [(r#""count":1"#, ""), ("", r#""which":2"#), (r#""count":1"#, r#""which":2"#), ("", "")]
    {
        for turn in 0..parts.len() {
            let mut all: Vec<&str> = vec![count];
            all.extend(parts);
            all.push(which);
            all.retain(|part| !part.is_empty());
            all.rotate_left(turn);
            let json = format!("{{{}}}", all.join(","));
            assert_eq!(pair.image(&json).unwrap(), image(), "{json}");
        }
    }
}

#[test]
fn counts_and_tags_are_checked_both_ways() {
    let mut pair = pair();
    let mut check = |from: &str, to: &str, at: usize, bytes: &[u8], told: &str, told_of_image: &str| {
        assert_eq!(pair.image(&JSON.replacen(from, to, 1)).unwrap_err(), told);
        let mut image = image();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        assert_eq!(pair.json(&image).unwrap_err(), told_of_image);
    };
    check(r#""count":1"#, r#""count":2"#, 304, &[3], "/count const", "/points maxItems");
    check(r#""which":2"#, r#""which":-1"#, 344, &[1], "/which const", "/shape oneOf");
    let three = r#"[{"x":1,"y":2},{"x":1,"y":2},{"x":1,"y":2}]"#;
    check(r#"[{"x":1,"y":2.0}]"#, three, 304, &[255], "/points maxItems", "/points maxItems");
    let mut image = image();
    // The same union as the other alternative, and no points at all.
    image[344..348].copy_from_slice(&[0xff; 4]);
    image[304] = 0;
    let json = pair.json(&image).unwrap();
    assert!(json.contains(r#""count":0,"points":[],"which":-1,"shape":{"w":9,"h":0}"#), "{json}");
    let again = pair.image(&json).unwrap();
    assert_eq!(again[312..344], [0; 32]);
    assert_eq!(pair.json(&again).unwrap(), json);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut pair = pair();
    let mut check = |from: &str, to: &str, told: &str| {
        let json = JSON.replacen(from, to, 1);
        assert_ne!(json, JSON);
        assert_eq!(pair.image(&json).unwrap_err(), told);
    };
    check(r#""id":7"#, r#""id":256"#, "/id maximum");
    check("300", "40000", "/marks/2 maximum");
    check("[1,-1,300]", "[1,-1]", "/marks minItems");
    check("[1,-1,300]", "[1,-1,2,3]", "/marks maxItems");
    check("Zoë", &"ë".repeat(128), "/name maxLength");
    check("Zoë", "a\\u0000b", "/name not");
    check("ABCD", "ABCDE", "/code maxLength");
    check("AQID", "AQIDBA==", "/raw format");
    check("AQID", "AQI=", "/raw format");
    check("fast", "quick", "/kind enum");
    check("0.25", "1e39", "/ratio maximum");
    check(r#"{"radius":9}"#, r#"{"radius":9,"w":1}"#, "/shape oneOf");
    check(r#""id":7,"#, "", "/id required");
    let longest = "ë".repeat(127) + "e";
    let image = pair.image(&JSON.replacen("Zoë", &longest, 1)).unwrap();
    assert_eq!((image[284], image[285]), (b'e', 0));
    assert!(pair.json(&image).unwrap().contains(&longest));
}

#[test]
fn memory_is_not_trusted() {
    let mut pair = pair();
    let good = image();
    assert_eq!(pair.json(&good[..367]).unwrap_err(), " malformed at 0");
    assert_eq!(pair.json(&[good.clone(), vec![0]].concat()).unwrap_err(), " malformed at 0");
    let mut check = |at: usize, bytes: &[u8], told: &str| {
        let mut image = good.clone();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        assert_eq!(pair.json(&image).unwrap_err(), told);
    };
    check(286, &[2], "/on type");
    check(288, &[1], "/kind enum");
    check(30, &[b'a'; 256], "/name maxLength");
    check(31, &[0xff], "/name malformed at 30");
    check(292, &[0, 0, 0xc0, 0x7f], "/ratio type");
    check(320, &[0, 0, 0, 0, 0, 0, 0xf0, 0x7f], "/points/0/y type");
    let mut many = good.clone();
    many[286] = 7;
    many[304] = 9;
    many[344] = 9;
    assert_eq!(pair.json(&many).unwrap_err(), "/on type, /points maxItems, /shape oneOf");
}

#[test]
fn a_lent_image_is_written_in_place() {
    let mut pair = pair();
    let size = pair.plans.image_size(pair.to_image).unwrap();
    let mut memory = vec![0xaa; size + 2];
    let mut write = |json: &str, memory: &mut [u8]| {
        pair.plans.transcode_into(pair.to_image, json.as_bytes(), memory, &mut pair.scratch)
    };
    write(JSON, &mut memory[1..=size]).unwrap();
    assert_eq!(memory[1..=size], image());
    assert_eq!((memory[0], memory[size + 1]), (0xaa, 0xaa));
    write(r#"{"id":7,"name":"secret"}"#, &mut memory[1..=size]).unwrap_err();
    assert!(memory[1..=size].iter().all(|byte| *byte == 0));
    write(JSON, &mut memory).unwrap_err();
    assert_eq!(pair.plans.image_size(pair.to_json), None);
}

#[test]
fn what_is_absent_is_its_default() {
    let mut build = Build::default();
    let (u8, u16) = (build.int(Int::U8), build.int(Int::U16));
    let name = build.chars(8, true);
    let list = build.array(&u16, 4);
    let inner = build.record(
        &[("n", &u8, Hidden), ("list", &list, CountedBy(0)), ("name", &name, Plain), ("last", &u16, Plain)],
        None,
    );
    let all = build.array(&inner, 2);
    let ty = build.record(&[("first", &u8, Plain), ("all", &all, Plain)], None).ty;
    let Shape::Record(record) = &mut build.hand.contract.types[inner.ty.0 as usize].shape else {
        unreachable!()
    };
    let defaults = ["[1,256]", r#""none""#, "513"];
    for (field, text) in record.fields.iter_mut().zip(defaults) {
        field.required = false;
        field.default = Some(literal(text));
    }
    let mut pair = Pair::new(&build.hand.contract, ty);
    let image = pair.image(r#"{"first":9,"all":[{},{"last":1,"list":[7]}]}"#).unwrap();
    let first = [2, 0, 1, 0, 0, 1, 0, 0, 0, 0, b'n', b'o', b'n', b'e', 0, 0, 0, 0, 1, 2];
    let second = [1, 0, 7, 0, 0, 0, 0, 0, 0, 0, b'n', b'o', b'n', b'e', 0, 0, 0, 0, 1, 0];
    assert_eq!(image, [&[9, 0][..], &first, &second].concat());
}

/// Of alternatives that do not match after all nothing stays, and what follows lies where it should.
#[test]
fn alternatives_that_were_tried_leave_nothing() {
    let mut build = Build::default();
    let (u8, u16, u64) = (build.int(Int::U8), build.int(Int::U16), build.int(Int::U64));
    let (short, long) = (build.chars(16, true), build.chars(32, true));
    let inner = build.record(&[("n", &u8, Hidden), ("text", &short, Plain), ("v", &u8, Plain)], None);
    let items = build.array(&inner, 2);
    let one = build.record(&[("items", &items, Plain)], None);
    let inner = build.record(&[("v", &u16, Plain), ("gap", &u64, Hidden), ("text", &long, Plain)], None);
    let items = build.array(&inner, 2);
    let two = build.record(&[("items", &items, Plain)], None);
    let (one, two) = (("one", &one, 1), ("two", &two, 2));
    for (exact, variants) in [(true, [one, two]), (false, [one, two]), (true, [two, one])] {
        let union = build.union(&variants, None);
        let ty = build
            .record(&[("tag", &u8, Hidden), ("union", &union, ChosenBy(0)), ("last", &u16, Plain)], None);
        let Shape::Sum(sum) = &mut build.hand.contract.types[union.ty.0 as usize].shape else {
            unreachable!()
        };
        sum.exact = exact;
        let mut pair = Pair::new(&build.hand.contract, ty.ty);
        let json = |v: u32| {
            let item = |v| format!(r#"{{"v":{v},"text":"0123456789"}}"#);
            let reversed = format!(r#"{{"text":"0123456789","v":{v}}}"#);
            format!(r#"{{"union":{{"items":[{},{reversed}]}},"last":515}}"#, item(1))
        };
        let image = pair.image(&json(300)).unwrap();
        let mut expected = vec![0; 112];
        let mut put = |at: usize, bytes: &[u8]| expected[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &[2]);
        put(8, &[1]);
        put(24, b"0123456789");
        put(56, &[44, 1]);
        put(72, b"0123456789");
        put(104, &[3, 2]);
        assert_eq!(image, expected);
        let both = pair.image(&json(5));
        match exact {
            true => assert_eq!(both.unwrap_err(), "/union oneOf"),
            false => assert_eq!(both.unwrap()[..10], *b"\x01\0\0\0\0\0\0\0\x000"),
        }
    }
}

/// JSON names the alternative inside of it, C beside it.
#[test]
fn alternatives_are_named_where_each_side_has_the_name() {
    let mut build = Build::default();
    let (u8, u32) = (build.int(Int::U8), build.int(Int::U32));
    let circle = build.record(&[("size", &u32, Plain)], None);
    let nothing = build.record(&[], None);
    let union = build.union(&[("circle", &circle, 1), ("nothing", &nothing, 2)], None);
    let Shape::Sum(sum) = &mut build.hand.contract.types[union.ty.0 as usize].shape else { unreachable!() };
    sum.tag = Some("kind".into());
    sum.variants.iter_mut().for_each(|variant| variant.tags = vec![variant.name.clone()]);
    let ty = build.record(&[("tag", &u8, Hidden), ("shape", &union, ChosenBy(0))], None).ty;
    let mut pair = Pair::new(&build.hand.contract, ty);
    let mut check = |json: &str, image: [u8; 8]| {
        assert_eq!(pair.image(json).unwrap(), image);
        assert_eq!(pair.json(&image).unwrap(), json);
    };
    check(r#"{"shape":{"kind":"circle","size":9}}"#, [1, 0, 0, 0, 9, 0, 0, 0]);
    check(r#"{"shape":{"kind":"nothing"}}"#, [2, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(pair.image(r#"{"shape":{"size":9,"kind":"box"}}"#).unwrap_err(), "/shape enum");
    assert_eq!(pair.json(&[0; 8]).unwrap_err(), "/shape oneOf");
}

#[test]
fn equal_items_are_found_and_bytes_stay_in_the_same_encoding() {
    let mut build = Build::default();
    let (u8, i16) = (build.int(Int::U8), build.int(Int::I16));
    let item = build.record(&[("a", &u8, Plain), ("b", &i16, Plain)], None);
    let list = build.array(&item, 3);
    build.hand.contract.types[list.ty.0 as usize].checks.push((Check::UniqueItems, SPAN));
    let data = build.bytes(5);
    let ty =
        build.record(&[("n", &u8, Hidden), ("list", &list, CountedBy(0)), ("data", &data, Plain)], None).ty;
    let contract = &build.hand.contract;
    let mut pair = Pair::new(contract, ty);
    // Only the gap after `a` differs.
    let image = [2, 0, 1, 0, 5, 0, 1, 9, 5, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0];
    assert_eq!(pair.json(&image).unwrap_err(), "/list uniqueItems");
    let mut compiler = Compiler::new(contract);
    let plan =
        compiler.ty(ty.into(), Encoding::Layout, Encoding::Layout, &PlanOptions::default(), &mut vec![]);
    let (plan, plans) = (plan.unwrap(), compiler.finish());
    let pass = |image: &[u8]| plans.transcode(plan, image, &mut Vec::new(), &mut Scratch::new(1));
    assert!(pass(&image).is_err());
    let mut other = image;
    other[8] = 6;
    assert_eq!(pass(&other), Ok(Passed::Same));
    other[0] = 4;
    assert!(pass(&other).is_err());
}

fn literal(text: &str) -> polywire_contract::Literal {
    let mut diags = Vec::new();
    let file = polywire_diag::FileId(0);
    polywire_syntax::parse_json(file, text, &polywire_syntax::Limits::default(), &mut diags).unwrap()
}

#[test]
fn what_cannot_be_written_has_no_form() {
    let mut build = Build::default();
    let (u8, i8, double) = (build.int(Int::U8), build.int(Int::I8), build.float(Float::F64));
    let list = build.array(&u8, 4);
    let tree = build.hand.contract.layouts.types.clone();
    // A count that the contract knows, but does not derive.
    let ty = build.record(&[("n", &u8, Plain), ("list", &list, CountedBy(0))], None).ty;
    let Shape::Record(record) = &mut build.hand.contract.types[ty.0 as usize].shape else { unreachable!() };
    record.derived.clear();
    record.fields[0].required = true;
    let told = refused(&build.hand.contract, ty);
    assert!(told.ends_with("`n` follows from `list`, which the contract does not say"), "{told}");
    // An optional member without a default.
    let ty = build.record(&[("n", &u8, Plain)], None).ty;
    let Shape::Record(record) = &mut build.hand.contract.types[ty.0 as usize].shape else { unreachable!() };
    record.fields[0].required = false;
    assert!(refused(&build.hand.contract, ty).contains("may be absent, and has no default"));
    // A C type that holds something else.
    let wrong = Ty { ty: double.ty, ..i8 };
    let ty = build.record(&[("n", &wrong, Plain)], None).ty;
    assert!(refused(&build.hand.contract, ty).ends_with("its C type is `int8_t`"));
    // A field without a member, and a type without a C type.
    let ty = build.hand.record(&[("n!", u8.ty), ("m!", u8.ty)], Extra::Closed);
    assert!(refused(&build.hand.contract, ty).ends_with("it is not described there"));
    let layout = build.structs[1].1;
    build.hand.contract.layouts.types.insert(ty, layout);
    assert!(refused(&build.hand.contract, ty).ends_with("it has no place there"));
    assert!(tree.is_empty());
}

#[test]
fn protobuf_and_memory_mean_the_same() {
    let mut build = Build::default();
    let ty = sample(&mut build).ty;
    build.hand.derive();
    let contract = &build.hand.contract;
    let mut pair = Pair::new(contract, ty);
    let mut compiler = Compiler::new(contract);
    let (mut diags, options) = (Vec::new(), PlanOptions::default());
    let mut plan = |from, to| compiler.ty(ty.into(), from, to, &options, &mut diags).unwrap();
    let there = plan(Encoding::Layout, Encoding::Protobuf);
    let back = plan(Encoding::Protobuf, Encoding::Layout);
    let from_json = plan(Encoding::Json, Encoding::Protobuf);
    assert!(diags.is_empty(), "{diags:?}");
    let plans = compiler.finish();
    let mut scratch = Scratch::new(1);
    let (mut message, mut memory, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for json in [
        JSON.to_string(),
        JSON.replace(r#""count":1,"points":[{"x":1,"y":2.0}]"#, r#""count":0,"points":[]"#),
    ] {
        let image = pair.image(&json).unwrap();
        assert_eq!(plans.transcode(there, &image, &mut message, &mut scratch), Ok(Passed::Written));
        assert_eq!(
            plans.transcode(from_json, json.as_bytes(), &mut other, &mut scratch),
            Ok(Passed::Written)
        );
        for message in [&message, &other] {
            assert_eq!(plans.transcode(back, message, &mut memory, &mut scratch), Ok(Passed::Written));
            assert_eq!(memory, image);
        }
    }
}
