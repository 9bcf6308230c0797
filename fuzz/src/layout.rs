//! Memory that a C program should have filled: any bytes are refused, or are a value like any other.

use std::cell::RefCell;

use polywire_contract::{
    Contract, Derivation, Derived, Enum, EnumValue, Extra, Field, Float, Int, Layout, LayoutId, LayoutMember,
    LayoutVariant, Literal, Record, Shape, Sum, TypeId, Variant,
};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Node, Number, Value};
use polywire_wire::Encoding;

use crate::pair::Pair;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

type Ty = (TypeId, LayoutId);

fn add(contract: &mut Contract, shape: Shape, layout: Layout) -> Ty {
    let ty = contract.add_anonymous(shape, SPAN);
    (ty, contract.layouts.add(layout).expect("it can be"))
}

/// A struct; after a member's type the member that counts it or names its alternative.
fn record(contract: &mut Contract, members: &[(&str, Ty, Option<u32>)], derived: Vec<Derived>) -> Ty {
    let mut record = Record { extra: Extra::Closed, derived, ..Record::default() };
    let mut laid = Vec::new();
    for (at, (name, (ty, layout), by)) in members.iter().enumerate() {
        let mut field = Field::new(*name, (*ty).into(), SPAN);
        field.required = true;
        record.fields.push(field);
        laid.push(LayoutMember { by: *by, ..LayoutMember::new(at as u32, *layout) });
    }
    add(contract, Shape::Record(record), Layout::Struct { members: laid, pack: None })
}

/// A struct with scalars of every kind, text, counted structs, and a union.
fn all(contract: &mut Contract) -> TypeId {
    let ints = [Int::I8, Int::I16, Int::I32, Int::I64, Int::U8, Int::U16, Int::U32, Int::U64]
        .map(|int| add(contract, Shape::Int(int), Layout::Int(int)));
    let float = add(contract, Shape::Float(Float::F32), Layout::Float);
    let double = add(contract, Shape::Float(Float::F64), Layout::Double);
    let bool = add(contract, Shape::Bool, Layout::Bool);
    let name = add(contract, Shape::Text, Layout::Chars { size: 16, terminated: true });
    let code = add(contract, Shape::Text, Layout::Chars { size: 4, terminated: false });
    let raw = add(contract, Shape::Bytes, Layout::Bytes(3));
    let values = ["off", "slow", "fast"].map(|name| EnumValue { name: name.into(), span: SPAN }).to_vec();
    let kind = add(
        contract,
        Shape::Enum(Enum { values, open: false }),
        Layout::Enum { int: Int::I32, numbers: vec![0, 10, -3] },
    );
    let scalars = [
        ("i8", ints[0], None),
        ("i64", ints[3], None),
        ("u16", ints[5], None),
        ("u64", ints[7], None),
        ("float", float, None),
        ("double", double, None),
        ("on", bool, None),
        ("kind", kind, None),
        ("name", name, None),
    ];
    let one = record(contract, &scalars, vec![]);
    let two = record(contract, &[("code", code, None), ("raw", raw, None)], vec![]);
    let list = |contract: &mut Contract, item: Ty, count| {
        add(contract, Shape::List(item.0.into()), Layout::Array { item: item.1, count })
    };
    let (fixed, counted) = (list(contract, ints[2], 3), list(contract, one, 4));
    let variant = |name: &str, ty: Ty| Variant { name: name.into(), ty: ty.0, tags: vec![], span: SPAN };
    let sum = Sum { variants: vec![variant("one", one), variant("two", two)], tag: None, exact: true };
    let tag = |variant: u32, layout: Ty, tag: i32| LayoutVariant { variant, layout: layout.1, tag };
    let union = add(
        contract,
        Shape::Sum(sum),
        Layout::Union { variants: vec![tag(0, one, 1), tag(1, two, 2)], pack: None },
    );
    let number =
        |number: &str| -> Literal { Node { span: SPAN, value: Value::Number(Number(number.into())) } };
    let values = vec![vec![number("1")], vec![number("2")]];
    let derived = vec![
        Derived { field: 1, below: Vec::new(), from: Derivation::Count(2) },
        Derived { field: 3, below: Vec::new(), from: Derivation::Alternative { sum: 4, values } },
    ];
    let members = [
        ("fixed", fixed, None),
        ("count", ints[4], None),
        ("items", counted, Some(1)),
        ("which", ints[6], None),
        ("sum", union, Some(3)),
    ];
    let (ty, layout) = record(contract, &members, derived);
    contract.layouts.types.insert(ty, layout);
    ty
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::new(Memory::new());
}

struct Memory {
    pair: Pair,
    image: Vec<u8>,
}

impl Memory {
    fn new() -> Memory {
        let mut contract = Contract::default();
        let ty = all(&mut contract);
        let pair = Pair::new(&contract, ty, Encoding::Layout);
        let image = vec![0; pair.plans.image_size(pair.there).expect("a C type")];
        Memory { pair, image }
    }
}

/// What is valid in memory is valid JSON, and the same after it was in memory again.
pub fn wire_layout(bytes: &[u8]) {
    MEMORY.with_borrow_mut(|Memory { pair, image }| {
        image.fill(0);
        let count = bytes.len().min(image.len());
        image[..count].copy_from_slice(&bytes[..count]);
        let Some(json) = pair.pass(pair.back, image) else { return };
        let message = pair.again(&json);
        // Memory that is lent holds the same.
        let lent = pair.plans.transcode_into(pair.there, &json, image, &mut pair.scratch);
        assert_eq!((lent, &**image), (Ok(()), &*message));
    });
}
