//! Random types and values: what JSON says is the same after it was in memory, and no memory is too strange.

use polywire_contract::{Float, Int, Layout, LayoutId, Shape, TypeId};

use super::build::{Build, Ty, Use};
use super::pair::{Pair, Through};
use crate::random::Random;

const INTS: [Int; 8] = [Int::I8, Int::I16, Int::I32, Int::I64, Int::U8, Int::U16, Int::U32, Int::U64];

fn scalar(build: &mut Build, random: &mut Random) -> Ty {
    match random.below(13) {
        at @ 0..8 => build.int(INTS[at as usize]),
        8 => build.bool(),
        9 => build.float(Float::F32),
        10 => build.float(Float::F64),
        11 => {
            let (size, terminated) = (1 + random.below(12) as u32, random.below(2) == 0);
            build.chars(size, terminated)
        }
        _ if random.below(2) == 0 => build.bytes(1 + random.below(9) as u32),
        _ => {
            let low = random.below(2) as i32 * -70_000;
            build.enumeration(&[("a", low), ("b", 3), ("c", 80_000), ("d", 4)])
        }
    }
}

fn any(build: &mut Build, random: &mut Random, depth: u32) -> Ty {
    match random.below(8) {
        0 if depth > 0 => record(build, random, depth - 1),
        1 if depth > 0 => {
            let item = any(build, random, depth - 1);
            build.array(&item, 1 + random.below(4) as u32)
        }
        _ => scalar(build, random),
    }
}

/// A struct of members of every kind; their names occur nowhere else.
pub(super) fn record(build: &mut Build, random: &mut Random, depth: u32) -> Ty {
    let mut members: Vec<(Ty, Use)> = Vec::new();
    for _ in 0..1 + random.below(6) {
        let used = if random.below(3) == 0 { Use::Hidden } else { Use::Plain };
        let by = members.len() as u32;
        match random.below(7) {
            0 => {
                let int = INTS[random.below(8) as usize];
                let count = build.int(int);
                let item = any(build, random, depth.saturating_sub(1));
                let list = build.array(&item, 1 + random.below(5) as u32);
                members.extend([(count, used), (list, Use::CountedBy(by))]);
            }
            1 if depth > 0 => {
                let int = INTS[random.below(8) as usize];
                let tag = build.int(int);
                let (one, two) = (record(build, random, depth - 1), record(build, random, depth - 1));
                let union = build.union(&[("one", &one, 1), ("two", &two, 100)], pack(random));
                members.extend([(tag, used), (union, Use::ChosenBy(by))]);
            }
            2 => {
                let reserved = scalar(build, random);
                members.push((reserved, Use::Hidden));
            }
            _ => members.push((any(build, random, depth), Use::Plain)),
        }
    }
    // Each is told from every other.
    members.insert(0, (build.int(Int::U8), Use::Plain));
    let names: Vec<String> = (0..members.len()).map(|at| format!("m{}_{at}", build.structs.len())).collect();
    let moved = |used: Use| match used {
        Use::CountedBy(by) => Use::CountedBy(by + 1),
        Use::ChosenBy(by) => Use::ChosenBy(by + 1),
        other => other,
    };
    let members: Vec<(&str, &Ty, Use)> =
        names.iter().zip(&members).map(|(name, (ty, used))| (name.as_str(), ty, moved(*used))).collect();
    build.record(&members, pack(random))
}

fn pack(random: &mut Random) -> Option<u32> {
    [None, None, None, Some(1), Some(2), Some(4)][random.below(6) as usize]
}

/// A value as JSON: as it is written, and with its members in another order.
fn value(build: &Build, random: &mut Random, ty: TypeId, layout: LayoutId) -> (String, String) {
    let contract = &build.hand.contract;
    let place = contract.layouts.get(layout);
    let same = |text: String| (text.clone(), text);
    match (&contract.ty(ty).shape, &place.layout) {
        (Shape::Bool, _) => same((random.below(2) == 0).to_string()),
        (Shape::Int(int), _) => {
            let (least, most) = int.range();
            let near = i128::from(random.below(1 << 40)) % (most - least + 1);
            same([least, most, least + near, most - near][random.below(4) as usize].to_string())
        }
        (Shape::Float(_), _) => same(["0.5", "-1.25", "1024.0", "0.0"][random.below(4) as usize].into()),
        (Shape::Text, Layout::Chars { size, terminated }) => {
            let mut text = String::new();
            let most = size - u32::from(*terminated);
            for _ in 0..random.below(14) {
                let letter = ['a', 'é', '日', '😀', ' ', '~'][random.below(6) as usize];
                if text.len() + letter.len_utf8() <= most as usize {
                    text.push(letter);
                }
            }
            same(format!("\"{text}\""))
        }
        (Shape::Bytes, Layout::Bytes(size)) => {
            let whole = "AQID".repeat(*size as usize / 3);
            same(format!("\"{whole}{}\"", ["", "AQ==", "AQI="][*size as usize % 3]))
        }
        (Shape::Enum(shape), _) => same(format!("\"{}\"", shape.values[random.below(4) as usize].name)),
        (Shape::List(item), Layout::Array { item: layout, count }) => {
            let items: Vec<_> = (0..*count).map(|_| value(build, random, item.id, *layout)).collect();
            list(&items)
        }
        (Shape::Record(_), Layout::Struct { .. }) => object(build, random, ty, layout),
        other => unreachable!("{other:?}"),
    }
}

fn list(items: &[(String, String)]) -> (String, String) {
    let join = |items: Vec<&str>| format!("[{}]", items.join(","));
    (join(items.iter().map(|item| &*item.0).collect()), join(items.iter().map(|item| &*item.1).collect()))
}

fn object(build: &Build, random: &mut Random, ty: TypeId, layout: LayoutId) -> (String, String) {
    let contract = &build.hand.contract;
    let (Shape::Record(record), Layout::Struct { members, .. }) =
        (&contract.ty(ty).shape, &contract.layouts.get(layout).layout)
    else {
        unreachable!("a record")
    };
    let mut told = vec![None; members.len()];
    let mut values = vec![None; members.len()];
    for (at, member) in members.iter().enumerate() {
        let Some(field) = member.field else { continue };
        let ty = record.fields[field as usize].ty.id;
        let place = contract.layouts.get(member.layout);
        values[at] = Some(match (&contract.ty(ty).shape, &place.layout, member.by) {
            (Shape::List(item), Layout::Array { item: layout, count }, Some(by)) => {
                let count = random.below(u64::from(*count) + 1);
                told[by as usize] = Some(count.to_string());
                let items: Vec<_> = (0..count).map(|_| value(build, random, item.id, *layout)).collect();
                list(&items)
            }
            (Shape::Sum(sum), Layout::Union { variants, .. }, Some(by)) => {
                let variant = variants[random.below(variants.len() as u64) as usize];
                told[by as usize] = Some(variant.tag.to_string());
                value(build, random, sum.variants[variant.variant as usize].ty, variant.layout)
            }
            _ => value(build, random, ty, member.layout),
        });
    }
    let (mut written, mut shuffled) = (Vec::new(), Vec::new());
    for (at, member) in members.iter().enumerate() {
        let (Some(field), Some(made)) = (member.field, &values[at]) else { continue };
        let name = &record.fields[field as usize].name;
        let derived = told[at].as_ref();
        written.push(format!("\"{name}\":{}", derived.unwrap_or(&made.0)));
        // What follows from another need not be there.
        if derived.is_none() || random.below(2) == 0 {
            let place = random.below(shuffled.len() as u64 + 1) as usize;
            shuffled.insert(place, format!("\"{name}\":{}", derived.unwrap_or(&made.1)));
        }
    }
    (format!("{{{}}}", written.join(",")), format!("{{{}}}", shuffled.join(",")))
}

#[test]
fn values_are_the_same_after_they_were_in_memory() {
    let mut random = Random(11);
    for _ in 0..40 {
        let mut build = Build::default();
        let Ty { ty, layout, .. } = record(&mut build, &mut random, 3);
        build.hand.derive();
        let mut pair = Pair::new(&build.hand.contract, ty);
        let mut through = Through::new(&build.hand.contract, ty);
        for _ in 0..25 {
            let (written, shuffled) = object(&build, &mut random, ty, layout);
            let image =
                pair.image(&written).unwrap_or_else(|told| panic!("{told}\n{written}\n{}", build.text));
            assert_eq!(pair.image(&shuffled).as_ref(), Ok(&image), "{shuffled}\n{}", build.text);
            assert_eq!(pair.json(&image), Ok(written.clone()));
            assert_eq!(through.protobuf(&image), image, "{written}\n{}", build.text);
            strange(&mut pair, &mut random, image);
        }
    }
}

/// Memory that a stranger wrote is refused, or is a value like any other.
fn strange(pair: &mut Pair, random: &mut Random, mut image: Vec<u8>) {
    for _ in 0..1 + random.below(4) {
        let at = random.below(image.len() as u64) as usize;
        image[at] = random.below(256) as u8;
    }
    if random.below(8) == 0 {
        image.iter_mut().for_each(|byte| *byte = random.below(256) as u8);
    }
    let Ok(json) = pair.json(&image) else { return };
    let again = pair.image(&json).unwrap_or_else(|told| panic!("{told}\n{json}"));
    assert_eq!(pair.json(&again), Ok(json));
}
