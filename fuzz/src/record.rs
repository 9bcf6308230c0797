//! Records of one copybook that has everything: what is accepted comes back.

use std::cell::RefCell;

use polywire_contract::{
    CobolAlternative, CobolField, CobolId, CobolKind, CobolNumber, CobolPage, CobolSign, CobolUsage,
    Contract, Extra, Field, Int, Record, Shape, Sum, TypeId, Variant,
};
use polywire_diag::{FileId, Span};
use polywire_syntax::{Node, Value};
use polywire_wire::Encoding;

use crate::pair::Pair;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// A type and its item.
type Item = (TypeId, CobolId);

#[derive(Default)]
struct Book {
    contract: Contract,
    groups: Vec<Item>,
}

impl Book {
    fn item(&mut self, shape: Shape, kind: CobolKind) -> Item {
        (self.contract.add_anonymous(shape, SPAN), self.contract.cobol.add(kind))
    }

    fn text(&mut self, size: u32) -> Item {
        self.item(Shape::Text, CobolKind::Text { size, right: false })
    }

    fn number(&mut self, usage: CobolUsage, digits: u8, scale: u8, sign: CobolSign) -> Item {
        let shape = if scale == 0 {
            Shape::Int(Int::I64)
        } else {
            Shape::Decimal { digits: digits.into(), scale: scale.into() }
        };
        self.item(shape, CobolKind::Number(CobolNumber { usage, digits, scale, sign }))
    }

    fn group(&mut self, parts: &[(&str, Item)]) -> Item {
        let mut record = Record { extra: Extra::Closed, ..Record::default() };
        let mut fields = Vec::new();
        for (at, (name, (ty, item))) in parts.iter().enumerate() {
            fields.push(CobolField { field: Some(at as u32), item: *item });
            record.fields.push(Field { required: true, ..Field::new(*name, (*ty).into(), SPAN) });
        }
        let group = self.contract.cobol.add(CobolKind::Group(fields));
        self.groups.push((self.contract.add_anonymous(Shape::Record(record), SPAN), group));
        self.groups[self.groups.len() - 1]
    }

    /// What follows from what, once all items are there.
    fn derive(&mut self) {
        for (ty, group) in &self.groups {
            if let Shape::Record(record) = &mut self.contract.types[ty.0 as usize].shape {
                record.derived = self.contract.cobol.derived(*group);
            }
        }
    }

    fn table(&mut self, item: Item, max: u32, count: Option<Item>) -> Item {
        let min = if count.is_some() { 0 } else { max };
        let depending = count.map(|count| count.1);
        let kind = CobolKind::Table { item: item.1, min, max, depending, slides: true };
        self.item(Shape::List(item.0.into()), kind)
    }

    fn redefines(&mut self, selector: Item, parts: &[(Item, &str)]) -> Item {
        let variant = |(at, (item, _)): (usize, &(Item, &str))| Variant {
            name: format!("v{at}"),
            ty: item.0,
            tags: Vec::new(),
            span: SPAN,
        };
        let literal = |text: &str| Node { value: Value::Text(text.into()), span: SPAN };
        let alternative = |(at, (item, value)): (usize, &(Item, &str))| CobolAlternative {
            variant: at as u32,
            item: item.1,
            values: vec![literal(value)],
        };
        let variants = parts.iter().enumerate().map(variant).collect();
        let alternatives = parts.iter().enumerate().map(alternative).collect();
        let shape = Shape::Sum(Sum { variants, tag: None, exact: true });
        self.item(shape, CobolKind::Redefines { selector: selector.1, alternatives, apart: false })
    }

    fn whole(&mut self) -> TypeId {
        use CobolSign::{Leading, None as Unsigned, Trailing, TrailingSeparate};
        use CobolUsage::{Display, Packed};
        let half = CobolUsage::Binary { bytes: 2, little: false, whole: false };
        let (name, count, tags) =
            (self.text(3), self.number(Display, 1, 0, Unsigned), self.number(half, 4, 0, Trailing));
        let (tag, price, weight) =
            (self.text(2), self.number(Packed, 5, 2, Trailing), self.number(Display, 3, 1, Leading));
        let list = self.table(tag, 3, Some(tags));
        let line = self.group(&[("tagCount", tags), ("tags", list), ("price", price), ("weight", weight)]);
        let lines = self.table(line, 9, Some(count));
        let (kind, short) = (self.text(1), self.text(4));
        let wide = self.number(Packed, 18, 0, Unsigned);
        let (a, b) = (self.group(&[("short", short)]), self.group(&[("wide", wide)]));
        let area = self.redefines(kind, &[(a, "A"), (b, "B")]);
        let flag = self.number(Display, 1, 0, TrailingSeparate);
        let flags = self.table(flag, 2, None);
        // The count of the lines and the selector of the area stand in groups before them.
        let inner = self.group(&[("kind", kind)]);
        let head = self.group(&[("count", count), ("inner", inner)]);
        let parts = [("name", name), ("head", head), ("lines", lines), ("detail", area), ("flags", flags)];
        let (ty, item) = self.group(&parts);
        self.derive();
        self.contract.cobol.lay(item, CobolPage::Ebcdic037).expect("it can be laid out");
        self.contract.cobol.types.insert(ty, item);
        ty
    }
}

thread_local! {
    static PAIR: RefCell<Pair> = RefCell::new(pair());
}

fn pair() -> Pair {
    let mut book = Book::default();
    let ty = book.whole();
    Pair::new(&book.contract, ty, Encoding::Record)
}

/// What is a valid record is valid JSON, and the same after it has become a record again.
pub fn wire_record(bytes: &[u8]) {
    PAIR.with_borrow_mut(|pair| {
        let Some(json) = pair.pass(pair.back, bytes) else { return };
        // Signs may be others, and what lies behind a shorter alternative.
        assert_eq!(pair.again(&json).len(), bytes.len());
    });
}
